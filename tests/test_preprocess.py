"""From a picture to 28×28: what is known to be in a picture is found again, and no picture is too odd."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from model.augment import AVERAGED, EPOCHS, SETS, augment, augmented, photo_weights
from model.checkpoint import PRETRAINED, PRETRAINED_PHOTOS, load_checkpoint
from model.classify import UNLIKE, unsure, weights_for
from model.data import FashionData
from model.garments import GARMENTS_FILE, draw, load
from model.likeness import class_means, likeness
from model.placing import DEVIATION, FLAT, MEAN, place, prepared_tone, turned_upright, width_of
from model.preprocess import EDGE, KINDS, Corrections, Kind, Prepared, cropped, pixels, prepare
from model.softmax import init_params
from model.train import ORDER_SEED

Colour = tuple[int, int, int]
WHITE, BLACK = (255, 255, 255), (0, 0, 0)
STEPS = ["photo", "distance", "mask", "cutout", "fitted", "narrowed", "tone"]


@pytest.fixture(scope="module")
def some() -> tuple[np.ndarray, np.ndarray]:
    """Garments (400, 28, 28) in [0, 1] and their labels."""
    images, labels = draw(load(GARMENTS_FILE), 400, np.random.default_rng(11))
    return images.reshape(-1, 28, 28) / 255, labels.astype(int)


def photo(x: np.ndarray, ground: Colour, factor: int = 7, tint: tuple[float, float, float] = (1, 1, 1)) -> Image.Image:
    """A photo of which ``x`` (28, 28) was made: ``factor`` times as large, dark where x is bright, off the middle."""
    side = 28 * factor
    mask = ndimage.binary_fill_holes(x > 0.04)
    bright = Image.fromarray((255 * x).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    outline = Image.fromarray(mask).convert("L").resize((side, side), Image.Resampling.BICUBIC)
    cloth = np.array(tint) * (255 - np.asarray(bright)[..., None].astype(float))
    picture = Image.new("RGB", (side + 90, side + 60), ground)
    alpha = outline.filter(ImageFilter.GaussianBlur(1)).point(lambda level: 255 if level > 127 else 0)
    picture.paste(Image.fromarray(cloth.round().clip(0, 255).astype(np.uint8)), (50, 20), alpha)
    return picture


def coat(colour: Colour = (40, 60, 120), ground: Colour = WHITE, size: tuple[int, int] = (160, 200)) -> Image.Image:
    """A shape with a gradient over it, so that it is not one flat colour."""
    w, h = size
    shade = np.linspace(0.7, 1.3, h)[:, None, None] * np.array(colour) * np.ones((1, w, 1))
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon(
        [(0.3 * w, 0.1 * h), (0.7 * w, 0.1 * h), (0.9 * w, 0.8 * h), (0.7 * w, 0.9 * h), (0.1 * w, 0.85 * h)], fill=255
    )
    picture = Image.new("RGB", size, ground)
    picture.paste(Image.fromarray(shade.clip(0, 255).astype(np.uint8)), (0, 0), mask)
    return picture


def rectangle(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width + 50, height + 30), "white")
    picture.paste("navy", (20, 10, 20 + width, 10 + height))
    return picture


def carpet(seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    weave = ndimage.gaussian_filter(rng.standard_normal((200, 200)), 1)
    return Image.fromarray(
        (150 + 18 * weave[..., None] / weave.std() * np.array([1, 0.8, 0.6])).clip(0, 255).astype(np.uint8)
    )


def on_carpet(tee: bool = True) -> Image.Image:
    picture = carpet()
    points = [
        (60, 40),
        (140, 40),
        (185, 70),
        (170, 100),
        (140, 85),
        (140, 180),
        (60, 180),
        (60, 85),
        (30, 100),
        (15, 70),
    ]
    ImageDraw.Draw(picture).polygon(points if tee else [(40, 60), (160, 30), (150, 170)], fill=(30, 40, 110))
    return picture


def image(prepared: Prepared) -> np.ndarray:
    return prepared.x.view(28, 28).numpy()


def extent(x: np.ndarray) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of what is not 0; the bounds are inside."""
    rows, columns = np.flatnonzero(x.any(axis=1)), np.flatnonzero(x.any(axis=0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def labels_of(x: np.ndarray) -> np.ndarray:
    weights = load_checkpoint(PRETRAINED)
    found: np.ndarray = (x.reshape(-1, 784) @ weights.W.numpy().T + weights.b.numpy()).argmax(axis=1)
    return found


# What was put into a picture


@pytest.mark.parametrize(
    "ground", [(252, 252, 252), (228, 226, 224), (150, 190, 230), (235, 180, 160), (60, 140, 60)], ids=str
)
def test_a_garment_on_a_plain_ground_is_found_again(some: tuple[np.ndarray, np.ndarray], ground: Colour) -> None:
    # Those that fill their square: what is trimmed off others is not in the picture.
    whole = [x for x in some[0] if extent(x > 0.04)[:2] == (0, 27) and 2 * (x > 0.3).sum() > (x > 0.04).sum()][:20]
    found = [prepare(photo(x, ground)) for x in whole]
    assert {each.kind for each in found} == {"studio"}
    errors = [np.sqrt(((image(each) - x) ** 2).mean()) for each, x in zip(found, whole, strict=True)]
    same = labels_of(np.array([image(each) for each in found])) == labels_of(np.array(whole))
    assert np.median(errors) < 0.1
    assert same.mean() >= 0.85


@pytest.mark.parametrize("factor", [4, 9, 15])
def test_the_size_of_a_photo_does_not_matter(some: tuple[np.ndarray, np.ndarray], factor: int) -> None:
    x = next(x for x in some[0] if extent(x > 0.04) == (0, 27, 0, 27))
    assert np.sqrt(((pixels(photo(x, (228, 226, 224), factor)) - x) ** 2).mean()) < 0.12


@given(width=st.integers(60, 200), height=st.integers(60, 200))
@settings(max_examples=30, deadline=None)
def test_the_longest_edge_is_28_and_the_odd_pixel_is_above_and_left(width: int, height: int) -> None:
    x = pixels(rectangle(width, height))
    top, bottom, left, right = extent(x)
    assert max(bottom - top, right - left) + 1 == 28
    scale = 28 / max(width, height)
    assert bottom - top + 1 == pytest.approx(height * scale, abs=1.5)
    assert right - left + 1 == pytest.approx(width * scale, abs=1.5)
    assert top - (27 - bottom) in (0, 1)
    assert left - (27 - right) in (0, 1)
    assert np.unique(x[top + 1 : bottom, left + 1 : right]) == pytest.approx([FLAT])


def test_a_28_by_28_picture_is_left_as_it_is(some: tuple[np.ndarray, np.ndarray]) -> None:
    bytes28 = (255 * some[0][3]).round().astype(np.uint8)
    found = prepare(Image.fromarray(bytes28))
    assert (found.kind, found.negated) == ("28×28", False)
    np.testing.assert_array_equal(image(found), bytes28.astype(np.float32) / 255)
    negative = prepare(Image.fromarray(255 - bytes28))
    assert negative.negated
    np.testing.assert_allclose(image(negative), image(found), atol=1e-6)
    assert [stage.name for stage in found.stages] == ["photo", "fitted"]
    turned = prepare(Image.fromarray(bytes28), Corrections(turn=1))
    np.testing.assert_array_equal(image(turned), np.rot90(image(found)))
    assert (turned.stages[1].how, turned.stages[1].values) == ("turned", {"turn": 90})


def test_a_part_of_28_by_28_pixels_is_a_photo_like_any_other() -> None:
    picture = Image.new("RGB", (56, 56), "white")
    picture.paste("navy", (6, 6, 20, 22))
    assert prepare(picture, Corrections(crop=(0, 0, 0.5, 0.5))).kind != "28×28"


def test_the_plain_resize_is_pils() -> None:
    expected = np.asarray(coat().convert("L").resize((28, 28), Image.Resampling.BILINEAR)) / 255
    np.testing.assert_allclose(prepare(coat()).naive.view(28, 28).numpy(), expected, atol=1e-6)


def test_the_first_step_is_the_whole_picture_and_the_second_says_where_it_was_looked_at_more_closely() -> None:
    picture = Image.new("RGB", (400, 300), "white")
    picture.paste(coat(size=(80, 100)), (30, 40))
    first, second, *_ = prepare(picture).stages
    assert (first.how, first.picture.shape, first.values) == ("resized", (168, 224, 3), {"edge": EDGE})
    assert second.how == "closer"
    assert max(second.picture.shape) < 168
    assert [stage.how for stage in prepare(coat()).stages[:2]] == ["as_is", "border"]
    assert prepare(coat()).stages[0].values == {"edge": 200}


# What a person sets by hand


@pytest.mark.parametrize("kind", ["studio", "flat lay", "line art"])
@pytest.mark.parametrize("picture", [coat(), on_carpet(), rectangle(60, 90)], ids=["coat", "carpet", "flat colour"])
def test_a_kind_set_by_hand_is_held_to(picture: Image.Image, kind: Kind) -> None:
    assert prepare(picture, Corrections(kind=kind)).kind == kind


def test_negating_by_hand_turns_bright_and_dark_about() -> None:
    dark, bright = (image(prepare(coat(), Corrections(negate=negate))) for negate in (True, False))
    inside = ndimage.binary_erosion(dark > 0, np.ones((3, 3)))  # a pixel of the edge is half ground
    assert inside.sum() > 200
    np.testing.assert_allclose((dark + bright)[inside], 1, atol=1e-5)


def test_on_a_dark_plain_ground_bright_stays_bright() -> None:
    on_black = prepare(coat((190, 170, 100), BLACK))
    assert (on_black.kind, on_black.negated) == ("studio", False)
    on_white = prepare(coat((190, 170, 100), WHITE))
    assert on_white.negated
    assert image(on_black)[14, 14] == pytest.approx(1 - image(on_white)[14, 14], abs=0.05)


def test_a_width_set_by_hand_is_the_factor_on_the_width() -> None:
    def columns(width: float | None) -> int:
        _, _, left, right = extent(pixels_of(rectangle(60, 120), Corrections(width=width)))
        return right - left + 1

    assert [columns(width) for width in (None, 0.5, 1.0, 1.5, 2.0)] == [14, 7, 14, 21, 28]
    assert prepare(rectangle(60, 120), Corrections(width=0.5)).stages[5].values == {"width": 0.5}


def pixels_of(picture: Image.Image, corrections: Corrections) -> np.ndarray:
    return image(prepare(picture, corrections))


def test_a_turn_by_hand_is_to_the_left() -> None:
    upright = pixels_of(coat(), Corrections(turn=0))
    for turn in (1, 2, 3):
        expected = np.rot90(upright, turn)
        shifts = [np.roll(expected, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]  # the odd pixel
        found = pixels_of(coat(), Corrections(turn=turn))
        assert min(np.abs(found - shifted).mean() for shifted in shifts) < 0.02


def test_a_crop_is_the_part_alone() -> None:
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste(coat(), (20, 0))
    picture.paste(rectangle(110, 60), (220, 40))
    alone = pixels_of(picture.crop((200, 0, 400, 200)), Corrections())
    np.testing.assert_array_equal(pixels_of(picture, Corrections(crop=(0.5, 0, 1, 1))), alone)


@pytest.mark.parametrize("crop", [(0, 0, 0, 0), (1, 1, 1, 1), (0.999, 0, 0.9991, 1), (0, 0, 1, 1)])
def test_of_a_crop_at_least_a_pixel_is_left(crop: tuple[float, float, float, float]) -> None:
    part = cropped(Image.new("RGB", (7, 9)), crop)
    assert min(part.size) >= 1


# How garments that lie are brought to how they are worn


def block(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height + 6, width + 9), bool)
    mask[2 : 2 + height, 4 : 4 + width] = True
    return mask


@pytest.mark.parametrize(
    ("shape", "factor", "how"),
    [
        ((100, 60), 0.8, "narrowed"), ((100, 99), 0.8, "narrowed"),
        ((100, 120), 0.8 / 1.2, "capped"), ((100, 160), 0.5, "capped"), ((100, 171), 1.0, "as_is"),
    ],
)  # fmt: skip
def test_a_lying_garment_is_narrowed_and_never_wider_than_worn_unless_it_is_a_shoe(
    shape: tuple[int, int], factor: float, how: str
) -> None:
    found, way = width_of(block(*shape))
    assert found == pytest.approx(factor)
    assert way == how
    assert how == "as_is" or shape[1] * found <= 0.8 * shape[0] + 1e-6


def test_what_is_not_symmetric_keeps_its_width() -> None:
    boot = np.zeros((100, 100), bool)
    boot[:, 60:] = True
    boot[70:] = True
    assert width_of(boot) == (1.0, "as_is")


@pytest.mark.parametrize("width", [0.4, 1.0, 1.7])
def test_a_placed_garment_is_trimmed_scaled_and_centred(width: float) -> None:
    x = place(np.full((106, 49), 0.5, np.float32), block(100, 40), width)
    assert (x.shape, x.dtype.name) == ((28, 28), "float32")
    columns = round(28 * 0.4 * width)
    left = (28 - columns + 1) // 2
    expected = np.zeros((28, 28))
    expected[:, left : left + columns] = 0.5
    np.testing.assert_allclose(x, expected, atol=1e-6)


def test_tone_is_halfway_to_the_datas() -> None:
    x = np.zeros((28, 28), np.float32)
    x[:, 6:22] = np.random.default_rng(0).uniform(0.3, 0.5, (28, 16))
    tone = prepared_tone(x)
    on, off = tone[:, 6:22], tone[:, :6]
    assert on.mean() == pytest.approx((x[:, 6:22].mean() + MEAN) / 2, abs=1e-3)
    assert on.std() == pytest.approx((x[:, 6:22].std() + DEVIATION) / 2, abs=1e-3)
    assert not off.any()
    np.testing.assert_array_equal(prepared_tone(np.zeros((28, 28), np.float32)), 0)


def test_a_flat_lay_that_lies_on_its_side_is_turned_upright() -> None:
    trousers = class_means()[1].view(28, 28).numpy()
    for turn in (0, 1, 3):
        lying = np.rot90(trousers, -turn)
        assert turned_upright(lying, lying > 0.2) == turn


def test_a_garment_on_a_carpet_is_a_flat_lay_in_the_worn_width_and_tone() -> None:
    found = prepare(on_carpet())
    assert (found.kind, found.negated, found.turn) == ("flat lay", True, 0)
    assert [stage.how for stage in found.stages[3:]] == ["grabcut", "negated", "capped", "moved"]
    _, _, left, right = extent(image(found))
    assert right - left + 1 == pytest.approx(0.8 * 28, abs=1)


# How sure one can be


def test_likeness_is_the_largest_correlation(some: tuple[np.ndarray, np.ndarray]) -> None:
    means = class_means().numpy()
    assert means.shape == (10, 784)
    for x in some[0][:20].reshape(-1, 784):
        expected = max(np.corrcoef(x, mean)[0, 1] for mean in means)
        assert likeness(torch.tensor(x, dtype=torch.float32)) == pytest.approx(expected, abs=1e-5)
    assert likeness(torch.full((784,), 0.3)) == 0


def test_each_kind_has_its_weights() -> None:
    plain, photos = load_checkpoint(PRETRAINED), load_checkpoint(PRETRAINED_PHOTOS)
    assert not torch.equal(plain.W, photos.W)
    for kind in KINDS:
        assert torch.equal(weights_for(kind).W, (photos if kind == "flat lay" else plain).W)


@pytest.mark.parametrize("colour", ["white", "black", "#808080", "red"])
@pytest.mark.parametrize("size", [(28, 28), (300, 200), (1, 1)], ids=str)
def test_of_one_colour_nothing_is_sure(colour: str, size: tuple[int, int]) -> None:
    assert unsure(prepare(Image.new("RGB", size, colour)))


def test_garments_are_sure_and_noise_is_not(some: tuple[np.ndarray, np.ndarray]) -> None:
    found = [prepare(Image.fromarray((255 * x).astype(np.uint8))) for x in some[0][:200]]
    doubted = [unsure(each) for each in found]
    assert doubted == [likeness(each.x) < UNLIKE for each in found]
    assert np.mean(doubted) <= 0.08
    noise = np.random.default_rng(0).integers(0, 256, (28, 28)).astype(np.uint8)
    assert unsure(prepare(Image.fromarray(noise)))


# Every picture has an answer, and always the same


def test_a_picture_gives_the_same_bits_each_time_and_in_several_threads_at_once() -> None:
    pictures = [coat(), on_carpet(), on_carpet(tee=False), carpet(1), rectangle(50, 70)]
    expected = [prepare(picture).x for picture in pictures]
    with ThreadPoolExecutor(4) as threads:
        for _ in range(2):
            found = list(threads.map(lambda picture: prepare(picture).x, pictures * 2))
            assert all(torch.equal(a, b) for a, b in zip(found, expected * 2, strict=True))


def check(prepared: Prepared) -> None:
    assert (prepared.x.shape, prepared.x.dtype) == ((784,), torch.float32)
    assert (prepared.naive.shape, prepared.naive.dtype) == ((784,), torch.float32)
    assert bool(((prepared.x >= 0) & (prepared.x <= 1)).all())
    assert bool(((prepared.naive >= 0) & (prepared.naive <= 1)).all())
    if prepared.kind == "28×28":
        return
    photo, *middle, cut, fitted, narrowed, tone = (stage.picture for stage in prepared.stages)
    assert [stage.name for stage in prepared.stages] == STEPS
    assert {stage.picture.dtype for stage in prepared.stages} == {np.dtype(np.uint8)}
    assert (photo.ndim, photo.shape[2], cut.shape[2]) == (3, 3, 3)
    assert max(photo.shape[:2]) <= EDGE
    assert {each.shape for each in middle} == {cut.shape[:2]}
    assert fitted.shape == narrowed.shape == tone.shape == (28, 28)


def pattern(name: str, size: tuple[int, int], seed: int) -> Any:
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]]
    a, b = rng.integers(0, 256, (2, 3))
    if name == "noise":
        return rng.integers(0, 256, (*size, 3))
    if name == "stripes":
        return np.where(((x * rng.integers(2) + y) // rng.integers(1, 9) % 2)[..., None], a, b)
    if name == "gradient":
        return a + (b - a) * ((x + y) / (size[0] + size[1]))[..., None]
    picture = np.broadcast_to(a, (*size, 3)).copy()
    if name == "two pixels":
        picture[rng.integers(size[0]), rng.integers(size[1])] = picture[-1, 0] = b
    if name == "dots":
        picture[rng.random(size) < rng.random() / 5] = b
    return picture


SIDES = st.one_of(st.integers(1, 4), st.integers(1, 60), st.integers(1, 448))
PATTERNS = ["noise", "stripes", "gradient", "one colour", "two pixels", "dots"]


@pytest.mark.filterwarnings("error")
@given(
    name=st.sampled_from(PATTERNS), size=st.tuples(SIDES, SIDES), seed=st.integers(0, 10**6),
    kind=st.sampled_from([None, None, *KINDS]), turn=st.sampled_from([None, 1]),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_any_picture_has_an_answer(
    name: str, size: tuple[int, int], seed: int, kind: Kind | None, turn: int | None
) -> None:
    picture = Image.fromarray(pattern(name, size, seed).astype(np.uint8))
    check(prepare(picture, Corrections(kind=kind, turn=turn)))


@pytest.mark.parametrize("kind", [None, *KINDS])
@pytest.mark.parametrize("size", [(1, 1), (2, 1), (1, 4), (3, 3), (448, 1), (28, 28)], ids=str)
def test_the_smallest_pictures_have_an_answer_of_every_kind(size: tuple[int, int], kind: Kind | None) -> None:
    for mode in ("RGB", "L", "RGBA", "1", "P", "I;16", "F"):
        check(prepare(Image.new(mode, size), Corrections(kind=kind)))


# The weights for photos


def test_changed_images_keep_their_form_and_a_seed_repeats_them(some: tuple[np.ndarray, np.ndarray]) -> None:
    levels = (255 * some[0][:40]).astype(np.uint8).reshape(-1, 784)
    found = augmented(levels, np.random.default_rng(1))
    assert (found.shape, found.dtype.name) == ((40, 784), "uint8")
    np.testing.assert_array_equal(found, augmented(levels, np.random.default_rng(1)))
    assert not np.array_equal(found, augmented(levels, np.random.default_rng(2)))
    ink = (found > 0).sum(axis=1) / (levels > 12).sum(axis=1)
    assert 0.5 < ink.min() < 0.9 < 1.1 < ink.max() < 2  # some narrower, some wider
    dark = np.full((28, 28), 5, np.uint8)
    np.testing.assert_array_equal(augment(dark, np.random.default_rng(0)), dark)


def test_the_weights_for_photos_are_the_mean_of_the_last_iterates(some: tuple[np.ndarray, np.ndarray]) -> None:
    """Against softmax regression by hand in float64."""
    levels, labels = (255 * some[0][:300]).astype(np.uint8).reshape(-1, 784), some[1][:300]
    data = FashionData(
        "few", "test", torch.from_numpy(levels), torch.from_numpy(labels),
        torch.from_numpy(some[0][300:].reshape(-1, 784).astype(np.float32)), torch.from_numpy(some[1][300:]),
    )  # fmt: skip
    found, hyperparameters = photo_weights(data, seed=4)
    rng = np.random.default_rng(4)
    sets = [augmented(levels, rng) / 255 for _ in range(SETS)]
    W, b = (each.double().numpy() for each in init_params(4, hyperparameters.init_std))
    iterates = []
    for epoch in range(EPOCHS):
        order = torch.randperm(300, generator=torch.Generator().manual_seed(ORDER_SEED + 4 + epoch)).numpy()
        for batch in (order[:256], order[256:]):
            X, Y = sets[epoch % SETS][batch], np.eye(10)[labels[batch]]
            o = X @ W.T + b
            y_hat = np.exp(o - o.max(axis=1, keepdims=True))
            error = (y_hat / y_hat.sum(axis=1, keepdims=True) - Y) / len(batch)
            W, b = W - hyperparameters.lr * error.T @ X, b - hyperparameters.lr * error.sum(axis=0)
            if epoch >= EPOCHS - AVERAGED:
                iterates.append((W, b))
    assert (found.step, len(iterates), hyperparameters.num_epochs) == (2 * EPOCHS, 2 * AVERAGED, EPOCHS)
    np.testing.assert_allclose(found.W.numpy(), np.mean([W for W, _ in iterates], axis=0), atol=1e-4)
    np.testing.assert_allclose(found.b.numpy(), np.mean([b for _, b in iterates], axis=0), atol=1e-4)
