"""The garment's light, way up, place, width and tone, as Fashion-MNIST has them."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from model.cutout import Cutout
from model.likeness import likeness

SIDE = 28
FLAT = 0.7
"""What line art is painted with: as bright as garments are, for ink says nothing of their cloth."""
SHADING = 0.03
"""A shape that has less between its 15th and 85th percentile of light was filled with one colour."""
LYING = 0.1
"""A garment is turned if its correlation with the class means gains this much by it."""
NARROWER = 0.8
"""A garment that lies flat is wider than one that is worn, as most of Fashion-MNIST's are."""
WIDEST = 0.8
"""Width over height of a garment that is worn."""
SYMMETRIC = 0.6
"""Intersection over union of a mask and its mirror image."""
SHOE = 1.7
"""Width over height from which on a mask may be a shoe."""
MEAN, DEVIATION = 0.62, 0.17
"""Of the garment's pixels in Fashion-MNIST."""


def lightness(rgb: np.ndarray, found: Cutout, maybe_flat: bool, negated: bool) -> tuple[np.ndarray, bool]:
    """What is bright in the result, (h, w) float32 in [0, 1], and whether the shape is flat and was painted so.

    ``maybe_flat``: a shape before a plain ground may have been filled with one colour.
    """
    grey = np.asarray(Image.fromarray(rgb).convert("L"), np.float32) / 255
    low, high = np.percentile(grey[found.mask], [15, 85]) if found.mask.any() else (0, 1)
    if found.line_art or (maybe_flat and high - low < SHADING):
        return np.full_like(grey, FLAT), True
    return (1 - grey if negated else grey), False


def place(light: np.ndarray, mask: np.ndarray, width: float) -> np.ndarray:
    """The garment trimmed, its width times ``width``, its longest edge 28 pixels, centred: (28, 28) float32."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    garment = np.where(mask[box], light[box], np.float32(0)).astype(np.float32)
    h, w = garment.shape[0], garment.shape[1] * width
    scale = SIDE / max(h, w)
    rows28, columns28 = max(1, round(h * scale)), max(1, round(w * scale))
    way = Image.Resampling.BOX if max(h, w) > SIDE else Image.Resampling.BILINEAR
    small = np.asarray(Image.fromarray(garment).resize((columns28, rows28), way))
    x = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - rows28 + 1) // 2, (SIDE - columns28 + 1) // 2  # the odd pixel is above and left, as there
    x[top : top + rows28, left : left + columns28] = small
    return x.clip(0, 1)


def width_of(mask: np.ndarray) -> tuple[float, str]:
    """The factor on a flat lay's width, and how it came about: ``narrowed``, ``capped`` or ``as_is``.

    Worn garments hang narrower than lying ones. What is not symmetric, or as wide as a shoe, keeps its width.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    garment = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    mirrored = garment[:, ::-1]
    aspect = garment.shape[1] / garment.shape[0]
    if aspect >= SHOE or (garment & mirrored).sum() <= SYMMETRIC * (garment | mirrored).sum():
        return 1.0, "as_is"
    cap = WIDEST / aspect
    return (cap, "capped") if cap < NARROWER else (NARROWER, "narrowed")


def prepared_tone(x: np.ndarray) -> np.ndarray:
    """``x`` (28, 28) halfway to the mean and the deviation of Fashion-MNIST's garments."""
    on = x > 0.02
    if on.sum() <= 10:
        return x
    moved = (x - x[on].mean()) / (x[on].std() + 1e-6) * DEVIATION + MEAN
    tone: np.ndarray = np.where(on, (x + moved) / 2, x).clip(0, 1).astype(np.float32)
    return tone


def turned_upright(light: np.ndarray, mask: np.ndarray) -> int:
    """Quarter turns to the left, 0, 1 or 3, after which a flat lay is most like a garment."""
    gains = {turn: _likeness(np.rot90(light, turn), np.rot90(mask, turn)) - LYING * (turn > 0) for turn in (0, 1, 3)}
    return max(gains, key=gains.__getitem__)


def _likeness(light: np.ndarray, mask: np.ndarray) -> float:
    x = prepared_tone(place(light, mask, width_of(mask)[0]))
    return likeness(torch.from_numpy(x.reshape(-1)))
