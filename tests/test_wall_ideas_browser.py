"""The sections of Concepts on a wall, in Chromium: each screen fits, is large enough, and hides what is hidden."""

from __future__ import annotations

import re

import pytest
from accessibility import serious
from conftest import LAPTOP, soon
from playwright.sync_api import Page, expect
from wall_checks import fits, low_contrast, to_screen

from model.ideas.code import source
from pages.ui.concept_code import SCREEN, portions
from pages.ui.ideas import IDEAS
from pages.ui.wall import PARTS, SCREENS

FULL_HD = {"width": 1920, "height": 1080}
ANSWERS = {
    "softmax": (".cell.y-hat output", ".cell.exp output", ".by-sum > span:not(.cover)", "[data-one]"),
    "entropy": (".part output", ".length output", "[data-sum]", "[data-own]", "[data-surplus]"),
    "indexing": ("[data-text]", "[data-kind]", "[data-mean]"),
    "step": ("[data-loss]", "[data-others]", "[data-d]", "[data-tile=after]"),
    "lockstep": (".readout b", ".status"),
    "pitfalls": (".numbers td",),
    "optimum": (".readout b",),
}
"""What must not be there on a section's first screen once the results are hidden."""

CUT = """
() => [...document.querySelectorAll(".st-key-concepts_code [data-testid=stCode]")]
  .filter(box => box.checkVisibility() && box.scrollHeight > box.clientHeight + 1).map(box => box.textContent)
"""


def wall(page: Page, url: str, name: str, screen: str, more: str = "") -> None:
    page.goto(f"{url}/concepts?section={name}&projector=1&screen={screen}{more}")
    expect(page.locator(f".idea.{name} .copy")).to_be_attached()
    expect(page.locator("body")).to_have_attribute("data-screen", screen)
    expect(page.locator(".lectern .after")).to_be_visible()
    if name == "optimum":
        expect(page.locator(".idea.optimum")).to_have_attribute("aria-busy", "false")
        expect(page.locator(".idea.optimum .status")).to_have_text("")
    page.evaluate("document.fonts.ready")


@pytest.mark.parametrize("name", IDEAS)
def test_each_portion_of_the_code_has_a_screen(name: str) -> None:
    code = [screen for screen in SCREENS[name] if screen.startswith("code")]
    assert len(portions(IDEAS[name].CODE)) == len(code)
    assert code == ["code", "code_2", "code_3"][: len(code)]
    assert [function for portion in portions(IDEAS[name].CODE) for function in portion] == list(IDEAS[name].CODE)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
@pytest.mark.parametrize("name", IDEAS)
def test_each_screen_fits_the_wall_and_is_large_enough(
    page: Page, url: str, name: str, language: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for size in (FULL_HD, LAPTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wall(page, url, name, SCREENS[name][0], f"&lang={language}")
        for screen in SCREENS[name]:
            to_screen(page, screen)
            fits(page)
            assert low_contrast(page) == [], (screen, scheme)


@pytest.mark.parametrize("name", IDEAS)
def test_axe_finds_nothing_serious_on_any_screen(page: Page, url: str, name: str) -> None:
    wall(page, url, name, SCREENS[name][0])
    for screen in SCREENS[name]:
        to_screen(page, screen)
        assert serious(page) == [], screen


@pytest.mark.parametrize("name", IDEAS)
def test_only_a_function_longer_than_a_screen_scrolls_in_its_box(page: Page, url: str, name: str) -> None:
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    for number, portion in enumerate(portions(IDEAS[name].CODE), 1):
        wall(page, url, name, "code" if number == 1 else f"code_{number}")
        boxes = page.locator("[data-testid=stCode]:visible")
        expect(boxes).to_have_count(len(portion))
        long = sum(len(source(function)[1].splitlines()) > SCREEN for function in portion)
        soon(page, lambda long=long: _cut(page, long))  # type: ignore[misc]


def _cut(page: Page, count: int) -> None:
    assert len(page.evaluate(CUT)) == count


def test_the_largest_values_of_each_section_fit_too(page: Page, url: str) -> None:
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    six = ",".join(["25"] * 6)
    square = ";".join(["0.1,0.2,0.3,0.4"] * 4)
    for name, screen, more in (
        ("entropy", "bars", f"&entropy_p={six}&entropy_q={six}"),
        ("entropy", "curve", f"&entropy_p={six}&entropy_q={six}"),
        ("softmax", "live", "&softmax_o=1,2,3,4,5,-1,-2,-3,-4,-5&softmax_c=90"),
        ("softmax", "live", "&softmax_c=-100&softmax_t=5"),
        ("indexing", "array", f"&indexing_a={square}&indexing_y=0,1,2,3&indexing_f=flat"),
        ("indexing", "array", f"&indexing_a={square}&indexing_y=0,-1,2,3&indexing_f=columns"),
        ("step", "picture", "&step_lr=0.00001&step_std=1"),
        ("pitfalls", "training", "&pitfalls_p=c"),
        ("pitfalls", "training", "&pitfalls_p=d&pitfalls_init=sigmoid"),
        ("pitfalls", "lines", "&pitfalls_p=d&pitfalls_init=sigmoid"),
        ("pitfalls", "facts", "&pitfalls_p=d&pitfalls_init=sigmoid"),
        ("predict", "typed", "&predict_n=20"),
    ):
        for language in ("en", "zh"):
            wall(page, url, name, screen, f"{more}&lang={language}")
            expect(page.locator(".idea .said")).to_be_hidden()
            fits(page)


@pytest.mark.parametrize("name", ANSWERS)
def test_hidden_results_are_absent_and_a_press_shows_them(page: Page, url: str, name: str) -> None:
    first = SCREENS[name][0]
    wall(page, url, name, first, "&hide=results")
    for selector in ANSWERS[name]:
        shown = page.locator(f".idea {selector}")
        assert shown.count() > 0
        expect(shown.locator("visible=true")).to_have_count(0)
    spoken = page.locator("body").aria_snapshot()
    for selector in ANSWERS[name]:
        for text in page.locator(f".idea {selector}").all_text_contents():
            assert name == "entropy" or not re.search(r"\.\d{3}", text) or text not in spoken  # there shares are shown
    page.locator(".idea button.cover:visible").first.click()
    expect(page.locator(f".idea {ANSWERS[name][0]}").first).to_be_visible()
    expect(page).not_to_have_url(re.compile("hide="))


def test_hidden_results_light_no_cell_and_name_no_shape(page: Page, url: str) -> None:
    wall(page, url, "indexing", "array")
    expect(page.locator(".indexing td.on")).to_have_count(2)
    wall(page, url, "indexing", "array", "&hide=results")
    expect(page.locator(".indexing td:is(.on, .many, .outside)")).to_have_count(0)
    assert "".join(page.locator(".indexing [data-list] span").all_text_contents()) == ""


def test_a_class_that_is_added_while_results_are_hidden_hides_its_own(page: Page, url: str) -> None:
    wall(page, url, "entropy", "bars", "&hide=results")
    page.get_by_role("button", name="More classes").click()
    expect(page.locator(".entropy .class")).to_have_count(5)
    expect(page.locator(".entropy .part output").locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("name", ["lockstep", "pitfalls"])
def test_a_training_goes_on_while_the_screen_is_turned(page: Page, url: str, name: str) -> None:
    streams: list[str] = []
    page.on("request", lambda request: streams.extend([request.url] if f"/ideas/{name}/run" in request.url else []))
    slow = "&lockstep_pace=slow&lockstep_n=3" if name == "lockstep" else "&pitfalls_n=5"
    wall(page, url, name, SCREENS[name][0], slow)
    page.locator(".idea button.filled").click()
    page.wait_for_timeout(500)
    begun = len(streams)
    for screen in (*SCREENS[name][1:], SCREENS[name][0]):
        button = ".before" if screen == SCREENS[name][0] else ".after"
        while page.locator("body").get_attribute("data-screen") != screen:
            page.locator(f".lectern {button}").click()
        expect(page).to_have_url(re.compile(f"screen={screen}"))
    soon(page, lambda: _further(_step(page, name), 0))
    far = _step(page, name)
    if name == "lockstep":
        soon(page, lambda: _further(_step(page, name), far))
    assert len(streams) == begun


def _step(page: Page, name: str) -> float:
    if name == "lockstep":
        return float(page.locator(".readout .now").inner_text().split("/")[0].replace(",", ""))
    return float(page.locator("tr[data-version=fault] td").first.inner_text().replace("\u2013", "0"))


def _further(now: float, before: float) -> None:
    assert now > before


def test_values_hold_when_the_screen_is_turned_and_a_wrong_section_has_the_firsts_screens(page: Page, url: str) -> None:
    page.goto(f"{url}/concepts?section=nowhere&projector=1&screen=nothing")
    expect(page.locator(".lectern .where")).to_contain_text(f"1 / {len(SCREENS['softmax'])}")
    page.get_by_label("Subtract the maximum first").check()
    page.locator(".lectern .after").click()
    expect(page).to_have_url(re.compile("screen=facts"))
    expect(page.get_by_label("Subtract the maximum first")).to_be_checked()
    expect(page.locator(".softmax .cell").first).to_be_hidden()


def test_off_the_wall_a_section_is_one_page(page: Page, url: str) -> None:
    page.goto(f"{url}/concepts?section=softmax&screen=code")
    for part in (".cell.y-hat output", ".facts", ".copy", ".rail, .slider"):
        expect(page.locator(f".idea {part}").first).to_be_visible()
    expect(page.locator(".st-key-concepts_code")).to_be_visible()
    assert set(PARTS) >= set(ANSWERS)
