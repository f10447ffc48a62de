"""A run as files: each says what the run says, in a form that other programs read."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import hashlib
import io
import json
import math
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from run_makers import diverged, trained
from starlette.requests import Request
from starlette.responses import Response

from model import export
from model.checkpoint import load_checkpoint
from model.data import FashionData
from model.errors import StoreError
from model.keeper import Keeper
from model.kept import Kept
from model.live_run import LiveRun
from model.run_card import run_card
from model.script import script
from model.trainer import Trainer
from pages.ui import resources
from pages.ui.figures import Y_BOOK, animator_figure, y_range
from pages.ui.owner import OWNER_COOKIE
from pages.ui.routes import ROUTES, RUN_FILES
from pages.ui.run_downloads import FILES, file_stem, run_downloads
from pages.ui.text import LANGUAGES, Text

ROOT = Path(__file__).resolve().parent.parent
EN = Text("en")

ME, SOMEBODY = "me-in-these-tests", "somebody-in-these-tests"


@pytest.fixture
def kept(few_garments: FashionData) -> Kept:
    return trained(few_garments)


@pytest.fixture
def lost(few_garments: FashionData) -> Kept:
    return diverged(few_garments)


def test_weights_are_read_as_a_checkpoint_and_by_the_library_alone(kept: Kept, tmp_path: Path) -> None:
    content = export.weights_safetensors(kept)
    (tmp_path / "w.safetensors").write_bytes(content)
    checkpoint = load_checkpoint(tmp_path / "w.safetensors")
    assert torch.equal(checkpoint.W, kept.weights.W)
    assert torch.equal(checkpoint.b, kept.weights.b)
    assert (checkpoint.hyperparameters, checkpoint.data, checkpoint.step) == (kept.hyperparameters, "garments", 20)
    np.testing.assert_array_equal(safetensors.numpy.load(content)["W"], kept.weights.W.numpy())


def test_weights_are_read_by_numpy_without_pickle(kept: Kept) -> None:
    with np.load(io.BytesIO(export.weights_npz(kept)), allow_pickle=False) as found:
        np.testing.assert_array_equal(found["W"], kept.weights.W.numpy())
        np.testing.assert_array_equal(found["b"], kept.weights.b.numpy())
        assert (found["W"].dtype, found["W"].shape, int(found["step"])) == (np.float32, (10, 784), 20)


def test_every_number_of_the_curves_is_exact_in_csv(kept: Kept) -> None:
    rows = list(csv.DictReader(io.StringIO(export.curves_csv(kept).decode())))
    values = ("epoch", "train_loss", "train_acc", "test_acc")
    assert [tuple(float(row[v]) for v in values) for row in rows if row["points"] == "epoch"] == kept.epochs
    assert [tuple(float(row[v]) for v in values[:3]) for row in rows if row["points"] == "running"] == kept.trace
    assert len(rows) == len(kept.epochs) + len(kept.trace)


def test_every_number_of_the_curves_is_exact_in_json(kept: Kept) -> None:
    lists = json.loads(export.curves_json(kept))
    assert [tuple(point.values()) for point in lists["epochs"]] == kept.epochs
    assert [tuple(point.values()) for point in lists["running"]] == kept.trace


def test_a_loss_that_is_not_finite_is_said_in_csv_and_is_null_in_json(lost: Kept) -> None:
    lost = dataclasses.replace(lost, trace=[*lost.trace, lost.trace[-1]._replace(x=0.2, train_loss=math.inf)])
    assert export.curves_csv(lost).decode().splitlines()[-1].split(",")[2] == "inf"
    assert json.loads(export.curves_json(lost), parse_constant=pytest.fail)["running"][-1]["train_loss"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_says_settings_data_results_and_versions(kept: Kept, language: str) -> None:
    card = run_card(kept, Text(language), "My *run* | <b>", "two\nlines")
    assert "My \\*run\\* \\| \\<b\\>" in card
    assert "> two lines" in card
    assert f"`{kept.checksum}`" in card
    last, best = kept.epochs[-1], max(point.test_acc for point in kept.epochs)
    numbers = (f"{last.train_loss:.4f}", f"{last.train_acc:.4f}", f"{last.test_acc:.4f}", f"{best:.4f}")
    for word in (*numbers, f"{kept.seconds:.1f} s", "1,000", "20", torch.__version__, "python -m model data"):
        assert str(word) in card, word
    settings = dataclasses.asdict(kept.hyperparameters)
    for name, value in {**settings, "implementation": Text(language)("train.scratch")}.items():
        assert f"| {Text(language)(f'files.card_{name}')} | {value} |" in card


def test_the_card_of_each_state_says_how_it_ended(kept: Kept, lost: Kept, few_garments: FashionData) -> None:
    for run in (kept, lost, trained(few_garments, 7), trained(few_garments, 0, "paused")):
        assert EN(f"files.ended_{run.state}", step=f"{run.progress.step:,}", steps="20") in run_card(run, EN)


def test_the_zip_holds_the_same_files_and_its_sums_are_right(kept: Kept) -> None:
    archive = zipfile.ZipFile(io.BytesIO(export.whole_run(kept, EN, "name", "note")))
    assert archive.testzip() is None
    assert archive.read("weights.safetensors") == export.weights_safetensors(kept)
    assert archive.read("weights.npz") == export.weights_npz(kept)
    assert archive.read("curves.csv") == export.curves_csv(kept)
    assert archive.read("curves.json") == export.curves_json(kept)
    assert archive.read("run-card.md").decode() == run_card(kept, EN, "name", "note")
    assert archive.read("run.py").decode() == script(kept)
    assert json.loads(archive.read("run.ipynb"))["nbformat"] == 4
    facts = json.loads(archive.read("run.json"))
    assert (facts["format"], facts["version"], facts["name"]) == ("softmax-studio-run", 1, "name")


def test_the_zip_gives_away_neither_the_owner_nor_the_id(kept: Kept) -> None:
    kept = dataclasses.replace(kept, owner="0wner" * 8, id="the1d" * 5)
    archive = zipfile.ZipFile(io.BytesIO(export.whole_run(kept, EN)))
    for name in archive.namelist():
        assert b"0wner" not in archive.read(name)
        assert b"the1d" not in archive.read(name)


def test_the_same_run_gives_the_same_bytes_in_another_process(kept: Kept) -> None:
    source = """
import hashlib, sys
sys.path[:0] = ["tests"]
import torch
torch.set_num_threads(1)
from model.data import FashionData
from model.export import whole_run
from model.garments import load_garments
from dataclasses import replace
from pages.ui.text import Text
from run_makers import trained
g = load_garments()
train, test = (g.train_pixels[:1000], g.train_labels[:1000]), (g.test_images[:200], g.test_labels[:200])
few = FashionData("garments", "t", *train, *test)
run = replace(trained(few), created=1.0, seconds=2.0)
print(hashlib.sha256(whole_run(run, Text("en"))).hexdigest())
"""
    ended = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True)
    here = export.whole_run(dataclasses.replace(kept, created=1.0, seconds=2.0), EN)
    assert ended.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_the_figure_holds_the_runs_points_in_the_books_look(kept: Kept) -> None:
    figure = animator_figure(kept.epochs, kept.trace, 2, dark=False)
    thin, lines = figure.data[:2], figure.data[2:]
    assert [line.name for line in lines] == ["train loss", "train acc", "test acc"]
    for i, line in enumerate(lines):
        assert list(zip(line.x, line.y, strict=True)) == [(point.epoch, point[i + 1]) for point in kept.epochs]
    assert [line.line.color for line in lines] == ["#1f77b4", "#bf00bf", "#008000"]
    assert [line.line.dash.count("px") for line in lines] == [0, 2, 4]
    drawn = [(x, y) for x, y in zip(thin[0].x, thin[0].y, strict=True) if x is not None]
    assert drawn == [(point.x, point.train_loss) for point in kept.trace]
    assert list(thin[0].x).count(None) == 1  # the gap between two epochs
    tokens = (ROOT / "assets/animator/tokens.css").read_text()
    dark = animator_figure(kept.epochs, kept.trace, 2, dark=True)
    for colour in [line.line.color for part in (figure, dark) for line in part.data[2:]]:
        assert colour in tokens
    assert dark.layout.paper_bgcolor == "#141518"


def test_the_figure_shows_every_point_and_the_book_range_where_that_is_enough(kept: Kept) -> None:
    inside = [point._replace(train_loss=0.5, train_acc=0.8, test_acc=0.8) for point in kept.epochs]
    assert y_range(inside, kept.trace) == Y_BOOK
    low, high = y_range([*inside, inside[0]._replace(train_loss=36.0)], kept.trace)
    assert low < 0.3
    assert 36 < high < 40
    assert y_range([], []) == Y_BOOK
    animator_figure([], [], 1, dark=True).to_json()


def test_a_file_is_named_in_plain_letters(kept: Kept) -> None:
    assert file_stem(kept, "", 12) == "run-12-lr0.1"
    assert file_stem(kept, "", None) == "run-lr0.1"
    assert file_stem(kept, 'Über "../lr" \r\n 学习率', 3) == "run-3-ber-..-lr"
    assert file_stem(kept, "学习率", 3) == "run-3-lr0.1"


def get(run_id: str, what: str, query: str = "", cookie: str = "") -> Response:
    """The answer of the route, as the server gives it."""
    headers = [(b"cookie", f"{OWNER_COOKIE}={cookie}".encode())] if cookie else []
    scope = {
        "type": "http", "method": "GET", "path": f"/runs/{run_id}/{what}", "query_string": query.encode(),
        "headers": headers, "path_params": {"run_id": run_id}, "server": ("studio", 80), "scheme": "http",
    }  # fmt: skip
    return asyncio.run(run_downloads(Request(scope)))


@pytest.fixture
def run(server: Trainer, few_garments: FashionData) -> LiveRun:
    """A finished run of the person with the cookie ME, kept with a name."""
    run = LiveRun(hashlib.sha256(ME.encode()).hexdigest(), trained(few_garments).hyperparameters, few_garments, "full")
    run.play(20)
    while not run.exhausted:
        run.advance(1.0)
    run.halt("finished")
    server.adopt(run)
    resources.keeper().save(at_once=True)
    resources.keeper().history.describe(run.owner, run.id, name="Größe 1", note="private")
    return run


def disposition(response: Response) -> str:
    return response.headers["content-disposition"]


@pytest.mark.parametrize("what", FILES)
def test_each_file_is_sent_whole_and_safely(run: LiveRun, what: str) -> None:
    response = get(run.id, what, cookie=ME)
    assert response.status_code == 200
    assert len(response.body) > 500
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r'attachment; filename="run-1-Gr-e-1[a-z-]*\.[a-z]+"', disposition(response))
    assert response.headers["content-type"].startswith(FILES[what][0])


def test_name_note_and_number_are_only_sent_to_the_owner(run: LiveRun) -> None:
    for cookie, known in ((ME, True), (SOMEBODY, False), ("", False)):
        response = get(run.id, "run.zip", cookie=cookie)
        archive = zipfile.ZipFile(io.BytesIO(bytes(response.body)))
        assert (b"private" in archive.read("run.json")) == known
        assert (b"private" in archive.read("run-card.md")) == known
        assert ("run-1-" in disposition(response)) == known
        assert b"private" not in archive.read("run.py") + archive.read("run.ipynb")


def test_a_kept_run_can_be_had_without_its_data(run: LiveRun, server: Trainer) -> None:
    server.forget(run)
    resources._loaded().clear()
    assert get(run.id, "curves.csv").status_code == 200
    with pytest.raises(KeyError):
        resources._loaded()["garments"]


def test_a_run_in_memory_can_be_had_while_the_store_fails(
    run: LiveRun, server: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise StoreError("store_full", where="w")

    monkeypatch.setattr(resources, "keeper", lambda: Keeper(server, resources.data_set, fail))  # type: ignore[arg-type]
    assert get(run.id, "run.zip", cookie=ME).status_code == 200
    gone = get("not in memory", "run.zip")
    assert (gone.status_code, b"is full" in gone.body) == (404, True)


def test_what_there_is_not_is_said(run: LiveRun) -> None:
    response = get("nowhere", "run.zip", "lang=zh")
    assert response.status_code == 404
    assert "这里没有训练记录 nowhere" in bytes(response.body).decode()


def test_every_file_has_its_route_and_streamlit_its_own() -> None:
    paths = {getattr(route, "path", "") for route in ROUTES}
    assert set(FILES) == set(RUN_FILES)
    assert {f"/runs/{{run_id}}/{what}" for what in FILES} <= paths
    assert not any(path.startswith("/runs/") and path.endswith("}") for path in paths)


def test_the_page_with_the_chart_needs_nothing_from_elsewhere(run: LiveRun) -> None:
    resources.keeper().history.describe(run.owner, run.id, name="</title><script>alert(1)</script>")
    page = bytes(get(run.id, "chart.html", "theme=dark&lang=zh", ME).body).decode()
    assert '<html lang="zh">' in page
    assert "<title>&lt;/title&gt;" in page
    assert "alert(1)</script>" not in page
    assert 'src="http' not in page
    assert "#141518" in page
