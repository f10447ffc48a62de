"""The whole Train page by keyboard alone: no mouse, no shortcut, the focus seen at each stop and never trapped."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from accessibility import NEXT_FRAMES
from conftest import LAPTOP, PATIENCE
from playwright.sync_api import JSHandle, Page, expect

ACTIVE = """() => {
  let element = document.activeElement
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element
}"""
NAME = """element => {
  const within = "[class*=st-key]"
  const widget = element.closest(within) ?? element.getRootNode().host?.closest(within)
  const name = element.getAttribute("aria-label") ?? element.textContent.trim()
  return [widget?.className.match(/st-key-(\\S+)/)[1] ?? "", name]
}"""
HERE = f"() => ({NAME})(({ACTIVE})())"
AROUND = 14
"""Pixels around what has the focus in which its ring may be."""

ORDER = [
    "studio_lectern", "studio_share", "studio_language", "studio_projector",
    "train_lr", "train_num_epochs", "train_implementation", "train_data", "train_rail", "train_batch_size",
    "train_seed", "train_init_std", "train_book", "train_animator", "train_main", "train_step", "train_one_epoch",
    "train_pace",
]  # fmt: skip
"""The header, then the settings from the top, the chart, and what plays a run."""

ON_A_WALL = [
    "studio_lectern", "studio_leave", "train_animator", "train_main", "train_step", "train_one_epoch", "train_pace",
]  # fmt: skip

STEPS = 60
"""More stops than the page has."""


class Keyboard:
    """Hands that have only keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def here(self) -> tuple[str, str]:
        """What has the focus: the key of the widget that it is in, and its own name."""
        widget, name = self.page.evaluate(HERE)
        return widget, name

    def to(self, widget: str, name: str = "", back: bool = False) -> None:
        """Tab to a widget's stop of that name, or Shift and Tab."""
        passed = []
        for _ in range(STEPS):
            self.press("Shift+Tab" if back else "Tab")
            here = self.here()
            if here[0] == widget and name in here[1]:
                return
            passed.append(here)
        raise AssertionError(f"{widget} {name} is not reached: {passed}")

    def home(self) -> None:
        """To before the first stop, as a page is opened."""
        self.page.evaluate("""() => {
          document.body.insertAdjacentHTML("afterbegin", "<i tabindex=-1></i>")
          document.body.firstChild.focus()
          document.body.firstChild.remove()
        }""")


@pytest.fixture
def keyboard(page: Page, url: str) -> Keyboard:
    page.goto(f"{url}/?train_pace=talk")
    expect(page.locator(".st-key-train_main button")).to_be_enabled()
    expect(page.locator(".lectern .keys")).to_have_text("Keys")
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    return Keyboard(page)


def status(page: Page, pattern: str) -> None:
    expect(page.locator(".status")).to_have_text(re.compile(pattern), timeout=2000 * PATIENCE)


def enabled(page: Page, *names: str) -> None:
    for name in ("main", "step", "one_epoch", "stop", "reset"):
        button = page.locator(f".st-key-train_{name} button")
        (expect(button).to_be_enabled if name in names else expect(button).to_be_disabled)()


def test_every_setting_is_changed(keyboard: Keyboard) -> None:
    page = keyboard.page
    keyboard.to("train_lr")
    keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("train_lr=0.15"))
    keyboard.to("train_num_epochs")
    keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("train_num_epochs=9"))
    keyboard.to("train_implementation", "From scratch")
    keyboard.press("ArrowRight")
    keyboard.press("Space")
    expect(page.get_by_role("radio", name="Concise")).to_be_checked()
    expect(page).to_have_url(re.compile("train_implementation=concise"))
    keyboard.to("train_data", "Data")
    if keyboard.here()[1] == "Help for Data":
        keyboard.to("train_data", "Data")
    keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Garments")).to_be_visible()
    keyboard.press("End")
    keyboard.press("Enter")
    expect(page.locator(".speed")).to_have_text(re.compile("^Garments · Learning rate 0.15"))
    keyboard.to("train_rail", "More settings")
    keyboard.press("Enter")
    keyboard.to("train_batch_size")
    keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("train_batch_size=512"))
    keyboard.to("train_seed", "Seed")
    page.keyboard.press("Control+A")
    page.keyboard.type("7")
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile("train_seed=7"))
    keyboard.to("train_init_std")
    keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("train_init_std="))
    keyboard.to("train_book")
    keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("train_(lr|num_epochs|batch_size|seed|init_std)="))


def test_a_run_is_worked_from_its_first_step_to_its_reset(keyboard: Keyboard) -> None:
    page = keyboard.page
    enabled(page, "main", "step", "one_epoch")
    keyboard.to("train_step")
    keyboard.press("Enter")
    status(page, "^Paused at step 1 of")
    enabled(page, "main", "step", "one_epoch", "stop", "reset")
    assert keyboard.here()[0] == "train_step"
    keyboard.press("Space")
    status(page, "^Paused at step 2 of")
    keyboard.to("train_main", back=True)
    keyboard.press("Enter")
    status(page, "^Step ")
    enabled(page, "main", "stop", "reset")
    expect(page.locator(".st-key-train_main button")).to_contain_text("Pause")
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    assert keyboard.here()[0] == "train_main"
    keyboard.press("Enter")
    status(page, "^Paused at step")
    keyboard.to("train_pace", "Talk")
    for key in ("ArrowRight", "ArrowRight", "Space"):
        keyboard.press(key)
    expect(page.get_by_role("radio", name="Full")).to_be_checked()
    expect(page).to_have_url(re.compile("train_pace=full"))
    keyboard.to("train_one_epoch", back=True)
    keyboard.press("Enter")
    status(page, "^Paused at step (" + "|".join(f"{235 * epoch:,}" for epoch in range(1, 10)) + ") of")
    enabled(page, "main", "step", "one_epoch", "stop", "reset")  # drawn anew: nothing else is to be said by the page
    keyboard.to("train_stop")
    keyboard.press("Enter")
    status(page, "^Stopped")
    enabled(page, "main", "reset")
    keyboard.to("train_reset")
    keyboard.press("Enter")
    status(page, "^Not started")
    keyboard.to("train_main", back=True)
    keyboard.press("Enter")
    status(page, "^Finished")


def test_the_chart_the_links_the_language_and_the_wall(keyboard: Keyboard) -> None:
    page = keyboard.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for name in ("Book range", "Full range", "Detail"):
        keyboard.to("train_animator", name, back=name == "Detail")
        keyboard.press("Enter")
        expect(page.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    keyboard.home()
    keyboard.to("studio_share")
    keyboard.press("Enter")
    lesson = page.get_by_role("textbox", name="Lesson link", exact=True)
    expect(lesson).to_be_visible()
    keyboard.to("studio_share_links", "Copy: Lesson link")
    keyboard.press("Enter")
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == lesson.input_value()
    keyboard.press("Escape")
    expect(lesson).to_have_count(0)
    assert keyboard.here()[0] == "studio_share"
    keyboard.to("studio_language")
    keyboard.press("Enter")
    expect(page.locator(".st-key-train_main button")).to_contain_text("训练")
    assert keyboard.here()[0] == "studio_language"
    keyboard.press("Space")
    expect(page.locator(".st-key-train_main button")).to_contain_text("Train")
    keyboard.to("studio_lectern", "Keys", back=True)
    keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keyboard.press("Escape")
    assert keyboard.here() == ("studio_lectern", "Keys")
    keyboard.to("studio_projector")
    keyboard.press("Enter")
    expect(page).to_have_url(re.compile("projector=1"))
    expect(page.locator(".lectern .bar")).to_be_visible()
    keyboard.to("studio_leave")
    keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("projector=1"))
    expect(page.get_by_role("button", name="Projector", exact=True)).to_be_visible()


def around(page: Page, element: JSHandle) -> bytes:
    """The pixels of what has, or had, the focus, and around it."""
    x, y, right, bottom = element.evaluate(
        "element => (({ left, top, right, bottom }) => [left, top, right, bottom])(element.getBoundingClientRect())"
    )
    left, top = max(0, x - AROUND), max(0, y - AROUND)
    width, height = min(LAPTOP["width"], right + AROUND) - left, min(LAPTOP["height"], bottom + AROUND) - top
    return page.screenshot(clip={"x": left, "y": top, "width": width, "height": height}, caret="initial")


def walk(keyboard: Keyboard, key: str, at_each: Callable[[tuple[str, str]], None]) -> list[tuple[str, str]]:
    """Every stop once, until the page is left or begins anew."""
    found: list[tuple[str, str]] = []
    for _ in range(STEPS):
        keyboard.press(key)
        here = keyboard.here()
        if here in found or keyboard.page.evaluate("() => document.activeElement === document.body"):
            return found
        found.append(here)
        at_each(here)
    raise AssertionError(f"there is no end: {found}")


@pytest.mark.parametrize("wall", [False, True])
def test_the_focus_is_seen_at_each_stop_and_goes_on_in_a_sensible_order(page: Page, url: str, wall: bool) -> None:
    page.goto(f"{url}/?projector=1" if wall else url)
    expect(page.locator(".st-key-train_main button")).to_be_enabled()
    expect(page.locator(".chart .main-svg").first).to_be_visible()
    expect(page.locator(".lectern .where" if wall else ".lectern .keys")).to_have_text(re.compile("."))
    keyboard = Keyboard(page)
    if not wall:
        keyboard.to("train_rail", "More settings")
        keyboard.press("Enter")
        expect(page.locator(".st-key-train_seed input")).to_be_visible()
        keyboard.home()
    unseen: list[tuple[str, str]] = []

    def look(here: tuple[str, str]) -> None:
        element = page.evaluate_handle(ACTIVE)
        page.evaluate(NEXT_FRAMES)  # a ring begins to come or go with a frame
        page.wait_for_timeout(300)
        seen = around(page, element)
        element.evaluate("element => element.blur()")
        page.evaluate(NEXT_FRAMES)
        page.wait_for_timeout(300)
        if around(page, element) == seen:
            unseen.append(here)
        element.evaluate("element => element.focus({ focusVisible: true })")

    stops = walk(keyboard, "Tab", look)
    assert unseen == []
    widgets = list(dict.fromkeys(widget for widget, _ in stops if widget))
    assert widgets == (ON_A_WALL if wall else ORDER)
    back = walk(keyboard, "Shift+Tab", lambda here: None)
    assert {widget for widget, _ in back} == {widget for widget, _ in stops}
