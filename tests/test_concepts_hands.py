"""What a hand does in Concepts, in Chromium: drags a bar, types into a cell, picks a pixel, draws a curve."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest
import torch
from conftest import soon
from playwright.sync_api import Locator, Page, expect
from test_concepts_browser import numbers, ready

from model.data import FashionData
from model.optimum import load_optimum, measure
from model.train import Hyperparameters


def value(page: Page, name: str) -> list[float]:
    """A value as it stands in the URL."""
    return [float(part) for part in parse_qs(urlparse(page.url).query)[name][0].split(",")]


def drag(page: Page, place: Locator, points: list[tuple[float, float]]) -> None:
    """Press within ``place``, move from point to point, each a part of its width and height, and let go."""
    box = place.bounding_box()
    assert box
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_bar_is_dragged_and_its_share_follows(page: Page, url: str) -> None:
    ready(page, url, "entropy")
    drag(page, page.get_by_role("slider", name="p, trouser"), [(0.25, 0.5), (0.6, 0.5), (0.9, 0.5)])
    expect(page).to_have_url(re.compile("entropy_p="))

    def follows() -> None:  # the address has had what the bar was at meanwhile
        heights = np.array(value(page, "entropy_p"))
        assert heights[1] > 80
        np.testing.assert_allclose(numbers(page, ".share .p output"), heights / heights.sum(), atol=5.1e-5)

    soon(page, follows)


def test_a_cell_is_edited_and_torch_answers(page: Page, url: str) -> None:
    ready(page, url, "indexing")
    page.get_by_role("spinbutton", name="y_hat, row 0, column 0").fill("0.75")
    page.get_by_role("spinbutton", name="y of row 1").fill("1")
    page.get_by_role("spinbutton", name="y of row 1").blur()
    y_hat = torch.tensor([[0.75, 0.3, 0.6], [0.3, 0.2, 0.5]])
    expect(page.locator("[data-text]")).to_have_text(str(y_hat[[0, 1], torch.tensor([0, 1])]))
    page.get_by_role("radio", name="y_hat.sum(axis=1, keepdim=True)").first.click()
    expect(page.locator("[data-text]")).to_have_text(str(y_hat.sum(axis=1, keepdim=True)))  # type: ignore[call-overload]
    page.get_by_role("radio", name="y_hat[[0, 1], y]").click()
    page.get_by_role("spinbutton", name="y of row 0").fill("7")
    page.get_by_role("spinbutton", name="y of row 0").blur()
    with pytest.raises(IndexError) as raised:
        _ = y_hat[[0, 1], torch.tensor([7, 1])]
    expect(page.locator("[data-text]")).to_have_text(f"IndexError: {raised.value}")


def test_a_number_that_cannot_be_takes_no_other_with_it(page: Page, url: str) -> None:
    ready(page, url, "indexing")
    cells = [page.get_by_role("spinbutton", name=f"y_hat, row 0, column {j}") for j in range(2)]
    cells[0].fill("0.75")
    cells[0].blur()
    expect(page).to_have_url(re.compile("indexing_a=0.75"))
    cells[1].fill("1000")
    cells[1].blur()
    expect(page.get_by_text("y_hat = 1000 is outside -100 to 100")).to_be_visible()
    expect(cells[1]).to_have_value("0.3")
    expect(cells[0]).to_have_value("0.75")
    expect(page).to_have_url(re.compile("indexing_a=0.75%2C0.3"))
    ready(page, url, "step", "&step_i=7&step_seed=-5")
    expect(page.get_by_text("seed = -5 is outside 0 to")).to_be_visible()
    expect(page.locator("[data-set=i]")).to_have_value("7")


def test_a_section_chosen_at_once_is_shown_and_the_value_is_kept(page: Page, url: str) -> None:
    ready(page, url, "softmax")
    maximum = page.get_by_label("Subtract the maximum first")
    maximum.check()
    page.get_by_role("combobox", name="Section").click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".idea.entropy .copy")).to_be_visible()
    page.get_by_role("combobox", name="Section").click()
    page.get_by_role("option").nth(0).click()
    expect(maximum).to_be_checked()


def test_a_server_that_was_away_is_asked_again(page: Page, url: str) -> None:
    ready(page, url, "softmax", "&lang=en")
    page.route("**/ideas/softmax?*", lambda route: route.abort())
    page.get_by_label("Subtract the maximum first").check()
    expect(page.get_by_text("The server does not answer")).to_be_visible()
    expect(page).to_have_url(re.compile("softmax_stable=1"))
    page.unroute("**/ideas/softmax?*")
    expect(page.get_by_text("The server does not answer")).to_be_hidden()


def test_back_takes_a_value_back(page: Page, url: str) -> None:
    ready(page, url, "softmax")
    maximum = page.get_by_label("Subtract the maximum first")
    maximum.check()
    expect(page).to_have_url(re.compile("softmax_stable=1"))
    page.go_back()
    expect(maximum).not_to_be_checked()
    page.go_forward()
    expect(maximum).to_be_checked()
    page.get_by_role("link", name="Concepts", exact=True).click()
    expect(page).to_have_url(re.compile("softmax_stable=1"))
    expect(maximum).to_be_checked()


def test_a_pixel_is_picked_and_its_weight_is_checked(page: Page, url: str) -> None:
    ready(page, url, "step", "&lang=en")
    page.locator("[data-image]").click(position={"x": 0.5, "y": 0.5})
    first = page.locator(".check tbody tr", has_text=re.compile("^0, 0"))
    expect(first).to_be_visible()
    # Read at once: the page may draw the same rows anew.
    rows = page.locator(".check tbody").evaluate(
        "body => [...body.rows].map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert len(rows) > 1
    for row in rows:
        analytic, numeric, autograd = (float(cell.replace("\u2212", "-")) for cell in row[1:4])
        assert analytic == pytest.approx(autograd, abs=1e-7)
        assert analytic == pytest.approx(numeric, abs=1e-6)
    page.locator("[data-image]").click(position={"x": 0.5, "y": 0.5})
    expect(first).to_have_count(0)


PREDICT = "&predict_d=garments&predict_n=3"


def test_a_curve_is_drawn_and_the_run_comes_over_it(page: Page, url: str) -> None:
    ready(page, url, "predict", PREDICT)
    reveal = page.get_by_role("button", name="Reveal", exact=True)
    expect(page.locator(".pen")).to_be_visible()
    expect(reveal).to_be_disabled()
    drag(page, page.locator(".pen"), [(0.3, 0.1), (0.65, 0.5), (1.0, 0.7)])
    expect(page).to_have_url(re.compile("predict_loss="))
    sketch = value(page, "predict_loss")
    assert len(sketch) == 3
    assert sketch == sorted(sketch, reverse=True)
    reveal.click()
    said = page.locator(".status p")
    expect(said).to_contain_text("was off by")
    expect(page).to_have_url(re.compile("predict_r=[^&]"))
    run = parse_qs(urlparse(page.url).query)["predict_r"][0]
    losses = [point["train_loss"] for point in page.request.get(f"{url}/runs/{run}/curves.json").json()["epochs"]]
    off = np.abs(np.array(sketch) - np.array(losses))
    expect(said).to_contain_text(f"off by {off.mean():.4f}".replace(" 0.", " .") + " an epoch")
    expect(said).to_contain_text(f"at epoch {int(off.argmax()) + 1}:")
    page.reload()
    expect(said).to_contain_text("was off by")
    page.get_by_role("button", name="Again").click()
    expect(reveal).to_be_enabled()
    assert numbers_of(page) == sketch


def numbers_of(page: Page) -> list[float]:
    """What stands in the fields beneath the chart."""
    return [float(field.input_value()) for field in page.locator(".fields input").all()]


def test_a_curve_is_typed_and_goes_on_level(page: Page, url: str) -> None:
    ready(page, url, "predict", PREDICT)
    field = page.get_by_role("spinbutton", name="Your train loss after epoch 2")
    field.focus()
    page.keyboard.type("0.55")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile("predict_loss="))
    assert value(page, "predict_loss") == numbers_of(page)
    assert numbers_of(page) == [0.55] * 3
    expect(page.get_by_role("button", name="Reveal", exact=True)).to_be_enabled()
    page.get_by_role("radio", name="test acc").check()
    expect(page.get_by_role("spinbutton", name="Your test acc after epoch 1")).to_have_value("")
    page.get_by_role("radio", name="train loss").check()
    expect(page.get_by_role("spinbutton", name="Your train loss after epoch 2")).to_have_value("0.55")


LATE = """() => {
  const fetched = window.fetch
  window.fetch = async (...asked) => {
    await new Promise((done) => setTimeout(done, 500))
    return fetched(...asked)
  }
}"""


def test_a_sketched_value_beyond_the_chart_is_named_at_its_edge(page: Page, url: str) -> None:
    ready(page, url, "predict", "&predict_n=5&predict_loss=2.5,0.8,0.7,0.1,0.6")
    edges = page.locator(".chart .annotation-text")
    expect(edges).to_have_text(["▽ 0.100", "△ 2.50"])
    page.locator('[data-range="3"]').click()
    expect(edges).to_have_count(0)


def test_the_runs_values_beyond_the_chart_take_the_sketchs_place_at_the_same_edge_alone(page: Page, url: str) -> None:
    ready(page, url, "predict", "&predict_n=1&predict_lr=10&predict_loss=0.1&predict_acc=0.95")
    edges = page.locator(".chart .annotation-text")
    expect(edges).to_have_text(["△ 0.950", "▽ 0.100"])
    page.get_by_role("button", name="Reveal", exact=True).click()
    expect(edges).to_have_text([re.compile("^▲ "), "▽ 0.100"])


def test_a_late_answer_takes_nothing_that_is_being_typed(page: Page, url: str) -> None:
    ready(page, url, "predict", PREDICT)
    page.evaluate(LATE)
    page.get_by_role("spinbutton", name="Your train loss after epoch 1").focus()
    page.keyboard.type("0.5")
    with page.expect_response(re.compile("ideas/predict")):
        page.keyboard.press("Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type("0.4")
    expect(page).to_have_url(re.compile("predict_loss=0.5%2C0.5%2C0.5"))
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile("predict_loss=0.5%2C0.4%2C0.5"))
    assert numbers_of(page) == [0.5, 0.4, 0.5]


def test_the_optimum_stands_below_every_epoch(page: Page, url: str, garments: FashionData) -> None:
    ready(page, url, "optimum", "&optimum_m=book-garments")
    least = measure(load_optimum(garments), garments)["train_loss"]
    expect(page.locator(".readout b").first).to_have_text(f"{least:.4f}".removeprefix("0"))
    rows = page.locator(".left tbody tr").all()
    assert len(rows) == Hyperparameters().num_epochs
    for row in rows:
        _, average, left, end, end_left = (float(cell) for cell in row.inner_text().split("\t"))
        assert average - left == pytest.approx(least, abs=1.1e-4)
        assert end - end_left == pytest.approx(least, abs=1.1e-4)
        assert end_left > 0
    expect(page.locator(".items figure").first).to_be_visible()
    shown = page.locator(".items figure").first.get_attribute("title")
    page.get_by_role("button", name="Next page").click()
    expect(page).to_have_url(re.compile("optimum_page=2"))
    expect(page.locator(".items figure").first).not_to_have_attribute("title", shown or "")
