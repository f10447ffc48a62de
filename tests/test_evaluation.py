"""What a model gets right and wrong, against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn import metrics

from model.data import FashionData
from model.evaluation import UNDECIDED, confusion_matrices, confusion_matrix, evaluate, nearest, predict
from model.softmax import init_params

ALL = list(range(10))


@pytest.fixture(scope="module")
def model(few: FashionData) -> tuple[torch.Tensor, torch.Tensor]:
    """A model that is neither good nor hopeless: one step from the class means."""
    W, b = init_params(0, 0.01)
    for label in ALL:
        W[label] += few.test_images[few.test_labels == label].mean(dim=0) * 0.1
    return W, b


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=200))
def test_the_confusion_matrix_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    y, said = (torch.tensor(column) for column in zip(*pairs, strict=True))
    np.testing.assert_array_equal(confusion_matrix(said, y), metrics.confusion_matrix(y, said, labels=ALL))


def test_an_evaluation_agrees_with_scikit_learn(few: FashionData, model: tuple[torch.Tensor, torch.Tensor]) -> None:
    X, y = few.test_images, few.test_labels
    found = evaluate(*model, X, y)
    o = X.double().numpy() @ model[0].double().numpy().T + model[1].double().numpy()
    said = o.argmax(axis=1)
    np.testing.assert_allclose(found.probabilities, softmax(o, axis=1), atol=1e-5)
    np.testing.assert_array_equal(found.said, said)
    np.testing.assert_array_equal(found.confusion, metrics.confusion_matrix(y, said, labels=ALL))
    assert 0.3 < found.accuracy < 0.95
    assert found.accuracy == metrics.accuracy_score(y, said)
    options = {"labels": ALL, "average": None, "zero_division": np.nan}
    for ours, theirs in (
        (found.recall(), metrics.recall_score(y, said, **options)),
        (found.precision(), metrics.precision_score(y, said, **options)),
    ):
        np.testing.assert_allclose([np.nan if value is None else value for value in ours], theirs)
    assert found.undecided == 0


def test_lists_hold_the_right_images_in_the_right_order(
    few: FashionData, model: tuple[torch.Tensor, torch.Tensor]
) -> None:
    found = evaluate(*model, few.test_images, few.test_labels)
    p, y = found.probabilities.numpy(), few.test_labels.numpy()
    wrong = np.flatnonzero(p.argmax(axis=1) != y)
    mistakes = found.confident_mistakes(10_000)
    assert set(mistakes) == set(wrong)
    assert (np.diff(p[mistakes].max(axis=1)) <= 0).all()
    assert found.confident_mistakes(3) == mistakes[:3]
    best = np.sort(p, axis=1)
    margins = best[:, -1] - best[:, -2]
    calls = found.closest_calls(20)
    np.testing.assert_allclose(margins[calls], np.sort(margins)[:20])
    for true in ALL:
        for said in ALL:
            cell = found.cell(true, said)
            assert set(cell) == set(np.flatnonzero((y == true) & (p.argmax(axis=1) == said)))
            assert len(cell) == found.confusion[true, said]


def test_many_models_at_once_are_each_as_alone(few: FashionData, model: tuple[torch.Tensor, torch.Tensor]) -> None:
    W = torch.stack([init_params(seed, 0.05)[0] for seed in range(5)] + [model[0]])
    b = torch.randn(6, 10, generator=torch.Generator().manual_seed(3)) * 0.1
    found = confusion_matrices(W, b, few.test_images, few.test_labels)
    for i in range(6):
        o = few.test_images.double() @ W[i].double().T + b[i].double()
        expected = metrics.confusion_matrix(few.test_labels, o.argmax(dim=1), labels=ALL)
        np.testing.assert_array_equal(found[i], expected)


def test_logits_that_are_not_finite_give_no_verdict(few: FashionData) -> None:
    """A template so large that the score of every second picture overflows."""
    X, y = few.test_images, few.test_labels
    sums = X.sum(dim=1)
    W, b = init_params(0, 0.01)
    W[2] = 3.4e38 / sums.median()
    expected = ~(X @ W[2]).isfinite()
    assert 0.3 < expected.float().mean() < 0.7
    found = evaluate(W, b, X, y)
    assert torch.equal(found.said == UNDECIDED, expected)
    assert found.undecided == int(expected.sum())
    assert int(found.confusion.sum()) == len(y) - found.undecided
    assert found.accuracy == int((found.said == y).sum()) / len(y)
    listed = {*found.confident_mistakes(1000), *found.closest_calls(1000)}
    assert not any(expected[i] for i in listed)
    both = confusion_matrices(torch.stack([W, init_params(1, 0.01)[0]]), torch.zeros(2, 10), X, y)
    torch.testing.assert_close(both[0], found.confusion)
    assert int(both[1].sum()) == len(y)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_give_no_verdict_at_all(few: FashionData, value: float) -> None:
    W, b = init_params(0, 0.01)
    W[2, 300] = value
    found = evaluate(W, b, few.test_images, few.test_labels)
    assert found.undecided == len(few.test_labels)
    assert found.accuracy == 0
    assert found.confident_mistakes(10) == found.closest_calls(10) == found.cell(2, 2) == []


def test_a_class_that_is_never_said_has_no_precision(few: FashionData) -> None:
    W, b = torch.zeros(10, 784), torch.zeros(10)
    b[6] = 1.0
    found = evaluate(W, b, few.test_images, few.test_labels)
    assert found.never_said() == [0, 1, 2, 3, 4, 5, 7, 8, 9]
    assert [label for label, value in enumerate(found.precision()) if value is None] == found.never_said()
    assert found.recall()[6] == 1.0
    assert found.accuracy == pytest.approx(float((few.test_labels == 6).float().mean()))


def test_a_class_without_images_has_no_recall(few: FashionData) -> None:
    there = few.test_labels != 3
    found = evaluate(*init_params(0, 0.01), few.test_images[there], few.test_labels[there])
    assert found.recall()[3] is None
    assert all(value is not None for label, value in enumerate(found.recall()) if label != 3)


def test_predict_says_the_largest_logit() -> None:
    o = torch.tensor([[0.0, 2.0, 1.0], [3.0, -1.0, 0.0], [0.0, float("inf"), 1.0], [float("nan"), 0.0, 1.0]])
    assert predict(o).tolist() == [1, 0, UNDECIDED, UNDECIDED]
    assert predict(o[:2]).tolist() == [1, 0]


def test_the_nearest_pictures_are_those_with_the_highest_score(few: FashionData) -> None:
    W, _ = init_params(4, 1.0)
    highest, lowest, scores = nearest(W[2], 0.5, few.test_images, 5)
    expected = few.test_images.double().numpy() @ W[2].double().numpy() + 0.5
    np.testing.assert_allclose(scores, expected, atol=1e-4)
    order = np.argsort(expected)
    assert lowest == order[:5].tolist()
    assert highest == order[::-1][:5].tolist()
    assert nearest(torch.full((784,), float("nan")), 0.0, few.test_images, 5)[:2] == ([], [])
