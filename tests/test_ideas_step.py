"""One step on one image: the gradient, the loss and the check against numpy in float64 and torch; and the script."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
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
from model.ideas.step import DEFAULTS, answer
from model.idx_files import write_idx_files
from model.softmax import init_params
from pages.ui.ideas import pictures


def of(data: FashionData, **values: str) -> dict[str, Any]:
    return answer({**DEFAULTS, **values}, data)


def in_float64(x: np.ndarray, y: int, lr: float, seed: int = 0, std: float = 0.01) -> dict[str, Any]:
    """The same step by numpy in float64, in the plain form; W and b alone come from the app."""
    W, b = (part.double().numpy() for part in init_params(seed, std))
    d = np.exp(W @ x + b) / np.exp(W @ x + b).sum()
    before, y_hat = -np.log(d[y]), d.copy()
    d[y] -= 1
    W, b = W - lr * np.outer(d, x), b - lr * d
    o = W @ x + b
    return {"y_hat": y_hat, "d": d, "loss": before, "loss_after": np.log(np.exp(o).sum()) - o[y], "W": W}


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize(("i", "k", "lr"), [(0, "", "0.01"), (7, "3", "0.001"), (150, "0", "0.1")])
def test_the_step_is_that_of_numpy(few: FashionData, part: str, i: int, k: str, lr: str) -> None:
    found = of(few, part=part, i=str(i), k=k, lr=lr)
    images = few.train_images() if part == "train" else few.test_images
    x, y = images[i].double().numpy(), int((few.train_labels if part == "train" else few.test_labels)[i])
    theirs = in_float64(x, y, float(lr))
    assert (found["label"], found["k"]) == (y, int(k) if k else y)
    for name in ("y_hat", "d", "loss", "loss_after"):
        np.testing.assert_allclose(found[name], theirs[name], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found["gradient"], theirs["d"][found["k"]] * x, atol=1e-6)
    np.testing.assert_allclose(found["after"], theirs["W"][found["k"]], atol=1e-6)
    assert found["before"] == init_params(0, 0.01)[0][found["k"]].tolist()
    np.testing.assert_allclose(found["x"], x)
    assert sum(found["y"]) == found["y"][y] == 1


def test_the_gradient_is_that_of_torchs_own_layers(few: FashionData) -> None:
    net = nn.Linear(784, 10)
    W, b = init_params(3, 0.1)
    with torch.no_grad():
        net.weight.copy_(W)
        net.bias.copy_(b)
    nn.CrossEntropyLoss()(net(few.test_images[4:5]), few.test_labels[4:5]).backward()
    assert net.weight.grad is not None
    for k in range(10):
        found = of(few, i="4", k=str(k), seed="3", std="0.1")
        torch.testing.assert_close(torch.tensor(found["gradient"]), net.weight.grad[k], atol=1e-5, rtol=1e-4)


def test_the_difference_is_small_where_h_is_good_and_grows_to_both_sides(few: FashionData) -> None:
    found = of(few, h="-5")
    for check in found["checks"]:
        assert check["analytic"] == pytest.approx(found["gradient"][check["pixel"]], abs=1e-5)
        assert check["numeric"] == pytest.approx(check["analytic"], abs=1e-8)
        assert check["autograd"] == pytest.approx(check["analytic"], abs=1e-12)
        assert check["difference"] == check["analytic"] - check["numeric"]
    errors = {error["h"]: error["error"] for error in found["errors"]}
    assert list(errors) == list(range(-8, 0))
    assert errors[-1] > 10 * errors[-2] > 100 * errors[-3]  # truncation: h squared
    assert errors[-8] > errors[-5] < errors[-3]  # round-off: one over h
    assert errors[-5] == pytest.approx(max(abs(check["difference"]) for check in found["checks"]))


def test_the_weights_checked_are_the_brightest_pixels_or_those_chosen(few: FashionData) -> None:
    found = of(few)
    assert len(found["checks"]) == 5
    rest = set(range(784)) - {check["pixel"] for check in found["checks"]}
    assert min(check["x"] for check in found["checks"]) >= max(found["x"][j] for j in rest)
    assert [check["pixel"] for check in of(few, w="406,0,406")["checks"]] == [406, 0]
    assert [check["analytic"] for check in of(few, w="0")["checks"]] == [0.0]


@pytest.mark.parametrize("lr", ["1e-5", "0.001", "0.1", "10"])
def test_one_image_alone_gets_better_at_any_lr_and_the_others_pay_for_a_large_one(few: FashionData, lr: str) -> None:
    """Along its own gradient its label's logit only gains on the others."""
    found = of(few, lr=lr)
    assert found["loss_after"] < found["loss"]
    assert found["others"] == 199
    if float(lr) >= 0.1:
        assert found["others_after"] > found["others_before"]


def test_the_others_leave_out_the_image_itself(few: FashionData) -> None:
    W, b = init_params(0, 0.01)
    losses = nn.functional.cross_entropy(few.test_images @ W.T + b, few.test_labels, reduction="none")
    assert of(few, i="5")["others_before"] == pytest.approx(float((losses.sum() - losses[5]) / 199), abs=1e-5)
    assert of(few, i="5", part="train")["others"] == 256


def test_the_pictures_are_sent_as_bytes_that_decode_to_them(few: FashionData) -> None:
    found = of(few, i="3")
    sent = pictures(found)
    assert list(base64.b64decode(sent["x"])) == [round(255 * value) for value in found["x"]]
    for encoded, values in ((sent["gradient"], found["gradient"]), (sent["rows"], found["before"] + found["after"])):
        levels = np.frombuffer(base64.b64decode(encoded["tiles"]), np.uint8).astype(float)
        np.testing.assert_allclose((levels - 127) / 127 * encoded["limit"], values, atol=encoded["limit"] / 127)


def test_an_answer_is_json_whatever_the_settings(few: FashionData) -> None:
    for values in ({}, {"std": "1", "lr": "10"}, {"std": "0", "k": "3"}):
        json.dumps(of(few, **values), allow_nan=False)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"i": "200"}, "i = 200 is outside 0 to 199"),
        ({"i": "1.5"}, "i = 1.5 is not a whole number"),
        ({"part": "validation"}, "is not among the choices"),
        ({"k": "10"}, "k = 10 is outside 0 to 9"),
        ({"lr": "0"}, "lr = 0 is outside 1e-05 to 10"),
        ({"w": "784"}, "w = 784 is outside 0 to 783"),
        ({"w": "1.5"}, "w = 1.5 is not a whole number"),
        ({"w": "1,2,3,4,5,6,7,8,9"}, "w has 9 numbers"),
        ({"h": "-9"}, "h = -9 is outside -8 to -1"),
        ({"std": "2"}, "std = 2 is outside 0 to 1"),
    ],
)
def test_what_cannot_be_is_said(few: FashionData, values: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        of(few, **values)


@pytest.mark.parametrize("part", ["train", "test"])
def test_the_script_prints_the_same(few: FashionData, part: str, tmp_path: Path) -> None:
    write_idx_files(few, tmp_path / "data")
    found = of(few, part=part, i="11", k="2", lr="0.03", w="300,406", h="-3", seed="5")
    (tmp_path / "step.py").write_text(found["script"], encoding="utf-8")
    command = [sys.executable, "-I", "step.py", "data"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    number = r"(-?[\d.e-]+)"
    assert float(re.findall(f"^loss {number}$", ended.stdout, re.MULTILINE)[0]) == pytest.approx(found["loss"])
    assert float(re.findall(f"^loss after {number}$", ended.stdout, re.MULTILINE)[0]) == pytest.approx(
        found["loss_after"]
    )
    rows = re.findall(rf"^(\d+) {number} {number} {number}$", ended.stdout, re.MULTILINE)
    assert [int(row[0]) for row in rows] == [300, 406]
    for row, check in zip(rows, found["checks"], strict=True):
        names = ("analytic", "numeric", "difference")
        assert [float(value) for value in row[1:]] == pytest.approx([check[name] for name in names], abs=1e-12)


def test_the_script_says_how_the_data_are_to_be_had(few: FashionData, few_garments: FashionData) -> None:
    assert "python -m model data --data garments --export FOLDER" in of(few_garments)["script"]
    real = of(dataclasses.replace(few, name="fashion-mnist"))["script"]
    assert "torchvision.datasets.FashionMNIST(" in real
    assert "garments" not in real.lower()
