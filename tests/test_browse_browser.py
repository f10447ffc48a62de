"""The Data page in Chromium: pictures and numbers on the screen against the files' own bytes, and every way about."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import LAPTOP, NOWHERE, OWN_HOST, PATIENCE, sideways, soon
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from server import serve

from model.data import TEXT_LABELS, data_folder, is_present

GROUND_AND_INK = {"light": ((255, 255, 255), (27, 27, 29)), "dark": ((20, 21, 24), (236, 236, 234))}


@pytest.fixture(scope="module")
def files() -> dict[str, np.ndarray]:
    """The four files' arrays, read here and not by the product: IDX headers have 16 bytes for images, 8 for labels."""
    if not is_present():
        pytest.skip("Fashion-MNIST is not in the data folder; get it with: python -m model data --fetch")

    def read(name: str, header: int) -> np.ndarray:
        path = data_folder() / "FashionMNIST" / "raw" / name
        stored = path.read_bytes() if path.is_file() else gzip.decompress(path.with_suffix(".gz").read_bytes())
        return np.frombuffer(stored, np.uint8)[header:]

    return {
        "train": read("train-images-idx3-ubyte", 16).reshape(-1, 784),
        "train labels": read("train-labels-idx1-ubyte", 8),
        "test": read("t10k-images-idx3-ubyte", 16).reshape(-1, 784),
        "test labels": read("t10k-labels-idx1-ubyte", 8),
    }


@pytest.fixture(scope="module")
def url(url: str) -> str:
    """The Data page's address."""
    return f"{url}/data"


def a_page(browser: Browser, faults: list[str], **context: Any) -> Page:
    page = browser.new_context(**{"viewport": LAPTOP, "locale": "en-US", **context}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: None if OWN_HOST.match(request.url) else faults.append(request.url))
    return page


def ready(page: Page, url: str) -> Page:
    page.goto(url)
    expect(page.locator(".class canvas").first).to_be_visible()
    expect(page.locator(".stage:not(.lectern) .where")).not_to_be_empty()
    page.evaluate("document.fonts.ready.then(() => null)")  # or what is measured may move
    return page


def where(page: Page, pattern: str) -> None:
    expect(page.locator(".stage:not(.lectern) .where")).to_have_text(re.compile(pattern))


def pick(page: Page, label: int) -> None:
    page.locator(".class").nth(label).click()


def goto(page: Page, index: object) -> None:
    page.get_by_label("Go to index").fill(str(index))
    page.keyboard.press("Enter")


def colours(page: Page, selector: str) -> np.ndarray:
    """What the canvases show, (n, 784, 3)."""
    found = page.locator(selector).evaluate_all(
        "all => all.filter(canvas => canvas.checkVisibility({visibilityProperty: true}))"
        ".map(canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data))"
    )
    return np.array(found).reshape(-1, 784, 4)[:, :, :3]


def inked(pixels: np.ndarray, theme: str = "light") -> np.ndarray:
    """The colours of grey values 0 to 255: 0 is the ground, 255 the ink, linear between them. (n, 784, 3)."""
    ground, ink = (np.array(colour, float) for colour in GROUND_AND_INK[theme])
    mixed: np.ndarray = np.floor(ground + pixels.reshape(-1, 784, 1) / 255 * (ink - ground) + 0.5)
    return mixed


def shown_numbers(page: Page) -> list[str]:
    """The texts of the table's 784 cells."""
    return page.locator(".numbers tbody td").all_text_contents()


def tile(page: Page, i: int) -> Any:
    return page.locator(".pictures button").nth(i)


def focused(page: Page) -> str:
    name: str = page.evaluate(
        "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement;"
        " return e.getAttribute('aria-label') || e.textContent }"
    )
    return name


def saved(page: Page, what: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator(f'[data-save="{what}"]').click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_canvases_show_the_files_own_bytes(
    browser: Browser, url: str, files: dict[str, np.ndarray], theme: str
) -> None:
    page = ready(a_page(browser, [], color_scheme=theme), url)
    expect(page.locator(".stage:not(.lectern)")).to_have_attribute("data-theme", theme)
    assert (colours(page, ".pictures canvas") == inked(files["train"][:50], theme)).all()
    means = [files["train"][files["train labels"] == label].mean(axis=0) for label in range(10)]
    assert (colours(page, ".class canvas") == inked(np.floor(np.array(means) + 0.5), theme)).mean() > 0.999
    goto(page, 12_345)
    where(page, "Picture 12,346 of 60,000")
    assert (colours(page, ".large canvas") == inked(files["train"][12_345], theme)).all()
    page.context.close()


def test_classes_are_counted_and_filter(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, f"{url}?data_split=test")
    counts = np.bincount(files["test labels"])
    assert page.locator(".class small").all_text_contents() == [f"{count:,}" for count in counts]
    assert page.locator(".class span > span").all_text_contents() == list(TEXT_LABELS)
    coats = np.flatnonzero(files["test labels"] == 4)
    pick(page, 4)
    where(page, f"Images 1 to 50 of 1,000 · index {coats[0]} to {coats[49]}")
    expect(page.get_by_role("button", name="coat, 1,000 images")).to_have_attribute("aria-pressed", "true")
    assert (colours(page, ".pictures canvas") == inked(files["test"][coats[:50]])).all()
    pick(page, 4)
    where(page, "of 10,000")
    pick(page, 9)
    where(page, "of 1,000")
    page.get_by_role("button", name="All classes").click()
    where(page, "Images 1 to 50 of 10,000 · index 0 to 49")


def test_pages_turn_at_once_and_nothing_jumps(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, url)
    pick(page, 2)
    where(page, "of 6,000")
    pullovers = np.flatnonzero(files["train labels"] == 2)
    places = [page.locator(part).bounding_box() for part in (".classes", ".pager", ".save")]
    page.locator(".stage:not(.lectern)").evaluate(  # the last two before the first is answered
        "root => [1, 2, 3].forEach(() => root.querySelector('.next').click())"
    )
    where(page, "Images 151 to 200 of 6,000")
    assert (colours(page, ".pictures canvas") == inked(files["train"][pullovers[150:200]])).all()
    assert [page.locator(part).bounding_box() for part in (".classes", ".pager", ".save")] == places
    page.get_by_role("button", name="Last page").click()
    where(page, "Images 5,951 to 6,000 of 6,000")
    expect(page.get_by_role("button", name="Next page")).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Next page").dispatch_event("click")
    page.get_by_role("button", name="Previous page").click()
    where(page, "Images 5,901 to 5,950")
    page.get_by_role("button", name="First page").click()
    where(page, "Images 1 to 50")
    took = page.locator(".stage:not(.lectern)").evaluate(
        """async (root) => {
          const took = []
          for (let turn = 1; turn <= 10; turn++) {
            const start = performance.now()
            root.querySelector(".next").click()
            while (!root.querySelector(".where").textContent.startsWith(`Images ${50 * turn + 1} `))
              await new Promise(requestAnimationFrame)
            took.push(performance.now() - start)
          }
          return took
        }"""
    )
    assert min(took) < 1000  # 60 ms on a quiet machine; on a busy one the clock also measures what else it does


def test_the_numbers_are_the_files(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, f"{url}?data_split=test&data_index=3456")
    picture = files["test"][3456]
    where(page, "Picture 3,457 of 10,000")
    expect(page.locator(".label")).to_have_text(TEXT_LABELS[files["test labels"][3456]])
    expect(page.locator(".place")).to_have_text("test image, index 3,456")
    shown = np.array([float(text) for text in shown_numbers(page)])
    assert np.abs(shown - picture / 255).max() <= 0.0005 + 1e-9
    assert not any(text.startswith("0.") for text in shown_numbers(page))
    page.get_by_role("button", name="0 to 255").click()
    expect(page.get_by_role("button", name="0 to 255")).to_have_attribute("aria-pressed", "true")
    assert [int(text) for text in shown_numbers(page)] == picture.tolist()
    size = page.locator(".numbers").evaluate("table => parseFloat(getComputedStyle(table).fontSize)")
    assert size >= 11


def test_a_pixel_is_marked_in_the_picture_and_in_the_table(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, f"{url}?data_index=0")
    picture = files["train"][0].reshape(28, 28)
    box = page.locator(".large canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 13.5 / 28, box["y"] + box["height"] * 20.5 / 28)
    byte = int(picture[20, 13])
    expect(page.locator(".row-column")).to_have_text("Row 20, column 13")
    value = f"{byte / 255:.4f}".removeprefix("0")
    expect(page.locator(".opened .value").first).to_have_text(f"byte {byte}, value {byte} / 255 = {value}")
    expect(page.locator(".flat")).to_contain_text("28 × 20 + 13 = 573")
    assert files["train"][0][573] == byte
    marked = page.locator('.numbers [aria-selected="true"]')
    expect(marked).to_have_count(1)
    assert marked.get_attribute("data-flat") == "573"
    mark = page.locator(".mark").bounding_box()
    assert mark
    assert mark["x"] == pytest.approx(box["x"] + 13 * box["width"] / 28, abs=0.1)
    assert mark["y"] == pytest.approx(box["y"] + 20 * box["height"] / 28, abs=0.1)
    marked.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
    expect(page.locator(".row-column")).to_have_text("Row 21, column 13")
    expect(page.locator(".label")).to_have_text(TEXT_LABELS[9])  # the table's arrows turn no picture
    where(page, "Picture 1 of 60,000")


def test_the_keyboard_goes_everywhere(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, f"{url}?data_class=1")
    trousers = np.flatnonzero(files["train labels"] == 1)
    page.get_by_role("button", name="All classes").focus()
    for _ in range(20):  # over the index field and the pager, which is off at the first page's beginning
        page.keyboard.press("Tab")
        if focused(page).startswith("Index"):
            break
    assert focused(page) == f"Index {trousers[0]}, trouser"
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    assert focused(page) == f"Index {trousers[11]}, trouser"
    page.keyboard.press("PageDown")
    where(page, f"Images 51 to 100 of 6,000 · index {trousers[61]}: trouser")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    where(page, f"Images 1 to 50 of 6,000 · index {trousers[49]}: trouser")
    assert focused(page) == f"Index {trousers[49]}, trouser"
    page.keyboard.press("Enter")
    where(page, "Picture 50 of 6,000")
    page.keyboard.press("ArrowRight")  # onto the next page's first
    where(page, "Picture 51 of 6,000")
    expect(page.locator(".place")).to_have_text(f"training image, index {trousers[50]:,}")
    assert (colours(page, ".large canvas") == inked(files["train"][trousers[50]])).all()
    expect(page).to_have_url(re.compile(f"data_index={trousers[50]}"))
    page.keyboard.press("Escape")
    where(page, "Images 51 to 100 of 6,000")
    assert focused(page) == f"Index {trousers[50]}, trouser"
    expect(page).not_to_have_url(re.compile("data_index"))


def test_an_index_is_gone_to_or_refused_in_a_sentence(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, f"{url}?data_class=3&data_from=100")
    where(page, "Images 101 to 150 of 6,000")
    for value, sentence in (
        ("60000", "Index 60,000 is beyond the last one, 59,999; type a smaller number."),
        ("-3", "-3 is not an index; type a whole number from 0 to 59,999."),
        ("1.5", "1.5 is not an index; type a whole number from 0 to 59,999."),
        ("<b>", "<b> is not an index; type a whole number from 0 to 59,999."),
    ):
        goto(page, value)
        expect(page.locator(".stage:not(.lectern) .where")).to_have_text(sentence)
        expect(page.locator(".pictures")).to_be_visible()
    goto(page, 59_999)
    where(page, "Picture 60,000 of 60,000")
    expect(page.locator(".label")).to_have_text(TEXT_LABELS[files["train labels"][-1]])
    goto(page, 59_990)  # on the same page, and opened already
    where(page, "Picture 59,991 of 60,000")
    ready(page, f"{url}?data_split=test&data_index=10000")
    expect(page.locator(".stage:not(.lectern) .where")).to_have_text(
        "Index 10,000 is beyond the last one, 9,999; type a smaller number."
    )


def test_a_reload_another_page_and_another_language_keep_the_place(page: Page, url: str) -> None:
    ready(page, url)
    page.get_by_text("Test", exact=True).click()
    where(page, "of 10,000")
    pick(page, 6)
    where(page, "Images 1 to 50 of 1,000")
    page.get_by_role("button", name="Next page").click()
    where(page, "Images 51 to 100")
    tile(page, 4).click()
    where(page, "Picture 55 of 1,000")
    expect(page).to_have_url(re.compile("data_index="))
    index = page.locator(".place").inner_text()
    page.reload()
    where(page, "Picture 55 of 1,000")
    expect(page.locator(".place")).to_have_text(index)
    page.get_by_role("link", name="Train", exact=True).click()
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    page.get_by_role("link", name="Data", exact=True).click()
    where(page, "Picture 55 of 1,000")
    expect(page.locator(".place")).to_have_text(index)
    page.locator(".st-key-studio_language button").first.click()
    where(page, "第 55 张，共 1,000 张")
    page.get_by_role("button", name="返回图像列表").click()
    where(page, "第 51 至 100 张，共 1,000 张")


def test_what_is_saved_is_what_the_files_hold(
    page: Page, url: str, files: dict[str, np.ndarray], tmp_path: Path
) -> None:
    ready(page, f"{url}?data_class=8&data_split=test")
    path = saved(page, "counts", tmp_path)
    assert path.name == "fashion-mnist-test-class-counts.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    counts = np.bincount(files["test labels"])
    assert rows == [["label", "class", "images"], *([str(i), TEXT_LABELS[i], str(counts[i])] for i in range(10))]
    for what, name in (("page", "fashion-mnist-test-class-8-1-50"), ("means", "fashion-mnist-test-means")):
        path = saved(page, what, tmp_path)
        assert path.name == f"{name}.png"
        with Image.open(path) as sheet:
            assert min(sheet.size) > 300
            assert sheet.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    index = int(np.flatnonzero(files["test labels"] == 8)[7])
    tile(page, 7).click()
    where(page, "Picture 8 of 1,000")
    with Image.open(saved(page, "picture", tmp_path)) as picture:
        assert picture.size == (560, 560)
        reds = np.asarray(picture.convert("RGB"), float)[:, :, 0]
    assert (reds.reshape(28, 20, 28, 20) == reds[::20, ::20][:, None, :, None]).all()  # enlarged, not smoothed
    assert (reds[::20, ::20].reshape(784) == inked(files["test"][index])[0, :, 0]).all()
    path = saved(page, "numbers", tmp_path)
    assert path.name == f"fashion-mnist-test-{index}.csv"
    numbers = np.loadtxt(path, delimiter=",", skiprows=1, dtype=np.float32)
    assert (numbers.reshape(784) == files["test"][index].astype(np.float32) / np.float32(255)).all()


def test_a_link_to_the_other_data_set_shows_it_at_once(page: Page, url: str) -> None:
    ready(page, f"{url}?train_data=garments")
    expect(page.get_by_text("sampled from a model that this project fitted")).to_be_visible()
    page.reload()
    expect(page.get_by_text("sampled from a model that this project fitted")).to_be_visible()


def test_the_npz_file_holds_the_means_and_counts(page: Page, url: str, files: dict[str, np.ndarray]) -> None:
    ready(page, url)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save means and counts (NPZ)").first.click()
    assert download.value.suggested_filename == "fashion-mnist-train-classes.npz"
    file = np.load(download.value.path())
    means = [files["train"][files["train labels"] == label].mean(axis=0) / 255 for label in range(10)]
    assert np.allclose(file["mean_images"].reshape(10, 784), means, atol=1e-5)
    assert file["class_counts"].tolist() == np.bincount(files["train labels"]).tolist()


@pytest.mark.parametrize(("width", "height", "side"), [(1280, 720, 84), (1920, 1080, 112)])
def test_grid_and_picture_fit_without_scrolling(page: Page, url: str, width: int, height: int, side: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    ready(page, url)

    def fits(middle: str) -> None:
        for part in (".classes", ".bar", middle, ".save"):
            box = page.locator(f".stage:not(.lectern) {part}").bounding_box()
            assert box, part
            assert box["y"] >= 0, part
            assert box["y"] + box["height"] <= height, part
            assert box["x"] + box["width"] <= width, part

    soon(page, lambda: fits(".pictures"))
    assert page.locator(".pictures canvas").first.evaluate("canvas => canvas.clientWidth") == side
    tile(page, 3).click()
    where(page, "Picture 4 of")
    soon(page, lambda: fits(".opened"))
    assert page.locator(".large canvas").evaluate("canvas => canvas.clientWidth % 28") == 0
    assert page.locator(".scroll").evaluate("box => box.scrollWidth - box.clientWidth") <= 0


def test_a_phone_has_five_columns_and_a_table_that_scrolls_in_itself(page: Page, url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    ready(page, url)
    for part in (".classes", ".pictures"):
        columns = page.locator(part).evaluate("grid => getComputedStyle(grid).gridTemplateColumns.split(' ').length")
        assert columns == 5
    tile(page, 0).click()
    where(page, "Picture 1 of")
    box = page.locator(".scroll")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")

    def stage_comes_first() -> None:
        assert sideways(page) <= 0
        stage, title = (
            page.locator(".stage:not(.lectern)").bounding_box(),
            page.get_by_role("heading", name="Data").bounding_box(),
        )
        assert stage
        assert title
        assert stage["y"] < title["y"]

    soon(page, stage_comes_first)


def test_without_fashion_mnist_garments_are_shown_and_named(page: Page, tmp_path: Path) -> None:
    with serve(tmp_path / "server.log", SOFTMAX_STUDIO_DATA=str(tmp_path / "none"), **NOWHERE) as url:
        ready(page, f"{url}/data?data_index=60000")
        expect(page.locator(".stage:not(.lectern) .where")).to_have_text(
            re.compile("Index 60,000 is beyond the last one, 59,999")
        )
        expect(page.get_by_text("They are not photographs.")).to_be_visible()
        tile(page, 0).click()
        where(page, "Picture 1 of 60,000")
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_a_page_that_was_asked_for_comes_though_the_old_one_speaks_meanwhile(page: Page, url: str) -> None:
    at_once = "(button, link) => (link.click(), button.click())"
    links = page.get_by_test_id("stTopNavLink")
    ready(page, url)
    page.locator(".class").nth(3).evaluate(at_once, links.filter(has_text="Train").element_handle())
    expect(page.locator(".st-key-train_main button:enabled")).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator("h1")).to_have_text("Train")
    # Who asks for the page that is shown leaves nothing.
    ready(page, f"{url}?data_split=test")
    page.locator(".class").nth(3).evaluate(at_once, links.filter(has_text="Data").element_handle())
    where(page, r"Images 1 to 50 of 1,000")
