"""Which pixels are the garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from model.backdrop import Backdrop, border
from model.line_art import close, disk, fill_holes, outline

HOLE_DISTANCE = 0.45
"""A hole in a studio picture's mask is real where its mean distance is below this part of Otsu's threshold."""
HOLE_AREA = 0.004
SEEN = 1.0
"""What differs less from a plain backdrop, in Lab, is not seen by eye either."""
LEAST = 0.2
"""A flat lay whose first mask has less than this part of the picture is sought in the middle too."""
ROUNDS = 4
"""Of GrabCut."""
SPECK, SPECKS = 30, 0.25
"""Levels by which a speck differs from the median about it, and the part of specks from which on a picture is noise.

No photo of clothes was seen with more than 0.21. On noise, GrabCut takes up to two seconds, and finds no edge.
"""
FEWEST = 64
"""Colours from which on GrabCut's two mixtures of five can be told apart; on dots it takes up to four seconds."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """``mask`` (h, w) bool, the garment; ``first``, what the threshold alone gave, made how ``how`` says.

    ``line_art``: the mask is what strokes enclose. ``grabcut``: the mask was found by GrabCut.
    """

    mask: np.ndarray
    first: np.ndarray
    how: str
    line_art: bool = False
    grabcut: bool = False


def cutout(rgb: np.ndarray, ground: Backdrop, line_art: bool | None = None) -> Cutout:
    """The garment in ``rgb`` (h, w, 3) before ``ground``; ``line_art`` where a person has said whether it is."""
    t = otsu(ground.distance)
    if not ground.plain:
        return flat_lay(rgb, ground, t)
    # A studio's backdrop is so even that less than Otsu's threshold already tells a light garment from it.
    low = max(min(max(0.5 * t, 4 * ground.noise, 3.0), t), SEEN)
    raw = ground.distance > low
    if not raw.any():
        middle = ellipse(raw.shape)
        return Cutout(middle, middle, "ellipse")
    strokes = ground.distance > max(0.8 * t, low)
    if line_art is not False and strokes.any():
        found = outline(without_specks(strokes), by_hand=line_art is True)
        if found.is_line_art or line_art:
            return Cutout(found.shape, found.shape, "strokes", line_art=True)
    mask = studio(raw, ground, t)
    return Cutout(mask, mask, "otsu")


def studio(raw: np.ndarray, ground: Backdrop, t: float) -> np.ndarray:
    """The mask of a studio picture: without specks and false holes, yet with the real ones, such as a bag's handle."""
    smooth = tidy(raw)
    mask = central(smooth if smooth.any() else raw)
    filled = fill_holes(mask)
    _, holes, stats, _ = cv2.connectedComponentsWithStats((filled & ~mask).astype(np.uint8), connectivity=4)
    for i in 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > HOLE_AREA * mask.size):
        hole = holes == i
        if ground.distance[hole].mean() < HOLE_DISTANCE * t:
            filled &= ~hole
    return filled


def flat_lay(rgb: np.ndarray, ground: Backdrop, t: float) -> Cutout:
    """A garment on a floor or a bed: the threshold's mask, all holes filled, as the beginning of GrabCut."""
    smooth = tidy(ground.distance > t)
    first, how = fill_holes(central(smooth)), "filled"
    if first.sum() < LEAST * first.size:
        first, how = first | ellipse(first.shape), "ellipse"
    mask = grabcut(rgb, first)
    return Cutout(first if mask is None else mask, first, how, grabcut=mask is not None)


def grabcut(rgb: np.ndarray, first: np.ndarray) -> np.ndarray | None:
    """``first`` (h, w) bool moved to where the colours change; None where that finds nothing to hold on to.

    Rother, Kolmogorov and Blake, "GrabCut", ACM Transactions on Graphics 23(3), 2004.
    """
    if first.all() or not first.any() or is_noise(rgb) or colours(rgb) < FEWEST:
        return None
    labels = np.where(first, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[border(first.shape) & ~first] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # the same picture has the same verdict each time
    state = labels, np.zeros((1, 65)), np.zeros((1, 65))  # GrabCut works in place; the others are its colour models
    try:
        for i in range(ROUNDS):
            before = [part.tobytes() for part in state]
            way = cv2.GC_EVAL if i else cv2.GC_INIT_WITH_MASK
            cv2.grabCut(rgb, labels, None, *state[1:], 1, way)  # type: ignore[call-overload]
            if before == [part.tobytes() for part in state]:
                break  # another round, 0.4 s for a picture of dots, would change nothing either
    except cv2.error:  # too few colours to tell apart
        return None
    mask = fill_holes(central(tidy((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD))))
    return mask if mask.sum() > 0.02 * mask.size else None


def is_noise(rgb: np.ndarray) -> bool:
    """Whether so many pixels of ``rgb`` differ from those about them that it has no edges."""
    specks = cv2.absdiff(rgb, cv2.medianBlur(rgb, 3)).max(axis=2) > SPECK
    return bool(specks.mean() > SPECKS)


def colours(rgb: np.ndarray) -> int:
    """How many colours there are in ``rgb``."""
    return len(np.unique(rgb.astype(np.int32) @ (1 << 16, 1 << 8, 1)))


def otsu(distance: np.ndarray) -> float:
    """The distance that parts near from far best (Otsu, IEEE Transactions on Systems, Man, and Cybernetics 9, 1979)."""
    top = max(1e-6, float(np.percentile(distance, 99.5)))
    levels = np.clip(distance / top * 255, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)
    return threshold / 255 * top


def tidy(mask: np.ndarray) -> np.ndarray:
    """``mask`` with small gaps closed and thin threads gone."""
    opened: np.ndarray = cv2.morphologyEx(close(mask, 2).astype(np.uint8), cv2.MORPH_OPEN, disk(1)) > 0
    return opened


def central(mask: np.ndarray) -> np.ndarray:
    """The largest part of ``mask``, the nearer to the middle the better, and parts at least a quarter as good."""
    count, parts, stats, centres = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return mask
    away = centres[1:] / mask.shape[::-1] - 0.5
    score = stats[1:, cv2.CC_STAT_AREA] * np.exp(-6 * (away**2).sum(axis=1))
    return np.isin(parts, 1 + np.flatnonzero(score >= 0.25 * score.max()))


def without_specks(mask: np.ndarray) -> np.ndarray:
    """``mask`` without parts that have less than a hundredth of the largest one."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return np.isin(parts, 1 + np.flatnonzero(areas >= min(areas.max(), max(4, 0.01 * areas.max()))))


def ellipse(shape: tuple[int, ...]) -> np.ndarray:
    """The middle of a picture of ``shape`` (h, w): where a garment is if nothing tells it from its ground."""
    h, w = shape
    y, x = np.mgrid[:h, :w]
    inside: np.ndarray = ((x + 0.5 - w / 2) / (0.38 * w)) ** 2 + ((y + 0.5 - h / 2) / (0.42 * h)) ** 2 < 1
    return inside
