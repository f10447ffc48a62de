"""Entropy and cross-entropy: the numbers against scipy's, the one-hot case, what is endless, and the script."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from scipy.stats import entropy

from model.errors import BadSetting
from model.ideas.entropy import CODE, DEFAULTS, answer

BASE = {"bits": 2.0, "nats": math.e}
PAIRS = (
    ("50,25,12.5,12.5", "25,25,25,25"),
    ("10,20", "70,0.5"),
    ("0,30,60,10,5,5", "5,0.5,20,100,3,1"),
    ("1,1,1", "1,1,1"),
    ("100,0,0", "40,40,20"),
)


def of(**values: str) -> dict[str, Any]:
    return answer({**DEFAULTS, **values})


@pytest.mark.parametrize("unit", BASE)
@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_the_sums_are_those_of_scipy(p: str, q: str, unit: str) -> None:
    shares = [[float(height) for height in heights.split(",")] for heights in (p, q)]
    found = of(p=p, q=q, unit=unit)
    own, surplus = float(entropy(shares[0], base=BASE[unit])), float(entropy(*shares, base=BASE[unit]))
    assert found["entropy"] == pytest.approx(own, abs=1e-6)
    assert found["kl"] == pytest.approx(surplus, abs=1e-6)
    assert found["cross"] == pytest.approx(own + surplus, abs=1e-6)
    assert found["most"] == pytest.approx(math.log(len(shares[0]), BASE[unit]), abs=1e-6)
    assert sum(found["products"]) == pytest.approx(found["cross"], abs=1e-6)
    assert sum(found["own_products"]) == pytest.approx(found["entropy"], abs=1e-6)
    assert found["entropy"] <= found["cross"] + 1e-6


def test_halves_cost_whole_bits() -> None:
    found = of()
    assert found["own_lengths"] == [1, 2, 3, 3]
    assert found["lengths"] == [2, 2, 2, 2]
    assert (found["entropy"], found["cross"], found["kl"]) == (1.75, 2, 0.25)


@pytest.mark.parametrize("unit", BASE)
def test_of_a_one_hot_p_only_the_log_of_q_at_the_label_is_left(unit: str) -> None:
    found = of(p="0,0,80,0", q="10,20,5,65", y="2", unit=unit)
    assert found["one_hot"]
    assert found["cross"] == found["kl"] == found["loss"] == found["lengths"][2]
    assert found["entropy"] == 0
    assert math.copysign(1, found["entropy"]) == 1
    theirs = torch.nn.functional.cross_entropy(torch.tensor([[0.1, 0.2, 0.05, 0.65]]).log(), torch.tensor([2]))
    assert found["nats_loss"] == pytest.approx(float(theirs), abs=1e-6)
    assert not of(p="0,0,80,0", y="1")["one_hot"]


def test_what_q_rules_out_and_p_brings_costs_infinitely_much() -> None:
    found = of(p="1,1,0", q="1,0,0", y="1")
    assert found["endless"] == [1]
    assert found["cross"] == found["kl"] == found["loss"] == "inf"
    assert found["products"] == [0, "inf", 0]
    assert found["entropy"] == 1


def test_the_curve_is_the_log() -> None:
    for unit, base in BASE.items():
        curve = of(unit=unit)["curve"]
        assert curve["q"][-1] == 1
        assert all(0 < q <= 1 for q in curve["q"])
        assert curve["length"] == pytest.approx([-math.log(q, base) for q in curve["q"]], abs=1e-6)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"p": "0,0,0,0"}, "p is 0 in every class"),
        ({"q": "0,0,0,0"}, "q is 0 in every class"),
        ({"p": "1,1"}, "p has 2 classes and q has 4"),
        ({"p": "1"}, "p has 1 numbers"),
        ({"q": "-1,1,1,1"}, "q = -1 is outside 0 to 100"),
        ({"q": "nan,1,1,1"}, "q = nan is outside 0 to 100"),
        ({"y": "4"}, "y = 4 is outside 0 to 3"),
        ({"unit": "bytes"}, "unit = bytes is not among the choices"),
    ],
)
def test_what_cannot_be_is_said(values: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        of(**values)


def test_the_smallest_bar_is_a_share_yet() -> None:
    found = of(p="100,0.5", q="1e-30,100", y="0")
    assert found["lengths"][0] == pytest.approx(-math.log2(1e-32), rel=1e-5)
    assert of(p="1e-300,0", q="1,1")["p"] == [1, 0]


def test_the_script_prints_the_same(tmp_path: Path) -> None:
    found = of(p="50,25,20,5", q="10,20,30,40", y="3", unit="nats")
    (tmp_path / "entropy.py").write_text(found["script"], encoding="utf-8")
    ended = subprocess.run([sys.executable, "-I", "entropy.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    lengths, loss = torch.tensor(found["lengths"]), torch.tensor([found["loss"]])
    for line, number in zip(lines[1:4], (found["entropy"], found["cross"], found["kl"]), strict=True):
        assert line.endswith(f" {torch.tensor(number)!r}"), line
    assert lines[0] == f"code lengths {lengths!r}"
    assert lines[4] == f"cross_entropy {loss!r}"
    assert all(function.__name__ in found["script"] for function in CODE)
