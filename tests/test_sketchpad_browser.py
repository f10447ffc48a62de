"""Drawing, pasting and uploading in Chromium, and that nothing of it is left on the server."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import NOWHERE, PATIENCE, TOOLS, soon
from playwright.sync_api import Browser, Locator, Page, expect
from server import ROOT, serve

SQUARE = [(60, 60), (240, 60), (240, 240), (60, 240), (60, 60)]
SQUARE_INK = (3000, 6000)
"""Pixels of ink that such a stroke leaves, at least and at most: four sides of 180 by 6."""
PASTE = """([content, type]) => {
  const clipboardData = new DataTransfer()
  const given = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const bytes = typeof content === "number" ? new Uint8Array(content) : given(content)
  if (type) clipboardData.items.add(new File([bytes], "image", { type }))
  else clipboardData.setData("text/plain", "words")
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }))
}"""
INK = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  let ink = 0
  for (let i = 0; i < data.length; i += 4) ink += data[i + 3] > 128 && data[i] < 128
  return ink
}"""


@pytest.fixture(scope="module")
def url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Classify page's address; at the end the server must have written nothing and named no picture."""
    log, temporary = tmp_path_factory.mktemp("server") / "server.log", tmp_path_factory.mktemp("temporary")
    before = set(ROOT.iterdir())
    with serve(log, TMPDIR=str(temporary), **NOWHERE) as url:
        yield f"{url}/classify"
    assert list(temporary.iterdir()) == []
    assert {path.name for path in set(ROOT.iterdir()) - before} <= TOOLS
    assert "Traceback" not in log.read_text()
    assert "secret" not in log.read_text()


def ready(page: Page, url: str, source: str, **params: str) -> Page:
    page.goto(f"{url}?{'&'.join(f'classify_{key}={value}' for key, value in {'source': source, **params}.items())}")
    expect(page.locator(".st-key-classify_source")).to_be_visible()
    expect(page.locator(".st-key-classify_paste .field")).to_have_text(re.compile("."))
    if source == "draw":
        expect(page.locator(".upper-canvas")).to_have_attribute("aria-label", re.compile("."))
    page.evaluate("document.fonts.ready.then(() => null)")  # or the paper may move under a stroke
    return page


def pictures(page: Page, count: int) -> None:
    expect(page.locator(".history .pictures li")).to_have_count(count)


def stroke(page: Page, points: list[tuple[int, int]]) -> None:
    box = page.locator(".upper-canvas").bounding_box()
    assert box
    places = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def ink(page: Page) -> int:
    count: int = page.locator(".dc-canvas.lower-canvas").evaluate(INK)
    return count


def inked(page: Page, low: int, high: int) -> int:
    """How much ink there is as soon as it is so much: the canvas redraws in its own time."""

    def enough() -> int:
        now = ink(page)
        assert low <= now <= high
        return now

    return soon(page, enough)


def tool(page: Page, name: str) -> None:
    page.locator(".st-key-classify_tool").get_by_text(name).click()
    # The canvas says nothing of its brush; it is given the tool just before it is dressed with it.
    expect(page.locator(".upper-canvas")).to_have_attribute("data-tool", name.lower())


def press(page: Page, name: str) -> None:
    button = page.get_by_role("button", name=name).first
    expect(button).to_be_enabled()
    button.click()


def test_a_stroke_is_a_picture_with_a_verdict(page: Page, url: str) -> None:
    ready(page, url, "draw")
    pictures(page, 0)
    stroke(page, SQUARE)
    pictures(page, 1)
    expect(page.locator(".verdict .sentence")).not_to_be_empty()
    stroke(page, [(100, 120), (200, 120)])
    expect(page.locator(".st-key-classify_undo button")).to_be_enabled()
    pictures(page, 1)


def test_strokes_are_taken_back_and_clearing_begins_another_picture(page: Page, url: str) -> None:
    ready(page, url, "draw")
    stroke(page, SQUARE)
    pictures(page, 1)
    square = inked(page, *SQUARE_INK)
    stroke(page, [(100, 120), (200, 120)])
    inked(page, square + 300, square + 900)
    press(page, "Undo")
    inked(page, square, square)
    press(page, "Clear")
    inked(page, 0, 0)
    pictures(page, 1)
    stroke(page, SQUARE[:3])
    pictures(page, 2)
    press(page, "Undo")
    pictures(page, 1)
    inked(page, 0, 0)
    page.locator("body").press("Control+z")
    inked(page, square, square)


def test_the_eraser_takes_ink_away(page: Page, url: str) -> None:
    ready(page, url, "draw", trace="3")
    expect(page.locator("img.trace")).to_have_attribute("src", re.compile("data:image/png"))
    stroke(page, SQUARE)
    pictures(page, 1)
    square = inked(page, *SQUARE_INK)
    tool(page, "Eraser")
    stroke(page, [(30, 150), (270, 150)])
    inked(page, square - 400, square - 100)


def test_a_polygon_is_closed_on_its_first_corner(page: Page, url: str) -> None:
    ready(page, url, "draw", tool="polygon")
    canvas = page.locator(".upper-canvas")
    for x, y in ((80, 80), (220, 80), (150, 220), (80, 80)):
        canvas.click(position={"x": x, "y": y})
    pictures(page, 1)
    inked(page, 1501, 3999)
    press(page, "Undo")
    pictures(page, 0)
    inked(page, 0, 0)


def test_a_drawing_outlives_other_pages_and_the_other_language(page: Page, url: str) -> None:
    ready(page, url, "draw")
    stroke(page, SQUARE)
    pictures(page, 1)
    square = inked(page, *SQUARE_INK)
    page.get_by_role("link", name="Data").click()
    expect(page.locator(".class canvas").first).to_be_visible()
    page.get_by_role("link", name="Classify").click()
    expect(page.locator(".upper-canvas")).to_be_visible()
    inked(page, square, square)
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".st-key-classify_tool").get_by_text("橡皮")).to_be_visible()
    inked(page, square, square)
    stroke(page, [(100, 120), (200, 120)])
    inked(page, square + 300, square + 900)
    pictures(page, 1)


def test_a_finger_draws_lines_and_polygons(browser: Browser, url: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="en-US"
    )
    context.set_default_timeout(1000 * PATIENCE)
    page = ready(context.new_page(), url, "draw")
    canvas = page.locator(".upper-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    assert box["x"] + box["width"] <= 390
    touch = context.new_cdp_session(page)
    for kind, (x, y) in (("touchStart", SQUARE[0]), *(("touchMove", point) for point in SQUARE[1:])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": box["x"] + x, "y": box["y"] + y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    pictures(page, 1)
    line = inked(page, 501, 90_000)
    tool(page, "Polygon")
    canvas.scroll_into_view_if_needed()
    for x, y in ((110, 110), (190, 110), (150, 190), (110, 110)):
        canvas.tap(position={"x": x, "y": y})
    inked(page, line + 400, line + 3000)
    context.close()


def paste(page: Page, content: bytes | int, kind: str | None) -> None:
    """Paste these bytes, or so many."""
    page.evaluate(PASTE, [content if isinstance(content, int) else base64.b64encode(content).decode(), kind])


def said(page: Page) -> Locator:
    return page.locator(".st-key-classify_paste .said")


def test_a_picture_is_pasted_whatever_the_source(page: Page, url: str) -> None:
    picture = (ROOT / "assets" / "examples" / "bag.jpg").read_bytes()
    ready(page, url, "test")
    paste(page, picture, None)  # words are none of ours here
    paste(page, picture, "image/jpeg")
    pictures(page, 1)
    ready(page, url, "paste")
    paste(page, b"", None)
    expect(said(page)).to_have_text(re.compile("no picture"))
    paste(page, b"no picture, whatever it says", "image/png")
    expect(page.get_by_text("pasted 1: ")).to_be_visible()
    expect(said(page)).to_be_hidden()
    paste(page, 18_000_001, "image/png")
    expect(said(page)).to_have_text(re.compile(r"18 MB and the limit for pasting is 18 MB"))
    pictures(page, 0)
    paste(page, picture, "image/jpeg")
    pictures(page, 1)
    page.locator(".st-key-classify_paste .field").click()  # reading the clipboard is not allowed here
    expect(said(page)).to_have_text(re.compile("press Ctrl"))


def test_files_are_uploaded_and_those_that_fail_are_named(page: Page, url: str, tmp_path: Path) -> None:
    ready(page, url, "upload")
    good, note, large = tmp_path / "secret.jpg", tmp_path / "secret-note.png", tmp_path / "secret-large.jpg"
    good.write_bytes((ROOT / "assets" / "examples" / "dress.jpg").read_bytes())
    note.write_bytes(b"no picture")
    large.write_bytes(bytes(20_000_001 + 1_000_000))
    page.locator(".st-key-classify_upload input").set_input_files([good, note, large])
    pictures(page, 1)
    expect(page.get_by_text("secret-note.png: ")).to_be_visible()
    refused = page.locator('.st-key-classify_upload [aria-invalid="true"]')

    def said_in_our_words() -> None:
        assert "20 MB" in refused.evaluate("chip => getComputedStyle(chip, '::after').content")

    soon(page, said_in_our_words)


def test_examples_are_buttons_with_their_pictures(page: Page, url: str) -> None:
    ready(page, url, "example")
    buttons = page.locator(".st-key-classify_examples button")
    expect(buttons).to_have_count(6)

    def sources() -> list[str]:
        found = buttons.evaluate_all(
            "all => all.map((one) => getComputedStyle(one, '::before').backgroundImage.slice(5, -2))"
        )
        assert all(found)
        return list(found)

    assert all(page.request.get(source).ok for source in soon(page, sources))
    buttons.first.focus()
    page.keyboard.press("Enter")
    pictures(page, 1)
