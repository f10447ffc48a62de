"""Line art: an outline on a plain ground, closed where it is nearly so, and what it encloses.

A closing with a disk as large as the gap would also fill the space between a sleeve and the body. So free ends of
strokes are joined by straight lines first, and what a closing bridges counts only where it lies inside the outline.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

SIZE = 160
"""Pixels of the outline's longer edge, to which any drawing is brought: a gap is large or small beside its garment."""
MARGIN = 24
JOINED = 0.4
"""Free ends within this part of the longer edge are joined."""
SPUR = 4
"""Widths of the pen: where two strokes meet at 15°, a crotch, the line between them is that long."""
RADII = (0, 2, 4, 6, 9, 12, 15, 18)
"""Of the disks that close what is left of the gaps, in pixels at ``SIZE``."""
ENOUGH = 0.85
"""The smallest disk is taken that encloses this part of what the best one does."""
PEN = 0.12
"""Strokes are thinner than this part of the longer edge; whatever is thicker is filled already."""
ENCLOSED = 1.35
"""Strokes that enclose this many times their own area are an outline."""


@dataclass(frozen=True, eq=False)
class Outline:
    """``shape`` (h, w) bool: what the strokes enclose; ``is_line_art``: whether they are strokes at all."""

    shape: np.ndarray
    is_line_art: bool


def outline(ink: np.ndarray, by_hand: bool = False) -> Outline:
    """What the strokes ``ink`` (h, w) bool enclose; at least one pixel of it must be set.

    What is thicker than strokes is left as it is, unless a person has said that it is line art (``by_hand``).
    """
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    strokes = np.pad(resized(ink[box], SIZE / max(ink[box].shape)), MARGIN)
    if not strokes.any():
        return Outline(ink, False)
    thickness = 2 * cv2.distanceTransform(strokes.astype(np.uint8), cv2.DIST_L2, 5)
    thin_enough = np.percentile(thickness[strokes], 98) < PEN * SIZE
    if not (thin_enough or by_hand):  # before the thinning, which takes long for what is thick
        return Outline(ink, False)
    middle = skeleton(strokes)
    pen = float(np.median(thickness[middle])) if middle.any() else 0.0  # of a disk nothing is left
    joined = join_ends(strokes, free_ends(middle, pen))
    shapes = [enclosed(joined, radius) for radius in RADII]
    areas = [int(shape.sum()) for shape in shapes]
    shape = next(shape for shape, area in zip(shapes, areas, strict=True) if area >= ENOUGH * max(areas))
    is_line_art = bool(thin_enough and shape.sum() > ENCLOSED * strokes.sum())
    trimmed = to_stroke_middle(shape, pen)[MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float32)
    filled = np.zeros_like(ink)
    filled[box] = cv2.resize(trimmed, ink[box].shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return Outline(filled, is_line_art)


def resized(mask: np.ndarray, scale: float) -> np.ndarray:
    """A bool mask ``scale`` times as large; thin strokes stay whole."""
    h, w = (max(1, round(side * scale)) for side in mask.shape)
    way = cv2.INTER_LINEAR if scale > 1 else cv2.INTER_AREA
    larger: np.ndarray = cv2.resize(mask.astype(np.float32), (w, h), interpolation=way) > 0.4
    return larger


def join_ends(strokes: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """``strokes`` with straight lines between free ``ends`` (n, 2), the nearest pair first, each end once."""
    pairs = sorted((float(np.hypot(*(ends[i] - ends[j]))), i, j) for i in range(len(ends)) for j in range(i))
    joined, used = strokes.astype(np.uint8), set[int]()
    for distance, i, j in pairs:
        if distance <= JOINED * SIZE and not used & {i, j}:
            used |= {i, j}
            cv2.line(joined, _point(ends[i]), _point(ends[j]), 1, 3)
    return joined > 0


def _point(place: np.ndarray) -> tuple[int, int]:
    return int(place[1]), int(place[0])


def free_ends(middle: np.ndarray, pen: float, most: int = 64) -> np.ndarray:
    """Rows and columns (n, 2) where a skeleton ends; of more than ``most``, which a scribble has, none.

    A line that leaves another and ends within ``SPUR`` times the ``pen``'s width is the tip of a sharp corner.
    """
    ends = np.argwhere(middle & (neighbours(middle) == 1))
    if len(ends) > most:
        return ends[:0]
    return np.array([end for end in ends if not is_spur(middle, end, round(SPUR * pen))], int).reshape(-1, 2)


def neighbours(middle: np.ndarray) -> np.ndarray:
    """How many of the eight pixels about each pixel are set."""
    kernel = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    return cv2.filter2D(middle.astype(np.uint8), -1, kernel, borderType=cv2.BORDER_CONSTANT)


def is_spur(middle: np.ndarray, end: np.ndarray, length: int) -> bool:
    """Whether the line that ends at ``end`` divides within ``length`` pixels."""
    left, place = np.pad(middle, 1), end + 1
    for _ in range(length):
        left[tuple(place)] = False
        row, column = place
        ahead = np.argwhere(left[row - 1 : row + 2, column - 1 : column + 2]) - 1
        if not len(ahead):
            return False
        if np.abs(ahead[:, None] - ahead).sum(axis=2).max() > 1:  # more than the two pixels of one stair
            return True
        place = place + min(ahead, key=lambda step: int(np.abs(step).sum()))
    return False


def skeleton(mask: np.ndarray) -> np.ndarray:
    """``mask`` thinned to lines of one pixel (Zhang and Suen, Communications of the ACM 27(3), 1984)."""
    m = np.pad(mask.astype(np.uint8), 1)
    changed = True
    while changed:
        changed = False
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            # The eight neighbours, clockwise from the one above.
            p = [m[:-2, 1:-1], m[:-2, 2:], m[1:-1, 2:], m[2:, 2:], m[2:, 1:-1], m[2:, :-2], m[1:-1, :-2], m[:-2, :-2]]
            count = np.sum(p, axis=0)
            edges = np.sum([(p[i] == 0) & (p[(i + 1) % 8] == 1) for i in range(8)], axis=0)
            open_sides = [p[a] * p[b] * p[c] == 0 for a, b, c in (first, second)]
            gone = (m[1:-1, 1:-1] == 1) & (count >= 2) & (count <= 6) & (edges == 1) & open_sides[0] & open_sides[1]
            changed = changed or bool(gone.any())
            m[1:-1, 1:-1][gone] = 0
    return m[1:-1, 1:-1] > 0


def enclosed(strokes: np.ndarray, radius: int) -> np.ndarray:
    """The strokes and what lies inside them, once gaps of up to twice ``radius`` are closed."""
    closed = close(strokes, radius) if radius else strokes
    filled = fill_holes(closed)
    _, parts = cv2.connectedComponents((filled & ~strokes).astype(np.uint8), connectivity=4)
    inside = np.unique(parts[filled & ~closed])
    whole: np.ndarray = np.isin(parts, inside[inside > 0]) | strokes
    return whole


def to_stroke_middle(shape: np.ndarray, pen: float) -> np.ndarray:
    """``shape`` less the outer quarter of a ``pen``'s width, half of what lies outside the line that it followed."""
    smaller = cv2.distanceTransform(np.pad(shape, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1] > pen / 4
    return smaller if smaller.sum() > 0.5 * shape.sum() else shape


def disk(radius: int) -> np.ndarray:
    """A round structuring element."""
    element: np.ndarray = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return element


def close(mask: np.ndarray, radius: int) -> np.ndarray:
    """``mask`` with gaps narrower than twice ``radius`` closed."""
    closed: np.ndarray = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, disk(radius)) > 0
    return closed


def fill_holes(mask: np.ndarray) -> np.ndarray:
    """``mask`` with everything that it encloses."""
    outside = np.pad(mask.astype(np.uint8), 1)
    cv2.floodFill(outside, None, (0, 0), 2)
    filled: np.ndarray = (outside != 2)[1:-1, 1:-1]
    return filled
