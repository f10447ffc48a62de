"""What a browser is sent of a run: plain dictionaries, with the templates as one byte a weight.

A weight w is sent as ``round(w / limit × 127) + 127``: 0 to 254, where 127 is exactly zero, so that a colour decodes
back to its weight within the scale's resolution, limit / 127.
"""

from __future__ import annotations

import base64
import math
from typing import Any

import torch

from model.live_run import LiveRun

LEVELS = 127
NICE = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)


def scale_limit(W: torch.Tensor) -> float:
    """The diverging scale's end: the next of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ⁿ above max |W|; 1 where W is all zero.

    Weights that are not finite do not count.
    """
    largest = float(W.abs().max())
    if not math.isfinite(largest):
        largest = float(W.nan_to_num(0.0, 0.0, 0.0).abs().max())
    if not largest:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return float(next(n * power for n in NICE if n * power > largest * (1 - 1e-6)))


def encode_templates(W: torch.Tensor) -> dict[str, Any]:
    """``limit`` and ``tiles``: W (10, 784) as base64 of 7,840 bytes; a weight that is not finite is sent as zero."""
    limit = scale_limit(W)
    levels = (W / limit * LEVELS).round().nan_to_num(0.0, 0.0, 0.0).add(LEVELS).to(torch.uint8)
    return {"limit": limit, "tiles": base64.b64encode(levels.numpy().tobytes()).decode()}


def encode_pictures(images: torch.Tensor) -> str:
    """Images (n, 784) in [0, 1] as base64 of n × 784 bytes."""
    return base64.b64encode((images * 255).round().to(torch.uint8).numpy().tobytes()).decode()


def encode_floats(values: torch.Tensor) -> str:
    """Base64 of the values as little-endian float32."""
    return base64.b64encode(values.numpy().astype("<f4").tobytes()).decode()


def finite(number: float | None) -> float | None:
    """JSON has no infinity and no NaN; None stands for them."""
    return number if number is not None and math.isfinite(number) else None


def encode_run(run: LiveRun, epochs: int = 0, trace: int = 0) -> dict[str, Any]:
    """A run's state, with its curves from the ``epochs``-th and ``trace``-th point on."""
    last, weights, new = run.last, run.weights, run.trace[trace:]
    left = run.seconds_left()
    return {
        "state": run.state,
        "unwatched": run.unwatched,
        "step": run.step,
        "epoch": last.epoch if last else 0,
        "train_loss": finite(last.train_loss) if last else None,
        "train_acc": last.train_acc if last else None,
        "diverging": run.diverging_since,
        "rate": round(run.rate()),
        "left": round(left, 2) if left is not None else None,
        "seconds": round(run.elapsed(), 2),
        "epochs": run.epochs[epochs:],
        "trace": [[round(number, 5) for number in point] for point in new if math.isfinite(point.train_loss)],
        "traced": len(new),
        **encode_templates(weights.W),
    }
