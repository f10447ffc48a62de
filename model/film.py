"""A run's film: its snapshots in order, and the confusion matrix of each.

The trainer's thread appends snapshots; any other may read. Confusion matrices are counted when somebody asks, once,
for all snapshots that lack one in a single batched product. At an epoch's end the training itself has counted them
with the exact weights, so that they agree with its test accuracy to the last image.
"""

from __future__ import annotations

import threading

import torch
from safetensors.torch import save

from model.data import FashionData
from model.evaluation import Confusion, confusion_matrices
from model.snapshots import Snapshot, Weights, pack, snapshot_steps, unpack


class Film:
    """Snapshots that are taken as the steps go by; ``due`` is the step after which the next one is."""

    def __init__(self, data: FashionData, steps: list[int]) -> None:
        self.data = data
        self.snapshots: list[Snapshot] = []
        self._planned = iter(steps)
        self.due = next(self._planned, None)
        self._confusions: dict[int, torch.Tensor] = {}
        self._reading = threading.Lock()

    def take(self, weights: Weights, confusion: Confusion | None = None) -> None:
        """Keep a snapshot of these weights, with the confusion matrix if it is known already."""
        if confusion is not None:
            self._confusions[weights.step] = torch.tensor(confusion)
        self.snapshots.append(pack(weights))
        self.due = next(self._planned, None)

    def frames(self, now: Weights | None = None, start: int = 0) -> dict[str, torch.Tensor]:
        """The film from the ``start``-th snapshot on, and ``now`` at its end where that is newer than the last.

        ``steps`` (n,) int32, ``levels`` (n, 10, 1176) uint8, ``limits`` and ``b`` (n, 10) float32 as in Snapshot, and
        ``confusion`` (n, 10, 10) int16 on the data's test images.
        """
        shown = self.snapshots[start:]
        if now and now.step > self.snapshots[-1].step:
            shown.append(pack(now))
        with self._reading:
            self._count([now if now and s.step == now.step else unpack(s) for s in shown if self._lacks(s)])
            confusion = [self._confusions[snapshot.step] for snapshot in shown]
        none = torch.zeros(0, 10, 10)
        return {
            "steps": torch.tensor([snapshot.step for snapshot in shown], dtype=torch.int32),
            "levels": torch.stack([snapshot.levels for snapshot in shown]) if shown else none.byte(),
            "limits": torch.stack([snapshot.limits for snapshot in shown]) if shown else none[..., 0],
            "b": torch.stack([snapshot.b for snapshot in shown]) if shown else none[..., 0],
            "confusion": (torch.stack(confusion) if confusion else none).to(torch.int16),
        }

    def weights(self, index: int) -> Weights:
        """The ``index``-th snapshot's weights; IndexError where there is none."""
        return unpack(self.snapshots[index])

    def _lacks(self, snapshot: Snapshot) -> bool:
        return snapshot.step not in self._confusions

    def _count(self, missing: list[Weights]) -> None:
        if not missing:
            return
        W, b = torch.stack([weights.W for weights in missing]), torch.stack([weights.b for weights in missing])
        counted = confusion_matrices(W, b, self.data.test_images, self.data.test_labels)
        for weights, confusion in zip(missing, counted, strict=True):
            self._confusions[weights.step] = confusion


def run_film(data: FashionData, steps_per_epoch: int, num_epochs: int, start: Weights) -> Film:
    """The film of a run that is about to begin at ``start``."""
    film = Film(data, snapshot_steps(steps_per_epoch, num_epochs))
    film.take(start)
    return film


def film_bytes(frames: dict[str, torch.Tensor]) -> bytes:
    """Frames as one safetensors file, which a browser reads with a few lines and any notebook with a library."""
    return save({name: tensor.contiguous() for name, tensor in frames.items()})
