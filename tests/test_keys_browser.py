"""The keys: each does what the list says, none while a person types, and a clicker goes through the whole wall."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from accessibility import NEXT_FRAMES, serious
from conftest import LAPTOP, PATIENCE, sideways
from playwright.sync_api import Browser, Locator, Page, expect

from pages.ui import wall
from pages.ui.ideas import IDEAS
from pages.ui.text import Text, section

WALL = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
SLOW = "/?train_num_epochs=50&train_pace=talk"  # 500 seconds: still going when a busy machine looks
WORDS = section("en", "lectern")
TABLE = "import(new URL('lib/lectern/keys.js', document.baseURI)).then(module => module.KEYS)"
SIGNS = {"ArrowLeft": "←", "ArrowRight": "→", "-": "−", "PageUp": "Page Up", "PageDown": "Page Down"}
EVERY = "ps0e-+=[]h.bw"
PRESSED_HERE = {
    "play", "step", "epoch", "reset", "slower", "faster", "left", "right", "page_before", "page_after", "back", "on",
    "uncover", "projector", "blank", "list",
}  # fmt: skip
"""The keys that the tests below press; another one wants a test of its own."""


def opened(page: Page, url: str, address: str = "/") -> Page:
    page.goto(url + address)
    # The lectern comes last; its words say that its keys are heard.
    expect(page.locator(".lectern .keys")).to_have_text(re.compile("Keys|按键"))
    if page.locator(".st-key-train_main").count():
        expect(page.locator(".st-key-train_main button")).to_be_enabled()
        expect(page.locator(".st-key-train_pace").get_by_role("radio")).to_have_count(3)
    return page


def there(page: Page, name: str) -> None:
    """The page has come, and the lectern, which comes last, knows it."""
    expect(page.locator(".lectern.stage")).to_have_attribute("data-page", name)


def answered(page: Page, word: str) -> None:
    """The answer to a press has come whole: the main button, which says this now, and the pace after it."""
    expect(page.locator(".st-key-train_main button")).to_have_text(re.compile(word))
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")


def paced(page: Page, name: str) -> None:
    expect(page.locator(".st-key-train_pace").get_by_role("radio", name=name)).to_be_checked()


def steps_done(page: Page) -> int:
    return int(re.sub(r"\D", "", page.locator(".status").inner_text().split(" of ")[0]))


def said(page: Page) -> Locator:
    return page.locator(".lectern .said")


def says(page: Page, word: str, **values: str) -> None:
    expect(said(page)).to_have_text(WORDS[word].format(**values))


def silent(page: Page) -> None:
    """No key was heard: whatever one does, it says so in the same moment."""
    page.evaluate(NEXT_FRAMES)
    assert said(page).text_content() == ""


def quiet(page: Page) -> None:
    expect(said(page)).to_have_text("")


def status(page: Page, pattern: str) -> None:
    expect(page.locator(".status")).to_have_text(re.compile(pattern))


def typed(page: Page, **event: object) -> None:
    """A key event that no American keyboard makes."""
    page.evaluate(
        "event => document.body.dispatchEvent(new KeyboardEvent('keydown', "
        "{ bubbles: true, composed: true, cancelable: true, ...event }))",
        event,
    )


def scrubber(page: Page) -> Locator:
    return page.locator(".scrub input[type=range]")


def position(page: Page) -> int:
    return int(scrubber(page).input_value())


def at(page: Page, place: int) -> None:
    """The scrubber comes there: a key is done once others have had it."""
    expect(scrubber(page)).to_have_value(str(place))


@contextmanager
def somebody_else(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def test_the_keys_of_a_run_on_train(page: Page, url: str) -> None:
    opened(page, url, SLOW)
    page.keyboard.press("0")
    says(page, "nothing_to_reset")
    page.keyboard.press("s")
    says(page, "one_step_done")
    status(page, "^Paused at step 1 of")
    answered(page, "Resume")
    page.keyboard.press("p")
    says(page, "resumed")
    status(page, r"^Step [\d,]+ of")
    expect(page.locator(".st-key-train_step button")).to_be_disabled()
    page.keyboard.press("s")
    says(page, "pause_first")
    page.keyboard.press("p")
    says(page, "paused")
    status(page, "^Paused at step")
    answered(page, "Resume")
    step = steps_done(page)
    page.keyboard.press("=")
    says(page, "pace_now", pace="Slow")
    page.keyboard.press("+")
    says(page, "pace_now", pace="Full")
    expect(page).to_have_url(re.compile("train_pace=full"))
    paced(page, "Full")
    page.keyboard.press("+")
    says(page, "fastest")
    page.keyboard.press("e")
    says(page, "one_epoch_done")
    status(page, f"^Paused at step {235 * (step // 235 + 1):,} of")
    page.keyboard.press("0")
    says(page, "reset_done")
    status(page, "^Not started")
    expect(page).not_to_have_url(re.compile("run="))
    answered(page, "Train")
    for pace in ("Slow", "Talk"):
        page.keyboard.press("-")
        says(page, "pace_now", pace=pace)
        paced(page, pace)
    expect(page).to_have_url(re.compile("train_pace=talk"))  # or its answer to Slow may still come
    paced(page, "Talk")
    page.keyboard.press("-")
    says(page, "slowest")


def test_a_run_that_has_ended_is_not_gone_on_with(page: Page, url: str) -> None:
    opened(page, url, "/?train_num_epochs=1&train_pace=full")
    page.keyboard.press("p")
    says(page, "begun")
    status(page, "^Finished")
    expect(page.locator(".st-key-train_reset button")).to_be_enabled()
    expect(page.locator(".st-key-train_stop button")).to_be_disabled()
    page.keyboard.press("e")
    says(page, "not_this_run")


def test_the_own_run_is_played_from_another_page(page: Page, url: str, browser: Browser) -> None:
    opened(page, url, SLOW)
    page.keyboard.press("p")
    status(page, r"^Step [\d,]+ of")
    page.keyboard.press("]")
    expect(scrubber(page)).to_be_visible()
    there(page, "templates")
    page.keyboard.press("s")
    says(page, "pause_first")
    page.keyboard.press("p")
    says(page, "paused")
    page.keyboard.press("0")
    says(page, "reset_on_train")
    page.keyboard.press("[")
    status(page, "^Paused at step")
    there(page, "train")
    step = steps_done(page)
    page.keyboard.press("]")
    expect(scrubber(page)).to_be_visible()
    there(page, "templates")
    page.keyboard.press("s")
    says(page, "one_step_done")
    page.keyboard.press("-")
    says(page, "slowest")
    page.keyboard.press("+")
    says(page, "pace_now", pace="Slow")
    with somebody_else(browser) as other:
        opened(other, page.url, "")
        other.keyboard.press("p")
        says(other, "not_yours")
    page.keyboard.press("[")
    status(page, f"^Paused at step {step + 1:,} of")
    paced(page, "Slow")
    there(page, "train")
    page.keyboard.press("]")
    expect(scrubber(page)).to_be_visible()
    there(page, "templates")
    page.keyboard.press("e")
    says(page, "one_epoch_done")
    page.keyboard.press("[")
    status(page, f"^Paused at step {235 * ((step + 1) // 235 + 1):,} of")


def test_without_a_run_another_page_says_where_one_is_begun(page: Page, url: str) -> None:
    opened(page, url, "/data")
    page.keyboard.press("p")
    says(page, "no_run_here")
    page.keyboard.press("ArrowRight")
    says(page, "no_scrubber")


def test_the_pages_are_turned_to_both_ends(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("[")
    says(page, "first_page")
    for name in wall.PAGES[1:]:
        page.keyboard.press("]")
        expect(page).to_have_url(re.compile(f"/{name}(\\?|$)"))
        expect(page.get_by_test_id("stTopNavLink").and_(page.locator("[aria-current=page]"))).to_have_text(
            Text("en")(f"app.{name}")
        )
        there(page, name)
    page.keyboard.press("]")
    says(page, "last_page")
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile("/runs"))


def test_no_page_is_turned_while_another_one_is_still_coming(page: Page, url: str) -> None:
    opened(page, url, "/templates")
    page.evaluate("history.replaceState(history.state, '', 'classify')")  # as Streamlit does before it draws that page
    page.keyboard.press("]")
    silent(page)  # and not "Classify", which is the page after the one that is still drawn
    page.evaluate("history.replaceState(history.state, '', 'templates')")
    page.keyboard.press("]")
    expect(page).to_have_url(re.compile("/classify"))


def test_the_arrows_move_the_scrubber_by_one_wherever_arrows_are_free(page: Page, url: str) -> None:
    opened(page, url, "/?train_num_epochs=1&train_pace=full")
    page.keyboard.press("p")
    status(page, "^Finished")
    page.keyboard.press("]")
    expect(scrubber(page)).to_have_attribute("aria-valuetext", re.compile("step 235$"))
    end = position(page)
    assert end > 9
    page.keyboard.press("ArrowLeft")
    at(page, end - 1)
    expect(said(page)).to_have_text(scrubber(page).get_attribute("aria-valuetext") or "nothing")
    assert said(page).get_attribute("data-seen") is None
    page.keyboard.down("ArrowLeft")
    page.keyboard.down("ArrowLeft")  # held down
    page.keyboard.up("ArrowLeft")
    at(page, end - 3)
    page.keyboard.press("ArrowRight")
    at(page, end - 2)
    scrubber(page).press("ArrowRight")  # its own key, not twice
    page.evaluate(NEXT_FRAMES)
    assert position(page) == end - 1
    page.locator(".st-key-templates_view").get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    page.evaluate(NEXT_FRAMES)
    assert position(page) == end - 1
    page.locator(".tiles.first canvas").first.press("Enter")
    plane = page.locator(".plane")
    plane.focus()
    plane.press("ArrowRight")
    page.evaluate(NEXT_FRAMES)
    assert position(page) == end - 1


def test_what_is_hidden_is_shown_and_hidden_again(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("h")
    says(page, "nothing_hidden")
    opened(page, url, "/?hide=templates")
    page.keyboard.press("h")
    says(page, "shown_again", parts="Templates")
    expect(page).not_to_have_url(re.compile("hide="))
    expect(page.locator("body")).to_have_attribute("data-hidden", "")
    page.keyboard.press("h")
    says(page, "hidden_again", parts="Templates")
    expect(page).to_have_url(re.compile("hide=templates"))
    expect(page.locator("body")).to_have_attribute("data-hidden", "templates")


def test_the_projector_is_turned_on_and_off(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("w")
    says(page, "wall_on")
    expect(page).to_have_url(re.compile("projector=1"))
    expect(page.locator(".lectern .bar")).to_be_visible()
    page.keyboard.press("w")
    says(page, "wall_off")
    expect(page).not_to_have_url(re.compile("projector=1"))
    expect(page.locator(".lectern .bar")).to_be_hidden()


def test_a_blank_wall_comes_back_with_any_key_which_does_nothing_else(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("b")
    says(page, "blank_wall_only")
    opened(page, url, "/?projector=1")
    blank = page.locator("dialog.blank")
    for on, off in (("b", "p"), (".", "PageDown"), ("b", "Escape"), ("b", "b"), ("b", "w")):
        page.keyboard.press(on)
        expect(blank).to_be_visible()
        expect(page.get_by_role("dialog", name=WORDS["blank_wall"])).to_be_focused()
        assert blank.bounding_box() == {"x": 0, "y": 0, **LAPTOP}
        page.keyboard.press("Shift")
        page.keyboard.down(on)
        page.keyboard.down(on)  # still held down from before: no other press
        page.keyboard.up(on)
        expect(blank).to_be_hidden()
        page.keyboard.press(on)
        expect(blank).to_be_visible()
        page.keyboard.press(off)
        expect(blank).to_be_hidden()
    page.keyboard.press("b")
    expect(blank).to_be_visible()
    page.mouse.click(300, 300)
    expect(blank).to_be_hidden()
    silent(page)
    assert page.url == f"{url}/?projector=1"
    status(page, "^Not started")


class Stop(NamedTuple):
    """Where a clicker stops: a page, and one of its screens where it has several."""

    page: str
    screen: str | None
    where: str


def stops() -> list[Stop]:
    text = Text("en")
    found = []
    for page in wall.PAGES:
        place = wall.place(page, next(iter(IDEAS)))
        name = text(f"{place}.title" if page == "concepts" else f"app.{place}")
        if page == "runs":  # without runs it has its table alone
            found.append(Stop(page, "table", name))
            continue
        screens = wall.SCREENS.get(place, ())
        for n, screen in enumerate(screens, 1):
            word = WORDS[f"screen_{place}_{screen}"]
            found.append(Stop(page, screen, text("lectern.where", n=n, of=len(screens), name=word)))
        if not screens:
            found.append(Stop(page, None, name))
    return found


def test_a_clicker_goes_through_all_screens_and_pages_forth_and_back(page: Page, url: str) -> None:
    def stands(stop: Stop) -> None:
        expect(page).to_have_url(re.compile(rf"/{stop.page}\?"))
        expect(page.locator(".lectern .where")).to_have_text(stop.where)
        expect(page.locator("body")).to_have_attribute("data-screen", stop.screen or "")
        expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")

    way = stops()
    assert len(way) > len(wall.PAGES)
    opened(page, url, "/?projector=1")
    stands(way[0])
    page.keyboard.press("PageUp")
    says(page, "first_page")
    for stop in way[1:]:
        page.keyboard.press("PageDown")
        stands(stop)
    page.keyboard.press("PageDown")
    says(page, "last_page")
    for stop in way[-2::-1]:
        page.keyboard.press("PageUp")
        stands(stop)
    page.keyboard.press("ArrowRight")  # some clickers send these: without a scrubber they turn the screen too
    stands(way[1])
    expect(scrubber(page)).to_be_enabled()
    scrubber(page).focus()  # what was clicked last does not hold a clicker up
    page.keyboard.press("PageDown")
    stands(way[2])


def test_off_the_wall_page_up_and_down_are_the_browsers(page: Page, url: str) -> None:
    opened(page, url, "/data")
    main = page.get_by_test_id("stMain")
    main.evaluate("main => main.focus()")
    expect(page.locator(".class canvas").first).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 400})
    page.keyboard.press("PageDown")
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollTop > 0")
    silent(page)
    assert "/data" in page.url


def test_none_fires_while_typing(page: Page, url: str) -> None:
    opened(page, url, "/runs?run=gone")
    search = page.locator(".st-key-runs_search input")
    search.focus()
    page.keyboard.type(EVERY)
    page.keyboard.press("ArrowLeft")
    silent(page)
    expect(search).to_have_value(EVERY)
    opened(page, url)
    page.locator(".st-key-train_rail summary").click()
    seed = page.locator(".st-key-train_seed input")
    seed.fill("")
    page.keyboard.type("0")
    page.keyboard.press("-")
    page.keyboard.press("p")
    silent(page)
    page.keyboard.press("Escape")
    seed.fill("0")
    choice = page.get_by_role("combobox", name="Data")
    choice.focus()
    for key in EVERY:
        page.keyboard.press(key)
    silent(page)
    page.keyboard.press("Escape")
    for tag in ("select", "textarea", "div contenteditable=true"):
        page.evaluate("tag => document.body.insertAdjacentHTML('afterbegin', `<${tag} class='own'>`)", tag)
        page.locator(".own").first.focus()
        for key in (*EVERY, "?"):
            page.keyboard.press(key)
        silent(page)
        expect(page.locator("dialog.list")).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    status(page, "^Not started")
    page.keyboard.press("0")
    says(page, "nothing_to_reset")


def test_a_slider_keeps_its_arrows_and_a_radio_its_own(page: Page, url: str) -> None:
    opened(page, url)
    rate = page.get_by_role("slider", name="Learning rate")
    rate.focus()
    page.keyboard.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuetext", "0.15")
    silent(page)
    page.keyboard.press("0")  # a slider takes no letters and digits: whoever has just moved one can press on
    says(page, "nothing_to_reset")
    quiet(page)
    page.locator(".st-key-train_pace").get_by_role("radio", name="Slow").focus()
    page.keyboard.press("ArrowRight")
    silent(page)


def test_none_fires_with_another_key_held_or_when_others_have_it(page: Page, url: str) -> None:
    opened(page, url)
    for modifier in ("Control", "Meta", "Alt"):
        typed(page, key="0", **{f"{modifier.replace('Control', 'ctrl').lower()}Key": True})
        typed(page, key="?", **{f"{modifier.replace('Control', 'ctrl').lower()}Key": True})
    typed(page, key="P", shiftKey=True)
    typed(page, key="ArrowLeft", shiftKey=True)
    typed(page, key="0", isComposing=True)
    for key in ("p", "0", "w", "h", "?"):
        typed(page, key=key, repeat=True)
    typed(page, key="Process", keyCode=229)
    typed(page, key="Dead")
    page.evaluate("document.body.dispatchEvent(new Event('keydown', { bubbles: true }))")  # as a filled-in field does
    page.evaluate("document.body.addEventListener('keydown', event => event.preventDefault(), { once: true })")
    typed(page, key="0")
    silent(page)
    expect(page.locator("dialog.list")).to_be_hidden()
    typed(page, key="0")
    says(page, "nothing_to_reset")


def test_none_fires_while_something_lies_over_the_page(page: Page, url: str) -> None:
    opened(page, url)
    for button, over in (
        (page.locator(".st-key-studio_share button"), page.get_by_test_id("stPopoverBody")),
        (page.get_by_test_id("stMainMenu").get_by_role("button"), page.get_by_test_id("stMainMenuPopover")),
    ):
        button.first.click()
        expect(over).to_be_visible()
        page.keyboard.press("0")
        silent(page)
        page.keyboard.press("Escape")
        expect(over).to_have_count(0)
    page.keyboard.press("0")
    says(page, "nothing_to_reset")


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ({"key": "０"}, "nothing_to_reset"),
        ({"key": "【"}, "first_page"),
        ({"key": "［"}, "first_page"),
        ({"key": "[", "ctrlKey": True, "altKey": True, "modifierAltGraph": True}, "first_page"),
        ({"key": "。"}, "blank_wall_only"),
        ({"key": "H"}, "nothing_hidden"),  # Caps Lock
        ({"key": "0", "shiftKey": True}, "nothing_to_reset"),  # where digits are typed with Shift
    ],
)
def test_a_key_counts_by_its_sign(page: Page, url: str, event: dict[str, object], word: str) -> None:
    opened(page, url)
    typed(page, **event)
    says(page, word)


def test_full_width_signs_count(page: Page, url: str) -> None:
    opened(page, url)
    typed(page, key="－", shiftKey=False)
    says(page, "pace_now", pace="Talk")
    expect(page.locator(".st-key-train_pace").get_by_role("radio", name="Talk")).to_be_checked()
    typed(page, key="＋", shiftKey=True)
    says(page, "pace_now", pace="Slow")
    typed(page, key="？", shiftKey=True)
    expect(page.locator("dialog.list")).to_be_visible()
    typed(page, key="？", shiftKey=True)
    expect(page.locator("dialog.list")).to_be_hidden()
    typed(page, key="】")
    expect(page).to_have_url(re.compile("/templates"))


def test_the_keys_are_turned_off_and_stay_so(page: Page, url: str) -> None:
    opened(page, url)
    page.locator(".lectern .keys").click()
    switch = page.get_by_role("switch", name=WORDS["keys_switch"])
    expect(switch).to_be_checked()
    switch.press("Space")
    expect(switch).not_to_be_checked()
    page.keyboard.press("Escape")
    for _ in range(2):
        for key in EVERY:
            page.keyboard.press(key)
        silent(page)
        opened(page, url)
    page.keyboard.press("?")
    expect(switch).not_to_be_checked()
    switch.press("Space")
    page.keyboard.press("?")
    expect(page.locator("dialog.list")).to_be_hidden()
    page.keyboard.press("0")
    says(page, "nothing_to_reset")
    page.evaluate(
        "() => { for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error(name) } }"
    )
    quiet(page)
    page.keyboard.press("0")
    says(page, "nothing_to_reset")
    page.keyboard.press("?")
    switch.press("Space")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.list")).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_has_every_key_of_the_table_and_gives_the_focus_back(page: Page, url: str, language: str) -> None:
    opened(page, url, f"/?lang={language}")
    step = page.locator(".st-key-train_step button")
    step.focus()
    page.keyboard.press("?")
    expect(page.locator("dialog.list")).to_be_visible()
    table = page.evaluate(TABLE)
    words = section(language, "lectern")
    assert {row["name"] for row in table} == PRESSED_HERE
    assert len({key for row in table for key in row["keys"]}) == sum(len(row["keys"]) for row in table)
    assert not {"r", "c", "a", "Escape", "Tab", "Enter", " "} & {key for row in table for key in row["keys"]}
    terms = [term.locator("kbd").all_text_contents() for term in page.locator("dialog.list dt").all()]
    assert terms == [[SIGNS.get(key, key) for key in row["keys"]] for row in table]
    assert page.locator("dialog.list dd").all_text_contents() == [words[row["name"]] for row in table]
    page.keyboard.press("s")
    silent(page)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.list")).to_be_hidden()
    expect(step).to_be_focused()
    page.locator(".lectern .keys").click()
    page.get_by_role("dialog", name=words["keys_title"]).get_by_role("button", name=words["keys_close"]).click()
    expect(page.locator(".lectern .keys")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("address", "size"),
    [("/?lang=zh", LAPTOP), ("/?projector=1", LAPTOP), ("/?projector=1&lang=zh", WALL), ("/", PHONE)],
)
def test_the_list_can_be_read_by_anyone(page: Page, url: str, address: str, size: dict[str, int], scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size(size)  # type: ignore[arg-type]
    opened(page, url, address)
    page.keyboard.press("?")
    dialog = page.locator("dialog.list")
    expect(dialog).to_be_visible()
    assert serious(page) == []
    assert sideways(page) == 0
    wide, fits = dialog.evaluate("d => [d.scrollWidth <= d.clientWidth, d.scrollHeight <= d.clientHeight]")
    assert wide
    assert fits or size == PHONE
    text = dialog.locator("dd").first.evaluate("dd => parseFloat(getComputedStyle(dd).fontSize)")
    assert text >= (19 * size["height"] / 720 if "projector" in address else 15)
    page.emulate_media(color_scheme="light")


def test_on_a_phone_the_header_has_no_button_for_the_keys(page: Page, url: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    opened(page, url)
    expect(page.locator(".lectern .keys")).to_be_hidden()
    page.keyboard.press("0")
    says(page, "nothing_to_reset")
    box, bar = (page.locator(name).bounding_box() for name in (".lectern .said", ".st-key-train_controls"))
    assert box
    assert bar
    assert box["y"] + box["height"] <= bar["y"]
