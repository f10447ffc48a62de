"""A sweep in Chromium: chosen, trained, stopped and gone on with, read as heat map and curves, deleted and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from conftest import LAPTOP, PATIENCE, sideways, soon
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

LONG = 1000 * PATIENCE
NUMBER = re.compile(r"^\.\d{4}")


def form(page: Page) -> Locator:
    return page.locator(".st-key-runs_sweep")


def choose(page: Page, setting: str, *values: str) -> None:
    """Have exactly these values chosen."""
    group = page.locator(f".st-key-runs_sweep_{setting}")
    expect(group.get_by_role("button").first).to_be_visible()  # the script of pills comes after that of buttons
    for button in group.get_by_role("button").all():
        wanted = button.inner_text().strip() in values
        if (button.get_attribute("aria-pressed") == "true") != wanted:
            button.click()
            expect(button).to_have_attribute("aria-pressed", str(wanted).lower())


def set_epochs(page: Page, epochs: int) -> None:
    slider = form(page).get_by_role("slider", name="Epochs")
    for _ in range(60):
        now = int(slider.get_attribute("aria-valuetext") or 0)
        if now == epochs:
            return
        slider.press("ArrowLeft" if now > epochs else "ArrowRight")
        expect(slider).not_to_have_attribute("aria-valuetext", str(now))
    raise AssertionError("the slider never came there")


def open_form(page: Page, url: str, query: str = "") -> None:
    page.goto(f"{url}/runs{query}")
    # While the page is made what it says may move, also between the mouse's down and up: then nothing is clicked.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    form(page).locator("summary").click(timeout=LONG)
    expect(page.get_by_role("button", name="Start the sweep")).to_be_enabled(timeout=LONG)


def start(page: Page, count: int) -> None:
    expect(form(page).get_by_text(re.compile(rf"^{count} runs?, about"))).to_be_visible()
    page.get_by_role("button", name="Start the sweep").click()
    expect(page.locator("td.cell")).to_have_count(count)


def done(page: Page, count: int) -> None:
    expect(page.get_by_text(f"All {count} runs are done")).to_be_visible(timeout=3 * LONG)


def cells(page: Page) -> Locator:
    return page.locator("td.cell")


@pytest.fixture(scope="module")
def swept(browser: Browser, url: str) -> Iterator[Page]:
    """The page of a person who has swept two learning rates by two batch sizes."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(LONG)
    page = context.new_page()
    open_form(page, url)
    choose(page, "lr", "0.1", "10")
    choose(page, "batch_size", "256", "1,024")
    set_epochs(page, 2)
    start(page, 4)
    done(page, 4)
    yield page
    context.close()


def test_a_heat_map_has_a_number_in_each_cell_and_names_the_best(swept: Page) -> None:
    expect(cells(swept)).to_have_text([NUMBER] * 4)
    numbers = [float(cell.inner_text().split()[0]) for cell in cells(swept).all()]
    best = swept.locator("td.best")
    expect(best).to_have_count(1)
    expect(best).to_contain_text("best")
    assert float(best.inner_text().split()[0]) == max(numbers)
    shades = [float(cell.evaluate("cell => cell.style.getPropertyValue('--shade')")) for cell in cells(swept).all()]
    assert sorted(range(4), key=shades.__getitem__) == sorted(range(4), key=numbers.__getitem__)
    expect(swept.locator("td.cell", has_text="exploded")).to_have_count(2)  # both of learning rate 10
    said = swept.locator(".lesson").inner_text()
    assert "Learning rate 0.1" in said
    assert f"{max(numbers):.4f}".lstrip("0") in said
    assert "at 10 the loss exploded" in said


def test_a_cell_is_walked_to_and_chosen_by_keyboard(swept: Page) -> None:
    first = cells(swept).first
    first.focus()
    swept.keyboard.press("ArrowRight")
    expect(cells(swept).nth(1)).to_be_focused()
    swept.keyboard.press("ArrowDown")
    expect(cells(swept).nth(3)).to_be_focused()
    swept.keyboard.press("Enter")
    expect(cells(swept).nth(3)).to_have_attribute("aria-selected", "true")
    name = re.compile(r"^Learning rate 10 · Batch size 1,024: \.\d{4}, exploded$")
    expect(cells(swept).nth(3)).to_have_accessible_name(name)
    expect(swept.locator(".picked-words")).to_contain_text("Chosen: Learning rate 10 · Batch size 1,024")
    expect(swept.locator(".curves .chart .annotation-text", has_text="10 · 1,024")).to_have_count(1)
    swept.keyboard.press("Enter")
    expect(cells(swept).nth(3)).to_have_attribute("aria-selected", "false")
    expect(swept.locator(".links")).to_be_hidden()


def test_the_curves_are_of_the_metric_chosen(swept: Page) -> None:
    chart = swept.locator(".curves .chart")
    for name in ("test acc", "train acc", "train loss"):
        swept.get_by_role("button", name=name, exact=True).click()
        expect(chart).to_have_attribute("aria-label", re.compile(f"^{name}"))
        expect(chart.locator(".scatterlayer .trace")).to_have_count(5)  # and the one that gives the legend its line


def test_it_stands_above_the_table_and_is_seen_without_scrolling(swept: Page) -> None:
    def in_view() -> None:
        boxes = [swept.locator(name).bounding_box() for name in (".heat", ".curves .plot")]
        assert all(box and box["y"] > 60 and box["y"] + box["height"] <= LAPTOP["height"] for box in boxes)

    swept.reload()
    expect(cells(swept)).to_have_text([NUMBER] * 4)
    soon(swept, in_view)
    swept.get_by_role("button", name="Close", exact=True).click()
    expect(cells(swept)).to_have_count(0)
    expect(swept).not_to_have_url(re.compile("sweep="))
    swept.get_by_role("button", name="Show", exact=True).click()
    expect(cells(swept)).to_have_text([NUMBER] * 4)
    expect(swept).to_have_url(re.compile("sweep="))


def test_it_is_saved_as_a_picture_with_its_numbers(swept: Page, tmp_path: Path) -> None:
    numbers = [cell.inner_text().split()[0] for cell in cells(swept).all()]
    swept.get_by_role("button", name="test acc", exact=True).click()
    for form in ("PNG", "SVG"):
        with swept.expect_download() as saved:
            swept.get_by_role("button", name=f"Save {form}", exact=True).click()
        assert saved.value.suggested_filename == f"sweep-1.{form.lower()}"
        saved.value.save_as(tmp_path / saved.value.suggested_filename)
    root = ElementTree.parse(tmp_path / "sweep-1.svg").getroot()
    words = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [word for word in words if word in numbers] == numbers
    for said in ("Learning rate", "0.1", "10", "Batch size", "256", "1,024", "best", "epoch", "test acc"):
        assert said in words
    assert any(word.startswith("Sweep 1 · Learning rate × Batch size") for word in words)
    assert any(word.startswith("The stronger the shade") for word in words)
    with Image.open(tmp_path / "sweep-1.png") as picture:
        assert picture.size == (2 * int(float(root.attrib["width"])), 2 * int(float(root.attrib["height"])))
        assert len(set(picture.convert("L").tobytes())) > 20


def test_a_link_shows_it_to_others_who_can_change_nothing(swept: Page, browser: Browser) -> None:
    numbers = [text or "" for text in cells(swept).all_text_contents()]
    swept.locator(".st-key-studio_share button").first.click()
    field = swept.get_by_role("textbox", name="Link to this page on this sweep", exact=True)
    expect(field).to_have_value(re.compile("sweep="))
    shared = field.input_value()
    swept.keyboard.press("Escape")
    assert "run" not in parse_qs(urlsplit(shared).query)
    context = browser.new_context(viewport=LAPTOP, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.goto(shared)
    expect(cells(page)).to_have_text(numbers)
    expect(page.get_by_role("combobox", name="Sweep")).to_have_value(re.compile("^Shared sweep · Learning rate ×"))
    expect(page.get_by_text("Somebody shared this sweep")).to_be_visible()
    for name in ("runs_sweep_delete", "runs_sweep_stage .act"):
        expect(page.locator(f".st-key-{name}").filter(visible=True)).to_have_count(0)
    cells(page).first.click()
    page.get_by_role("button", name="Details", exact=True).click()
    expect(page.get_by_text("Somebody shared this run")).to_be_in_viewport()
    swept.locator(".st-key-runs_sweep_delete button").first.click()
    expect(swept.get_by_text("Sweep 1 was deleted with its runs.")).to_be_visible()
    page.goto(shared)
    expect(page.get_by_text(re.compile(r"^There is no sweep .* here"))).to_be_visible()
    expect(cells(page)).to_have_count(0)
    context.close()
    swept.locator(".st-key-runs_sweep_undo button").click()
    expect(cells(swept)).to_have_text(numbers)


def test_a_chosen_cell_opens_its_run_on_another_page(swept: Page) -> None:
    cells(swept).first.click()
    swept.get_by_role("button", name="Show on Train").click()
    expect(swept).to_have_url(re.compile(r"/\?.*run="))
    expect(swept.locator(".status")).to_have_text("Finished")
    swept.get_by_role("link", name="Runs", exact=True).click()
    expect(cells(swept)).to_have_text([NUMBER] * 4)


def test_a_sweep_is_deleted_and_comes_back(swept: Page) -> None:
    numbers = [text or "" for text in cells(swept).all_text_contents()]
    swept.locator(".st-key-runs_sweep_delete button").first.click()
    expect(swept.get_by_text("Sweep 1 was deleted with its runs.")).to_be_visible()
    expect(cells(swept)).to_have_count(0)
    swept.locator(".st-key-runs_sweep_undo button").click()
    expect(cells(swept)).to_have_text(numbers)


def test_nothing_is_wider_than_the_page(swept: Page) -> None:
    for width, height in ((390, 844), (1920, 1080), (1280, 720)):
        swept.set_viewport_size({"width": width, "height": height})

        def fits() -> None:
            assert sideways(swept) <= 0

        soon(swept, fits)


def test_a_sweep_is_stopped_and_goes_on(page: Page, url: str) -> None:
    open_form(page, url)
    choose(page, "lr", "0.01", "0.1")
    choose(page, "batch_size", "16")  # as slow as there is: the first run does not end before it is stopped
    set_epochs(page, 45)
    start(page, 2)
    expect(page.get_by_text(re.compile(r"^Run 1 of 2: Learning rate 0\.01, epoch \d+ of 45"))).to_be_visible()
    expect(page.get_by_role("button", name="Start the sweep")).to_be_disabled()
    expect(form(page).get_by_text("A sweep is under way")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Stopped after 0 of 2 runs")).to_be_visible()
    expect(cells(page).first).to_contain_text("stopped")
    expect(cells(page).last).to_contain_text("empty")
    expect(page.get_by_role("button", name="Start the sweep")).to_be_enabled()
    page.reload()
    expect(page.get_by_text("Stopped after 0 of 2 runs")).to_be_visible()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Run 1 of 2"))).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile(r"^Stopped after"))).to_be_visible()


def test_what_is_no_sweep_cannot_be_started(page: Page, url: str) -> None:
    open_form(page, url)
    choose(page, "lr")
    expect(form(page).get_by_text("The sweep has no value of lr")).to_be_visible()
    expect(page.get_by_role("button", name="Start the sweep")).to_be_disabled()
    choose(page, "lr", "0.1")
    expect(form(page).get_by_text(re.compile("^1 run, about"))).to_be_visible()
    expect(page.get_by_role("button", name="Start the sweep")).to_be_enabled()


def test_the_train_pages_settings_are_taken_and_said(page: Page, url: str) -> None:
    page.goto(f"{url}/?train_seed=7&train_implementation=concise")
    expect(page.locator(".st-key-train_main button:enabled")).to_be_visible()
    page.get_by_role("link", name="Runs", exact=True).click()
    form(page).locator("summary").click()
    expect(form(page).get_by_text(re.compile("Concise, .*, seed 7"))).to_be_visible()


def test_a_sweep_is_the_same_in_chinese(page: Page, url: str) -> None:
    page.goto(f"{url}/runs?lang=zh")
    form(page).locator("summary").click()
    choose(page, "lr", "0.1", "1")
    for _ in range(4):
        form(page).get_by_role("slider").press("ArrowLeft")
    expect(form(page).get_by_text(re.compile("^2 次训练，约"))).to_be_visible()
    page.get_by_role("button", name="开始扫描").click()
    expect(page.get_by_text("2 次训练全部完成")).to_be_visible(timeout=2 * LONG)
    expect(page.locator(".lesson")).to_contain_text("学习率")
