"""Metrics: accuracy against scikit-learn's, and the book's accumulator against plain sums."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import accuracy_score

from model.metrics import Accumulator, accuracy, evaluate_accuracy
from model.softmax import NUM_INPUTS, NUM_OUTPUTS, SoftmaxRegressionScratch

WHOLE = st.integers(-(2**40), 2**40)


@st.composite
def scores_and_labels(draw: st.DrawFn, distinct: bool) -> tuple[np.ndarray, np.ndarray]:
    """Scores (n, 10) float32 and labels (n,); ``distinct``: no two scores are equal, so that none is a tie."""
    n = draw(st.integers(1, 12))
    finite = st.floats(-(2.0**99), 2.0**99, width=32) if distinct else st.sampled_from([-1.0, 0.0, 0.5, 2.0])
    scores = draw(hnp.arrays(np.float32, (n, NUM_OUTPUTS), elements=finite, unique=distinct))
    return scores, draw(hnp.arrays(np.int64, n, elements=st.integers(0, NUM_OUTPUTS - 1)))


@given(scores_and_labels(distinct=True))
def test_accuracy_counts_what_sklearn_counts(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, y = case
    expected = accuracy_score(y, scores.argmax(axis=1), normalize=False)
    counted = accuracy(torch.from_numpy(scores), torch.from_numpy(y))
    assert counted == expected
    assert isinstance(counted, int)


@given(scores_and_labels(distinct=True))
def test_evaluate_accuracy_is_sklearns_fraction(case: tuple[np.ndarray, np.ndarray]) -> None:
    scores, y = case
    X = torch.from_numpy(np.hstack([scores, np.zeros((len(y), NUM_INPUTS - NUM_OUTPUTS), np.float32)]))
    found = evaluate_accuracy(lambda X: X[:, :NUM_OUTPUTS], X, torch.from_numpy(y))
    assert found == accuracy_score(y, scores.argmax(axis=1))


@given(scores_and_labels(distinct=False))
def test_of_equal_scores_the_first_class_counts_in_either_layout(case: tuple[np.ndarray, np.ndarray]) -> None:
    """As numpy's argmax does; the models' logits are the transpose of a matrix, whose rows are not contiguous."""
    scores, y = case
    expected = accuracy_score(y, scores.argmax(axis=1), normalize=False)
    assert accuracy(torch.from_numpy(scores), torch.from_numpy(y)) == expected
    transposed = torch.from_numpy(np.ascontiguousarray(scores.T)).T
    assert accuracy(transposed, torch.from_numpy(y)) == expected


def test_weights_of_zero_call_everything_a_t_shirt() -> None:
    model = SoftmaxRegressionScratch(torch.zeros(NUM_OUTPUTS, NUM_INPUTS), torch.zeros(NUM_OUTPUTS))
    y = torch.tensor([0] * 3 + [1] * 4 + [9] * 5)
    assert evaluate_accuracy(model.logits, torch.rand(12, NUM_INPUTS), y) == 0.25


@given(st.lists(st.permutations(range(NUM_OUTPUTS)), min_size=1, max_size=10), st.integers(0, NUM_OUTPUTS - 1))
def test_logits_and_probabilities_are_counted_alike(rows: list[list[int]], label: int) -> None:
    logits = torch.tensor(rows, dtype=torch.float32)
    y = torch.full((len(rows),), label)
    assert accuracy(logits, y) == accuracy(logits.softmax(dim=1), y) == sum(row[label] == 9 for row in rows)


def test_all_right_and_all_wrong() -> None:
    y = torch.arange(NUM_OUTPUTS)
    assert accuracy(torch.eye(NUM_OUTPUTS), y) == NUM_OUTPUTS
    assert accuracy(torch.eye(NUM_OUTPUTS), (y + 1) % NUM_OUTPUTS) == 0


@given(st.lists(st.tuples(WHOLE, WHOLE, WHOLE), max_size=12))
def test_the_accumulator_sums_each_column(rows: list[tuple[int, int, int]]) -> None:
    metric = Accumulator(3)
    for row in rows:
        metric.add(*row)
    for i in range(3):
        assert metric[i] == sum(row[i] for row in rows)
        assert isinstance(metric[i], float)


@given(st.lists(st.floats(-1e6, 1e6), max_size=50))
def test_the_accumulator_keeps_double_precision(numbers: list[float]) -> None:
    metric = Accumulator(1)
    for number in numbers:
        metric.add(number)
    assert metric[0] == pytest.approx(math.fsum(numbers), abs=1e-7)


def test_the_accumulator_takes_tensors_and_truth_values() -> None:
    metric = Accumulator(2)
    metric.add(torch.tensor(0.5), True)  # type: ignore[arg-type]
    metric.add(torch.tensor(3), False)  # type: ignore[arg-type]
    assert (metric[0], metric[1]) == (3.5, 1.0)


@pytest.mark.parametrize("numbers", [(), (1.0,), (1.0, 2.0, 3.0)])
def test_the_accumulator_wants_a_number_for_each_sum(numbers: tuple[float, ...]) -> None:
    metric = Accumulator(2)
    with pytest.raises(ValueError, match="argument"):
        metric.add(*numbers)
    assert (metric[0], metric[1]) == (0.0, 0.0)
