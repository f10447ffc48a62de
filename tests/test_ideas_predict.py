"""Predict, then reveal: how far a sketch is from the run, against numpy, and the run again by its script."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data import FashionData
from model.errors import BadSetting
from model.ideas import predict
from model.ideas.linear_models import book_run
from model.idx_files import write_idx_files
from model.kept import EpochPoint

POINTS = [EpochPoint(1, 0.9, 0.7, 0.72), EpochPoint(2, 0.6, 0.8, 0.79), EpochPoint(3, 0.55, 0.81, 0.80)]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=20))
def test_the_difference_is_numpys(pairs: list[tuple[float, float]]) -> None:
    sketched, measured = [a for a, _ in pairs], [b for _, b in pairs]
    mean, epoch, most = predict.difference(sketched, measured)
    d = np.abs(np.array(sketched) - np.array(measured))
    assert mean == pytest.approx(d.mean(), abs=1e-6)
    assert most == pytest.approx(d.max(), abs=1e-6)
    assert d[epoch - 1] == pytest.approx(d.max(), abs=1e-6)


def test_the_answer_says_how_far_the_sketch_is(few: FashionData) -> None:
    values = {**predict.DEFAULTS, "n": "3", "loss": "1,0.7,0.5", "acc": "0.72,0.79,0.7"}
    shown = predict.answer(values, few, POINTS)
    loss, acc = shown["off"]["loss"], shown["off"]["acc"]
    assert loss["mean"] == pytest.approx((0.1 + 0.1 + 0.05) / 3, abs=1e-6)
    assert acc["epoch"] == 3
    assert (acc["sketched"], acc["measured"], acc["epochs"]) == (0.7, 0.8, 3)
    assert acc["most"] == pytest.approx(0.1, abs=1e-6)


def test_only_epochs_that_both_have_are_compared(few: FashionData) -> None:
    values = {**predict.DEFAULTS, "n": "3", "loss": "1,0.7,0.5"}
    assert predict.answer(values, few)["off"] == {"loss": None, "acc": None}
    shown = predict.answer(values, few, POINTS[:1])
    assert (shown["off"]["loss"]["epochs"], shown["off"]["loss"]["epoch"]) == (1, 1)
    assert shown["off"]["acc"] is None


def test_a_sketch_follows_the_number_of_epochs(few: FashionData) -> None:
    values = {**predict.DEFAULTS, "loss": "1,0.7,0.5"}
    assert predict.answer({**values, "n": "2"}, few)["sketch"]["loss"] == [1, 0.7]
    assert predict.answer({**values, "n": "5"}, few)["sketch"]["loss"] == [1, 0.7, 0.5, 0.5, 0.5]
    assert predict.answer({**values, "n": "5"}, few)["sketch"]["acc"] == []


BAD = (
    {"lr": "0"}, {"lr": "nan"}, {"n": "0"}, {"n": "21"}, {"n": "2.5"}, {"bs": "0"}, {"bs": "1001"}, {"bs": "x"},
    {"std": "-1"}, {"std": "11"}, {"loss": "a"}, {"loss": "-1"}, {"loss": "1,"}, {"acc": "1.5"}, {"acc": "inf"},
    {"loss": ",".join(["1"] * 21)},
)  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_what_is_out_of_bounds_is_refused(few: FashionData, bad: dict[str, str]) -> None:
    with pytest.raises(BadSetting) as refused:
        predict.answer({**predict.DEFAULTS, **bad}, few)
    assert str(refused.value)


def test_every_value_on_a_slider_is_a_setting(few: FashionData) -> None:
    for name, values in predict.OFFERED.items():
        for value in values:
            if name != "bs" or value <= len(few.train_labels):
                predict.answer({**predict.DEFAULTS, name: str(value)}, few)


def test_the_script_gives_the_run_and_the_difference_again(few: FashionData, tmp_path: Path) -> None:
    sketch = "1,0.7,0.5"
    values = {**predict.DEFAULTS, "lr": "0.5", "n": "3", "bs": "96", "std": "0.1", "loss": sketch, "acc": sketch}
    run = book_run(few, predict.settings_of(values))
    shown = predict.answer(values, few, run.epochs)
    write_idx_files(few, tmp_path / "idx")
    (tmp_path / "idea.py").write_text(shown["script"], encoding="utf-8")
    ended = subprocess.run([sys.executable, "-I", "idea.py", "idx"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    epochs = [tuple(map(float, line)) for line in re.findall(r"^epoch (\d+) (\S+) (\S+)$", ended.stdout, re.MULTILINE)]
    assert epochs == [(point.epoch, point.train_loss, point.test_acc) for point in run.epochs]
    for name, curve in (("train loss", "loss"), ("test acc", "acc")):
        off = shown["off"][curve]
        assert f"{name} off by {off['mean']} {off['epoch']} {off['most']}" in ended.stdout
