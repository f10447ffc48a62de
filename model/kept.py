"""All that is kept of a run, and its form on disk: safetensors, never pickle.

A run is saved bit by bit while it goes on: each time one ``piece`` with what is new (points of its curves, snapshots)
and, in the place of the one before, the ``standing``: the exact W and b with all that the training needs to go on.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import torch
from safetensors.numpy import save
from safetensors.torch import load

from model import __version__
from model.snapshots import Snapshot, Weights
from model.train import Hyperparameters, Progress

State = Literal["running", "paused", "interrupted", "finished", "stopped", "diverged", "failed"]
Pace = Literal["talk", "slow", "full"]

GOES_ON: tuple[State, ...] = ("running", "paused", "interrupted")
"""The states from which a further step can come. A run that nobody finished was interrupted: its server ended."""


class EpochPoint(NamedTuple):
    """The book's point at an epoch's end."""

    epoch: int
    train_loss: float
    train_acc: float
    test_acc: float


class TracePoint(NamedTuple):
    """The running averages within an epoch; ``x`` is in epochs since the start."""

    x: float
    train_loss: float
    train_acc: float


class Counts(NamedTuple):
    """How much of a run there is: points at epochs' ends, points between them, snapshots."""

    epochs: int = 0
    trace: int = 0
    snapshots: int = 0


def versions() -> dict[str, str]:
    """What a run is trained with: a result can be had again, bit for bit, only with the same."""
    names = {"softmax-studio": __version__, "python": platform.python_version()}
    return names | {"torch": str(torch.__version__), "numpy": np.__version__}


@dataclass(frozen=True, eq=False)
class Kept:
    """A run as it stands after one step.

    ``owner``: a digest of the owner's cookie; ``created``: seconds since 1970; ``data``, ``checksum`` and
    ``num_examples``: the data set's name, its SHA-256 and its training images; ``seconds``: time spent training;
    ``weights.step`` is one less than ``progress.step`` where the last step diverged; ``confusions``: counts (10, 10) on
    the test images, by step, where they are known; ``sweep``: the id of the sweep it is part of.
    """

    id: str
    owner: str
    created: float
    hyperparameters: Hyperparameters
    data: str
    checksum: str
    num_examples: int
    pace: Pace
    versions: dict[str, str]
    state: State
    seconds: float
    diverging_since: int | None
    progress: Progress
    weights: Weights
    epochs: list[EpochPoint]
    trace: list[TracePoint]
    snapshots: list[Snapshot]
    confusions: dict[int, torch.Tensor] = field(default_factory=dict)
    sweep: str | None = None

    @property
    def counts(self) -> Counts:
        """How much of the run is here."""
        return Counts(len(self.epochs), len(self.trace), len(self.snapshots))


def encode_standing(kept: Kept) -> bytes:
    """The exact weights, and where the training stands."""
    weights = kept.weights
    step, progress = np.array(weights.step), np.array(kept.progress)
    return save({"W": weights.W.numpy(), "b": weights.b.numpy(), "step": step, "progress": progress})


def decode_standing(content: bytes) -> tuple[Weights, Progress]:
    """What ``encode_standing`` made, in memory of its own: torch's sums depend on where a matrix begins."""
    tensors = {name: tensor.clone() for name, tensor in load(content).items()}
    step, *sums = tensors["progress"].tolist()
    return Weights(int(tensors["step"]), tensors["W"], tensors["b"]), Progress(int(step), *sums)


def encode_piece(kept: Kept, since: Counts = Counts()) -> bytes:  # noqa: B008 a NamedTuple is constant
    """What of the run is beyond ``since``: its points as float64, its snapshots packed as they are."""
    snapshots = kept.snapshots[since.snapshots :]
    known = [snapshot.step for snapshot in snapshots if snapshot.step in kept.confusions]
    tensors = {
        "epochs": np.array(kept.epochs[since.epochs :], np.float64),
        "trace": np.array(kept.trace[since.trace :], np.float64),
        "confused": np.array(known, np.int64),
    }
    if known:
        tensors["confusion"] = np.stack([kept.confusions[step].numpy() for step in known])
    if snapshots:
        steps, levels, limits, b = zip(*snapshots, strict=True)
        tensors["steps"] = np.array(steps)
        tensors.update(levels=np.stack(levels), limits=np.stack(limits), b=np.stack(b))
    return save(tensors)


class Past(NamedTuple):
    """What the pieces of a run hold together."""

    epochs: list[EpochPoint]
    trace: list[TracePoint]
    snapshots: list[Snapshot]
    confusions: dict[int, torch.Tensor]


def decode_pieces(contents: Iterable[bytes]) -> Past:
    """What ``encode_piece`` made, piece after piece."""
    past = Past([], [], [], {})
    for content in contents:
        tensors = load(content)
        past.epochs.extend(EpochPoint(int(epoch), *values) for epoch, *values in tensors["epochs"].tolist())
        past.trace.extend(TracePoint(*values) for values in tensors["trace"].tolist())
        past.confusions.update(zip(tensors["confused"].tolist(), tensors.get("confusion", ()), strict=True))
        if "steps" in tensors:
            parts = (tensors["levels"], tensors["limits"], tensors["b"])
            past.snapshots.extend(map(Snapshot, tensors["steps"].tolist(), *parts))
    return past
