"""Softmax by hand: the numbers against SciPy, float32's end against NumPy, the values' limits, the script alone."""

from __future__ import annotations

import contextlib
import io
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from model.errors import BadSetting
from model.ideas.softmax import DEFAULTS, answer

LOGITS = st.lists(st.floats(-20, 20), min_size=2, max_size=10)


@given(LOGITS, st.floats(-20, 20), st.floats(0, 3))
def test_every_number_is_scipys(o: list[float], c: float, t: float) -> None:
    found = answer(DEFAULTS | {"o": ",".join(map(repr, o)), "c": repr(c), "t": repr(t)})
    moved = t * np.array(o) + c
    np.testing.assert_allclose(found["y_hat"], softmax(moved), atol=2e-5)
    np.testing.assert_allclose(found["written"], softmax(moved), atol=2e-5)
    np.testing.assert_allclose(found["exp"], np.exp(moved), rtol=1e-4)
    np.testing.assert_allclose(found["partition"], np.exp(moved).sum(), rtol=1e-4)
    np.testing.assert_allclose(found["shifted_partition"], np.exp(moved - moved.max()).sum(), rtol=1e-4)
    assert found["moved"] < 1e-4


def test_float32_ends_where_numpy_says() -> None:
    found = answer(DEFAULTS)
    last = np.float32(found["last"])
    assert np.isfinite(np.exp(last))
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(np.nextafter(last, np.float32(np.inf))))
    assert round(float(last), 2) == 88.72
    assert found["last_exp"] == pytest.approx(np.finfo(np.float32).max, rel=1e-4)
    assert found["beyond"] == "inf"


def test_the_first_form_breaks_and_the_stable_one_does_not() -> None:
    found = answer(DEFAULTS | {"c": "90"})
    assert found["exp"][1] == "inf"
    assert found["written"][1] == "nan"
    np.testing.assert_allclose(found["y_hat"], softmax([1, 2, 0.5, -1]), atol=1e-6)


def test_far_below_zero_the_first_form_has_no_digits_left() -> None:
    found = answer(DEFAULTS | {"o": "-1,-2", "t": "5", "c": "-100"})
    assert np.float32(np.exp(np.float64(found["tiny"]))) == pytest.approx(np.finfo(np.float32).tiny, rel=1e-4)
    assert found["max"] < found["tiny"]
    assert found["written"] == ["nan", "nan"]
    np.testing.assert_allclose(found["y_hat"], softmax([-5, -10]), atol=1e-6)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"o": "1"}, "o has 1 numbers; give 2 to 10, with commas between them."),
        ({"o": "1,x"}, "o = x is outside -200 to 200; choose a value within these limits."),
        ({"t": "nan"}, "t = nan is outside 0 to 10; choose a value within these limits."),
        ({"stable": "yes"}, "stable = yes is not among the choices; choose one of: 0, 1."),
    ],
)
def test_a_value_that_cannot_be_is_named(values: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting) as error:
        answer(DEFAULTS | values)
    assert str(error.value) == said


def test_the_script_prints_the_same_numbers() -> None:
    found = answer(DEFAULTS | {"t": "2", "c": "1"})
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(found["script"], "script", "exec", dont_inherit=True), {})
    last = torch.tensor(eval(printed.getvalue().rsplit("tensor(", 1)[1].rstrip(")\n")))
    np.testing.assert_allclose(last[0], found["y_hat"], atol=math.ldexp(1, -13))
