"""Share in Chromium: what a link opens in somebody else's browser, and what they cannot do there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import LAPTOP, PATIENCE
from playwright.sync_api import Browser, Page, expect

LONG = 1000 * PATIENCE
LESSON = {
    "train_lr": ["0.03"], "train_num_epochs": ["3"], "train_implementation": ["concise"], "train_batch_size": ["64"],
    "train_seed": ["5"], "train_init_std": ["0.1"], "train_pace": ["full"],
}  # fmt: skip
PHONE = {"width": 390, "height": 844}


@contextmanager
def somebody_else(browser: Browser, locale: str = "zh-CN", **settings: object) -> Iterator[Page]:
    """A page of a person with another cookie, whose browser speaks another language."""
    context = browser.new_context(**{"viewport": LAPTOP, "locale": locale, **settings})  # type: ignore[arg-type]
    context.set_default_timeout(LONG)
    yield context.new_page()
    context.close()


def link(page: Page, name: str = "Link to this page on this run") -> str:
    """The link that Share has now."""
    field = page.get_by_role("textbox", name=name, exact=True)
    if not field.count():
        page.locator(".st-key-studio_share button").first.click()
    expect(field).to_have_value(re.compile("^http"))
    value = field.input_value()
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    return value


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


@pytest.fixture(scope="module")
def trained(browser: Browser, url: str) -> Iterator[Page]:
    """The page of a person whose run has ended."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(LONG)
    page = context.new_page()
    page.goto(f"{url}/?train_num_epochs=2&train_pace=full")
    page.locator(".st-key-train_main button:enabled").click()
    expect(page.locator(".status")).to_have_text("Finished", timeout=LONG)
    yield page
    context.close()


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_url(re.compile(f"/{name.lower()}"))


def test_a_link_opens_the_same_page_on_the_same_run_in_the_same_language(trained: Page, browser: Browser) -> None:
    shared = link(trained)
    assert query(shared).keys() >= {"run", "lang"}
    with somebody_else(browser) as page:
        page.goto(shared)
        expect(page.locator(".status")).to_have_text("Finished")
        expect(page.get_by_text("You are watching a run that someone else controls.")).to_be_visible()
        assert query(link(page))["run"] == query(shared)["run"]


def test_who_opens_a_link_can_watch_and_not_change(browser: Browser, url: str) -> None:
    with somebody_else(browser, "en-US") as owner, somebody_else(browser) as page:
        owner.goto(f"{url}/?train_num_epochs=50&train_pace=talk")
        owner.locator(".st-key-train_main button:enabled").click()
        expect(owner.locator(".st-key-train_main button")).to_have_text(re.compile("Pause"))
        expect(owner).to_have_url(re.compile("run="))
        page.goto(link(owner))
        expect(page.locator(".status")).to_have_text(re.compile(r"^Step [\d,]+ of 11,750"))
        expect(page.locator(".st-key-train_main button")).to_have_text(re.compile("Train"))
        for name in ("step", "one_epoch", "stop"):
            expect(page.locator(f".st-key-train_{name} button")).to_be_disabled()
        owner.locator(".st-key-train_stop button").click()
        expect(page.locator(".status")).to_have_text(re.compile("^Stopped at step"))


def test_a_link_opens_at_the_scrubbers_step_once(trained: Page, browser: Browser) -> None:
    go(trained, "Templates")
    scrubber = trained.get_by_role("slider")
    expect(scrubber).to_be_enabled()
    expect(scrubber).to_have_attribute("aria-valuetext", re.compile("step 470$"))
    assert "at" not in query(link(trained))
    for _ in range(5):
        scrubber.press("ArrowLeft")
    expect(scrubber).not_to_have_attribute("aria-valuetext", re.compile("step 470$"))
    said = scrubber.get_attribute("aria-valuetext") or ""
    step = said.split("step ")[1].replace(",", "")
    shared = link(trained)
    assert query(shared)["at"] == [step]
    with somebody_else(browser, viewport=PHONE) as page:
        page.goto(shared)
        theirs = page.get_by_role("slider")
        expect(theirs).to_have_attribute("aria-valuetext", said)
        expect(page).not_to_have_url(re.compile("[?&]at="))
        assert query(link(page))["at"] == [step]
        theirs.press("End")
        expect(theirs).to_have_attribute("aria-valuetext", re.compile("step 470$"))
        assert "at" not in query(link(page))
        page.goto(shared)  # who has moved on stays where they are
        expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("step 470$"))
    scrubber.press("End")


def test_a_link_keeps_how_the_page_is_looked_at(trained: Page, browser: Browser) -> None:
    go(trained, "Templates")
    trained.get_by_test_id("stButtonGroup").get_by_role("radio").nth(1).click()
    expect(trained).to_have_url(re.compile("templates_view=start"))
    shared = link(trained)
    assert query(shared)["templates_view"] == ["start"]
    with somebody_else(browser) as page:
        page.goto(shared)
        expect(page.get_by_test_id("stButtonGroup").get_by_role("radio").nth(1)).to_be_checked()
    trained.get_by_test_id("stButtonGroup").get_by_role("radio").first.click()
    expect(trained).not_to_have_url(re.compile("templates_view="))


def test_weights_that_the_address_does_not_name_are_in_the_link(trained: Page, browser: Browser, url: str) -> None:
    run = query(trained.url)["run"]
    trained.goto(f"{url}/templates")
    expect(trained.get_by_role("slider")).to_be_enabled()
    assert query(link(trained))["run"] == run
    with somebody_else(browser, "en-US") as page:
        page.goto(f"{url}/templates")
        expect(page.get_by_role("slider")).to_be_enabled()
        assert query(link(page))["model"] == ["pretrained"]
    trained.goto(f"{url}/?run={run[0]}")
    expect(trained.locator(".status")).to_have_text("Finished")


def test_a_lesson_link_fills_the_sliders_and_has_no_run(trained: Page, browser: Browser, url: str) -> None:
    with somebody_else(browser, "en-US") as teacher, somebody_else(browser) as page:
        teacher.goto(f"{url}/?" + "&".join(f"{name}={value}" for name, (value,) in LESSON.items()))
        expect(teacher.locator(".st-key-train_main button:enabled")).to_be_visible()
        teacher.locator(".st-key-train_step button").click()
        expect(teacher).to_have_url(re.compile("run="))
        shared = link(teacher, "Lesson link")
        assert urlsplit(shared).path == "/"
        asked = query(shared)
        assert asked.pop("lang") == ["en"]
        assert asked.pop("train_data")
        assert asked == LESSON
        go(teacher, "Data")
        assert query(link(teacher, "Lesson link")) == query(shared)
        page.goto(shared)
        expect(page.get_by_role("slider", name="Learning rate")).to_have_attribute("aria-valuetext", "0.03")
        expect(page.get_by_role("slider", name="Epochs")).to_have_attribute("aria-valuetext", "3")
        expect(page.get_by_role("radio", name="Concise")).to_be_checked()
        expect(page.get_by_role("radio", name="Full")).to_be_checked()
        expect(page.locator(".status")).to_have_text("Not started")
        page.locator(".st-key-train_main button:enabled").click()
        expect(page.locator(".status")).to_have_text("Finished", timeout=2 * LONG)
        theirs = query(link(page, "Lesson link"))
        assert theirs == query(shared)


def test_a_link_to_a_deleted_run_says_so(browser: Browser, url: str) -> None:
    with somebody_else(browser, "en-US") as owner, somebody_else(browser) as page:
        owner.goto(f"{url}/runs")
        owner.locator(".st-key-runs_sweep summary").click()
        for value in ("0.001", "0.01", "1", "10"):
            button = owner.locator(".st-key-runs_sweep_lr").get_by_role("button", name=value, exact=True)
            button.click()
            expect(button).to_have_attribute("aria-pressed", "false")
        owner.get_by_role("button", name="Start the sweep").click()
        expect(owner.get_by_text("All 1 runs are done")).to_be_visible(timeout=2 * LONG)
        owner.locator("td.cell").first.click()
        owner.get_by_role("button", name="Templates", exact=True).click()
        expect(owner).to_have_url(re.compile("templates.*run="))
        shared = link(owner)
        go(owner, "Runs")
        owner.locator(".st-key-runs_sweep_delete button").first.click()
        expect(owner.get_by_text("Sweep 1 was deleted with its runs.")).to_be_visible()
        page.goto(shared)
        expect(page.get_by_text(re.compile("was deleted by its owner"))).to_be_visible()


def test_a_link_is_copied_or_else_selected(trained: Page, browser: Browser, url: str) -> None:
    trained.context.grant_permissions(["clipboard-read", "clipboard-write"])
    trained.locator(".st-key-studio_share button").first.click()
    field = trained.get_by_role("textbox", name="Link to this page on this run", exact=True)
    expect(field).not_to_be_editable()
    trained.get_by_role("button", name="Copy: Link to this page on this run").click()
    expect(trained.get_by_text("Copied.")).to_be_visible()
    assert trained.evaluate("navigator.clipboard.readText()") == field.input_value()
    trained.evaluate("navigator.clipboard.writeText = undefined; document.execCommand = () => false")
    trained.get_by_role("button", name="Copy: Lesson link").click()
    expect(trained.get_by_text("The link is selected")).to_be_visible()
    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd) === field.value"
    lesson = trained.get_by_role("textbox", name="Lesson link", exact=True)
    expect(lesson).to_be_focused()
    assert lesson.evaluate(chosen)
    trained.keyboard.press("Escape")
    trained.reload()


def test_the_button_is_on_every_page_and_not_on_a_wall(trained: Page, url: str) -> None:
    for path in ("", "templates", "classify", "evaluate", "runs", "data"):
        trained.goto(f"{url}/{path}")
        expect(trained.locator(".st-key-studio_share")).to_be_visible()
    trained.goto(f"{url}/?projector=1")
    expect(trained.locator(".st-key-studio_leave")).to_be_visible()
    expect(trained.locator(".st-key-studio_share")).to_have_count(0)


def test_on_a_phone_the_links_fit(browser: Browser, url: str) -> None:
    with somebody_else(browser, viewport=PHONE, has_touch=True) as page:
        page.goto(f"{url}/evaluate")
        page.get_by_role("button", name="分享").click()
        field = page.get_by_role("textbox", name="课堂链接", exact=True)
        expect(field).to_be_visible()
        box = page.get_by_role("button", name="复制：课堂链接").bounding_box()
        assert box
        assert box["x"] + box["width"] <= PHONE["width"]
