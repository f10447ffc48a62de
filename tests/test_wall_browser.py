"""The pages on a wall in Chromium: each screen fits and can be read from afar; what is hidden is in no place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from accessibility import serious
from conftest import LAPTOP, soon
from playwright.sync_api import Browser, Locator, Page, expect
from run_makers import a_persons_runs, served
from wall_checks import expect_screen, fits, low_contrast, screens

from model.data import FashionData
from pages.ui import wall
from pages.ui.owner import OWNER_COOKIE, owner_of

COOKIE = "a-lecturer-in-the-tests-x"
SIZES = [LAPTOP, {"width": 1920, "height": 1080}]
CHART = ".chart .main-svg"
RUN_CHART = f".stage:has(.train-loss:not(:text-is('–'))) {CHART}"
"""The chart is there before the run's first frame is."""
FILM = ".now-epoch:not(:text-is('–'))"


class Place(NamedTuple):
    """A page on the wall: its address, in which a run may be named; what it shows; the names of its screens."""

    address: str
    shows: str
    screens: tuple[str, ...] = ()


OF_TEMPLATES = wall.SCREENS["templates"]
PLACES = {
    "train": Place("/?run={finished}&", RUN_CHART),
    "train, idle": Place("/?", ".note"),
    "train, off the chart": Place("/?run={exploded}&", ".note"),
    "templates": Place("/templates?run={finished}&", FILM, OF_TEMPLATES),
    "templates, pretrained": Place("/templates?model=pretrained&", FILM, OF_TEMPLATES),
    "runs": Place("/runs?", "table.runs tbody tr"),
    "runs, opened": Place("/runs?runs_open={paused}&", "table.runs tbody tr", ("table", "details")),
    "runs, compared": Place(
        "/runs?runs_chosen={finished},{exploded},{paused}&",
        "table.runs tbody tr",
        ("table", "curves", "differences", "templates"),
    ),
    "runs, a sweep": Place("/runs?sweep={sweep}&", "table.runs tbody tr", ("table", "map", "map_curves")),
    "data": Place("/data?", ".class canvas", wall.SCREENS["data"]),
    "data, a picture": Place("/data?data_index=3&", ".class canvas", wall.SCREENS["data"]),
}


@pytest.fixture(scope="module")
def names(garments: FashionData, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The ids of one person's runs and of a sweep; and where they are kept."""
    return a_persons_runs(garments, tmp_path_factory.mktemp("store") / "runs.sqlite3", owner_of(COOKIE))


@pytest.fixture(scope="module")
def url(browser: Browser, names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of these runs."""
    with served(names["store"], tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture
def go(page: Page, url: str, names: dict[str, str]) -> Page:
    """The lecturer's page, nowhere yet."""
    page.context.add_cookies([{"name": OWNER_COOKIE, "value": COOKIE, "url": url}])
    return page


def on_wall(page: Page, url: str, names: dict[str, str], place: str, query: str = "") -> Place:
    """Open a place on the wall."""
    found = PLACES[place]
    page.goto(f"{url}{found.address.format(**names)}projector=1&{query}")
    expect(page.locator(found.shows).first).to_be_attached()
    expect(page.locator(".lectern .where")).to_be_visible()
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    return found


def each_screen(page: Page, place: Place) -> Iterator[str]:
    """Turn through the page's screens by the bar, the first one first."""
    for i, screen in enumerate(place.screens or ("",)):
        if i:
            page.locator(".lectern .after").click()
        if screen:
            expect_screen(page, screen)
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        yield screen


def heard(page: Page) -> str:
    """All that a screen reader finds on the page, from the browser's own tree."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    said = (node.get(what, {}).get("value", "") for node in nodes if not node["ignored"] for what in ("name", "value"))
    return "\n".join(map(str, said))


def drawn(page: Page) -> list[str]:
    """The lines of the chart that are in its legend."""
    legend: list[str] = page.locator(".chart .legendtext").all_text_contents()
    return legend


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("place", list(PLACES))
def test_each_screen_fits_and_is_large_enough(
    go: Page, url: str, names: dict[str, str], place: str, language: str
) -> None:
    found = on_wall(go, url, names, place, f"lang={language}")
    assert screens(go) == list(found.screens or screens(go)[:1])
    for _ in each_screen(go, found):
        for size in SIZES:
            go.set_viewport_size(size)  # type: ignore[arg-type]
            fits(go)


def test_the_rule_of_contrast_finds_what_has_less(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "train")
    for colour in ("#888", "#666"):  # 3.5:1 and 5.7:1
        go.locator(".status").evaluate("(text, colour) => { text.style.color = colour }", colour)
        assert len(low_contrast(go)) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("place", list(PLACES))
def test_each_screen_can_be_used_by_all_and_has_seven_to_one(
    go: Page, url: str, names: dict[str, str], place: str, theme: str
) -> None:
    go.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    found = on_wall(go, url, names, place)
    expect(go.locator(f".stage[data-theme={theme}]").first).to_be_attached()
    for screen in each_screen(go, found):
        assert serious(go) == [], screen
        assert low_contrast(go) == [], screen


def test_a_screen_has_an_address_and_a_reload_keeps_it_and_what_is_hidden(
    go: Page, url: str, names: dict[str, str]
) -> None:
    on_wall(go, url, names, "templates", "screen=matrix&hide=matrix")
    for _ in range(2):
        expect(go.locator(".lectern .where")).to_have_text("3 / 4 Confusion")
        expect(go.locator(".confusion td.right").first).to_be_hidden()
        go.reload()
        expect(go.locator(FILM)).to_be_visible()
    go.locator(".lectern .before").click()
    expect(go.locator(".lectern .where")).to_have_text("2 / 4 Curves")
    expect(go).to_have_url(re.compile("screen=curves"))
    expect(go.locator(CHART).first).to_be_visible()
    expect(go.locator(".tiles.first")).to_be_hidden()


def test_beyond_the_last_screen_is_the_next_page(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "train")
    expect(go.locator(".lectern .where")).to_have_text("Train")
    go.locator(".lectern .after").click()
    expect(go.locator(".lectern .where")).to_have_text("1 / 4 Templates")
    go.locator(".lectern .before").click()
    expect(go.locator(".lectern .where")).to_have_text("Train")


def test_what_is_hidden_is_in_no_value_name_or_line(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "train")
    values = [go.locator(f".readout .{name}").inner_text() for name in ("train-loss", "train-acc", "test-acc")]
    soon(go, lambda: _equal(drawn(go), ["train loss", "train acc", "test acc"]))
    assert all(re.fullmatch(r"\.\d{4}", value) and value in heard(go) for value in values)
    hide(go, "Loss")
    soon(go, lambda: _equal(drawn(go), ["train acc", "test acc"]))
    assert values[0] not in heard(go)
    assert "Hidden: loss" in heard(go)
    assert go.locator(".chart .trace.scatter").count() == 3  # two book lines and one thin one
    hide(go, "Accuracy")
    soon(go, lambda: _equal(drawn(go), []))
    assert not [value for value in values if value in heard(go)]
    hide(go, "Class names")
    expect(go.get_by_role("img", name="Template 3", exact=True)).to_be_visible()
    assert "pullover" not in heard(go)
    hide(go, "Curves")
    expect(go.get_by_role("img", name=re.compile("Training curves"))).to_have_count(0)
    expect(go.locator(".chart")).to_be_hidden()
    expect(go.locator(".lectern summary")).to_have_text("Hide · 4")
    fits(go)


def test_what_is_hidden_is_so_on_the_next_page_and_on_the_way_back(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "train", "hide=accuracy")
    expect(go.locator(".readout .test-acc")).to_be_hidden()
    go.locator(".lectern .after").click()
    expect(go.locator(FILM)).to_be_visible()
    expect(go.locator(".now-acc")).to_be_hidden()
    accuracy = go.locator(".now-acc").text_content()
    assert accuracy
    assert accuracy not in heard(go)  # nor in the name of the run above
    expect(go.locator(".lectern .where")).to_have_text("1 / 4 Templates")  # it knows that this page has come
    go.locator(".lectern .before").click()
    expect(go.locator(".readout .epoch")).to_be_visible()
    expect(go.locator(".readout .test-acc")).to_be_hidden()


def test_nothing_moves_when_it_is_hidden(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "train")
    fits(go)

    def places() -> list[dict[str, float] | None]:
        parts = (".epoch", ".test-acc", ".chart", ".tiles", ".tiles figure >> nth=9", ".scale", ".track")
        return [go.locator(part).first.bounding_box() for part in parts]  # type: ignore[misc]

    before = places()
    for part in ("Loss", "Accuracy", "Curves", "Templates", "Class names"):
        hide(go, part)
    soon(go, lambda: _equal(places(), before))


def test_without_a_wall_a_cover_shows_its_part_again_by_keyboard(go: Page, url: str, names: dict[str, str]) -> None:
    go.goto(f"{url}/templates?run={names['finished']}&hide=matrix,verdict")
    cover = go.get_by_role("button", name="Hidden: confusion matrix Show")
    expect(cover).to_be_visible()
    expect(go.locator(".confusion")).to_be_hidden()
    cover.press("Enter")
    expect(go.locator(".confusion")).to_be_visible()
    expect(go).to_have_url(re.compile("hide=verdict"))
    expect(go.locator(".bars")).to_be_hidden()


def test_the_list_of_parts_opens_within_the_window_and_escape_gives_the_focus_back(
    go: Page, url: str, names: dict[str, str]
) -> None:
    on_wall(go, url, names, "templates")
    button = go.locator(".lectern summary")
    button.press("Enter")
    boxes = go.locator(".lectern").get_by_role("checkbox")
    expect(boxes).to_have_count(len(wall.PARTS["templates"]))
    fits(go)
    boxes.first.press("Space")
    expect(button).to_have_text("Hide · 1")
    expect(boxes.first).to_be_focused()
    boxes.first.press("Escape")
    expect(boxes.first).to_be_hidden()
    expect(button).to_be_focused()


def test_the_classes_and_labels_of_the_data_can_be_asked_for(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "data, a picture", "hide=names,labels&screen=classes")
    expect(go.get_by_role("button", name="Class 3, 6,000 images")).to_be_visible()
    assert "pullover" not in heard(go)
    go.locator(".lectern .after").click()
    expect_screen(go, "pictures")
    label = go.locator(".opened .label")
    expect(label).to_be_hidden()
    assert (label.text_content() or "?") not in heard(go)
    expect(go.get_by_role("group", name="Index 3", exact=True)).to_be_visible()
    go.get_by_role("button", name="Hidden: true labels Show").click()
    expect(label).to_be_visible()


def test_the_table_of_runs_hides_their_accuracy(go: Page, url: str, names: dict[str, str]) -> None:
    on_wall(go, url, names, "runs, compared", "hide=accuracy")
    values = go.locator("td.test_acc .value").all_text_contents()
    said = {match for value in values for match in re.findall(r"\.\d{4}", value)}
    assert said
    for _ in each_screen(go, PLACES["runs, compared"]):
        assert not [value for value in said if value in heard(go)]


def hide(page: Page, part: str) -> None:
    """Hide a part by the bar's list."""
    listed: Locator = page.locator(".lectern .hide")
    if listed.get_attribute("open") is None:
        listed.locator("summary").click()
    listed.get_by_label(part, exact=True).check()


def _equal(one: object, other: object) -> None:
    assert one == other
