"""axe-core on every page but Concepts, as it is opened and after a click: both themes and languages, and two phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from accessibility import serious
from conftest import LAPTOP
from playwright.sync_api import Browser, Page, expect
from run_makers import a_persons_runs, served

from model.data import FashionData
from pages.ui.owner import OWNER_COOKIE, owner_of

COOKIE = "a-person-in-the-tests-x"
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}


class View(NamedTuple):
    """An address, in which a run may be named; what it shows, "and" between; each thing to click, and what it shows."""

    address: str
    shows: str
    clicks: tuple[tuple[str, str], ...] = ()


CHART = ".chart .main-svg"
FILM = ".now-epoch:not(:text-is('–'))"
EXAMPLE = (".st-key-classify_examples button:enabled >> nth=0", ".history li")
STAGE = ".rows .row"
HERE = "model=pretrained&"
FROM = f"/classify?{HERE}classify_source"

VIEWS = {
    "train": View("/?", CHART),
    "train, all settings": View("/?", CHART, ((".st-key-train_rail summary", ".st-key-train_batch_size"),)),
    "train, no network": View("/?", ".st-key-train_rail >> text=/No network|没有网络/"),
    "train, a setting that cannot be": View("/?run=gone&train_lr=x&", CHART),
    "train, finished": View("/?run={finished}&", CHART),
    "train, paused": View("/?run={paused}&", CHART),
    "train, off the chart": View("/?run={exploded}&", ".note"),
    "train on the wall": View("/?run={finished}&projector=1&", CHART),
    "share": View("/?run={finished}&", CHART, ((".st-key-studio_share button", ".st-key-studio_share_links .field"),)),
    "templates": View("/templates?run={finished}&", FILM),
    "templates, two": View("/templates?run={finished}&templates_beside={exploded}&", ".tiles.second canvas"),
    "templates, one large": View(
        "/templates?run={finished}&", FILM, ((".tiles.first canvas >> nth=0", ".ranks canvas"),)
    ),
    "templates, missing": View("/templates?run=gone&", ".tiles.first canvas"),
    "classify": View(f"/classify?{HERE}", STAGE),
    "classify, camera": View(f"{FROM}=camera&", f".st-key-classify_camera and {STAGE}"),
    "classify, clipboard": View(f"{FROM}=paste&", f".st-key-classify_paste .field and {STAGE}"),
    "classify, sketchpad": View(f"{FROM}=draw&", f".upper-canvas[aria-label] and {STAGE}"),
    "classify, test set": View(f"{FROM}=test&", f".st-key-classify_any and {STAGE}"),
    "classify, an example": View(
        f"{FROM}=example&",
        STAGE,
        (EXAMPLE, (".st-key-classify_by_hand summary", ".st-key-classify_by_hand input"), ("button.edit", ".brush")),
    ),
    "evaluate": View(f"/evaluate?{HERE}", ".items canvas"),
    "evaluate, percent": View("/evaluate?run={finished}&evaluate_unit=percent&", ".items canvas"),
    "evaluate, mistakes": View(f"/evaluate?{HERE}evaluate_list=mistakes&", ".items canvas"),
    "evaluate, calls": View(f"/evaluate?{HERE}evaluate_list=calls&", ".items canvas"),
    "evaluate, a cell": View(f"/evaluate?{HERE}evaluate_list=cell&evaluate_cell=6-2&", ".items canvas"),
    "runs": View("/runs?", "table.runs tbody tr", ((".st-key-runs_sweep summary", ".st-key-runs_sweep_lr button"),)),
    "runs, one opened": View("/runs?runs_open={paused}&", ".details .again"),
    "runs, compared": View("/runs?runs_chosen={finished},{exploded}&", ".matrices td"),
    "runs, a sweep": View("/runs?sweep={sweep}&", ".curves .chart .main-svg", (("td.cell >> nth=1", ".links button"),)),
    "runs, none found": View("/runs?runs_search=nothing&", ".none p"),
    "runs, missing": View("/runs?run=gone&sweep=gone&runs_open=gone&", "table.runs tbody tr"),
    "data": View("/data?", ".class canvas"),
    "data, a picture": View(
        "/data?",
        ".class canvas",
        ((".class >> nth=1", ".class[aria-pressed=true]"), (".pictures button >> nth=0", ".numbers")),
    ),
}


@pytest.fixture(scope="module")
def names(garments: FashionData, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The ids of one person's three runs and of the sweep that two of them are; and where they are kept."""
    return a_persons_runs(garments, tmp_path_factory.mktemp("store") / "runs.sqlite3", owner_of(COOKIE))


@pytest.fixture(scope="module")
def url(browser: Browser, names: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of these runs."""
    with served(names["store"], tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize(
    ("language", "theme", "sizes"),
    [("en", "light", (PHONE, LAPTOP)), ("zh", "dark", (LAPTOP, SMALL))],
    ids=["en-light", "zh-dark"],
)
def test_axe_finds_nothing_serious(
    page: Page, url: str, names: dict[str, str], view: str, language: str, theme: str, sizes: tuple[dict[str, int], ...]
) -> None:
    address, shows, clicks = VIEWS[view]
    page.context.add_cookies([{"name": OWNER_COOKIE, "value": COOKIE, "url": url}])
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.set_viewport_size(sizes[0])  # type: ignore[arg-type]
    page.goto(f"{url}{address.format(**names)}lang={language}")
    for shown in shows.split(" and "):
        expect(page.locator(shown).first).to_be_visible()
    for wanted, then in clicks:
        page.locator(wanted).first.click()
        expect(page.locator(then).first).to_be_visible()
    expect(page.locator(f".stage[data-theme={theme}]").first).to_be_attached()
    for size in sizes:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        assert serious(page) == []


@pytest.mark.parametrize("view", ["train, finished", "templates", "runs, compared", "runs, a sweep"])
def test_nor_before_what_draws_the_charts_has_come(page: Page, url: str, names: dict[str, str], view: str) -> None:
    page.context.add_cookies([{"name": OWNER_COOKIE, "value": COOKIE, "url": url}])
    page.route("**/lib/plotly/*", lambda route: None)
    page.goto(f"{url}{VIEWS[view].address.format(**names)}lang=en")
    expect(page.locator(".chart")).to_have_attribute("aria-label", re.compile("."))
    assert serious(page) == []
