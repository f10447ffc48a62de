"""Classify and Evaluate on a wall: each screen without scrolling and readable, what is hidden, and what is kept."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

import numpy as np
import pytest
from accessibility import serious
from axe_playwright_python.sync_playwright import Axe
from conftest import soon
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect
from wall_checks import CONTRAST, wall_faults

from model.data import TEXT_LABELS, FashionData
from pages.ui.wall import SCREENS

SIZES = ((1280, 720), (1920, 1080))
LOOKS = (("en", "light"), ("zh", "dark"))
CLASSIFY = "/classify?model=pretrained&projector=1"
EVALUATE = "/evaluate?model=pretrained&evaluate_data=garments&projector=1"
LISTS = ("images", "mistakes", "calls", "cell")
TILES = ".plane canvas, .small canvas, .pictures canvas, .items canvas"

UNSEEN = "0.0 px"
"""How a fault begins that is none: Streamlit's words for a camera, in English only, give their place to ours."""

SEEN = """() => {
  const texts = []
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) walk(element.shadowRoot)
      if (["SCRIPT", "STYLE", "OPTION"].includes(element.tagName)) continue
      if (!element.checkVisibility({ checkVisibilityCSS: true })) continue
      for (const name of ["title", "alt", "aria-label", "placeholder"]) texts.push(element.getAttribute(name) ?? "")
      for (const node of element.childNodes) if (node.nodeType === 3) texts.push(node.textContent)
      if (element.tagName === "SELECT") texts.push(...[...element.options].map((option) => option.text))
    }
  }
  walk(document.body)
  return texts.map((text) => text.trim()).filter(Boolean)
}"""
"""Every text that is shown or heard on the screen, also on hovering."""


@pytest.fixture(scope="module")
def coats(garments: FashionData) -> list[FilePayload]:
    """Three pictures of coats as the data set has them, in files that say so."""
    files: list[FilePayload] = []
    for i, index in enumerate((garments.test_labels == 4).nonzero()[:3, 0].tolist()):
        file = io.BytesIO()
        Image.fromarray((garments.test_images[index].reshape(28, 28) * 255).byte().numpy()).save(file, "PNG")
        files.append({"name": f"a-coat-{i}.png", "mimeType": "image/png", "buffer": file.getvalue()})
    return files


def opened(page: Page, address: str, size: tuple[int, int] = SIZES[0]) -> Page:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(address)
    expect(page.locator(".stage.projector[data-wall]")).to_be_attached()
    expect(page.locator(".lectern .bar")).to_be_visible()
    return page


def example(page: Page, name: str) -> None:
    """Give one of the six pictures, on the screen that does."""
    turned(page, "picture")
    before = page.locator(".pictures li").count()
    page.locator(f".st-key-classify_example_{name} button").click()
    expect(page.locator(".pictures li")).to_have_count(before + 1)


def turned(page: Page, name: str) -> None:
    """Turn to a screen by the bar; each turn's answer is waited for."""
    body, bar = page.locator("body"), page.locator(".lectern")
    expect(body).to_have_attribute("data-screen", re.compile("."))  # the page is there before the lectern is
    screens = SCREENS["classify" if "/classify" in page.url else "evaluate"]
    while (now := body.get_attribute("data-screen")) != name:
        by = 1 if screens.index(str(now)) < screens.index(name) else -1
        bar.locator(".after" if by > 0 else ".before").click()
        expect(page).to_have_url(re.compile(f"screen={screens[screens.index(str(now)) + by]}(&|$)"))
        expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    expect(page.locator(f".stage[data-wall={name}]")).to_be_attached()


def is_well(page: Page) -> None:
    """The screen as it is: whole, large enough, its tiles in whole multiples of 28, 7:1, and nothing for axe-core."""
    page.mouse.move(0, 0)

    def fits() -> None:
        assert [fault for fault in wall_faults(page) if not fault.startswith(UNSEEN)] == []

    soon(page, fits)
    sides = page.locator(TILES).evaluate_all(
        "all => all.filter(canvas => canvas.checkVisibility()).map(canvas => canvas.getBoundingClientRect().width % 28)"
    )
    assert set(sides) <= {0}
    assert serious(page) == []
    pale = Axe().run(page, options=CONTRAST).response["violations"]
    assert [(node["target"], node["html"][:120]) for violation in pale for node in violation["nodes"]] == []


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace("+", ""))


def seen(page: Page) -> list[str]:
    """What is shown, heard or said on hovering, but for the bar."""
    page.mouse.move(0, 0)
    texts: list[str] = page.evaluate(SEEN)
    return texts


def telling(page: Page, words: Sequence[str]) -> list[str]:
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, words))})(?![\w-])")
    return [text for text in [*seen(page), page.locator("body").aria_snapshot()] if pattern.search(text)]


@pytest.mark.parametrize("size", SIZES, ids=["720", "1080"])
@pytest.mark.parametrize(("language", "theme"), LOOKS, ids=["en-light", "zh-dark"])
def test_each_screen_of_classify_fits_the_wall(
    page: Page, url: str, language: str, theme: str, size: tuple[int, int]
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    opened(page, f"{url}{CLASSIFY}&classify_source=example&lang={language}", size)
    for screen in SCREENS["classify"]:
        turned(page, screen)
        is_well(page)  # without a picture
    for name in ("shoes", "dress"):
        example(page, name)
    for screen in SCREENS["classify"]:
        turned(page, screen)
        is_well(page)
    page.locator(".compare:not([aria-disabled=true])").click()
    turned(page, "evidence")
    page.locator(".edit").click()
    is_well(page)
    turned(page, "verdict")
    expect(page.locator(".verdict.compared")).to_be_visible()
    is_well(page)
    turned(page, "steps")
    page.locator(".st-key-classify_by_hand summary").click()
    expect(page.locator(".st-key-classify_by_hand [data-testid=stSlider]")).to_be_visible()
    is_well(page)


@pytest.mark.parametrize("size", SIZES, ids=["720", "1080"])
@pytest.mark.parametrize("source", ["upload", "camera", "paste", "draw", "test"])
def test_each_source_of_pictures_fits_the_wall(page: Page, url: str, source: str, size: tuple[int, int]) -> None:
    opened(page, f"{url}{CLASSIFY}&classify_source={source}&lang=zh", size)
    shown = {"test": ".st-key-classify_test_any", "draw": ".upper-canvas[aria-label]", "paste": ".field"}
    expect(page.locator(shown.get(source, f".st-key-classify_{source}"))).to_be_visible()
    is_well(page)


@pytest.mark.parametrize("size", SIZES, ids=["720", "1080"])
def test_forty_pictures_fit_on_one_screen(
    page: Page, url: str, coats: list[FilePayload], size: tuple[int, int]
) -> None:
    opened(page, f"{url}{CLASSIFY}", size)
    page.locator("input[type=file]").first.set_input_files([coats[i % 3] for i in range(40)])
    expect(page.locator(".pictures li")).to_have_count(40)
    turned(page, "history")
    is_well(page)


@pytest.mark.parametrize("size", SIZES, ids=["720", "1080"])
@pytest.mark.parametrize(("language", "theme"), LOOKS, ids=["en-light", "zh-dark"])
def test_each_screen_of_evaluate_fits_the_wall(
    page: Page, url: str, language: str, theme: str, size: tuple[int, int]
) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    opened(page, f"{url}{EVALUATE}&evaluate_cell=6-2&lang={language}", size)
    expect(page.locator(".items figure")).to_have_count(12)
    for screen in SCREENS["evaluate"]:
        turned(page, screen)
        is_well(page)
    turned(page, "images")
    for kind in LISTS:
        page.locator(f"[data-list={kind}]").click()
        expect(page.locator(f".items[data-kind={kind}] .pick").first).to_be_visible()
        is_well(page)


@pytest.mark.parametrize(("address", "place"), [(CLASSIFY, "classify"), (EVALUATE, "evaluate")])
def test_a_screen_is_turned_to_by_the_address(page: Page, url: str, address: str, place: str) -> None:
    *_, last = SCREENS[place]
    opened(page, f"{url}{address}&screen={last}")
    expect(page.locator(f".stage[data-wall={last}]")).to_be_attached()
    page.locator(".lectern .before").click()
    expect(page).to_have_url(re.compile(f"screen={SCREENS[place][-2]}"))
    page.reload()
    expect(page.locator(f".stage[data-wall={SCREENS[place][-2]}]")).to_be_attached()


def test_what_is_set_on_classify_holds_on_all_screens(page: Page, url: str) -> None:
    opened(page, f"{url}{CLASSIFY}&classify_source=example")
    for name in ("bag", "dress"):
        example(page, name)
    turned(page, "steps")
    page.locator(".st-key-classify_by_hand summary").click()
    slider = page.get_by_role("slider", name="Width")
    slider.focus()
    for _ in range(10):
        slider.press("ArrowRight")
    expect(page.locator(".line").nth(5)).to_have_text("Width × 1.1, by hand.")
    turned(page, "verdict")
    page.locator(".rows .row").nth(4).click()
    against = page.locator(".rows .row").nth(4).locator(".label").inner_text()
    turned(page, "evidence")
    expect(page.locator(".question select option:checked")).to_have_text(against)
    page.locator(".edit").click()
    page.locator(".x .plane").click(position={"x": 30, "y": 30})
    expect(page.locator(".x .caption")).to_have_text("x, painted")
    gap = page.locator(".gap .number").inner_text()
    turned(page, "history")
    page.locator(".show").nth(1).click()
    expect(page.locator(".show").nth(1)).to_have_attribute("aria-current", "true")
    page.locator(".show").nth(0).click()
    expect(page.locator(".show").nth(0)).to_have_attribute("aria-current", "true")
    turned(page, "picture")
    expect(page.locator(".x .caption")).to_have_text("x, painted")
    turned(page, "steps")
    expect(slider).to_have_value("1.1")
    turned(page, "evidence")
    expect(page.locator(".question select option:checked")).to_have_text(against)
    expect(page.locator(".gap .number")).to_have_text(gap)


def test_a_drawing_is_made_large_and_keeps_its_strokes(page: Page, url: str) -> None:
    opened(page, f"{url}{CLASSIFY}&classify_source=draw")
    paper = page.locator(".upper-canvas[aria-label]")
    box = paper.bounding_box()
    assert box
    assert box["width"] >= 450
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    expect(page.locator(".pictures li")).to_have_count(1)
    # The ink is where the pointer was: the photo on the stage is of the paper.
    photo = page.locator(".square canvas").first.evaluate(
        "c => [c.width, ...c.getContext('2d').getImageData(0, 0, c.width, c.height).data.filter((_, i) => i % 4 === 0)]"
    )
    width = int(photo[0])
    rows, columns = np.nonzero(np.reshape(photo[1:], (-1, width)) < 128)
    assert columns.min() / width == pytest.approx(0.25, abs=0.03)
    assert columns.max() / width == pytest.approx(0.75, abs=0.03)
    assert rows.mean() / width == pytest.approx(0.5, abs=0.02)
    for screen in SCREENS["classify"]:
        turned(page, screen)
    turned(page, "picture")
    expect(paper).to_be_visible()
    expect(page.locator(".st-key-classify_undo button")).to_be_enabled()
    page.locator(".st-key-classify_undo button").click()
    expect(page.locator(".pictures li")).to_have_count(0)


def test_a_picture_is_pasted_on_any_screen(page: Page, url: str, coats: list[FilePayload]) -> None:
    opened(page, f"{url}{CLASSIFY}&screen=verdict")
    expect(page.locator(".stage[data-wall=verdict]")).to_be_attached()
    expect(page.locator(".st-key-classify_paste .field")).not_to_have_text("")  # it listens
    page.evaluate(
        """bytes => {
          const data = new DataTransfer()
          data.items.add(new File([new Uint8Array(bytes)], "x.png", { type: "image/png" }))
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }))
        }""",
        list(coats[0]["buffer"]),
    )
    expect(page.locator(".pictures li")).to_have_count(1)
    expect(page.locator(".sentence")).not_to_have_text("No picture yet")


def test_what_is_picked_on_evaluate_holds_on_all_screens(page: Page, url: str) -> None:
    opened(page, f"{url}{EVALUATE}")
    page.get_by_role("gridcell", name="true shirt, said pullover:").click()
    expect(page.get_by_role("gridcell", selected=True)).to_have_count(1)
    turned(page, "images")
    expect(page.locator(".lead")).to_contain_text("True shirt, said pullover")
    expect(page.locator(".items .pick")).to_have_count(24)
    picked = page.locator(".pick[aria-pressed=true]")
    expect(picked).to_have_count(1)
    page.locator(".pick").nth(5).click()
    expect(page.locator(".pick").nth(5)).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"evaluate_image=\d+"))
    p = page.locator(".items figcaption").nth(5).inner_text()
    pixels = "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].join()"
    drawn = page.locator(".pick canvas").nth(5).evaluate(pixels)
    turned(page, "evidence")
    expect(page.locator(".facts")).to_have_text(f"true shirt, said pullover: {p}")
    expect(page.locator(".question .before")).to_have_text("Why pullover and not ")
    expect(page.locator(".question select option:checked")).to_have_text("shirt")
    assert page.locator(".x canvas").evaluate(pixels) == drawn
    page.reload()
    expect(page.locator(".facts")).to_have_text(f"true shirt, said pullover: {p}")
    assert page.locator(".x canvas").evaluate(pixels) == drawn
    turned(page, "matrix")
    expect(page.get_by_role("gridcell", selected=True)).to_have_attribute("aria-label", re.compile("^true shirt"))


def test_the_evidence_for_a_mistake_is_the_lists(page: Page, url: str) -> None:
    """The ledger of the wall is worked out in the browser; that of the list by the server."""
    opened(page, f"{url}{EVALUATE}&evaluate_list=mistakes&screen=images")
    page.locator(".pick").nth(3).click()
    expect(page.locator(".pick").nth(3)).to_have_attribute("aria-pressed", "true")
    listed = page.locator(".items figure").nth(3).locator("figcaption div").nth(1).inner_text()
    turned(page, "evidence")
    pro, contra, biases, gap = map(number, page.locator(".ledger .number").all_inner_texts())
    total, sign, bias, whole = re.fullmatch(r"(\S+) ([+−]) (\S+) = (\S+)", listed).groups()  # type: ignore[union-attr]
    assert pro + contra == pytest.approx(number(total), abs=2e-4)
    assert biases == pytest.approx(number(sign + bias), abs=2e-4)
    assert gap == pytest.approx(number(whole), abs=2e-4)


@pytest.mark.parametrize("part", ["", "verdict"])
def test_a_hidden_verdict_is_nowhere(page: Page, url: str, coats: list[FilePayload], part: str) -> None:
    opened(page, f"{url}{CLASSIFY}&hide={part}")
    nameless: list[FilePayload] = [{**coat, "name": f"{i}.png"} for i, coat in enumerate(coats)]
    page.locator("input[type=file]").first.set_input_files(nameless)
    expect(page.locator(".pictures li")).to_have_count(3)
    told = {}
    for screen in SCREENS["classify"]:
        turned(page, screen)
        told[screen] = bool(telling(page, TEXT_LABELS))
    assert told == {screen: not part and screen in ("verdict", "evidence", "history") for screen in SCREENS["classify"]}


@pytest.mark.parametrize("part", ["names", "labels"])
def test_the_names_of_files_and_examples_are_hidden(page: Page, url: str, coats: list[FilePayload], part: str) -> None:
    opened(page, f"{url}{CLASSIFY}")
    page.locator("input[type=file]").first.set_input_files(coats)
    expect(page.locator(".pictures li")).to_have_count(3)
    assert telling(page, [coat["name"] for coat in coats])
    page.locator(".lectern summary").click()
    page.locator(f".lectern input[value={part}]").check()
    expect(page).to_have_url(re.compile(f"hide={part}"))
    page.keyboard.press("Escape")
    for screen in SCREENS["classify"]:
        turned(page, screen)
        assert telling(page, [coat["name"] for coat in coats]) == [], screen
    page.locator(".compare").nth(1).click()
    for screen in reversed(SCREENS["classify"][:-1]):
        turned(page, screen)
        assert telling(page, [coat["name"] for coat in coats]) == [], screen
    page.goto(f"{url}{CLASSIFY}&classify_source=example&hide={part}")
    expect(page.get_by_role("button", name="Example 4")).to_be_visible()
    assert telling(page, ["pullover", "trouser", "sneaker", "bag", "dress", "shoes"]) == []


def test_hidden_true_classes_are_nowhere(page: Page, url: str) -> None:
    opened(page, f"{url}{CLASSIFY}&classify_source=test&hide=labels")
    page.locator(".st-key-classify_test_any button").click()
    expect(page.locator(".pictures li")).to_have_count(1)
    for screen in SCREENS["classify"]:
        turned(page, screen)
        assert [text for text in seen(page) if re.search("[✓✗]|true class is", text)] == [], screen
    turned(page, "picture")
    expect(page.locator(".st-key-classify_test_class input")).to_be_hidden()


def test_hidden_evidence_leaves_its_question(page: Page, url: str, coats: list[FilePayload]) -> None:
    opened(page, f"{url}{CLASSIFY}&hide=evidence")
    page.locator("input[type=file]").first.set_input_files(coats[:1])
    expect(page.locator(".pictures li")).to_have_count(1)
    turned(page, "evidence")
    expect(page.locator(".question")).to_be_visible()
    expect(page.locator(".x canvas")).to_be_visible()
    assert [text for text in seen(page) if re.search(r"[+−]\d|Pixels for|Evidence for", text)] == []


def test_what_is_hidden_of_evaluate_is_nowhere(page: Page, url: str) -> None:
    opened(page, f"{url}{EVALUATE}&hide=labels")
    expect(page.locator(".items figure")).to_have_count(12)
    for screen in ("images", "evidence"):
        turned(page, screen)
        assert telling(page, TEXT_LABELS) == [], screen
    turned(page, "images")
    expect(page.locator(".items .wrong")).to_have_count(0)
    for kind in ("mistakes", "calls", "cell"):
        page.goto(f"{url}{EVALUATE}&hide=labels&screen=images&evaluate_list={kind}&evaluate_cell=6-2")
        expect(page.locator(f".items[data-kind={kind}] .pick").first).to_be_visible()
        assert telling(page, TEXT_LABELS) == [], kind


@pytest.mark.parametrize(
    ("part", "screen", "pattern"),
    [
        ("accuracy", "matrix", r"\.8\d\d\d|8,\d\d\d"),
        ("accuracy", "classes", r"\.\d\d\d\d"),
        ("matrix", "matrix", "true shirt, said"),
        ("evidence", "images", r"= [+−]|Evidence for"),
        ("evidence", "evidence", r"[+−]\d|Pixels for|Evidence for"),
    ],
)
def test_each_part_of_evaluate_can_be_hidden(page: Page, url: str, part: str, screen: str, pattern: str) -> None:
    for hidden in (False, True):
        opened(page, f"{url}{EVALUATE}&evaluate_list=mistakes&screen={screen}{f'&hide={part}' * hidden}")
        expect(page.locator(".items figure")).to_have_count(10)
        expect(page.locator(f".stage[data-wall={screen}]")).to_be_attached()
        told = [text for text in [*seen(page), page.locator("body").aria_snapshot()] if re.search(pattern, text)]
        assert bool(told) != hidden, told


@pytest.mark.parametrize("hide", ["verdict", "evidence", "names", "labels", "verdict,evidence,names,labels"])
def test_covers_on_classify_are_well(page: Page, url: str, hide: str) -> None:
    opened(page, f"{url}{CLASSIFY}&classify_source=test&hide={hide}")
    page.locator(".st-key-classify_test_any button").click()
    expect(page.locator(".pictures li")).to_have_count(1)
    for screen in SCREENS["classify"]:
        turned(page, screen)
        is_well(page)


@pytest.mark.parametrize("hide", ["accuracy,matrix,labels,evidence", "labels", "evidence"])
def test_covers_on_evaluate_are_well(page: Page, url: str, hide: str) -> None:
    opened(page, f"{url}{EVALUATE}&evaluate_list=mistakes&hide={hide}")
    expect(page.locator(".items figure")).to_have_count(10)
    for screen in SCREENS["evaluate"]:
        turned(page, screen)
        is_well(page)
