"""A run's past: at most 120 snapshots of W and b, twelve bits a weight, 11,840 bytes a snapshot.

    w ≈ (level - 2047) / 2047 × limit,  level 0 to 4094, limit the largest |w| of its row

so that zero is exact and a weight is off by at most limit / 4094. Two levels share three bytes: a >> 4, the low half
of a with the high half of b, b & 255.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from model.softmax import NUM_OUTPUTS

MOST = 120
"""Snapshots a run, the one of its end among them."""

FIRST_EPOCH = 40
"""How many of them lie in the first epoch, where most happens; denser still towards its beginning."""

LEVELS = 2047


class Weights(NamedTuple):
    """W (10, 784) and b (10,) as they stood after ``step`` steps."""

    step: int
    W: torch.Tensor
    b: torch.Tensor


class Snapshot(NamedTuple):
    """Weights packed: ``levels`` (10, 1176) uint8, ``limits`` (10,) and ``b`` (10,) float32.

    A row of W that is not finite has a ``limit`` that is not finite either, and unpacks to NaN.
    """

    step: int
    levels: torch.Tensor
    limits: torch.Tensor
    b: torch.Tensor


def snapshot_steps(steps_per_epoch: int, num_epochs: int) -> list[int]:
    """The steps after which snapshots are taken: 0, densely in the first epoch, then evenly, and the last one.

    Up to 80 epochs each epoch's end is among them. Runs of one or two epochs have fewer than ``MOST``, because their
    training is so short that more would be felt. A run that is stopped between two has room for its own end.
    """
    later, room = num_epochs - 1, MOST - 1 - FIRST_EPOCH
    dense = [max(i, round(steps_per_epoch * (i / FIRST_EPOCH) ** 2)) for i in range(FIRST_EPOCH + 1)]
    steps = {min(step, steps_per_epoch) for step in dense}
    if later > room:
        return sorted(steps | {round(steps_per_epoch * (1 + later * i / room)) for i in range(1, room + 1)})
    for epoch in range(1, num_epochs):
        count = min(room // later + (epoch <= room % later), FIRST_EPOCH)
        steps |= {round(steps_per_epoch * (epoch + i / count)) for i in range(1, count + 1)}
    return sorted(steps)


def pack(weights: Sequence[Weights]) -> list[Snapshot]:
    """Snapshots of ``weights``, which are copied. Several at once take a quarter of the time that each takes alone."""
    W = np.stack([moment.W.numpy() for moment in weights])
    limits = np.abs(W).max(axis=2)
    usable = np.isfinite(limits) & (limits > 0)
    if usable.all():
        unit = W / limits[..., None]
    else:
        unit = np.where(usable[..., None], W, 0) / np.where(usable, limits, 1)[..., None]
    levels = np.rint(unit * LEVELS).astype(np.int16) + LEVELS
    a, b = levels[..., 0::2], levels[..., 1::2]
    packed = np.empty((*a.shape, 3), np.uint8)
    packed[..., 0] = a >> 4
    packed[..., 1] = (a & 15) << 4 | b >> 8
    packed[..., 2] = b & 255
    parts = zip(weights, packed.reshape(len(W), NUM_OUTPUTS, -1), limits, strict=True)
    return [
        Snapshot(moment.step, torch.from_numpy(levels.copy()), torch.from_numpy(limit.copy()), moment.b.clone())
        for moment, levels, limit in parts
    ]


def unpack(snapshot: Snapshot) -> Weights:
    """The weights that a snapshot holds."""
    high, middle, low = snapshot.levels.view(NUM_OUTPUTS, -1, 3).to(torch.int32).unbind(dim=2)
    levels = torch.stack((high << 4 | middle >> 4, (middle & 15) << 8 | low), dim=2).view(NUM_OUTPUTS, -1)
    unit = (levels - LEVELS).float() / LEVELS
    limits = torch.where(snapshot.limits.isfinite(), snapshot.limits, torch.full((), math.nan))
    return Weights(snapshot.step, unit * limits.unsqueeze(1), snapshot.b)
