"""Line art against PIL's filled polygons, and thinning against topology."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from model.line_art import close, disk, enclosed, fill_holes, free_ends, join_ends, outline, skeleton

Points = list[tuple[float, float]]

SHIRT: Points = [
    (0.38, 0.05), (0.62, 0.05), (0.95, 0.25), (0.85, 0.42), (0.7, 0.34), (0.7, 0.95),
    (0.3, 0.95), (0.3, 0.34), (0.15, 0.42), (0.05, 0.25),
]  # fmt: skip
TROUSERS: Points = [(0.3, 0.05), (0.7, 0.05), (0.78, 0.95), (0.58, 0.95), (0.5, 0.35), (0.42, 0.95), (0.22, 0.95)]
BOOT: Points = [(0.5, 0.1), (0.85, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.75), (0.5, 0.6)]
SHAPES = pytest.mark.parametrize("points", [SHIRT, TROUSERS, BOOT], ids=["shirt", "trousers", "boot"])


def scaled(points: Points, size: int) -> Points:
    return [(x * size, y * size) for x, y in points]


def filled(points: Points, size: int) -> np.ndarray:
    image = Image.new("1", (size, size))
    ImageDraw.Draw(image).polygon(scaled(points, size), fill=1)
    return np.asarray(image)


def drawn(points: Points, size: int, width: int, gap: float = 0) -> np.ndarray:
    """The outline, open over the middle ``gap`` of the part of the last edge."""
    image = Image.new("1", (size, size))
    (x0, y0), (x1, y1) = points[-1], points[0]
    ends = [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t) for t in (0.5 - gap / 2, 0.5 + gap / 2)]
    line = [ends[1], *points, ends[0]]
    ImageDraw.Draw(image).line(scaled(line, size), fill=1, width=width, joint="curve")
    return np.asarray(image)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def topology(mask: np.ndarray) -> tuple[int, int]:
    """How many parts, by 8 neighbours, and how many holes, by 4."""
    parts = ndimage.label(mask, np.ones((3, 3)))[1]
    return parts, ndimage.label(~np.pad(mask, 1))[1] - 1


@SHAPES
@pytest.mark.parametrize(("size", "width"), [(90, 2), (224, 4), (224, 9)])
def test_a_closed_outline_is_the_filled_polygon(points: Points, size: int, width: int) -> None:
    found = outline(drawn(points, size, width))
    assert found.is_line_art
    assert found.shape.shape == (size, size)
    assert iou(found.shape, filled(points, size)) > 0.93


@SHAPES
@pytest.mark.parametrize("gap", [0.1, 0.3])
def test_a_gap_is_closed(points: Points, gap: float) -> None:
    strokes = drawn(points, 224, 5, gap)
    assert fill_holes(strokes).sum() < strokes.sum() + 5  # it is open
    found = outline(strokes)
    assert found.is_line_art
    assert iou(found.shape, filled(points, 224)) > 0.9


@pytest.mark.parametrize("gap", [0.0, 0.3])
def test_what_lies_between_sleeve_and_body_or_between_legs_stays_open(gap: float) -> None:
    legs, shirt = outline(drawn(TROUSERS, 224, 4, gap)).shape, outline(drawn(SHIRT, 224, 4, gap)).shape
    assert not legs[int(0.8 * 224) : int(0.94 * 224), 112].any()
    assert not shirt[int(0.6 * 224), : int(0.27 * 224)].any()
    assert shirt[int(0.6 * 224), int(0.4 * 224)]


@SHAPES
def test_a_filled_shape_is_not_line_art(points: Points) -> None:
    assert not outline(filled(points, 224)).is_line_art


def test_one_stroke_that_encloses_nothing_is_not_line_art() -> None:
    ink = np.zeros((100, 100), bool)
    ink[20:80, 48:52] = True
    assert not outline(ink).is_line_art


@pytest.mark.parametrize("by_hand", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (5, 7), (150, 224)], ids=str)
def test_a_scribble_does_no_harm_and_is_never_nothing(size: tuple[int, int], by_hand: bool) -> None:
    rng = np.random.default_rng(3)
    for amount in (0.02, 0.3, 0.9):
        ink = rng.random(size) < amount
        ink[size[0] // 2, size[1] // 2] = True
        found = outline(ink, by_hand)
        assert found.shape.shape == size
        assert found.shape.any()


def test_a_thick_shape_is_line_art_only_by_hand_and_keeps_its_form() -> None:
    shape = filled(BOOT, 160)
    assert iou(outline(shape, by_hand=True).shape, shape) > 0.9


def shapes() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    blobs = [ndimage.gaussian_filter(rng.standard_normal((70, 90)), s) > 0 for s in (3, 5, 8)]
    smooth = [ndimage.binary_opening(blob, np.ones((5, 5))) for blob in blobs]
    for mask in smooth:  # a part that thins to a square of two pixels is lost, as the method has it
        parts, count = ndimage.label(mask, np.ones((3, 3)))
        mask &= np.isin(parts, 1 + np.flatnonzero(ndimage.sum(mask, parts, range(1, count + 1)) > 100))
    return [*smooth, drawn(SHIRT, 120, 5), drawn(TROUSERS, 120, 3, 0.3), drawn(SHIRT, 120, 5) | drawn(BOOT, 120, 4)]


@pytest.mark.parametrize("mask", shapes(), ids=range(6))
def test_thinning_keeps_parts_and_holes_and_leaves_lines_of_one_pixel(mask: np.ndarray) -> None:
    thin = skeleton(mask)
    assert not (thin & ~mask).any()
    assert topology(thin) == topology(mask)
    squares = thin[1:, 1:] & thin[:-1, 1:] & thin[1:, :-1] & thin[:-1, :-1]
    assert squares.sum() <= 0.01 * thin.sum()
    assert np.array_equal(skeleton(thin), thin)


def test_ends_are_where_strokes_end() -> None:
    image = Image.new("1", (80, 80))
    pen = ImageDraw.Draw(image)
    pen.line([(10, 10), (60, 10)], fill=1)
    pen.line([(35, 10), (35, 60)], fill=1)
    pen.rectangle((60, 40, 75, 70), outline=1)
    assert sorted(map(tuple, free_ends(np.asarray(image), 1))) == [(10, 10), (10, 60), (60, 35)]


def test_the_tip_of_a_sharp_corner_is_no_end() -> None:
    image = Image.new("1", (120, 120))
    ImageDraw.Draw(image).line([(40, 110), (56, 20), (72, 110)], fill=1, width=5)
    middle = skeleton(np.asarray(image))
    assert len(free_ends(middle, 0)) == 3
    assert (free_ends(middle, 5)[:, 0] > 100).all()


def test_of_a_scribble_with_many_ends_none_are_joined() -> None:
    ink = np.zeros((200, 200), bool)
    ink[10:190:5, 20:60] = True  # 36 strokes
    assert len(free_ends(ink, 1)) == 0
    assert np.array_equal(join_ends(ink, free_ends(ink, 1)), ink)


def test_the_nearest_ends_are_joined_and_each_once() -> None:
    ink = np.zeros((60, 160), bool)
    ink[30, 10:40] = ink[30, 50:80] = True
    joined = join_ends(ink, free_ends(ink, 1))
    assert joined[30, 10:80].all()
    assert ndimage.label(joined)[1] == 1


def test_holes_are_filled_as_scipy_fills_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = ndimage.gaussian_filter(rng.standard_normal((40, 50)), 1.5) > 0.02
        np.testing.assert_array_equal(fill_holes(mask), ndimage.binary_fill_holes(mask))


def test_closing_takes_in_what_no_disk_reaches() -> None:
    rng = np.random.default_rng(0)
    mask = ndimage.gaussian_filter(rng.standard_normal((60, 70)), 2) > 0.05
    for radius in (1, 2, 4):
        wide = np.pad(mask, 2 * radius)
        expected = ndimage.binary_closing(wide, disk(radius) > 0)[2 * radius : -2 * radius, 2 * radius : -2 * radius]
        inner = np.s_[radius:-radius, radius:-radius]
        np.testing.assert_array_equal(close(mask, radius)[inner], expected[inner])


def test_what_is_enclosed_holds_the_strokes_and_only_parts_with_something_inside() -> None:
    strokes = drawn(SHIRT, 150, 3, 0.1)
    assert np.array_equal(enclosed(strokes, 0), strokes)
    whole = enclosed(strokes, 9)
    assert (whole & strokes).sum() == strokes.sum()
    assert iou(whole, filled(SHIRT, 150)) > 0.9
