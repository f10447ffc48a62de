"""Follow the lecturer in Chromium: two people's browsers on one lecture, and what a follower can and cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from accessibility import serious
from conftest import LAPTOP, NOWHERE, PATIENCE, soon
from playwright.sync_api import Browser, Page, Route, expect
from server import serve_process

LONG = 1000 * PATIENCE
PHONE = {"width": 390, "height": 844}
FOLLOWS = "You follow the lecturer."
STORE = "import(new URL('lib/lectern/shown.js', document.baseURI))"


@contextmanager
def person(browser: Browser, locale: str = "en-US", **settings: Any) -> Iterator[Page]:
    """A page of somebody with a cookie of their own; an error in its scripts fails the test."""
    context = browser.new_context(**{"viewport": LAPTOP, "locale": locale, **settings})
    context.set_default_timeout(LONG)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture(scope="module")
def lecturer(browser: Browser) -> Iterator[Page]:
    with person(browser) as page:
        yield page


@pytest.fixture(scope="module")
def student(browser: Browser) -> Iterator[Page]:
    with person(browser) as page:
        yield page


@pytest.fixture(autouse=True)
def apart(lecturer: Page, student: Page) -> Iterator[None]:
    """Each test begins with nobody who leads or follows."""
    yield
    for page in (lecturer, student):
        page.unroute_all(behavior="ignoreErrors")
        if page.url.startswith("http"):
            page.evaluate("sessionStorage.clear()")
            page.goto("about:blank")


def lead(page: Page, address: str) -> str:
    """Open an address, lead there, and return the link for the class."""
    page.goto(address)
    page.locator(".st-key-studio_share button").first.click()
    page.get_by_role("switch", name="Lead a class").check()
    field = page.get_by_role("textbox", name="Link for your class")
    expect(page.get_by_text(re.compile("^You lead"))).to_be_visible()
    link = field.input_value()
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    return link


def follow(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.locator(".follow-said")).to_have_text(FOLLOWS)


def turn(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    path = "" if name == "Train" else name.lower()  # the default page's address
    expect(page).to_have_url(re.compile(rf"://[^/]+/{path}(\?|$)"))


def begin_run(page: Page) -> None:
    """Press Train, and wait until the page says so."""
    page.locator(".st-key-train_main button:enabled").click()
    expect(page).to_have_url(re.compile("run="))
    expect(page.locator(".status")).to_have_text(re.compile("^(Step|Finished)"))
    expect(page.locator(".st-key-train_stop button, .st-key-train_reset button").last).to_be_enabled()


def bar(page: Page) -> Any:
    return page.locator(".follow-said")


def test_a_follower_sees_the_same_live_run_and_page(browser: Browser, url: str, lecturer: Page) -> None:
    with person(browser, "zh-CN", color_scheme="dark", viewport=PHONE, has_touch=True) as student:
        link = lead(lecturer, f"{url}/?train_num_epochs=50&train_pace=talk")
        student.goto(link)
        expect(bar(student)).to_have_text("您正在跟随主讲人。")
        expect(student.get_by_text("主讲人还没有开始训练。")).to_be_visible()
        begin_run(lecturer)
        expect(student.locator(".status")).to_have_text(re.compile("^第 [1-9]"))
        expect(student.locator(".test-acc")).not_to_have_text("–")
        lecturer.locator(".st-key-train_stop button").click()
        for page, said in ((lecturer, "^Stopped at"), (student, "^停止于")):
            expect(page.locator(".status")).to_have_text(re.compile(said))
        numbers = [[page.locator(f".{name}").inner_text() for name in ("epoch", "train-loss", "train-acc", "test-acc")]
                   for page in (lecturer, student)]  # fmt: skip
        assert numbers[0] == numbers[1]
        for name in ("Templates", "Evaluate", "Data", "Classify"):
            turn(lecturer, name)
            expect(student).to_have_url(re.compile(f"/{name.lower()}.*run=.*follow="))
        expect(student.get_by_text("主讲人的图片不会共享")).to_be_visible()
        assert "lang" not in lecturer.url
        ground = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        assert student.evaluate(ground) == "rgb(20, 21, 24)"
        assert lecturer.evaluate(ground) == "rgb(255, 255, 255)"


def test_the_scrubber_is_followed(url: str, lecturer: Page, student: Page) -> None:
    link = lead(lecturer, f"{url}/?train_num_epochs=3&train_pace=full")
    begin_run(lecturer)
    expect(lecturer.locator(".status")).to_have_text("Finished")
    turn(lecturer, "Templates")
    follow(student, link)
    mine, theirs = lecturer.get_by_role("slider"), student.get_by_role("slider")
    expect(theirs).to_have_attribute("aria-valuetext", re.compile("step 705$"))
    expect(mine).to_have_attribute("aria-valuetext", re.compile("step 705$"))
    for key in ("ArrowLeft", "Home", "End", "ArrowLeft", "PageDown"):
        mine.press(key)
        expect(theirs).to_have_attribute("aria-valuetext", mine.get_attribute("aria-valuetext") or "")
    step = re.search(r"step ([\d,]+)$", mine.get_attribute("aria-valuetext") or "")
    assert step
    for page in (lecturer, student):
        expect(page.locator(".now-step")).to_have_text(step[1])  # it is drawn together with the accuracy
    assert student.locator(".now-acc").inner_text() == lecturer.locator(".now-acc").inner_text()
    mine.press("Home")
    expect(theirs).to_have_attribute("aria-valuetext", re.compile("step 0$"))
    seen = set()
    lecturer.locator(".play").click()
    expect(student.locator(".play")).to_have_attribute("aria-label", "Pause")

    def moves() -> None:
        seen.add(theirs.get_attribute("aria-valuetext"))
        assert len(seen) >= 5

    soon(student, moves)
    lecturer.locator(".play").click()
    soon(student, lambda: _same(mine, theirs))
    expect(student.locator(".play")).to_have_attribute("aria-label", "Play")
    expect(bar(student)).to_have_text(FOLLOWS)


def _same(mine: Any, theirs: Any) -> None:
    assert mine.get_attribute("aria-valuetext") == theirs.get_attribute("aria-valuetext")


def test_a_film_that_grows_is_followed_where_it_is_not_loaded_yet(url: str, lecturer: Page, student: Page) -> None:
    link = lead(lecturer, f"{url}/?train_num_epochs=50&train_pace=talk")
    begin_run(lecturer)
    turn(lecturer, "Templates")
    follow(student, link)
    expect(student.get_by_role("slider")).to_be_enabled()
    # The lecturer's film is further than this page's: nothing of it comes for a while.
    held: list[Route] = []
    student.route("**/film/**", lambda route: held.append(route))
    soon(student, lambda: _held(held))  # what was asked for before has come
    before = int(student.get_by_role("slider").get_attribute("max") or 0)
    mine = lecturer.get_by_role("slider")
    soon(lecturer, lambda: _longer(mine, before + 2))
    mine.press("ArrowLeft")
    said = mine.get_attribute("aria-valuetext") or ""
    student.wait_for_timeout(1000)
    assert student.get_by_role("slider").get_attribute("aria-valuetext") != said
    student.unroute_all()
    student.reload()  # the request that was held back is asked for again
    expect(student.get_by_role("slider")).to_have_attribute("aria-valuetext", said)
    turn(lecturer, "Train")
    lecturer.locator(".st-key-train_stop button").click()


def _held(routes: list[Route]) -> None:
    assert routes


def _longer(slider: Any, most: int) -> None:
    assert int(slider.get_attribute("max")) > most


def test_the_section_and_its_values_are_followed(url: str, lecturer: Page, student: Page) -> None:
    follow(student, lead(lecturer, f"{url}/concepts?section=softmax"))
    expect(student.get_by_role("heading", name="Softmax, by hand")).to_be_visible()
    lecturer.get_by_role("slider").first.press("ArrowRight")
    expect(lecturer).to_have_url(re.compile("softmax_c=1"))
    expect(student).to_have_url(re.compile("softmax_c=1"))
    value = lecturer.get_by_role("slider").first.input_value()
    expect(student.get_by_role("slider").first).to_have_value(value)
    lecturer.locator(".st-key-concepts_line [data-testid=stSelectbox]").click()
    lecturer.get_by_role("option", name=re.compile("^3 ")).click()
    expect(student).to_have_url(re.compile("section=indexing"))
    expect(student).not_to_have_url(re.compile("softmax_c"))


def test_how_a_page_is_looked_at_is_followed(url: str, lecturer: Page, student: Page) -> None:
    follow(student, lead(lecturer, f"{url}/templates?model=pretrained"))
    expect(student).to_have_url(re.compile("/templates"))
    for nth in (2, 0):
        lecturer.get_by_test_id("stButtonGroup").get_by_role("radio").nth(nth).click()
        expect(student.get_by_test_id("stButtonGroup").get_by_role("radio").nth(nth)).to_be_checked()
    turn(lecturer, "Evaluate")
    expect(student).to_have_url(re.compile("/evaluate"))
    lecturer.get_by_role("button", name="Surest mistakes").click()
    expect(student).to_have_url(re.compile("evaluate_list=mistakes"))
    expect(student.get_by_role("button", name="Surest mistakes")).to_have_attribute("aria-pressed", "true")
    expect(bar(student)).to_have_text(FOLLOWS)


def test_the_screen_and_what_is_hidden_are_followed(url: str, lecturer: Page, student: Page) -> None:
    follow(student, lead(lecturer, f"{url}/"))
    expect(student.locator(".tiles[data-part=templates][data-covered]")).to_have_count(0)
    show = f"(now) => {STORE}.then(({{ show }}) => show({{ screens: ['first', 'curves'], ...now }}, 'person'))"
    lecturer.evaluate(show, {"screen": "curves", "hidden": ["templates"]})
    expect(student.locator("[data-part=templates][data-covered]")).to_have_count(1)
    told = f"{STORE}.then(({{ show, shown }}) => (show({{ screens: ['first', 'curves'] }}), shown.screen))"
    assert student.evaluate(told) == "curves"
    lecturer.evaluate(show, {"screen": "first", "hidden": []})
    expect(student.locator("[data-part=templates][data-covered]")).to_have_count(0)
    assert student.evaluate(told) == "first"


def test_a_follower_who_looks_around_is_left_alone_until_he_goes_back(url: str, lecturer: Page, student: Page) -> None:
    follow(student, lead(lecturer, f"{url}/templates?model=pretrained"))
    expect(student.get_by_role("slider")).to_be_enabled()
    student.get_by_role("slider").press("Home")
    expect(bar(student)).to_have_text("You look around by yourself.")
    lecturer.get_by_role("slider").press("ArrowLeft")
    turn(lecturer, "Data")
    student.wait_for_timeout(2500)
    expect(student).to_have_url(re.compile("/templates"))
    expect(student.get_by_role("slider")).to_have_value("0")
    student.get_by_role("button", name="Back to the lecturer").click()
    expect(student).to_have_url(re.compile("/data"))
    expect(bar(student)).to_have_text(FOLLOWS)
    turn(student, "Evaluate")
    expect(student.locator(".lectern.stage")).to_have_attribute("data-page", "evaluate")
    expect(bar(student)).to_have_text("You look around by yourself.")
    student.get_by_role("button", name="Back to the lecturer").click()
    expect(student).to_have_url(re.compile("/data"))
    expect(student.locator(".lectern.stage")).to_have_attribute("data-page", "data")
    student.get_by_role("radio", name="Test").click()
    expect(bar(student)).to_have_text("You look around by yourself.")
    student.get_by_role("button", name="Stop following").click()
    expect(student).not_to_have_url(re.compile("follow="))
    expect(student.locator(".follow-bar")).to_be_hidden()


def test_a_follower_can_do_nothing_but_look(url: str, lecturer: Page, student: Page) -> None:
    link = lead(lecturer, f"{url}/?train_num_epochs=50&train_pace=talk")
    begin_run(lecturer)
    run = lecturer.url.split("run=")[1].split("&")[0]
    asked: list[tuple[str, str]] = []
    student.on("request", lambda request: asked.append((request.method, request.url)))
    follow(student, link)
    expect(student.locator(".status")).to_have_text(re.compile("^Step"))
    stage = student.get_by_test_id("stMain")
    for name in ("Train", "Pause", "Resume", "Step", "One epoch", "Stop", "Reset", "Talk", "Slow", "Full"):
        expect(stage.get_by_role("button", name=name, exact=True)).to_have_count(0)
        expect(stage.get_by_role("radio", name=name, exact=True)).to_have_count(0)
    expect(stage.get_by_role("slider")).to_have_count(0)
    expect(stage.locator("input:visible")).to_have_count(0)
    for name in ("Templates", "Evaluate", "Concepts", "Data", "Train"):
        turn(lecturer, name) if name != "Train" else lecturer.get_by_role("link", name=name, exact=True).click()
        expect(student).to_have_url(re.compile(rf":\d+/{name.lower() if name != 'Train' else ''}\?"))
    turn(lecturer, "Runs")
    expect(bar(student)).to_have_text("The lecturer looks at their own runs; this page stays as it is.")
    expect(student).to_have_url(re.compile(r":\d+/\?"))
    assert {method for method, _ in asked} == {"GET"}
    assert {urlsplit(address).netloc for _, address in asked if address.startswith("http")} == {urlsplit(url).netloc}
    lecture = link.split("follow=")[1]
    send = "([path, body]) => fetch(path, { method: 'POST', body }).then(async (r) => [r.status, await r.text()])"
    said = json.dumps({"tab": "x", "take": True, "shown": {"page": "data"}})
    status, answered = student.evaluate(send, [f"/follow/{lecture}", said])
    assert status == 403
    assert "only the lecturer can lead" in answered
    assert student.evaluate(send, [f"/runs/{run}/described", '{"name": "mine now"}'])[0] == 400
    lecturer.get_by_role("link", name="Train", exact=True).click()
    expect(lecturer.locator(".st-key-train_main button")).to_have_text(re.compile("Pause"))
    expect(student).to_have_url(re.compile(r":\d+/\?"))
    lecturer.locator(".st-key-train_stop button").click()
    expect(student.locator(".status")).to_have_text(re.compile("^Stopped"))


def test_a_second_person_with_the_runs_link_watches_as_before(url: str, lecturer: Page, student: Page) -> None:
    lead(lecturer, f"{url}/?train_num_epochs=50&train_pace=talk")
    begin_run(lecturer)
    student.goto(f"{url}/?run={lecturer.url.split('run=')[1].split('&')[0]}")
    expect(student.get_by_text("You are watching a run that someone else controls.")).to_be_visible()
    expect(student.locator(".follow-bar")).to_be_hidden()
    turn(lecturer, "Data")
    student.wait_for_timeout(1500)
    expect(student).to_have_url(re.compile(r":\d+/\?run="))


def test_two_lecturers_on_one_run_each_know_whose_it_is(
    browser: Browser, url: str, lecturer: Page, student: Page
) -> None:
    lead(lecturer, f"{url}/?train_num_epochs=50&train_pace=talk")
    begin_run(lecturer)
    with person(browser) as second:
        link = lead(second, f"{url}/?run={lecturer.url.split('run=')[1].split('&')[0]}")
        expect(
            second.get_by_text("You are watching a run that someone else controls. Train starts your own.")
        ).to_be_visible()
        expect(second.locator(".st-key-train_stop button")).to_be_disabled()
        follow(student, link)
        expect(student.get_by_text("The lecturer plays the runs here.")).to_be_visible()
        lecturer.locator(".st-key-train_main button").click()
        for page in (lecturer, second, student):
            expect(page.locator(".status")).to_have_text(re.compile("^Paused"))
        begin_run(second)  # one of their own, to which their class goes too
        expect(student.locator(".status")).to_have_text(re.compile("^Step"))
        expect(lecturer.locator(".status")).to_have_text(re.compile("^Paused"))
        second.locator(".st-key-train_stop button").click()
    lecturer.locator(".st-key-train_stop button").click()
    expect(lecturer.locator(".status")).to_have_text(re.compile("^Stopped"))


def test_the_lecturer_ends_or_goes_away_and_comes_back(browser: Browser, url: str, student: Page) -> None:
    with person(browser) as lecturer:
        link = lead(lecturer, f"{url}/data")
        student.goto(link)
        expect(bar(student)).to_have_text(FOLLOWS)
        lecturer.locator(".st-key-studio_share button").first.click()
        expect(lecturer.get_by_text("You lead. 1 follow.")).to_be_visible()
        lecturer.get_by_role("switch", name="Lead a class").uncheck()
        expect(bar(student)).to_have_text("The lecturer has ended; what you see stays.")
        expect(student).to_have_url(re.compile("/data"))
        lecturer.get_by_role("switch", name="Lead a class").check()
        expect(bar(student)).to_have_text(FOLLOWS)
        lecturer.reload()
        expect(bar(student)).to_have_text(FOLLOWS)
        expect(lecturer.get_by_role("heading", name="Data")).to_be_visible()
        turn(lecturer, "Evaluate")  # who led before the page was loaded anew leads again
        expect(student).to_have_url(re.compile("/evaluate"))
        lecturer.locator(".st-key-studio_projector button").first.click()
        expect(lecturer.locator(".follow-count")).to_have_text("1 follow")
    expect(bar(student)).to_have_text("The lecturer is away; this page stays as it is.")
    expect(student).to_have_url(re.compile("/evaluate"))


def test_the_tab_that_took_the_lead_last_has_it(url: str, lecturer: Page, student: Page) -> None:
    link = lead(lecturer, f"{url}/data")
    second = lecturer.context.new_page()
    assert lead(second, f"{url}/evaluate?model=pretrained") == link
    student.goto(link)
    expect(student).to_have_url(re.compile("/evaluate"))
    expect(bar(lecturer)).to_have_text("Another tab of yours leads now; followers see what it shows.")
    lecturer.get_by_role("button", name="Lead from here").click()
    expect(lecturer.locator(".follow-bar")).to_be_hidden()
    expect(student).to_have_url(re.compile("/data"))
    expect(bar(second)).to_have_text("Another tab of yours leads now; followers see what it shows.")
    second.close()
    expect(bar(student)).to_have_text(FOLLOWS)


def test_a_link_that_nobody_leads_with_waits_and_a_nonsense_one_says_so(
    url: str, lecturer: Page, student: Page
) -> None:
    link = lead(lecturer, f"{url}/data")
    student.goto(f"{link[:-4]}aaaa")
    expect(bar(student)).to_have_text("Nobody leads here now; this page follows as soon as the lecturer begins.")
    student.goto(f"{url}/?follow=nonsense")
    expect(student.get_by_text("There is no lecture nonsense: the link is cut short or mistyped")).to_be_visible()
    expect(student.locator(".follow-bar")).to_be_hidden()
    expect(student.locator(".st-key-train_main button:enabled")).to_be_visible()


def test_a_lecture_goes_on_over_a_restart_of_the_server(browser: Browser, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'runs.sqlite3'}"
    with person(browser) as lecturer, person(browser) as student:
        with serve_process(tmp_path / "first.log", SOFTMAX_STUDIO_DB=store, **NOWHERE) as (url, server):
            follow(student, lead(lecturer, f"{url}/data"))
            expect(student).to_have_url(re.compile("/data"))
            server.kill()
            server.wait()
        expect(bar(student)).to_have_text("The server does not answer; it is asked again.")
        where = {"SOFTMAX_STUDIO_DB": store, "STREAMLIT_SERVER_PORT": url.rsplit(":", 1)[1], **NOWHERE}
        with serve_process(tmp_path / "second.log", **where) as (again, _):
            assert again == url
            expect(bar(student)).to_have_text(FOLLOWS)
            expect(lecturer.get_by_text("CONNECTING")).to_have_count(0)
            turn(lecturer, "Evaluate")
            expect(student).to_have_url(re.compile("/evaluate"))
            for page in (lecturer, student):  # which is not done with it yet
                page.evaluate("import(new URL('lib/evaluate/evaluate.js', document.baseURI)).then(() => null)")


@pytest.mark.parametrize(("locale", "size"), [("en-US", LAPTOP), ("zh-CN", PHONE)])
def test_a_followers_page_has_no_serious_violation(
    browser: Browser, url: str, lecturer: Page, locale: str, size: Any
) -> None:
    link = lead(lecturer, f"{url}/templates?model=pretrained")
    lecturer.locator(".st-key-studio_share button").first.click()
    expect(lecturer.get_by_role("switch", name="Lead a class")).to_be_visible()
    assert serious(lecturer) == []
    with person(browser, locale, viewport=size, color_scheme="dark" if size == PHONE else "light") as student:
        student.goto(link)
        expect(student.get_by_role("slider")).to_be_enabled()
        assert serious(student) == []
        student.get_by_role("slider").press("Home")
        expect(student.locator(".follow-acts button")).to_have_count(2)
        assert serious(student) == []
        box = student.locator(".follow-bar").bounding_box()
        assert box
        assert box["y"] + box["height"] <= size["height"]
        assert box["x"] + box["width"] <= size["width"]
        main = student.get_by_test_id("stMain").bounding_box()
        assert main
        assert main["y"] + main["height"] <= box["y"] + 1
