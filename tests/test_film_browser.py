"""The Templates page in Chromium: one scrubber moves everything, and every tile's colour is its weight."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from conftest import LAPTOP, PATIENCE, sideways, soon
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect
from sklearn.metrics import confusion_matrix

from model.concise import make_model
from model.data import FashionData, is_present, load_fashion_mnist
from model.film import Film
from model.snapshots import Weights, snapshot_steps
from model.train import Hyperparameters, train

EPOCHS, STEPS_PER_EPOCH = 2, 235
STEPS = snapshot_steps(STEPS_PER_EPOCH, EPOCHS)
LIGHT = {-1.0: "083c52", -0.5: "4f95ae", -0.2: "acced9", 0.0: "f7f6f3", 0.2: "f5c9a6", 0.5: "de7f3a", 1.0: "8f2f04"}
DARK = {-1.0: "bcecfc", -0.5: "4aa3c6", -0.2: "1c546b", 0.0: "181a1e", 0.2: "783c18", 0.5: "d87834", 1.0: "ffd6b0"}
"""The diverging scale as the design has it: share of the limit, colour."""


@pytest.fixture(scope="module")
def data(garments: FashionData) -> FashionData:
    """What the server trains on by default."""
    return load_fashion_mnist() if is_present() else garments


@pytest.fixture(scope="module")
def bare(data: FashionData) -> dict[int, Weights]:
    """The same run by the bare iterator: its weights at every snapshot."""
    model = make_model("scratch", 0, 0.01)
    found = {0: Weights(0, model.W.clone(), model.b.clone())}
    for step in train(model, data, Hyperparameters(num_epochs=EPOCHS)):
        if step.step in STEPS:
            found[step.step] = Weights(step.step, model.W.clone(), model.b.clone())
    return found


@pytest.fixture(scope="module")
def run(browser: Browser, url: str) -> str:
    """The id of a run of two epochs that has ended."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(f"{url}/?train_num_epochs={EPOCHS}&train_pace=full")
    page.locator(".st-key-train_main button:enabled").click(timeout=60_000)
    expect(page.locator(".status")).to_have_text("Finished", timeout=60_000)
    expect(page).to_have_url(re.compile("run="))
    run_id = page.url.split("run=")[1].split("&")[0]
    context.close()
    return run_id


@pytest.fixture
def film(page: Page, url: str, run: str) -> Page:
    return opened(page, f"{url}/templates?run={run}")


@pytest.fixture
def dark(browser: Browser, url: str, run: str) -> Iterator[Page]:
    context = browser.new_context(viewport=LAPTOP, locale="en-US", color_scheme="dark")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    yield opened(context.new_page(), f"{url}/templates?run={run}")
    context.close()


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator(".now-epoch")).not_to_have_text("–", timeout=60_000)
    expect(page.locator(".trial .p").first).not_to_be_empty()
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    return page


def go(page: Page, step: int) -> None:
    page.locator(".at").fill(str(STEPS.index(step)))
    expect(page.locator(".now-step")).to_have_text(f"{step:,}")


def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


def scale_colours(stops: dict[float, str]) -> np.ndarray:
    """The colour of each of the 255 levels, (255, 3), from the design's table."""
    shares = np.arange(-127, 128) / 127
    channels = [[int(colour[i : i + 2], 16) for colour in stops.values()] for i in (0, 2, 4)]
    return np.stack([np.interp(shares, list(stops), channel) for channel in channels], axis=1)


def decoded(page: Page, tile: int, stops: dict[float, str]) -> tuple[np.ndarray, float]:
    """A tile's weights (28, 28) as its colours on the screen say, and the scale's limit."""
    limit = number(page.locator(".scale > span").last.inner_text())
    box = page.locator(".tiles.first canvas").nth(tile).bounding_box()
    assert box
    size = int(box["width"])
    assert box["width"] == box["height"] == size
    side, left, top = size // 28, round(box["x"]), round(box["y"])
    assert side * 28 == size
    screen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), np.float64)
    shown = screen[top : top + size, left : left + size]
    pixels = shown[side // 2 :: side, side // 2 :: side]
    away = np.abs(pixels[:, :, None] - scale_colours(stops)).max(axis=-1)
    assert away.min(axis=-1).max() <= 1, "a colour that is not on the scale"
    return (away.argmin(axis=-1) - 127) / 127 * limit, limit


def check_tiles(page: Page, W: torch.Tensor, stops: dict[float, str]) -> None:
    def drawn() -> None:
        for tile in (0, 1, 5, 9):
            weights, limit = decoded(page, tile, stops)
            np.testing.assert_allclose(weights, W[tile].reshape(28, 28), atol=1.01 * limit / 127)

    soon(page, drawn)


def test_a_tiles_colour_decodes_to_its_weight(film: Page, bare: dict[int, Weights]) -> None:
    for step in (STEPS[-1], STEPS_PER_EPOCH, 15, 0):
        go(film, step)
        check_tiles(film, bare[step].W, LIGHT)


def test_in_the_dark_too(dark: Page, bare: dict[int, Weights]) -> None:
    check_tiles(dark, bare[STEPS[-1]].W, DARK)


def test_zero_is_the_scales_middle(film: Page) -> None:
    def drawn() -> None:
        bar = np.asarray(Image.open(io.BytesIO(film.locator(".scale .bar").screenshot())).convert("RGB"))
        row = bar[bar.shape[0] // 2].astype(int)
        away = np.abs(row - [0xF7, 0xF6, 0xF3]).max(axis=1)  # a level further the blue channel differs by 3
        assert away.min() <= 2
        assert abs(away.argmin() - (len(row) - 1) / 2) <= 1.5  # pixels

    soon(film, drawn)
    low, high = texts(film, ".scale > span:not(.bar)")
    assert number(low) == -number(high)


def test_the_changes_are_differences_of_snapshots(film: Page, bare: dict[int, Weights]) -> None:
    step = next(step for step in STEPS if step > STEPS_PER_EPOCH + 100)
    go(film, step)
    film.get_by_text("Since the start", exact=True).click()
    expect(film.locator(".scale-says")).to_have_text("change since epoch 0.00; zero is paper")
    check_tiles(film, bare[step].W - bare[0].W, LIGHT)
    film.get_by_text("Since last epoch", exact=True).click()
    expect(film.locator(".scale-says")).to_have_text("change since epoch 1.00; zero is paper")
    check_tiles(film, bare[step].W - bare[STEPS_PER_EPOCH].W, LIGHT)
    go(film, 15)
    expect(film.locator(".scale-says")).to_have_text("change since epoch 0.00; zero is paper")
    check_tiles(film, bare[15].W - bare[0].W, LIGHT)


def test_the_scrubber_moves_everything_together(film: Page, data: FashionData, bare: dict[int, Weights]) -> None:
    film.locator(".index").fill("7")
    film.locator(".index").press("Enter")
    labels = texts(film, ".tiles.first figcaption")
    film.wait_for_function("sessionStorage.getItem('softmax_studio.picture') === '7'")
    expect(film.locator(".is")).to_have_text(labels[int(data.test_labels[7])])
    for step in (0, 12, STEPS_PER_EPOCH, STEPS[-1]):
        go(film, step)
        W, b = bare[step].W.double(), bare[step].b.double()
        o = data.test_images.double() @ W.T + b
        shown = texts(film, ".confusion tbody td")
        counts = np.array([int(text.replace(",", "") or 0) for text in shown]).reshape(10, 10)
        expected = confusion_matrix(data.test_labels, o.argmax(dim=1))
        assert np.abs(counts - expected).sum() <= 8, "more than snapshots of twelve bits can change"
        assert counts.sum() == len(data.test_labels)
        expect(film.locator(".now-acc")).to_have_text(f"{counts.trace() / len(data.test_labels):.4f}".lstrip("0"))
        p = torch.softmax(o[7], dim=0)
        np.testing.assert_allclose([float(text) for text in texts(film, ".bars .p")], p, atol=2e-3)
        verdict = film.locator(".says").inner_text()
        assert verdict.startswith(labels[int(p.argmax())])
        assert verdict.endswith("✓" if p.argmax() == data.test_labels[7] else "✗")
        soon(film, partial(marked, film, step / STEPS_PER_EPOCH))


def marked(film: Page, epoch: float) -> None:
    """The chart's line stands at this moment."""
    line = film.locator(".now-line").bounding_box()
    x = film.locator(".chart").evaluate(
        "(chart, epoch) => chart.getBoundingClientRect().x + chart._fullLayout.xaxis._offset"
        " + chart._fullLayout.xaxis.l2p(epoch)",
        epoch,
    )
    assert line
    assert abs(line["x"] + line["width"] / 2 - x) < 2


OWN_TIME = """() => {
  const [set, clear] = [setInterval, clearInterval]
  window.tick = null  // what the film does every 120 ms, done when the test says so
  window.setInterval = (act, ms, ...rest) => (ms === 120 ? ((window.tick = act), "film") : set(act, ms, ...rest))
  window.clearInterval = (timer) => (timer === "film" ? (window.tick = null) : clear(timer))
}"""


def test_it_plays_from_the_untrained_model_to_the_end_and_stays_where_it_was_paused(film: Page) -> None:
    now = film.locator(".now-step")
    expect(now).to_have_text(f"{STEPS[-1]:,}")
    film.evaluate(OWN_TIME)
    film.get_by_role("button", name="Play", exact=True).click()
    for step in STEPS:
        expect(now).to_have_text(f"{step:,}")
        film.evaluate("tick()")
    assert film.evaluate("tick") is None  # at its end it comes to rest
    film.get_by_role("button", name="Play", exact=True).click()
    expect(now).to_have_text("0")
    for _ in range(20):
        film.evaluate("tick()")
    film.get_by_role("button", name="Pause", exact=True).click()
    expect(film.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert film.evaluate("tick") is None
    at = f"{STEPS[20]:,}"
    expect(now).to_have_text(at)
    film.reload()
    expect(film.locator(".now-step")).to_have_text(at)
    film.get_by_role("link", name="Data", exact=True).click()
    expect(film.locator(".class canvas").first).to_be_visible()
    film.get_by_role("link", name="Templates", exact=True).click()
    expect(film.locator(".now-step")).to_have_text(at)


def test_the_keyboard_moves_the_scrubber_and_opens_a_template(film: Page, bare: dict[int, Weights]) -> None:
    film.locator(".at").focus()
    film.keyboard.press("Home")
    expect(film.locator(".now-step")).to_have_text("0")
    film.keyboard.press("ArrowRight")
    film.keyboard.press("ArrowRight")
    expect(film.locator(".now-step")).to_have_text(str(STEPS[2]))
    expect(film.locator(".at")).to_have_attribute("aria-valuetext", f"epoch 0.01, step {STEPS[2]}")
    film.keyboard.press("End")
    film.locator(".tiles.first canvas").nth(3).focus()
    film.keyboard.press("Enter")
    expect(film.locator(".whose")).to_have_text("Template of dress")
    film.locator(".plane").focus()
    film.keyboard.press("ArrowUp")
    film.keyboard.press("ArrowLeft")
    expect(film.locator(".large .pixel")).to_have_text(re.compile(r" at row 12, column 12$"))
    value = number(film.locator(".large .pixel").inner_text().split(" at ")[0])
    assert math.isclose(value, float(bare[STEPS[-1]].W[3].reshape(28, 28)[12, 12]), abs_tol=7e-4)
    film.keyboard.press("Escape")
    expect(film.locator(".confusion")).to_be_visible()


def test_a_large_template_has_its_mean_and_the_pictures_it_scores_highest_and_lowest(
    film: Page, data: FashionData, bare: dict[int, Weights]
) -> None:
    film.locator(".tiles.first canvas").nth(8).click()
    expect(film.locator(".highest figure")).to_have_count(6)
    W, b = bare[STEPS[-1]].W[8].double(), float(bare[STEPS[-1]].b[8])
    scores = (data.test_images.double() @ W + b).sort(descending=True).values
    for selector, expected in ((".highest", scores[:6]), (".lowest", scores.flip(0)[:6])):
        shown = [number(text) for text in texts(film, f"{selector} figcaption > span:last-child")]
        np.testing.assert_allclose(shown, expected, atol=0.006)
        assert all(a >= b for a, b in pairwise(shown)) or all(a <= b for a, b in pairwise(shown))
    expect(film.locator(".bias")).to_have_text(f"bias {b:.4f}".replace("0.", ".").replace("-", "−"))
    mean = film.locator(".mean canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
    )
    images = data.train_pixels[data.train_labels == 8].double().mean(dim=0)
    expected = 255 + (images / 255) * (0x1B - 255)  # 0 is paper, 255 ink
    np.testing.assert_allclose(mean, expected, atol=1.5)
    with film.expect_download() as download:
        film.locator(".save-large").click()
    assert download.value.suggested_filename == f"template-8-step-{STEPS[-1]}.png"
    saved = Image.open(download.value.path())
    assert saved.width == 24 + 7 * (140 + 24)
    film.get_by_role("button", name="Back to the whole").click()
    expect(film.locator(".confusion")).to_be_visible()


def test_another_model_stands_beside_it_on_the_same_scale(film: Page) -> None:
    film.locator(".st-key-templates_beside [data-baseweb=select], .st-key-templates_beside input").first.click()
    film.get_by_role("option", name=re.compile("Pretrained")).click()
    expect(film.locator(".tiles.second canvas").first).to_be_visible()
    expect(film.locator(".second-name")).to_have_text(re.compile(r"^Pretrained .* epoch 10\.00 · test acc \.8\d{3}$"))
    expect(film.locator(".scale > span").last).to_have_text("+0.6")  # the pretrained weights' own limit
    expect(film).to_have_url(re.compile("templates_beside=pretrained"))


def test_other_weights_chosen_while_a_template_is_large_bring_the_whole_back(film: Page) -> None:
    film.locator(".tiles.first canvas").nth(5).click()
    expect(film.locator(".large")).to_be_visible()
    film.locator(".st-key-studio_model input").first.click()
    film.get_by_role("option", name=re.compile("Pretrained")).click()
    expect(film.locator(".now-step")).to_have_text("2,350")
    expect(film.locator(".large")).to_be_hidden()
    expect(film.locator(".confusion")).to_be_visible()


def test_a_picture_that_does_not_come_leaves_the_one_before(film: Page) -> None:
    film.locator(".stage:not(.lectern) .after").click()
    film.locator(".stage:not(.lectern) .after").click()
    expect(film.locator(".index")).to_have_value("2")
    film.route("**/picture?index=*", lambda route: route.abort())
    film.locator(".index").evaluate("index => (index.value = '')")  # said again when it is known that none comes
    film.locator(".stage:not(.lectern) .after").click()
    expect(film.locator(".index")).to_have_value("2")
    film.unroute("**/picture?index=*")
    film.locator(".stage:not(.lectern) .after").click()
    expect(film.locator(".index")).to_have_value("3")


def test_a_picture_whose_bytes_come_late_does_not_take_the_place_of_a_later_one(film: Page) -> None:
    film.evaluate("""() => {
      const fetched = window.fetch
      window.fetch = async (...asked) => {
        const response = await fetched(...asked)
        if (!String(asked[0]).endsWith("picture?index=1")) return response
        const bytes = await response.arrayBuffer()
        const late = new Promise((resolve) => (window.letItCome = () => resolve(bytes)))
        return { ok: true, arrayBuffer: () => (window.waiting = true, late) }
      }
    }""")
    film.locator(".stage:not(.lectern) .after").click()
    film.wait_for_function("window.waiting")
    film.locator(".stage:not(.lectern) .after").click()
    expect(film.locator(".index")).to_have_value("2")
    film.evaluate("letItCome()")
    film.locator(".stage:not(.lectern) .after").click()
    expect(film.locator(".index")).to_have_value("3")


def test_a_run_beside_that_goes_on_is_followed(page: Page, url: str, run: str) -> None:
    # It is shown at the moment of the other film, which ends after two epochs: it goes on when that is looked at.
    page.goto(f"{url}/?train_num_epochs=50&train_pace=talk")
    page.locator(".st-key-train_step button:enabled").click(timeout=60_000)
    expect(page.locator(".status")).to_have_text(re.compile(r"Paused at step 1 "), timeout=60_000)
    expect(page).to_have_url(re.compile("run="))
    going = page.url.split("run=")[1].split("&")[0]
    opened(page, f"{url}/templates?run={run}&templates_beside={going}")
    name = page.locator(".second-name")
    expect(name).to_contain_text("epoch")
    expect(name).to_contain_text("epoch 0.00")
    tab = page.context.new_page()
    tab.goto(f"{url}/?run={going}")
    tab.locator(".st-key-train_main button:enabled").click(timeout=60_000)
    expect(name).not_to_contain_text("epoch 0.00", timeout=60_000)
    tab.locator(".st-key-train_stop button:enabled").click(timeout=60_000)
    expect(tab.locator(".status")).to_have_text(re.compile("^Stopped"))


def test_what_is_shown_can_be_saved(film: Page, bare: dict[int, Weights]) -> None:
    go(film, STEPS_PER_EPOCH)
    for name, suffix in (("Save PNG", "templates-step-235.png"), ("Save SVG", "curves.svg")):
        with film.expect_download() as download:
            film.get_by_text(name, exact=True).first.click()
        assert download.value.suggested_filename == suffix
    with film.expect_download() as download:
        film.get_by_text("Save NPZ", exact=True).click()
    arrays = np.load(download.value.path())
    assert arrays["step"] == STEPS_PER_EPOCH
    np.testing.assert_allclose(arrays["W"], bare[STEPS_PER_EPOCH].W, atol=3e-4)
    with film.expect_download() as download:
        film.locator(".save-csv").click()
    rows = [line.split(",") for line in download.value.path().read_text(encoding="utf-8-sig").splitlines()]
    assert rows[0][1:] == [row[0] for row in rows[1:]] == texts(film, ".confusion tbody th")
    shown = [text.replace(",", "") or "0" for text in texts(film, ".confusion tbody td")]
    assert [cell for row in rows[1:] for cell in row[1:]] == shown


def test_a_run_that_goes_on_is_followed(page: Page, url: str) -> None:
    page.goto(f"{url}/?train_num_epochs=50&train_pace=talk")
    page.locator(".st-key-train_main button:enabled").click(timeout=60_000)
    expect(page.locator(".status")).to_have_text(re.compile(r"Step \d"))
    page.get_by_role("link", name="Templates", exact=True).click()
    expect(page.locator(".state")).to_have_text(re.compile(r"Step [\d,]+ of 11,750"))
    expect(page.locator(".now-epoch")).to_have_text(re.compile(r"^[1-9]\d*\.\d\d$"), timeout=60_000)
    page.locator(".at").fill("3")
    expect(page.locator(".now-step")).to_have_text("3")
    marks = page.locator(".at").get_attribute("max")
    expect(page.locator(".at")).not_to_have_attribute("max", marks or "", timeout=60_000)
    expect(page.locator(".now-step")).to_have_text("3")  # who looks back is not torn forward
    page.get_by_role("link", name="Train", exact=True).click()
    page.locator(".st-key-train_stop button:enabled").click()


def test_weights_that_are_not_finite_are_named_and_the_rest_is_shown(
    page: Page, url: str, run: str, data: FashionData, bare: dict[int, Weights]
) -> None:
    W = bare[STEPS[-1]].W.clone()
    W[4] = math.nan
    broken = Film(data, [])
    broken.take(bare[0])
    broken.take(Weights(STEPS[-1], W, bare[STEPS[-1]].b))
    body = broken.frames().to_bytes()
    page.route(f"**/film/{run}?from=*", lambda route: route.fulfill(body=body))
    opened(page, f"{url}/templates?run={run}")
    expect(page.locator(".state")).to_have_text(re.compile("^10,000 test images have no verdict here"))
    expect(page.locator(".tiles.first figcaption").nth(4)).to_have_text("coat: not finite")
    expect(page.locator(".tiles.first figcaption").nth(5)).to_have_text("sandal")
    expect(page.locator(".says")).to_have_text("nothing: a logit is not finite")
    check_tiles(page, W.nan_to_num(), LIGHT)
    page.locator(".at").fill("0")
    expect(page.locator(".says")).to_have_text(re.compile("✓|✗"))


def test_the_scrubber_waits_for_the_film(page: Page, url: str) -> None:
    late: list[Route] = []
    page.route("**/film/*?from=*", lambda route: late.append(route))
    with page.expect_request("**/film/*?from=*", timeout=60_000):
        page.goto(f"{url}/templates?model=pretrained")
    expect(page.locator(".at")).to_be_disabled()
    expect(page.locator(".play")).to_be_disabled()
    for route in late:
        route.continue_()
    expect(page.locator(".at")).to_be_enabled(timeout=60_000)
    expect(page.locator(".play")).to_be_enabled()
    expect(page.locator(".now-step")).not_to_have_text("–")


def test_a_run_with_no_step_yet_shows_its_random_weights_and_says_so(
    page: Page, url: str, run: str, data: FashionData, bare: dict[int, Weights]
) -> None:
    start = Film(data, [])
    start.take(bare[0])
    frame = {"state": "paused", "step": 0, "epoch": 0, "first": True, "epochs": [], "trace": [], "diverging": None}
    page.route(f"**/film/{run}?from=*", lambda route: route.fulfill(body=start.frames().to_bytes()))
    page.route(
        f"**/live/{run}?lang=*",
        lambda route: route.fulfill(body=f"data: {json.dumps(frame)}\n\n", content_type="text/event-stream"),
    )
    page.goto(f"{url}/templates?run={run}")
    expect(page.locator(".now-step")).to_have_text("0", timeout=60_000)
    expect(page.locator(".state")).to_have_text(re.compile("^No step yet: these are the random weights"))
    expect(page.locator(".at")).to_be_disabled()
    expect(page.locator(".play")).to_be_disabled()
    check_tiles(page, bare[0].W, LIGHT)


def test_classes_that_are_never_said_are_named(
    page: Page, url: str, run: str, data: FashionData, bare: dict[int, Weights]
) -> None:
    b = torch.zeros(10)
    b[[2, 7]] = -1000.0
    mute = Film(data, [])
    mute.take(Weights(STEPS[-1], bare[STEPS[-1]].W, b))
    page.route(f"**/film/{run}?from=*", lambda route: route.fulfill(body=mute.frames().to_bytes()))
    page.goto(f"{url}/templates?run={run}")
    expect(page.locator(".state")).to_have_text("Never said here: pullover and sneaker.", timeout=60_000)
    shown = np.array(texts(page, ".confusion tbody td")).reshape(10, 10)
    assert not any(shown[:, 2]) and not any(shown[:, 7])
    assert any(shown[2])


def test_a_server_that_does_not_answer_is_said(page: Page, url: str, run: str) -> None:
    page.route(f"**/film/{run}?from=*", lambda route: route.abort())
    page.goto(f"{url}/templates?run={run}")
    expect(page.locator(".state")).to_have_text(re.compile("^The film cannot be fetched"))


def test_the_templates_have_their_names_before_the_film_has_come(page: Page, url: str, run: str) -> None:
    page.route("**/film/*?from=*", lambda route: None)
    page.goto(f"{url}/templates?run={run}")
    tiles = page.locator(".tiles.first canvas")
    expect(tiles.first).to_have_attribute("aria-label", re.compile("t-shirt"))
    expect(tiles.last).to_have_attribute("aria-label", re.compile("ankle boot"))
    expect(page.locator(".now-epoch")).to_have_text("–")


def test_a_film_beside_that_cannot_be_fetched_is_said(page: Page, url: str, run: str) -> None:
    page.route("**/film/pretrained?from=*", lambda route: route.abort())
    opened(page, f"{url}/templates?run={run}&templates_beside=pretrained")
    expect(page.locator(".state")).to_have_text(re.compile("^The film cannot be fetched"))
    expect(page.locator(".tiles.first canvas").first).to_be_visible()
    expect(page.locator(".tiles.second")).to_be_hidden()


def test_without_a_run_the_pretrained_weights_are_shown_and_how_to_get_more_is_said(page: Page, url: str) -> None:
    page.goto(f"{url}/templates")
    expect(page.locator(".now-step")).to_have_text("2,350", timeout=60_000)
    expect(page.locator(".no-curves")).to_be_visible()
    expect(page.locator(".state")).not_to_be_empty()


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1920, 1080)])
def test_it_is_all_on_one_screen(page: Page, url: str, run: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, f"{url}/templates?run={run}")

    def fits() -> None:
        for part in (".play", ".at", ".tiles.first", ".scale", ".chart", ".confusion", ".bars"):
            box = page.locator(part).first.bounding_box()
            assert box, part
            assert box["x"] >= 0, part
            assert box["y"] >= 0, part
            assert box["x"] + box["width"] <= width, part
            assert box["y"] + box["height"] <= height, part
        assert page.locator(".tiles.first canvas").first.evaluate("canvas => canvas.clientWidth % 28") == 0
        assert sideways(page) <= 0

    soon(page, fits)


def test_a_phone_needs_no_scrolling_sideways(page: Page, url: str, run: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, f"{url}/templates?run={run}")

    def fits() -> None:
        assert sideways(page) <= 0
        for part in (".play", ".at", ".tiles.first", ".chart", ".bars"):
            box = page.locator(part).first.bounding_box()
            assert box, part
            assert box["x"] + box["width"] <= 390, part

    soon(page, fits)


def test_a_page_put_in_the_place_of_another_is_drawn(page: Page, url: str) -> None:
    """As after an update of the app, when an open page is given its new HTML in the same place."""
    page.goto(f"{url}/?train_num_epochs=3")
    expect(page.locator(".chart .main-svg").first).to_be_visible(timeout=60_000)
    page.locator(".stage:not(.lectern)").evaluate("stage => (stage.outerHTML = stage.outerHTML)")
    page.get_by_role("slider", name="Epochs").press("ArrowRight")  # the page is run again, and the stage given its data
    expect(page.locator(".readout .epoch")).to_have_text("0 / 4")
    expect(page.locator(".tiles figcaption").first).to_have_text("t-shirt")
