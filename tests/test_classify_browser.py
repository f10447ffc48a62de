"""The stage of Classify in Chromium: the numbers against SciPy, painting, the keyboard, the history, files, sizes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import sideways, soon
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect
from scipy.special import softmax

from model.checkpoint import PRETRAINED, load_checkpoint
from model.data import TEXT_LABELS, FashionData
from model.picture import open_picture
from model.preprocess import prepare

HERE = "/classify?model=pretrained"
Pixels = np.ndarray

RANDOM_LEDGERS = """async ([W, b, x, pairs]) => {
  const { evidence, ledger } = await import(new URL("lib/classify/model.js", document.baseURI))
  return pairs.map(([a, c]) => Object.values(ledger(evidence({ W: W.flat(), b }, x, a, c))))
}"""


@pytest.fixture(scope="module")
def model() -> tuple[np.ndarray, np.ndarray]:
    checkpoint = load_checkpoint(PRETRAINED)
    return checkpoint.W.double().numpy(), checkpoint.b.double().numpy()


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def coat(garments: FashionData) -> bytes:
    """A picture of 28×28 as the data set has them."""
    index = int((garments.test_labels == 4).nonzero()[0])
    return png(Image.fromarray((garments.test_images[index].reshape(28, 28) * 255).byte().numpy()))


def photo(colour: str = "navy") -> bytes:
    image = Image.new("RGB", (240, 300), "white")
    shirt = [
        (40, 60),
        (90, 40),
        (150, 40),
        (200, 60),
        (220, 130),
        (180, 140),
        (180, 270),
        (60, 270),
        (60, 140),
        (20, 130),
    ]
    ImageDraw.Draw(image).polygon(shirt, fill=colour)
    return png(image)


def flat_lay() -> bytes:
    """A dark garment on a carpet of many colours."""
    greys = np.random.default_rng(0).integers(120, 256, (300, 240, 3), np.uint8)
    greys[60:260, 60:180] = 30
    return png(Image.fromarray(greys))


def given(page: Page, url: str, *contents: bytes) -> Page:
    """The page with these pictures, named 0.png, 1.png, …; the last one is shown."""
    if page.url == "about:blank":
        page.goto(url)
    files: list[FilePayload] = [
        {"name": f"{i}.png", "mimeType": "image/png", "buffer": content} for i, content in enumerate(contents)
    ]
    page.locator("input[type=file]").first.set_input_files(files)
    expect(page.locator(".pictures li")).to_have_count(len(contents))
    expect(page.locator(".pictures [aria-current] img, .pictures [aria-current] canvas")).to_have_count(1)
    return page


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("+", ""))


def rows(page: Page) -> dict[str, tuple[float, float]]:
    """Each class's probability and logit as shown, in the order shown."""
    lines = page.locator(".rows .row").evaluate_all(
        "all => all.map(row => ['.label', '.p', '.o'].map(name => row.querySelector(name).textContent))"
    )
    return {label: (number(p), number(o)) for label, p, o in lines}


def sums(page: Page) -> list[float]:
    return [number(text) for text in page.locator(".ledger .number").all_inner_texts()]


def check(page: Page, x: Pixels, model: tuple[np.ndarray, np.ndarray]) -> None:
    """All numbers shown for ``x`` (784,), worked out by NumPy and SciPy."""
    W, b = model
    o = W @ x.astype(np.float64) + b
    y_hat = softmax(o)
    order = [int(i) for i in np.argsort(-o)]
    shown = rows(page)
    assert list(shown) == [TEXT_LABELS[i] for i in order]
    np.testing.assert_allclose([p for p, _ in shown.values()], y_hat[order], atol=5.01e-4)
    np.testing.assert_allclose([logit for _, logit in shown.values()], o[order], atol=5.01e-3)
    a, c = order[0], int(page.locator(".question select").input_value())
    products = x * (W[a] - W[c])
    parts = [products[products > 0].sum(), products[products < 0].sum(), b[a] - b[c]]
    pro, contra, biases, gap = sums(page)
    assert round(1e4 * (pro + contra + biases - gap)) == 0
    assert gap == pytest.approx(o[a] - o[c], abs=1e-4)
    np.testing.assert_allclose([pro, contra, biases], parts, atol=1e-4)


def x_of(content: bytes) -> Pixels:
    return prepare(open_picture(content)).x.numpy().copy()


def mark_canvases(page: Page) -> Callable[[], list[str]]:
    """Mark every canvas, and count each painting of one; the result tells the parts painted since."""
    page.locator(".classify").evaluate(
        """stage => {
          stage.querySelectorAll("canvas").forEach(canvas => { canvas.marked = true })
          const { putImageData, clearRect } = CanvasRenderingContext2D.prototype
          window.painted = []
          const seen = (draw) => function (...all) {
            window.painted.push(this.canvas.closest("ol, ul, figure, .naive, .bar").className)
            return draw.apply(this, all)
          }
          const seenBoth = { putImageData: seen(putImageData), clearRect: seen(clearRect) }
          Object.assign(CanvasRenderingContext2D.prototype, seenBoth)
        }"""
    )
    return lambda: page.evaluate("window.painted.splice(0)")


def all_marked(page: Page) -> bool:
    return bool(page.locator(".classify canvas").evaluate_all("all => all.every(canvas => canvas.marked)"))


def drag(page: Page, place: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one point of an element to another, both as fractions of it."""
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    page.mouse.move(*points[0])
    page.mouse.down()
    page.mouse.move(*points[1], steps=3)
    page.mouse.up()


def centre(row: int, column: int) -> tuple[float, float]:
    return (column + 0.5) / 28, (row + 0.5) / 28


def test_the_numbers_are_scipys_also_after_painting(
    page: Page, url: str, coat: bytes, model: tuple[np.ndarray, np.ndarray]
) -> None:
    x = x_of(coat)
    given(page, url + HERE, coat)
    check(page, x, model)
    best, *others = rows(page)
    assert page.locator(".sentence").inner_text().endswith(best)
    page.locator(".question select").select_option(label=others[-1])
    expect(page.locator(".ledger .gap dt")).to_have_text(f"Logit gap, {best} − {others[-1]}")
    check(page, x, model)
    page.locator(".edit").click()
    drag(page, page.locator(".x .plane"), centre(3, 2), centre(3, 6))
    expect(page.locator(".x .caption")).to_have_text("x, painted")
    x.reshape(28, 28)[3, 2:7] = 1
    check(page, x, model)
    # What is painted is ink on the picture.
    drawn = page.locator(".x canvas").evaluate("c => [...c.getContext('2d').getImageData(2, 3, 5, 1).data]")
    assert drawn[::4] == [0x1B] * 5
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("button", name="Brush of 3 × 3 pixels").click()
    drag(page, page.locator(".x .plane"), centre(14, 14), centre(14, 14))
    x.reshape(28, 28)[13:16, 13:16] = 0
    check(page, x, model)


def test_ledgers_of_any_weights_add_up(page: Page, url: str) -> None:
    page.goto(url + HERE)
    random = np.random.default_rng(1)
    for scale in (1e-3, 0.1, 30):
        W, b, x = random.normal(0, scale, (10, 784)), random.normal(0, scale, 10), random.random(784)
        pairs = [[int(a), int(c)] for a in range(10) for c in range(10) if a != c]
        found = np.array(page.evaluate(RANDOM_LEDGERS, [W.tolist(), b.tolist(), x.tolist(), pairs]))
        gaps = [(W[a] - W[c]) @ x + b[a] - b[c] for a, c in pairs]
        np.testing.assert_allclose(found[:, 3], gaps, atol=0.51e-4)
        units = np.round(found * 1e4).astype(int)
        np.testing.assert_array_equal(units[:, :3].sum(axis=1), units[:, 3])


def test_only_what_changes_is_painted_and_no_canvas_is_replaced(page: Page, url: str, coat: bytes) -> None:
    given(page, url + HERE, photo(), coat)
    painted = mark_canvases(page)
    page.locator(".rows .row").nth(4).click()
    assert sorted(painted()) == ["map", "w"]
    page.locator(".rows .row").nth(4).click()
    assert painted() == []
    page.locator(".edit").click()
    page.locator(".compare").nth(1).click()
    expect(page.locator(".names .other b")).to_have_text("0.png")
    assert painted() == []
    page.locator(".show").nth(1).click()
    expect(page.locator(".show").nth(1)).to_have_attribute("aria-current", "true")
    assert set(painted()).isdisjoint({"pictures", "bar"})  # the tiles of the history are what they were
    assert all_marked(page)


def test_all_by_keyboard(page: Page, url: str, coat: bytes, model: tuple[np.ndarray, np.ndarray]) -> None:
    x = x_of(coat)
    given(page, url + HERE, coat)
    labels = list(rows(page))
    page.locator(".rows .row").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    chosen = page.get_by_role("option", selected=True).locator("visible=true").filter(has_text=labels[3])
    expect(chosen).to_be_focused()
    expect(page.locator(".ledger .contra dt")).to_have_text(f"Pixels for {labels[3]}")
    page.locator(".map .plane").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_have_text(
        re.compile(r"^row 13, column 14: [\d.]+ × [+−]?[\d.]+ = [+−]?[\d.]+$")
    )
    page.locator(".edit").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".x .plane")).to_be_focused()
    for key in ("ArrowDown", "Space", "ArrowRight", "Delete"):
        page.keyboard.press(key)
    # The place is the one that was read before.
    row, column = map(int, re.findall(r"row (\d+), column (\d+)", page.locator(".reading").inner_text())[0])
    x.reshape(28, 28)[row, column - 1 : column + 1] = [1, 0]
    check(page, x, model)
    for _ in range(2):
        page.locator(".undo-stroke").focus()
        page.keyboard.press("Enter")
    expect(page.locator(".x .caption")).to_have_text("picture x")
    check(page, x_of(coat), model)


def test_strokes_are_kept(page: Page, url: str, coat: bytes, model: tuple[np.ndarray, np.ndarray]) -> None:
    x = x_of(coat)
    given(page, url + HERE, photo(), coat)
    page.locator(".edit").click()
    for stroke in range(6):  # answers to the first arrive while the later ones are painted
        drag(page, page.locator(".x .plane"), centre(2 * stroke, 1), centre(2 * stroke, 4))
        page.wait_for_timeout(60 * (stroke + 2))
        x.reshape(28, 28)[2 * stroke, 1:5] = 1
    check(page, x, model)
    page.get_by_role("link", name="Train", exact=True).click()  # at once
    expect(page.locator(".st-key-train_main button")).to_be_visible()
    page.get_by_role("link", name="Classify", exact=True).click()
    expect(page.locator(".x .caption")).to_have_text("x, painted")
    check(page, x, model)
    page.wait_for_timeout(600)
    page.locator(".show").nth(1).click()
    expect(page.locator(".show").nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator(".x .caption")).to_have_text("picture x")
    page.locator(".show").nth(0).click()
    expect(page.locator(".x .caption")).to_have_text("x, painted")
    check(page, x, model)
    page.locator(".edit").click()
    page.locator(".back").click()
    check(page, x_of(coat), model)


def test_a_stroke_outlasts_the_steps_of_a_run(page: Page, url: str, coat: bytes) -> None:
    """The page says its weights anew each second: what is painted meanwhile must stay, all of it."""
    page.goto(f"{url}/?train_num_epochs=50&train_pace=talk")  # for eight minutes
    page.locator(".st-key-train_main button").click()
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    page.get_by_role("link", name="Classify", exact=True).click()
    expect(page.locator(".empty .steps")).to_be_visible()
    given(page, url, coat)
    against = page.locator(".question select")
    against.select_option(label="bag")
    page.locator(".edit").click()
    plane = page.locator(".x .plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box
    page.mouse.move(box["x"] + 1.5 / 28 * box["width"], box["y"] + 2.5 / 28 * box["height"])
    page.mouse.down()
    kind = page.locator(".kind")

    def run_goes_on() -> None:
        expect(kind).not_to_have_text(kind.inner_text())

    for column in range(2, 27):
        page.mouse.move(box["x"] + (column + 0.5) / 28 * box["width"], box["y"] + 2.5 / 28 * box["height"])
        if column % 8 == 0:
            run_goes_on()  # under the brush
    page.mouse.up()
    for _ in range(3):
        run_goes_on()
    drawn = page.locator(".x canvas").evaluate("c => [...c.getContext('2d').getImageData(1, 2, 26, 1).data]")
    assert drawn[::4] == [0x1B] * 26
    assert against.locator("option:checked").inner_text() == "bag"


def test_a_picture_that_shows_nothing_is_no_firm_verdict(page: Page, url: str) -> None:
    given(page, url + HERE, png(Image.new("RGB", (200, 300), "white")))
    assert next(iter(rows(page).values()))[0] > 0.5
    expect(page.locator(".sentence")).to_have_text(re.compile("^Perhaps "))
    expect(page.locator(".unsure")).to_contain_text("Nothing was found")


def test_two_pictures_that_different_weights_look_at_are_named_with_them(page: Page, url: str, coat: bytes) -> None:
    given(page, url + HERE, flat_lay(), photo(), coat)
    page.locator(".compare").nth(1).click()
    expect(page.locator(".names .one b")).to_have_text("2.png")
    expect(page.locator(".names .other b")).to_have_text("1.png")
    page.locator(".compare").nth(2).click()
    expect(page.locator(".names .one b")).to_have_text("2.png · Pretrained")
    expect(page.locator(".names .other b")).to_have_text("0.png · Pretrained, for photos")


def test_the_saved_verdict_says_that_it_is_not_sure(page: Page, url: str, tmp_path: Path) -> None:
    given(page, url + HERE, png(Image.new("RGB", (200, 300), "white")))
    with page.expect_download() as download:
        page.locator("[data-save=csv]").click()
    download.value.save_as(tmp_path / "verdict.csv")
    lines = list(csv.reader((tmp_path / "verdict.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert lines[2] == [page.locator(".unsure").inner_text()]


def test_on_a_wall_nothing_lies_over_the_sums(page: Page, url: str, coat: bytes) -> None:
    page.goto(f"{url}{HERE}&projector=1&screen=evidence")
    given(page, url, coat)
    page.locator(".edit").click()
    expect(page.locator(".brush")).to_be_visible()
    leave = page.locator(".st-key-studio_leave button")

    def corner_is_beneath() -> None:
        corner, why = leave.bounding_box(), page.locator(".why").bounding_box()
        assert corner
        assert why
        assert corner["y"] >= why["y"] + why["height"]

    for part in (page.locator(".why"), leave):
        part.scroll_into_view_if_needed()
        soon(page, corner_is_beneath)


def test_the_history_shows_removes_and_brings_back(page: Page, url: str, coat: bytes) -> None:
    given(page, url + HERE, photo("navy"), photo("silver"), coat)
    names = page.locator(".show")
    titles = "all => all.map(button => button.title)"
    assert names.evaluate_all(titles) == ["2.png", "1.png", "0.png"]
    page.locator(".remove").first.focus()
    page.keyboard.press("Enter")
    expect(names).to_have_count(2)
    expect(page.locator(".restore")).to_be_focused()
    expect(names.first).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    expect(names).to_have_count(3)
    assert names.evaluate_all(titles) == ["2.png", "1.png", "0.png"]
    expect(names.first).to_have_attribute("aria-current", "true")
    expect(page.locator(".restore")).to_be_hidden()
    expect(names.first).to_be_focused()


def test_a_part_of_a_photo_is_chosen(page: Page, url: str) -> None:
    given(page, url + HERE, photo())
    square = page.locator(".square").first
    whole = page.get_by_role("button", name="Whole picture")
    drag(page, square, (0.2, 0.1), (0.8, 0.6))
    expect(whole).to_be_visible()
    whole.click()
    expect(whole).to_be_hidden()
    square.focus()
    for key in ("Shift+ArrowLeft", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(whole).to_be_visible()


def test_the_explanation_can_be_saved(
    page: Page, url: str, coat: bytes, model: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    given(page, url + HERE, photo(), coat)
    saved = {}
    for what in ("png", "csv", "history"):
        with page.expect_download() as download:
            page.locator(f"[data-save={what}]").click()
        saved[what] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[what])
    assert [path.name for path in saved.values()] == ["1-explained.png", "1-verdict.csv", "pictures.csv"]
    assert Image.open(saved["png"]).size == (2000, 1440)
    tables = {
        what: list(csv.reader(saved[what].read_text(encoding="utf-8-sig").splitlines())) for what in ("csv", "history")
    }
    o = model[0] @ x_of(coat).astype(np.float64) + model[1]
    order = np.argsort(-o)
    lines = tables["csv"][4:14]
    assert [line[0] for line in lines] == [TEXT_LABELS[i] for i in order]
    np.testing.assert_allclose([list(map(float, line[1:])) for line in lines], np.c_[softmax(o), o][order], rtol=1e-9)
    assert float(tables["csv"][-1][1]) == pytest.approx(o[order[0]] - o[order[1]], abs=1e-4)
    _, newest, oldest = tables["history"]
    assert [newest[0], oldest[0]] == ["1.png", "0.png"]
    np.testing.assert_allclose([float(value) for value in newest[4:]], softmax(o), rtol=1e-9)


def test_all_is_seen_on_a_laptop_and_a_phone_scrolls_only_the_steps(page: Page, url: str, coat: bytes) -> None:
    given(page, url + HERE, photo())
    sizes = "all => all.map(canvas => canvas.getBoundingClientRect().width % 28)"

    def all_seen() -> None:
        for part in (".steps", ".rows", ".map canvas", ".ledger"):
            box = page.locator(part).bounding_box()
            assert box, part
            assert box["y"] + box["height"] <= 720, part
        assert set(page.locator(".equation canvas, .square canvas").evaluate_all(sizes)) == {0}

    def stays_within() -> None:
        assert page.evaluate("innerWidth") == width
        assert sideways(page) <= 0, width
        assert set(page.locator(".equation canvas").evaluate_all(sizes)) == {0}, width

    soon(page, all_seen)
    for width in (390, 768, 1100):
        page.set_viewport_size({"width": width, "height": 844})
        soon(page, stays_within)
        page.locator(".edit").click()
        soon(page, stays_within)
        page.locator(".edit").click()
