"""Linear models side by side: the loss of each on all training images, and the test images that all get wrong."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from weakref import WeakKeyDictionary

import torch

from model.data import FashionData, to_images
from model.evaluation import predict
from model.live_run import LiveRun
from model.snapshots import Weights, unpack
from model.softmax import NUM_OUTPUTS, linear
from model.train import Hyperparameters

_measuring = threading.Lock()
_losses: WeakKeyDictionary[LiveRun, dict[int, float]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Linear:
    """A linear model by its name: W (10, 784) and b (10,), float32 or float64. What it says is remembered with it."""

    name: str
    W: torch.Tensor
    b: torch.Tensor


@cache
def book_run(data: FashionData, settings: Hyperparameters) -> LiveRun:
    """A whole run with these settings, at full speed and kept by nobody: for who has none to compare; two seconds."""
    run = LiveRun("", settings, data, "full")
    run.play(run.num_steps)
    while not run.exhausted:
        run.advance(1.0)
    run.halt("diverged" if run.last and run.last.diverged else "finished")
    return run


def train_losses(weights: Sequence[Weights], data: FashionData, together: int = 5000) -> list[float]:
    """The mean cross-entropy of each of the ``weights`` over all training images; not finite where logits are not."""
    W = torch.cat([moment.W for moment in weights])
    b = torch.cat([moment.b for moment in weights]).unsqueeze(1)
    sums = torch.zeros(len(weights), dtype=torch.float64)
    for pixels, y in zip(data.train_pixels.split(together), data.train_labels.split(together), strict=True):
        o = torch.addmm(b, W, to_images(pixels).T).view(len(weights), NUM_OUTPUTS, -1)
        label = y.expand(len(weights), 1, -1)
        sums += (o.logsumexp(dim=1) - o.gather(1, label).squeeze(1)).sum(dim=1, dtype=torch.float64)
    return (sums / len(data.train_labels)).tolist()


def end_losses(run: LiveRun) -> dict[int, float]:
    """The train loss of W and b as they stand at the ends of epochs, by the epoch: of those that the film has.

    Counted once for each; within 1e-4 of the exact weights' loss, as a snapshot has twelve bits a weight.
    """
    with _measuring:
        have = _losses.setdefault(run, {})
        ends = {point.epoch * run.steps_per_epoch: point.epoch for point in run.epochs}
        new = [s for s in run.film.snapshots if s.step in ends and ends[s.step] not in have]
        if new:
            losses = train_losses([unpack(snapshot) for snapshot in new], run.data)
            have.update(zip((ends[snapshot.step] for snapshot in new), losses, strict=True))
        return dict(have)


@lru_cache(256)
def said_by(model: Linear, X: torch.Tensor) -> torch.Tensor:
    """The class that the model says of each of the images X (n, 784): (n,), UNDECIDED where it says none."""
    return predict(linear(X.to(model.W.dtype), model.W, model.b))


def never_right(models: Sequence[Linear], data: FashionData) -> tuple[torch.Tensor, torch.Tensor]:
    """The test images that every one of ``models`` gets wrong, and what each says of all: (n,) and (models, 10,000).

    Those of which the first model is surest come first.
    """
    said = torch.stack([said_by(model, data.test_images) for model in models])
    wrong = (said != data.test_labels).all(dim=0).nonzero()[:, 0]
    first = models[0]
    sure = linear(data.test_images[wrong].to(first.W.dtype), first.W, first.b).softmax(dim=1).amax(dim=1)
    return wrong[sure.argsort(descending=True, stable=True)], said
