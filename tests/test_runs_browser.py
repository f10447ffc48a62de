"""The Runs page in Chromium: the table, its keyboard, the details, the comparison against scikit-learn, the sizes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import NOWHERE, sideways, soon
from playwright.sync_api import Browser, Locator, Page, expect
from server import serve
from sklearn.metrics import confusion_matrix
from sqlalchemy import URL

from model.data import FashionData
from model.keeping import keep
from model.kept import Kept
from model.live_run import LiveRun
from model.runs import Runs
from model.store import Store
from model.train import Hyperparameters
from pages.ui.owner import OWNER_COOKIE

COOKIE = "a-person-in-the-tests-x"
OWNER = hashlib.sha256(COOKIE.encode()).hexdigest()
LONG = "A very long name, typed with patience, for a run that shows what a small learning rate does"
NAMES = {0: LONG, 3: "批量大小的实验", 7: "The book's settings"}
MANY = 30


@pytest.fixture(scope="module")
def kept(garments: FashionData) -> list[Kept]:
    """Three runs of two epochs on Garments, and one that stands in the middle of its training."""
    runs = []
    for settings, last in (
        ({"lr": 0.1}, 0),
        ({"lr": 1.0}, 0),
        ({"lr": 0.1, "batch_size": 1024}, 0),
        ({"seed": 1}, 100),
    ):
        run = LiveRun(OWNER, Hyperparameters(**{"num_epochs": 2, **settings}), garments, "full")  # type: ignore[arg-type]
        run.play(last or run.num_steps)
        while run.step < run.until:
            run.advance(0.1)
        run.halt("paused" if last else "finished")
        runs.append(keep(run))
    return runs


@pytest.fixture(scope="module")
def database(kept: list[Kept], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with thirty runs of one person: the four, over and over, an hour apart."""
    path = tmp_path_factory.mktemp("store") / "runs.sqlite3"
    store = Store(URL.create("sqlite", database=str(path)))
    runs, now = Runs(store, "another server"), time.time()
    for i in range(MANY):
        run_id = f"run-{i:02d}-{secrets.token_urlsafe(8)}"
        run = dataclasses.replace(kept[i % 4], id=run_id, created=now - 3600 * (MANY - i))
        runs.add(run, name=NAMES.get(i, ""))
    store.close()
    return path


@pytest.fixture(scope="module")
def url(browser: Browser, database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on that store; a traceback in its log fails the tests."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with serve(log, **NOWHERE, SOFTMAX_STUDIO_DB=f"sqlite:///{database}") as url:
        yield url
    assert "Traceback" not in log.read_text()


def sql(database: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as connection:
        return connection.execute(statement).fetchall()


def ids(database: Path) -> list[str]:
    """The runs' ids by their numbers, from 1."""
    return [str(run_id) for (run_id,) in sql(database, "select id from runs order by number")]


@pytest.fixture
def mine(page: Page, url: str) -> Page:
    """The tab of the person whose runs these are."""
    page.context.add_cookies([{"name": OWNER_COOKIE, "value": COOKIE, "url": url}])
    return page


def ready(page: Page, address: str) -> Page:
    page.goto(address)
    expect(rows(page).first).to_be_visible()
    return page


def table(page: Page) -> Locator:
    return page.locator(".st-key-runs_stage table.runs")


def rows(page: Page) -> Locator:
    return table(page).locator("tbody tr")


def row(page: Page, number: int) -> Locator:
    return rows(page).filter(has=page.locator("td.number", has_text=re.compile(rf"^{number}$")))


def column(page: Page, name: str) -> list[str]:
    return table(page).locator(f"tbody td.{name}").all_inner_texts()


def press(page: Page, name: str) -> None:
    page.locator(".details").get_by_role("button", name=name, exact=True).click()


def test_the_table_is_sorted_by_its_headers(mine: Page, url: str, database: Path) -> None:
    page = ready(mine, url + "/runs")
    expect(rows(page)).to_have_count(25)
    assert column(page, "number") == [str(n) for n in range(30, 5, -1)]
    expect(page.get_by_role("columnheader", name="When")).to_have_attribute("aria-sort", "descending")
    header = page.get_by_role("columnheader", name="Train loss")
    header.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(header).to_have_attribute("aria-sort", "ascending")
    order = "order by train_loss is null, train_loss, number desc"
    expected = [str(number) for (number,) in sql(database, f"select number from runs {order}")]
    soon(page, lambda: np.testing.assert_array_equal(column(page, "number"), expected[:25]))
    expect(header.get_by_role("button")).to_be_focused()
    page.get_by_role("button", name="Next runs").click()
    expect(rows(page)).to_have_count(5)
    assert column(page, "number") == expected[25:]
    expect(page).to_have_url(re.compile("runs_sort=train_loss.*runs_page=2|runs_page=2.*runs_sort=train_loss"))
    page.reload()
    soon(page, lambda: np.testing.assert_array_equal(column(page, "number"), expected[25:]))
    page.get_by_label("Search").fill("book")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(1)
    expect(rows(page).locator("td.name button")).to_have_text("The book's settings")
    page.get_by_label("Search").fill("no such run")
    page.keyboard.press("Enter")
    expect(page.locator(".none p")).to_have_text(re.compile("No run is like that"))


def test_chosen_runs_stay_chosen_and_are_compared(
    mine: Page, url: str, database: Path, kept: list[Kept], garments: FashionData
) -> None:
    page = ready(mine, url + "/runs")
    for number in (30, 27):  # the second and the third of the four
        row(page, number).get_by_role("checkbox").check()
    expect(page.locator(".curves .chart")).to_have_attribute("aria-label", re.compile(r"test acc .* A \.\d+, B \.\d+"))
    page.get_by_role("button", name="Next runs").click()
    expect(rows(page)).to_have_count(5)
    row(page, 1).get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(page.locator(".differences tbody tr")).to_have_count(3)
    numbers = ids(database)
    expect(page).to_have_url(re.compile("runs_chosen=" + "(%2C|,)".join(numbers[i - 1] for i in (30, 27, 1))))
    page.reload()
    expect(page.locator(".matrices figure:not([hidden])")).to_have_count(3)
    for i, run in enumerate((kept[1], kept[2], kept[0])):
        said = (garments.test_images @ run.weights.W.T + run.weights.b).argmax(dim=1)
        expected = confusion_matrix(garments.test_labels, said)
        texts = page.locator(".matrices figure").nth(i).locator("td").filter(visible=True).all_inner_texts()
        drawn = np.reshape([int(text.replace(",", "") or 0) for text in texts[-100:]], (10, 10))
        np.testing.assert_array_equal(drawn, expected)
    test_acc = [run.epochs[-1].test_acc for run in (kept[1], kept[2], kept[0])]
    shown = page.locator(".differences tbody tr td:nth-last-child(5)").all_inner_texts()
    np.testing.assert_allclose([float(text) for text in shown], test_acc, atol=5.1e-5)
    page.get_by_role("button", name="Train loss", exact=True).last.click()
    expect(page.locator(".curves .chart")).to_have_attribute("aria-label", re.compile("Curves of train loss"))
    expect(page.locator(".curves .chart .annotation-text")).to_have_text(["A", "B", "C"])
    page.get_by_role("button", name="Untick run B").click()
    expect(page.locator(".differences tbody .letter")).to_have_text(["A", "C"])
    page.get_by_role("button", name="Untick all").click()
    expect(page.locator(".differences")).to_have_count(0)


def test_a_run_is_named_and_noted_where_it_stands(mine: Page, url: str, database: Path) -> None:
    page = ready(mine, url + "/runs")
    row(page, 20).locator("td.name button").click()
    name = page.get_by_label("Name of the run")
    expect(name).to_have_attribute("placeholder", "learning rate 0.1, 2 epochs, seed 1")
    name.fill("Named in a test")
    page.keyboard.press("Enter")
    expect(row(page, 20).locator("td.name button")).to_have_text("Named in a test")
    page.get_by_label("Note", exact=True).fill("Typed, and never left")
    query = "select name, note, pinned from runs where number = 20"
    soon(
        page,
        lambda: np.testing.assert_array_equal(
            sql(database, query)[0][:2], ("Named in a test", "Typed, and never left")
        ),
    )
    press(page, "Pin")
    expect(page.locator(".details").get_by_role("button", name="Unpin")).to_be_visible()
    expect(row(page, 20).locator("small").first).to_have_text("pinned")
    name.fill("")
    page.keyboard.press("Enter")
    expect(row(page, 20).locator("td.name button")).to_have_text("learning rate 0.1, 2 epochs, seed 1")
    assert sql(database, query) == [("", "Typed, and never left", 1)]
    press(page, "Close")
    expect(page.locator(".details")).to_be_hidden()


@pytest.mark.parametrize("way", ["reload", "another page", "close"])
def test_what_is_typed_as_the_page_is_left_is_kept(mine: Page, url: str, database: Path, way: str) -> None:
    run_id = ids(database)[14]
    mine.goto(url + "/data")
    page = mine.context.new_page()
    ready(page, f"{url}/runs?runs_open={run_id}")
    page.get_by_label("Note", exact=True).fill(f"Left by {way}")
    if way == "reload":
        page.reload()
    elif way == "another page":
        page.get_by_role("link", name="Train", exact=True).click()
        expect(page.get_by_role("slider", name="Learning rate")).to_be_visible()
    page.close()
    query = f"select note from runs where id = '{run_id}'"
    soon(mine, lambda: np.testing.assert_equal(sql(database, query), [(f"Left by {way}",)]))


def test_only_the_owners_browser_can_describe_a_run(mine: Page, url: str, database: Path) -> None:
    run_id = ids(database)[15]
    where, before = (
        f"{url}/runs/{run_id}/described",
        sql(database, f"select name, note from runs where id = '{run_id}'"),
    )
    mine.context.clear_cookies()
    mine.goto(url + "/data")  # somebody else's cookie
    said: list[object] = [{"name": "mine now"}, [1], {"name": 7}, "x" * 20_000, "[" * 15_000]
    for content in said:
        text = content if isinstance(content, str) else json.dumps(content)
        assert mine.request.post(where, data=text, headers={"Content-Type": "text/plain"}).status in (204, 400)
    assert mine.request.post(f"{url}/runs/nowhere/described", data='{"name": "x"}').status == 400
    assert sql(database, f"select name, note from runs where id = '{run_id}'") == before


def test_deleting_can_be_undone(mine: Page, url: str) -> None:
    page = ready(mine, url + "/runs")
    for number in (12, 13):
        row(page, number).get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete them").click()
    expect(page.locator(".undo")).to_contain_text("2 runs were deleted:")
    expect(page.locator(".count")).to_have_text("28 runs")
    page.get_by_role("columnheader", name="When").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="When")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".count")).to_have_text("30 runs")
    expect(row(page, 13).locator(".pick b")).to_have_text("B")
    expect(page.locator(".undo")).to_be_hidden()


def test_deleted_runs_are_brought_back_after_a_reload(mine: Page, url: str) -> None:
    page = ready(mine, url + "/runs")
    for number in (14, 15, 16):
        row(page, number).get_by_role("checkbox").check()
    page.get_by_role("button", name="Delete them").click()
    expect(page.locator(".undo")).to_contain_text("for a day they are under State, Deleted")
    page.reload()
    expect(page.locator(".count")).to_have_text("27 runs")
    expect(page.locator(".undo")).to_be_hidden()
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Deleted").click()
    expect(page.locator(".count")).to_have_text("3 deleted runs: a day after its deletion each is gone for good.")
    expect(rows(page).locator("td.name button")).to_have_count(0)  # nothing is offered that would not work
    expect(page.get_by_role("button", name="Delete them")).to_be_hidden()
    expect(page.get_by_role("button", name="Bring back")).to_be_hidden()
    page.get_by_role("checkbox", name=re.compile("^Bring back run 15, ")).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Bring back").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".count")).to_contain_text("2 deleted runs")
    page.get_by_role("button", name="Tick all of these").click()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator(".none p")).to_contain_text("No run was deleted in the last day")
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="All states").click()
    expect(page.locator(".count")).to_have_text("30 runs")
    expect(rows(page).locator("td.name button")).to_have_count(25)


def test_the_details_lead_to_the_other_pages(mine: Page, url: str, database: Path) -> None:
    run_id = ids(database)[28]
    page = ready(mine, f"{url}/runs?runs_open={run_id}")
    press(page, "Templates")
    expect(page).to_have_url(re.compile(f"/templates.*run={run_id}"))
    expect(page.get_by_role("combobox", name="Weights")).to_have_value(re.compile("^Run 29 "))
    page.get_by_role("link", name="Runs").click()
    press(page, "Open on Train")
    expect(page.locator(".st-key-train_animator .readout")).to_contain_text("2 / 2")


def test_again_with_one_change_trains_and_is_compared(mine: Page, url: str, database: Path) -> None:
    run_id = ids(database)[0]
    page = ready(mine, f"{url}/runs?runs_open={run_id}")
    form = page.locator("form.again")
    form.get_by_label("Setting to change").select_option("Epochs")
    form.get_by_role("spinbutton", name="Its new value").fill("0")
    form.get_by_role("button", name="Train").click()
    expect(form.get_by_role("alert")).to_have_text("Type a whole number from 1 to 50, other than 2.")
    form.get_by_label("Setting to change").select_option("Learning rate")
    form.get_by_role("combobox", name="Its new value").select_option("0.3")
    expect(form).to_contain_text("instead of 0.1")
    form.get_by_role("button", name="Train").click()
    expect(page.locator(".st-key-train_animator .progress-text")).to_contain_text("Finished")
    assert page.get_by_role("slider", name="Learning rate").get_attribute("aria-valuetext") == "0.3"
    new = re.search(r"run=([\w-]+)", page.url)
    assert new
    page.get_by_role("link", name="Runs").click()
    expect(page.locator(".differences tbody tr")).to_have_count(2)
    expect(page.locator(".differences tbody td:nth-child(3)")).to_have_text(["0.1", "0.3"])
    query = f"select lr, num_epochs, seed, data from runs where id = '{new[1]}'"
    soon(page, lambda: np.testing.assert_array_equal(sql(database, query), [(0.3, 2, 0, "garments")]))
    row(page, 31).locator("td.name button").click()
    expect(row(page, 31)).to_have_class("open")
    press(page, "Delete")
    expect(page.locator(".count")).to_have_text("30 runs")


def test_a_run_goes_on_before_ones_eyes(mine: Page, url: str, database: Path) -> None:
    run_id = ids(database)[3]
    page = ready(mine, f"{url}/runs?runs_open={run_id}&runs_sort=number")
    expect(row(page, 4).locator("td.state")).to_have_text("paused")
    press(page, "Resume")
    expect(row(page, 4).locator("td.state")).to_have_text("finished")
    expect(page.locator(".details .end")).to_have_text("Finished all 470 steps.")
    expect(page.locator(".details").get_by_role("button", name="Resume")).to_be_hidden()


def test_somebody_elses_run_can_be_copied_only(page: Page, url: str, database: Path) -> None:
    run_id = ids(database)[3]
    page.goto(f"{url}/runs?run={run_id}")
    expect(page.locator(".details .end")).to_have_text(re.compile("Somebody shared this run"))
    expect(page.get_by_label("Name of the run")).not_to_be_editable()
    expect(page.locator(".details").get_by_role("button", name="Delete")).to_be_hidden()
    press(page, "Copy to my runs")
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_label("Name of the run")).to_be_editable()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), [(390, 844), (1024, 768), (1280, 720), (1920, 1080)])
def test_the_page_never_scrolls_sideways(
    mine: Page, url: str, database: Path, width: int, height: int, language: str
) -> None:
    mine.set_viewport_size({"width": width, "height": height})
    chosen = ",".join(ids(database)[:8])
    page = ready(mine, f"{url}/runs?lang={language}&runs_chosen={chosen}&runs_open={ids(database)[0]}&runs_sort=number")
    expect(page.locator(".matrices figure:not([hidden])")).to_have_count(8)
    expect(page.locator(".curves .chart .main-svg").first).to_be_visible()
    expect(page.locator("section.details")).to_be_visible()
    soon(page, lambda: np.testing.assert_array_equal(sideways(page), 0))
    widths = page.locator(".templates canvas").evaluate_all("all => all.map(c => c.getBoundingClientRect().width)")
    tiles = [width for width in widths if width != widths[0]]
    assert len(widths) == 81  # eight runs' ten, and the scale
    assert all(width % 28 == 0 for width in tiles or widths)


def test_on_a_phone_the_order_is_chosen_above_the_runs(mine: Page, url: str, database: Path) -> None:
    mine.set_viewport_size({"width": 390, "height": 844})
    page = ready(mine, url + "/runs")
    expect(table(page).locator("thead")).to_be_hidden()
    page.get_by_label("Sort by").select_option("Time, s")
    mine_in = f"select number from runs where owner = '{OWNER}' and deleted is null order by seconds"
    expected = [str(number) for (number,) in sql(database, f"{mine_in} desc, number desc")]
    soon(page, lambda: np.testing.assert_array_equal(column(page, "number"), expected[:25]))
    expect(rows(page).first.locator("td.seconds")).to_be_visible()
    page.get_by_role("button", name="falling").click()
    expect(page.get_by_role("button", name="rising")).to_be_visible()
    expected = [str(number) for (number,) in sql(database, f"{mine_in}, number desc")]
    soon(page, lambda: np.testing.assert_array_equal(column(page, "number"), expected[:25]))


DARKEST = """canvas => {
  const pixels = canvas.getContext("2d").getImageData(0, 0, 28, 28).data
  return pixels.reduce((least, value, i) => (i % 4 ? least : Math.min(least, value)), 255)
}"""


def test_templates_are_on_one_scale_or_each_run_on_its_own(mine: Page, url: str, database: Path) -> None:
    page = ready(mine, f"{url}/runs?runs_chosen={','.join(ids(database)[:2])}")
    templates = page.locator(".templates")
    ends = templates.locator(".letter small")
    expect(templates.locator(".scale")).to_be_visible()
    expect(ends).to_have_text(["", ""])
    small = templates.locator(".row").first.locator("canvas").nth(1)  # learning rate 0.1 beside 1
    before = small.evaluate(DARKEST)
    templates.get_by_role("button", name="Each run its own").click()
    expect(ends).to_have_text([re.compile(r"^±[\d.]+$"), re.compile(r"^±[\d.]+$")])
    expect(templates.locator(".scale")).to_be_hidden()
    assert small.evaluate(DARKEST) < before
    templates.get_by_role("button", name="One scale for all").click()
    expect(ends).to_have_text(["", ""])
    assert small.evaluate(DARKEST) == before


def test_nobodys_page_says_what_to_do(page: Page, url: str) -> None:
    page.goto(url + "/runs")
    expect(page.locator(".none p")).to_have_text(re.compile("There is no run here yet"))
    page.get_by_role("button", name="Go to Train").click()
    expect(page.locator(".st-key-train_animator .note")).to_contain_text("Press Train.")
