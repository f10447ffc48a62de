"""From scratch and concise in lockstep, against torch's own layers and loops written anew here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from model.data import FashionData
from model.errors import BadSetting
from model.ideas import lockstep
from model.idx_files import write_idx_files
from model.softmax import init_params

EPSILON = float(np.finfo(np.float32).eps)


def run(data: FashionData, **values: str) -> list[dict[str, Any]]:
    return list(lockstep.run(lockstep.DEFAULTS | values, data))


@pytest.fixture(scope="module")
def agreed(garments: FashionData) -> list[dict[str, Any]]:
    return run(garments)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_the_bias_is_nn_linears_own(seed: int) -> None:
    torch.manual_seed(seed)
    layer = nn.Linear(784, 10)
    assert torch.equal(layer.bias, lockstep.linear_bias(seed))
    assert bool((lockstep.linear_bias(seed).abs() <= 1 / 28).all())


def test_both_agree_to_float32s_rounding(agreed: list[dict[str, Any]]) -> None:
    assert len(agreed) == 236
    assert [frame["step"] for frame in agreed] == list(range(236))
    assert agreed[0]["dW"] == agreed[0]["db"] == 0
    for frame in agreed[1:]:
        assert frame["dW"] <= 8 * EPSILON * frame["largest"]
        assert frame["dloss"] < 1e-6
        assert abs(frame["scratch"] - frame["concise"]) < 1e-6
    assert agreed[-1]["disagree"] <= 2
    assert agreed[-1]["test"][0] == pytest.approx(agreed[-1]["test"][1], abs=2e-4)


def test_they_agree_on_real_data(real: FashionData) -> None:
    last = run(real)[-1]
    assert last["dW"] <= 8 * EPSILON * last["largest"]
    assert last["scratch"] == pytest.approx(0.7866, abs=0.01)  # the book's first epoch
    assert last["test"][0] == pytest.approx(0.79, abs=0.02)


def test_the_numbers_are_those_of_a_loop_in_plain_torch(few: FashionData, agreed: list[dict[str, Any]]) -> None:
    """Two models written here, the concise one by autograd in float64: what differs is float32's rounding alone."""
    frames = run(few, n="2", bias="1")
    W, b = (param.double() for param in init_params(0, 0.01))
    torch.manual_seed(0)
    params = [[W.clone(), b.clone()], [W.clone(), nn.Linear(784, 10).bias.detach().double()]]
    for pair in params:
        for param in pair:
            param.requires_grad_()
    generator = torch.Generator().manual_seed(2**31)
    step = 0
    for _ in range(2):
        for batch in torch.randperm(1000, generator=generator).split(256):
            step += 1
            X, y = few.train_pixels[batch].double() / 255, few.train_labels[batch]
            losses = []
            for V, c in params:
                loss = nn.functional.cross_entropy(X @ V.T + c, y)
                gradients = torch.autograd.grad(loss, [V, c])
                losses.append(float(loss.detach()))
                with torch.no_grad():
                    for param, gradient in zip((V, c), gradients, strict=True):
                        param -= 0.1 * gradient
            dW, db = (float((q - p).abs().max().detach()) for p, q in zip(*params, strict=True))
            assert frames[step]["dW"] == pytest.approx(dW, abs=1e-6)
            assert frames[step]["db"] == pytest.approx(db, abs=1e-6)
            assert frames[step]["dloss"] == pytest.approx(abs(losses[0] - losses[1]), abs=2e-6)


def test_each_switch_breaks_the_agreement_in_its_own_way(garments: FashionData) -> None:
    bias, reduction, order = (run(garments, **{name: "1"}) for name in ("bias", "reduction", "order"))
    assert bias[0]["dW"] == 0
    assert bias[0]["db"] == pytest.approx(float(lockstep.linear_bias(0).abs().max()))
    assert 1e-4 < bias[1]["dW"] < bias[-1]["dW"] < 1e-2  # W follows, a little
    assert bias[-1]["disagree"] < 100
    # The first batch's loss is the same; the step after it is 256 times as long.
    assert reduction[1]["dloss"] < 1e-5
    assert reduction[2]["dloss"] > 10
    assert reduction[-1]["concise"] > 5 * 2.302585
    assert reduction[-1]["dW"] > 10
    # Other batches: no smaller than noise, and no worse a model.
    assert 1e-3 < order[1]["dW"] < 0.1
    assert abs(order[-1]["scratch"] - order[-1]["concise"]) < 0.005
    assert 100 < order[-1]["disagree"] < 2000


def test_the_first_step_of_the_sum_is_as_long_as_the_batch_is_large(few: FashionData) -> None:
    W = init_params(0, 0.01)[0]
    frames = [lockstep.run(lockstep.DEFAULTS | {"reduction": value}, few) for value in "01"]
    for each in frames:
        next(each)
    mean, total = (next(each)["V"] - W for each in frames)
    np.testing.assert_allclose(total, 256 * mean, atol=2e-5)


def test_switches_may_be_on_together(few: FashionData) -> None:
    frames = run(few, bias="1", order="1", reduction="1", n="1")
    assert frames[0]["db"] > 0
    assert frames[-1]["dW"] > 1


def test_the_templates_are_both_models_own(few: FashionData) -> None:
    frame = run(few, order="1")[-1]
    torch.testing.assert_close(frame["D"], frame["V"] - frame["W"])
    assert frame["dW"] == float((frame["V"] - frame["W"]).abs().max())


def test_no_epoch_is_the_start_alone(few: FashionData) -> None:
    (start,) = run(few, n="0")
    assert torch.equal(start["W"], init_params(0, 0.01)[0])


@pytest.mark.parametrize("values", [{"lr": "2"}, {"n": "4"}, {"seed": "-1"}, {"bias": "2"}, {"pace": "x"}])
def test_a_wrong_value_is_refused_before_the_first_frame(few: FashionData, values: dict[str, str]) -> None:
    with pytest.raises(BadSetting):
        lockstep.run(lockstep.DEFAULTS | values, few)
    with pytest.raises(BadSetting):
        lockstep.answer(lockstep.DEFAULTS | values, few)


def test_the_script_prints_the_same_differences(garments: FashionData, tmp_path: Path) -> None:
    list(write_idx_files(garments, tmp_path))
    values = lockstep.DEFAULTS | {"bias": "1", "order": "1"}
    script = tmp_path / "idea.py"
    script.write_text(lockstep.answer(values, garments)["script"])
    ended = subprocess.run([sys.executable, script, tmp_path], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    frames = list(lockstep.run(values, garments))
    expected = [(i, frames[i]["dW"], frames[i]["db"]) for i in (1, 10, 100, 235)]
    assert [tuple(map(float, line.split())) for line in ended.stdout.splitlines()] == expected
