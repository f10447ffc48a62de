"""The pitfalls: each symptom as the issue has it, against loops written anew here, and each cure."""

from __future__ import annotations

import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from model.concise import make_model
from model.data import FashionData
from model.errors import BadSetting
from model.ideas import faults, pitfalls
from model.ideas.book_training import LAST, updater_of
from model.ideas.faults import FAULTS
from model.idx_files import write_idx_files
from model.softmax import init_params
from model.train import Hyperparameters, train

INITIAL = math.log(10)


@pytest.fixture(params=["garments", "real"])
def data(request: pytest.FixtureRequest) -> FashionData:
    chosen: FashionData = request.getfixturevalue(request.param)
    return chosen


def run(data: FashionData, letter: str, **values: str) -> list[dict[str, Any]]:
    return list(pitfalls.run(pitfalls.DEFAULTS | {"p": letter, "n": "2"} | values, data))


def ends(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The epochs' last frames."""
    return [frame for frame in frames if "test" in frame]


def loop(
    data: FashionData,
    update: Callable[[torch.Tensor, torch.optim.Optimizer], None],
    steps: int,
    lr: float = 0.1,
    std: float = 0.01,
) -> list[float]:
    """Each batch's mean loss in a training written here, with torch's functions alone."""
    W, b = (param.requires_grad_() for param in init_params(0, std))
    updater = torch.optim.SGD([W, b], lr=lr)
    order = torch.randperm(len(data.train_labels), generator=torch.Generator().manual_seed(2**31))
    losses = []
    for batch in order.split(256)[:steps]:
        X = data.train_pixels[batch].float() / 255
        l = nn.functional.cross_entropy(X @ W.T + b, data.train_labels[batch], reduction="none")  # noqa: E741
        losses.append(float(l.mean().detach()))
        update(l, updater)
    return losses


def test_a_the_plotted_loss_vanishes_and_the_training_is_right(data: FashionData) -> None:
    fault, cure = run(data, "a", n="5"), run(data, "a", n="5", v="cure")
    for wrong, right in zip(ends(fault)[1:], ends(cure)[1:], strict=True):
        assert wrong["loss"] < 0.003
        assert wrong["acc"] > 0.8
        assert wrong["acc"] == pytest.approx(right["acc"], abs=1e-3)
        assert wrong["loss"] * 256 == pytest.approx(right["loss"], rel=0.01)  # a batch's mean counted as one example's
    if data.name == "fashion-mnist":
        book = [0.7866, 0.5715, 0.5256, 0.5013, 0.4850]
        np.testing.assert_allclose([frame["loss"] for frame in ends(cure)], book, atol=0.01)
        assert ends(fault)[-1]["loss"] == pytest.approx(0.0019, abs=1e-4)


def test_b_the_sum_makes_the_learning_rate_25_6(data: FashionData) -> None:
    frames = run(data, "b", n="1")
    assert frames[-1]["loss"] > 5 * INITIAL
    assert frames[-1]["loss"] == pytest.approx(93, abs=6)
    assert frames[1]["diverging"]

    def update(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
        updater.zero_grad()
        l.mean().backward()
        updater.step()

    expected = loop(data, update, 20, lr=25.6)
    np.testing.assert_allclose([frame["batch_loss"] for frame in frames[:20]], expected, rtol=1e-3)
    answer = pitfalls.answer(pitfalls.DEFAULTS | {"p": "b"}, data)
    assert answer["effective"] == pytest.approx(25.6)


@pytest.mark.parametrize(("letter", "lr"), [("b", "10"), ("c", "10"), ("c", "1"), ("c", "100")])
def test_b_and_c_as_written_are_not_finite_within_a_few_steps(data: FashionData, letter: str, lr: str) -> None:
    frames = run(data, letter, lr=lr, form="written")
    assert frames[-1]["ended"]
    assert not math.isfinite(frames[-1]["batch_loss"])
    assert len(frames) <= 5
    assert "overflow" in frames[-1] or "vanished" in frames[-1]
    assert not any("ended" in frame for frame in run(data, letter, lr=lr, n="1"))  # the stable form goes on


def test_c_the_loss_leaves_the_range_and_the_step_and_logit_are_found(data: FashionData) -> None:
    frames = run(data, "c", n="1")
    assert frames[-1]["loss"] > 5 * INITIAL
    (found,) = [frame for frame in frames if "overflow" in frame]
    assert run(data, "c", form="written")[-1]["overflow"]["step"] == found["step"]  # the stable form tells it too
    where = found["overflow"]
    # The same logit by a training written here, in double precision, up to the step found.
    W, b = (param.double() for param in init_params(0, 0.01))
    order = torch.randperm(60_000, generator=torch.Generator().manual_seed(2**31)).split(256)
    for step in range(where["step"]):
        batch = order[step]
        X, y = data.train_pixels[batch].double() / 255, data.train_labels[batch]
        o = X @ W.T + b
        if step + 1 < where["step"]:
            assert float(o.max()) <= math.log(np.finfo(np.float32).max)  # none before it
        d = torch.softmax(o, dim=1) - nn.functional.one_hot(y, 10)
        W, b = W - 10 * d.T @ X / len(y), b - 10 * d.sum(dim=0) / len(y)
    row = (batch == where["image"]).nonzero().item()
    assert float(o[row].max()) == pytest.approx(where["logit"], rel=1e-4) == pytest.approx(float(o.max()), rel=1e-4)
    assert int(o[row].argmax()) == where["said"]
    assert int(y[row]) == where["label"]
    assert where["logit"] > math.log(np.finfo(np.float32).max)
    assert torch.equal(where["picture"], data.train_pixels[where["image"]])


def test_c_a_label_whose_probability_is_0_in_float32_is_found(data: FashionData) -> None:
    """At lr 1 no exp overflows at first: a probability is smaller than float32's smallest, and -ln 0 is inf."""
    last = run(data, "c", lr="1", form="written")[-1]
    where = last["vanished"]
    assert last["batch_loss"] == math.inf
    assert where["logit"] <= LAST
    smallest = math.log(np.finfo(np.float32).smallest_subnormal)
    assert where["own"] - where["logit"] < smallest + 5


def test_d_zeros_break_nothing_here(data: FashionData) -> None:
    zero, book = (ends(run(data, "d", v=version)) for version in ("fault", "cure"))
    for a, b in zip(zero, book, strict=True):
        assert a["loss"] == pytest.approx(b["loss"], abs=0.01)
        assert a["test"] == pytest.approx(b["test"], abs=0.01)


def test_d_a_wide_start_costs_epochs(data: FashionData) -> None:
    wide, book = (ends(run(data, "d", init="wide", v=version))[-1] for version in ("fault", "cure"))
    assert wide["loss"] > 2 * book["loss"]
    assert wide["test"] < book["test"] - 0.05


def test_d_with_a_hidden_layer_of_relus_zeros_learn_nothing(data: FashionData) -> None:
    frames = run(data, "d", init="relu")
    assert all(frame["grads"] == [0, 0] and frame["rows"] == frame["hidden"] == 0 for frame in frames)
    assert frames[-1]["loss"] == pytest.approx(INITIAL, abs=0.01)
    assert frames[-1]["test"] == pytest.approx(0.1, abs=0.001)
    cure = run(data, "d", init="relu", v="cure")[-1]
    assert cure["loss"] < 1
    assert cure["rows"] > 0


def test_d_with_a_hidden_layer_of_sigmoids_all_units_stay_one(data: FashionData) -> None:
    frames = run(data, "d", init="sigmoid")
    assert all(frame["rows"] == 0 for frame in frames)  # to the last bit
    assert frames[-1]["hidden"] > 0.01  # though they learn
    assert frames[-1]["grads"][0] > 0
    cure = run(data, "d", init="sigmoid", v="cure")[-1]
    assert cure["loss"] < frames[-1]["loss"] / 2
    assert cure["rows"] > 0.1


def test_e_the_gradients_of_all_batches_add_up(data: FashionData) -> None:
    frames = run(data, "e", n="3")

    def update(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
        l.mean().backward()
        updater.step()

    expected = loop(data, update, 30)
    np.testing.assert_allclose([frame["batch_loss"] for frame in frames[:30]], expected, rtol=1e-3)
    cure = run(data, "e", v="cure")
    assert max(frame["grads"][0] for frame in frames) > 3 * max(frame["grads"][0] for frame in cure)
    losses = [frame["loss"] for frame in ends(frames)]
    assert losses == sorted(losses)  # it rises
    assert losses[-1] > 2 > ends(cure)[-1]["loss"]


def test_f_the_loss_cannot_fall_below_its_floor(data: FashionData) -> None:
    frames, cure = run(data, "f", n="3"), run(data, "f", n="1", v="cure")
    floor = pitfalls.answer(pitfalls.DEFAULTS | {"p": "f"}, data)["floor"]
    assert floor == pytest.approx(-math.log(math.e / (math.e + 9)), abs=1e-6) == pytest.approx(1.4612, abs=5e-5)
    assert all(frame["batch_loss"] > floor for frame in frames)
    assert ends(frames)[-1]["test"] < ends(cure)[-1]["test"]  # three epochs are not worth one
    assert ends(frames)[-1]["loss"] > 1.7


def test_g_sorted_classes_train_well_and_test_badly(data: FashionData) -> None:
    first, second = ends(run(data, "g"))
    assert first["acc"] == pytest.approx(0.95, abs=0.01)
    assert first["test"] < 0.2  # at the epoch's end nearly every garment is an ankle boot
    assert second["test"] < 0.4
    assert ends(run(data, "g", v="cure"))[-1]["test"] > 0.75


def test_h_torch_says_what_is_wrong_and_the_cure_runs(data: FashionData) -> None:
    (frame,) = run(data, "h")
    with pytest.raises(RuntimeError) as raised:
        torch.zeros(3, requires_grad=True).exp().backward()
    assert frame["raised"] == f"RuntimeError: {raised.value}"
    assert "scalar outputs" in frame["raised"]
    assert len(run(data, "h", v="cure")) == 470


def test_the_cure_is_the_apps_own_training(garments: FashionData) -> None:
    settings = Hyperparameters(num_epochs=1, implementation="concise")
    steps = list(train(make_model("concise", 0, 0.01), garments, settings))
    frames = run(garments, "c", n="1", v="cure")
    assert [frame["loss"] for frame in frames] == pytest.approx([step.train_loss for step in steps], abs=1e-6)
    assert frames[-1]["test"] == pytest.approx(steps[-1].test_acc, abs=2e-4)


@pytest.mark.parametrize("name", FAULTS)
def test_the_line_that_counts_is_one_of_the_function_that_runs(name: str, garments: FashionData) -> None:
    letter, _, init = name.partition("_")
    answer = pitfalls.answer(pitfalls.DEFAULTS | {"p": letter, "init": init or "zeros"}, garments)
    for side, version in zip(("fault", "cure"), FAULTS[name], strict=True):
        shown = answer[side]
        assert [version.line in line for line in shown["lines"]].count(True) == 1
        assert version.line in shown["lines"][shown["at"]]
        assert shown["file"].startswith("model/ideas/")
        source = [line.partition("  # ")[0] for line in inspect.getsource(version.shown).splitlines()]
        assert [line for line in source if line in shown["lines"]] == shown["lines"]
        ran = {version.loss, version.update, version.order, version.weights, version.net, updater_of}
        assert version.shown in ran


@pytest.mark.parametrize("values", [{"p": "i"}, {"n": "0"}, {"lr": "1000"}, {"form": "x"}, {"init": "x"}, {"v": "x"}])
def test_a_wrong_value_is_refused_before_the_first_frame(few: FashionData, values: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        pitfalls.run(pitfalls.DEFAULTS | values, few)
    with pytest.raises(BadSetting):
        pitfalls.answer(pitfalls.DEFAULTS | values, few)


@pytest.mark.parametrize(
    "values", [{"p": "b"}, {"p": "d", "init": "sigmoid"}, {"p": "c", "form": "written", "lr": "0.2"}]
)
def test_the_script_prints_the_same_epochs(garments: FashionData, values: dict[str, str], tmp_path: Path) -> None:
    list(write_idx_files(garments, tmp_path))
    values = pitfalls.DEFAULTS | values | {"n": "1"}
    script = tmp_path / "idea.py"
    script.write_text(pitfalls.answer(values, garments)["script"])
    ended = subprocess.run([sys.executable, script, tmp_path], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    last = list(pitfalls.run(values, garments))[-1]
    assert list(map(float, ended.stdout.split())) == [1, last["loss"], last["acc"], last["test"]]


def test_nothing_needs_a_hidden_layer_but_where_it_is_the_point() -> None:
    with_hidden = {name for name, pair in FAULTS.items() if pair[0].net is not faults.softmax_regression}
    assert with_hidden == {"d_relu", "d_sigmoid"}
