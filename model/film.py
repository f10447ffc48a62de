"""A run's film: its snapshots in order, and the confusion matrix of each.

The trainer's thread appends snapshots, each after its matrix where that is known; any other may read. Confusion
matrices are counted when somebody asks, once, for all snapshots that lack one in a single batched product. At an
epoch's end the training itself has counted them with the exact weights, so that they agree with its test accuracy to
the last image.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from safetensors.torch import save

from model.data import FashionData
from model.evaluation import Confusion, confusion_matrices
from model.snapshots import Snapshot, Weights, pack, unpack

TOGETHER = 16
"""Snapshots that are packed in one go, which costs a third; until then they are kept as they are, 31 kB each."""


class Frames(NamedTuple):
    """A stretch of a film, never empty: from the snapshot ``start`` on; the film has ``stored`` of them by now."""

    start: int
    stored: int
    snapshots: list[Snapshot]
    confusions: list[torch.Tensor]

    def to_bytes(self, state: str = "finished") -> bytes:
        """One safetensors file, which a browser reads with a few lines and a notebook with a library.

        ``steps`` (n,) int32, ``levels`` (n, 10, 1176) uint8, ``limits`` and ``b`` (n, 10) float32 as in Snapshot, and
        ``confusion`` (n, 10, 10) int16; the metadata hold ``start``, ``stored`` and the run's ``state``.
        """
        steps, levels, limits, b = zip(*self.snapshots, strict=True)
        tensors = {
            "steps": torch.tensor(steps, dtype=torch.int32),
            "levels": torch.stack(levels),
            "limits": torch.stack(limits),
            "b": torch.stack(b),
            "confusion": torch.stack(self.confusions),
        }
        return save(tensors, {"start": str(self.start), "stored": str(self.stored), "state": state})


class Film:
    """Snapshots that are taken as the steps go by.

    ``due`` is the step after which the next one is, ``count`` how many there are. One that is shown again begins with
    the ``snapshots`` and ``confusions`` that were kept.
    """

    def __init__(
        self,
        data: FashionData,
        steps: list[int],
        snapshots: Sequence[Snapshot] = (),
        confusions: Mapping[int, torch.Tensor] | None = None,
    ) -> None:
        self.data = data
        self._snapshots = list(snapshots)
        self._taken: list[Weights] = []
        self.count = len(snapshots)
        self._planned = iter(steps)
        self.due = next(self._planned, None)
        self._confusions = dict(confusions or {})
        self._taking, self._reading = threading.Lock(), threading.Lock()

    def take(self, weights: Weights, confusion: Confusion | None = None) -> None:
        """Keep a snapshot of these weights, with the confusion matrix if it is known already."""
        if confusion is not None:
            self._confusions[weights.step] = torch.tensor(confusion, dtype=torch.int16)
        with self._taking:
            self._taken.append(weights)
            if len(self._taken) == TOGETHER:
                self._pack()
        self.count += 1
        self.due = next(self._planned, None)

    @property
    def confusions(self) -> dict[int, torch.Tensor]:
        """The matrices that are known so far, by their steps."""
        return dict(self._confusions)

    @property
    def snapshots(self) -> list[Snapshot]:
        """All of them so far."""
        with self._taking:
            self._pack()
            return list(self._snapshots)

    def settle(self) -> None:
        """Pack what has been taken so far: no more is on its way."""
        with self._taking:
            self._pack()

    def _pack(self) -> None:
        if self._taken:
            self._snapshots += pack(self._taken)
            self._taken = []

    def frames(self, now: Weights | None = None, start: int = 0) -> Frames:
        """The film from the ``start``-th snapshot on, and ``now`` at its end where that is newer than the last."""
        taken = self.snapshots
        start = min(start, len(taken) - 1)
        shown = taken[start:]
        if now and now.step > taken[-1].step:
            shown += pack([now])
        with self._reading:
            self._count([now if now and s.step == now.step else unpack(s) for s in shown if self._lacks(s)])
            return Frames(start, len(taken), shown, [self._confusions[snapshot.step] for snapshot in shown])

    def until(self, step: int, now: Weights | None = None) -> Weights:
        """The newest weights of the film from after at most ``step`` steps, ``now`` among them."""
        if now and now.step <= step:
            return now
        return unpack(next(snapshot for snapshot in reversed(self.snapshots) if snapshot.step <= max(step, 0)))

    def _lacks(self, snapshot: Snapshot) -> bool:
        return snapshot.step not in self._confusions

    def _count(self, missing: list[Weights]) -> None:
        if not missing:
            return
        W, b = torch.stack([weights.W for weights in missing]), torch.stack([weights.b for weights in missing])
        counted = confusion_matrices(W, b, self.data.test_images, self.data.test_labels)
        for weights, confusion in zip(missing, counted.to(torch.int16), strict=True):
            self._confusions[weights.step] = confusion
