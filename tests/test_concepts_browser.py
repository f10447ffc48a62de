"""Concepts in Chromium: numbers against NumPy and the book, the URL, the keyboard, the languages, axe-core."""

from __future__ import annotations

import re

import numpy as np
import pytest
from accessibility import serious
from conftest import sideways, soon
from playwright.sync_api import Page, expect
from scipy.special import softmax

from pages.ui.ideas import IDEAS
from pages.ui.text import section

TRAINING = ("lockstep", "pitfalls")


def ready(page: Page, url: str, name: str, more: str = "") -> Page:
    page.goto(f"{url}/concepts?section={name}{more}")
    expect(page.locator(f".idea.{name} .copy")).to_be_visible()
    return page


def numbers(page: Page, selector: str) -> list[float]:
    texts = page.locator(selector).all_inner_texts()
    return [float(text.replace("\u2212", "-")) for text in texts]


def test_a_sliders_numbers_are_scipys(page: Page, url: str) -> None:
    ready(page, url, "softmax")
    np.testing.assert_allclose(numbers(page, ".cell.y-hat output"), softmax([1, 2, 0.5, -1]), atol=5e-5)
    slider = page.get_by_role("slider", name="dress")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowRight")
    expect(page.locator(".cell.o output").last).to_have_text("0.00")
    np.testing.assert_allclose(numbers(page, ".cell.y-hat output"), softmax([1, 2, 0.5, 0]), atol=5e-5)
    expect(page).to_have_url(re.compile("softmax_o="))


def test_exp_ends_where_float32_does_and_the_maximum_mends_it(page: Page, url: str) -> None:
    ready(page, url, "softmax", "&softmax_c=90")
    expect(page.locator(".cell.y-hat output").nth(1)).to_have_text("nan")
    expect(page.locator(".say")).to_contain_text("above 88.72 float32's exp is infinite")
    page.get_by_label("Subtract the maximum first").check()
    soon(
        page,
        lambda: np.testing.assert_allclose(numbers(page, ".cell.y-hat output"), softmax([1, 2, 0.5, -1]), atol=5.1e-5),
    )
    expect(page.locator(".say")).to_have_text("")


def test_exp_that_is_0_is_not_called_infinite(page: Page, url: str) -> None:
    ready(page, url, "softmax", "&softmax_c=-100&softmax_t=5&softmax_o=-1,-2")
    expect(page.locator(".cell.y-hat output").first).to_have_text("nan")
    expect(page.locator(".say")).to_contain_text("0 over 0 is not a number")


def test_values_outlast_another_page_and_another_language(page: Page, url: str) -> None:
    ready(page, url, "softmax")
    page.get_by_label("Subtract the maximum first").check()
    expect(page).to_have_url(re.compile("softmax_stable=1"))
    page.get_by_role("link", name="Data", exact=True).click()
    expect(page.locator(".class canvas").first).to_be_visible()
    page.get_by_role("link", name="Concepts", exact=True).click()
    expect(page.get_by_label("Subtract the maximum first")).to_be_checked()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name=section("zh", "softmax")["title"])).to_be_visible()
    expect(page.get_by_label(section("zh", "softmax")["stable"])).to_be_checked()


@pytest.mark.parametrize("param", ["section=nowhere", "section=softmax&softmax_t=99"])
def test_what_cannot_be_is_one_sentence(page: Page, url: str, param: str) -> None:
    page.goto(f"{url}/concepts?{param}")
    expect(page.locator(".idea.softmax .copy")).to_be_visible()
    expect(page.get_by_text(re.compile("section = nowhere is not among|t = 99 is outside 0 to 10"))).to_be_visible()
    np.testing.assert_allclose(numbers(page, ".cell.y-hat output"), softmax([1, 2, 0.5, -1]), atol=5e-5)


def test_the_books_example_is_indexed(page: Page, url: str) -> None:
    ready(page, url, "indexing")
    expect(page.get_by_text("tensor([0.1000, 0.5000])").first).to_be_visible()


def test_the_section_is_chosen_and_stands_in_the_url(page: Page, url: str) -> None:
    ready(page, url, "softmax", "&softmax_c=3")
    page.locator(".st-key-concepts_section").get_by_role("combobox").click()
    page.get_by_role("option", name="2 Entropy and cross-entropy").click()
    expect(page.locator(".idea.entropy .copy")).to_be_visible()
    expect(page).to_have_url(re.compile("section=entropy"))


def test_the_code_is_what_runs_and_the_script_can_be_copied(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page, url, "softmax")
    expect(page.locator(".st-key-concepts_code")).to_contain_text("def softmax(o: torch.Tensor)")
    page.locator(".copy").click()
    expect(page.locator(".copied")).not_to_be_empty()
    script = page.evaluate("navigator.clipboard.readText()")
    assert "def softmax(" in script
    compile(script, "script", "exec")


def test_a_pitfall_is_run_and_its_loss_vanishes(page: Page, url: str) -> None:
    ready(page, url, "pitfalls")
    page.get_by_role("button", name="Run the fault").click()
    fault = page.locator("tr[data-version=fault] td")
    expect(fault.first).to_have_text(re.compile("^3"))
    soon(page, lambda: _below(fault.nth(1).inner_text(), 0.003))
    assert float(fault.nth(2).inner_text()) > 0.8


def _below(text: str, limit: float) -> None:
    assert re.fullmatch(r"[\d.]+", text)
    assert 0 < float(text) < limit


def test_both_implementations_stay_together(page: Page, url: str) -> None:
    ready(page, url, "lockstep")
    page.locator(".idea button.run").click()
    expect(page.locator(".readout .now")).to_have_text("235 / 235")
    value = page.locator(".readout b").nth(1).inner_text()
    assert "10⁻" in value, value


@pytest.mark.parametrize("name", list(IDEAS))
@pytest.mark.parametrize("size", [(390, 844), (1280, 720), (1920, 1080)], ids=str)
def test_no_section_is_wider_than_the_window(page: Page, url: str, name: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    ready(page, url, name)
    assert sideways(page) <= 0


@pytest.mark.parametrize("name", list(IDEAS))
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_axe_finds_nothing_serious(page: Page, url: str, name: str, scheme: str, language: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    ready(page, url, name, f"&lang={language}")
    expect(page.locator(".idea")).to_have_attribute("data-theme", scheme)
    found = serious(page)
    page.emulate_media(color_scheme="no-preference")
    assert found == []


@pytest.mark.parametrize("name", [name for name in IDEAS if name not in TRAINING])
def test_a_section_in_chinese_speaks_chinese(page: Page, url: str, name: str) -> None:
    ready(page, url, name, "&lang=zh")
    words = section("zh", name)
    expect(page.get_by_role("heading", name=words["title"])).to_be_visible()
    shown = page.locator(".idea").inner_text()
    english = set(section("en", name).values()) - set(words.values())
    assert [sentence for sentence in english if len(sentence) > 12 and sentence in shown] == []


def test_a_bar_is_dragged_by_keys_and_the_sums_follow(page: Page, url: str) -> None:
    ready(page, url, "entropy")
    bar = page.get_by_role("slider", name="q, t-shirt")
    bar.focus()
    bar.press("End")
    p, q = np.array([0.5, 0.25, 0.125, 0.125]), np.array([100, 25, 25, 25]) / 175
    soon(page, lambda: np.testing.assert_allclose(numbers(page, "[data-sum]"), [-p @ np.log2(q)], atol=5.1e-5))


UNSEEN = """idea => [...idea.querySelectorAll("button, input, select, a[href], [tabindex='0']")].filter((node) => {
  if (node.disabled || !node.checkVisibility({ visibilityProperty: true })) return false
  node.focus()
  const { outlineStyle, outlineWidth } = getComputedStyle(node)
  return !node.matches(":focus-visible") || outlineStyle === "none" || outlineWidth === "0px"
}).map((node) => node.outerHTML)"""


@pytest.mark.parametrize("name", list(IDEAS))
def test_whatever_the_keyboard_reaches_shows_that_it_is_there(page: Page, url: str, name: str) -> None:
    ready(page, url, name)
    if name == "optimum":
        expect(page.locator(".idea[aria-busy=false]")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.locator(f".idea.{name}").evaluate(UNSEEN) == []
