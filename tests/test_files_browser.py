"""A run's files in Chromium: each link gives its file, the chart becomes a picture, and a ZIP comes back as a run."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from model.checkpoint import load_checkpoint

FOCUSED = "() => (document.activeElement.shadowRoot ?? document).activeElement.textContent"


def saved(page: Page, press: Callable[[], None], folder: Path) -> Path:
    """The file that the browser gets when something is pressed."""
    with page.expect_download() as download:
        press()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.fixture
def opened(page: Page, url: str) -> Page:
    """The Runs page with a finished run of one epoch open."""
    page.goto(f"{url}/?train_pace=full&train_num_epochs=1")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("Finished", exact=False).first).to_be_visible()
    expect(page.locator(".st-key-train_stop button")).to_be_disabled()
    page.get_by_role("link", name="Runs", exact=True).click()
    # the row's button, as the Train page that is being left says the learning rate too
    page.locator("tbody").get_by_role("button", name="learning rate 0.1").click()
    expect(page.get_by_role("link", name="Everything (ZIP)")).to_be_visible()
    return page


def test_what_is_saved_can_be_read_and_comes_back(opened: Page, tmp_path: Path) -> None:
    page = opened
    weights = saved(page, page.get_by_role("link", name="Weights, safetensors").click, tmp_path)
    assert re.fullmatch(r"run-\d+-lr0\.1-weights\.safetensors", weights.name)
    assert load_checkpoint(weights).hyperparameters.num_epochs == 1
    curves = saved(page, page.get_by_role("link", name="Curves, JSON").click, tmp_path)
    assert len(json.loads(curves.read_text())["epochs"]) == 1
    png = saved(page, page.get_by_role("button", name="Chart, PNG").click, tmp_path)
    assert Image.open(png).size == (1800, 1200)
    svg = saved(page, page.get_by_role("button", name="Chart, SVG").click, tmp_path)
    words = "".join(ElementTree.parse(svg).getroot().itertext())
    assert all(word in words for word in ("train loss", "train acc", "test acc", "epoch"))
    whole = saved(page, page.get_by_role("link", name="Everything (ZIP)").click, tmp_path)
    assert zipfile.ZipFile(whole).testzip() is None
    page.locator("input[type=file]").set_input_files(whole)
    expect(page.get_by_text("imported", exact=True).first).to_be_visible()
    expect(page.get_by_text("2 runs")).to_be_visible()


def test_a_file_that_is_no_run_is_told_in_one_sentence(opened: Page, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no run")
    opened.locator("input[type=file]").set_input_files(path)
    expect(opened.get_by_text("The file is no ZIP, and a run is saved as one")).to_be_visible()


def test_the_chart_as_a_page_draws_itself_without_a_server(opened: Page, tmp_path: Path) -> None:
    path = saved(opened, opened.get_by_role("link", name="Chart, HTML").click, tmp_path)
    asked: list[str] = []
    alone = opened.context.new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(path.as_uri())
    expect(alone.locator(".legendtext")).to_have_text(["train loss", "train acc", "test acc"])
    assert asked == [path.as_uri()]


def test_every_link_is_reached_by_the_keyboard(opened: Page) -> None:
    first = opened.get_by_role("link", name="Weights, safetensors")
    first.focus()
    names = []
    for _ in range(11):
        names.append(opened.evaluate(FOCUSED))
        opened.keyboard.press("Tab")
    assert names == [
        "safetensors", "NPZ", "CSV", "JSON", "PNG", "SVG", "HTML", "Run card", "Script", "Notebook", "Everything (ZIP)",
    ]  # fmt: skip
