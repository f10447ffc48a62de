"""The ground and the garment before it, in pictures whose mask is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from model.backdrop import backdrop, border, from_clusters
from model.cutout import central, colours, cutout, ellipse, grabcut, is_noise, otsu, tidy, without_specks

Colour = tuple[int, int, int]
SIZE = 200
WHITE, NAVY, GREY = (255, 255, 255), (30, 35, 80), (120, 118, 115)
SHIRT = [(70, 25), (130, 25), (175, 70), (155, 95), (132, 80), (132, 175), (68, 175), (68, 80), (45, 95), (25, 70)]


def shirt() -> np.ndarray:
    image = Image.new("1", (SIZE, SIZE))
    ImageDraw.Draw(image).polygon(SHIRT, fill=1)
    return np.asarray(image)


def ring(outer: float, inner: float) -> Any:
    y, x = np.mgrid[:SIZE, :SIZE] - SIZE / 2 + 0.5
    radius = np.hypot(x, y)
    return (radius < outer) & (radius >= inner)


def painted(mask: np.ndarray, colour: Colour, ground: np.ndarray, noise: float = 0) -> np.ndarray:
    picture = np.where(mask[..., None], colour, ground) + np.random.default_rng(0).normal(0, noise, (SIZE, SIZE, 3))
    return picture.round().clip(0, 255).astype(np.uint8)


def plain(colour: Colour) -> np.ndarray:
    return np.broadcast_to(colour, (SIZE, SIZE, 3))


def slope(dark: float, light: float) -> Any:
    return np.linspace(light, dark, SIZE)[:, None, None] * np.ones((1, SIZE, 3)) + np.linspace(-10, 10, SIZE)[:, None]


def carpet() -> Any:
    """A warm ground with a weave and broad stains."""
    rng = np.random.default_rng(2)
    stains = ndimage.gaussian_filter(rng.standard_normal((SIZE, SIZE)), 6)
    threads = ndimage.gaussian_filter(rng.standard_normal((SIZE, SIZE)), 0.7)
    light = 18 * stains / stains.std() + 14 * threads / threads.std()
    return np.array([185, 150, 110]) + light[..., None]


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(
    "ground", [plain(WHITE), plain((200, 60, 50)), plain((12, 12, 14)), slope(200, 245), slope(120, 200)],
    ids=["white", "red", "black", "a little shade", "much shade"],
)  # fmt: skip
def test_an_even_or_sloping_ground_is_plain_and_the_garment_is_found(ground: np.ndarray) -> None:
    picture = painted(shirt(), (90, 130, 60), ground, noise=1.5)
    found = backdrop(picture)
    assert found.plain
    assert iou(cutout(picture, found).mask, shirt()) > 0.95


def test_a_garment_that_reaches_over_the_edge_does_not_spoil_the_ground() -> None:
    mask = np.zeros((SIZE, SIZE), bool)
    mask[60:, 70:130] = True
    picture = painted(mask, NAVY, slope(180, 240), noise=1)
    found = backdrop(picture)
    assert found.plain
    assert iou(cutout(picture, found).mask, mask) > 0.95


def test_a_texture_is_not_plain() -> None:
    assert not backdrop(painted(shirt(), NAVY, carpet())).plain
    stripes = np.where(np.arange(SIZE)[:, None, None] // 6 % 2, 210, 170) * np.ones((1, SIZE, 3))
    assert not backdrop(painted(shirt(), NAVY, stripes)).plain


@pytest.mark.parametrize(("level", "dark"), [(0, True), (70, True), (100, False), (255, False)])
def test_a_ground_is_dark_below_l_35(level: int, dark: bool) -> None:
    assert backdrop(painted(shirt(), (150, 150, 150), plain((level,) * 3))).dark == dark


@pytest.mark.parametrize("colour", [NAVY, (225, 70, 60), (250, 250, 250), GREY], ids=str)
def test_a_flat_lay_on_a_carpet_is_cut_out(colour: Colour) -> None:
    picture = painted(shirt(), colour, carpet(), noise=3)
    found = cutout(picture, backdrop(picture))
    assert found.grabcut
    assert iou(found.mask, shirt()) > 0.9


def test_distance_from_a_ground_of_two_colours_is_small_on_both() -> None:
    lab = np.full((60, 60, 3), (50.0, 0, 0), np.float32)
    lab[:, 30:] = 80, 20, 20
    lab[20:40, 20:40] = 20, -40, 40
    distance = from_clusters(lab, border((60, 60)))
    assert distance[5, 5] == distance[5, 50] == 0
    # The squared distance is by the inverse of diag(16, 9, 9) alone, as the colours have no spread.
    to_first, to_second = (30**2 / 16 + (40**2 + 40**2) / 9), (60**2 / 16 + (60**2 + 20**2) / 9)
    assert distance[30, 30] == pytest.approx(min(to_first, to_second) ** 0.5, rel=1e-5)


def test_the_hole_of_a_ring_stays_in_a_studio_and_is_filled_on_a_floor() -> None:
    mask = ring(80, 35)
    picture = painted(mask, NAVY, plain(WHITE), noise=1)
    found = cutout(picture, backdrop(picture), line_art=False)
    assert iou(found.mask, mask) > 0.95  # a pixel's width of edge is 4% of a ring
    assert not found.mask[SIZE // 2, SIZE // 2]
    flat = cutout(picture, backdrop(picture, plain=False)).mask
    assert flat[SIZE // 2, SIZE // 2]
    assert iou(flat, ring(80, 0)) > 0.95


def test_a_bright_print_in_a_studio_is_no_hole_and_neither_is_a_speck() -> None:
    mask = ring(80, 0)
    picture = painted(mask, NAVY, plain(WHITE), noise=1)
    picture[80:120, 80:120] = 250, 210, 60
    picture[60:63, 60:63] = 255  # smaller than 0.4% of the picture
    assert iou(cutout(picture, backdrop(picture)).mask, mask) > 0.97


def test_nothing_on_a_plain_ground_gives_the_ellipse() -> None:
    picture = painted(shirt(), GREY, plain(GREY))
    found = cutout(picture, backdrop(picture))
    assert found.how == "ellipse"
    np.testing.assert_array_equal(found.mask, ellipse((SIZE, SIZE)))


def test_the_ellipse_has_its_area_and_lies_in_the_middle() -> None:
    mask = ellipse((300, 200))
    assert mask.sum() == pytest.approx(np.pi * 0.38 * 200 * 0.42 * 300, rel=0.01)
    np.testing.assert_array_equal(mask, mask[::-1, ::-1])
    assert all(ellipse(shape).any() for shape in ((1, 1), (1, 9), (9, 1), (2, 2)))


def best_threshold(levels: np.ndarray) -> tuple[int, np.ndarray]:
    """By trying all: the level whose two sides have the largest variance between them, and all variances."""
    between = np.zeros(256)
    for t in range(256):
        low, high = levels[levels <= t], levels[levels > t]
        if low.size and high.size:
            between[t] = low.size * high.size * (low.mean() - high.mean()) ** 2 / levels.size**2
    return int(between.argmax()), between


@pytest.mark.parametrize("seed", range(5))
def test_otsus_threshold_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    distance = np.abs(np.concatenate([rng.normal(3, 2, 3000), rng.normal(20 + seed, 4, 900)])).reshape(60, 65)
    top = np.percentile(distance, 99.5)
    levels = np.clip(distance / top * 255, 0, 255).astype(np.uint8)
    _, between = best_threshold(levels.astype(float))
    assert between[round(otsu(distance.astype(np.float32)) / top * 255)] >= between.max() * (1 - 1e-6)


def test_of_several_parts_the_large_central_ones_are_kept() -> None:
    mask = np.zeros((100, 100), bool)
    mask[40:60, 40:60] = True
    mask[40:60, 62:80] = True  # the other shoe
    mask[:12, :12] = True
    kept = central(mask)
    assert kept[50, 50]
    assert kept[50, 70]
    assert not kept[5, 5]
    assert not central(np.zeros((5, 5), bool)).any()


def test_specks_go_and_strokes_stay() -> None:
    mask = np.zeros((100, 100), bool)
    mask[50, 10:90] = mask[20:24, 20:25] = True
    mask[5, 5] = True
    kept = without_specks(mask)
    assert kept.sum() == mask.sum() - 1
    one = np.zeros((9, 9), bool)
    one[4, 4] = True
    assert without_specks(one).sum() == 1


def test_threads_go_and_small_gaps_close() -> None:
    mask = np.zeros((60, 60), bool)
    mask[10:50, 10:50] = True
    mask[28:31] = True  # a thread over the whole width
    mask[20, 10:50] = False
    expected = np.zeros((60, 60), bool)
    expected[10:50, 10:50] = True
    assert iou(tidy(mask), expected) > 0.93


@pytest.mark.parametrize("first", [np.ones((40, 40), bool), np.zeros((40, 40), bool)], ids=["all", "nothing"])
def test_grabcut_needs_two_sides(first: np.ndarray) -> None:
    assert grabcut(np.zeros((40, 40, 3), np.uint8), first) is None


@pytest.mark.parametrize("part", [0.02, 0.04, 0.08])
def test_dots_in_a_few_colours_are_not_cut_out(part: float) -> None:
    rng = np.random.default_rng(1)
    dots = np.where(rng.random((224, 224, 1)) < part, (250, 240, 230), (90, 20, 30)).astype(np.uint8)
    assert grabcut(dots, ellipse((224, 224))) is None
    assert colours(dots) == 2
    assert colours(rng.integers(0, 256, (40, 50, 3)).astype(np.uint8)) == pytest.approx(2000, abs=3)


def test_noise_is_not_cut_out_and_textures_are_no_noise() -> None:
    rng = np.random.default_rng(0)
    assert is_noise(rng.integers(0, 256, (80, 90, 3)).astype(np.uint8))
    dots = np.where(rng.random((80, 90, 1)) < 0.35, 0, 255).repeat(3, axis=2).astype(np.uint8)
    assert grabcut(dots, ellipse((80, 90))) is None
    assert not is_noise(painted(shirt(), NAVY, carpet(), noise=6))
    assert not is_noise(np.zeros((1, 1, 3), np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (9, 1), (50, 80), (224, 100)], ids=str)
def test_the_border_is_a_frame_of_one_width(shape: tuple[int, int]) -> None:
    strip = border(shape)
    h, w = shape
    width = max(1, round(0.04 * min(h, w)))
    assert strip.sum() == h * w - max(0, h - 2 * width) * max(0, w - 2 * width)
