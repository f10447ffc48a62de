"""The from-scratch model against autograd, finite differences, torch's own functions and the book's printed numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import log_softmax as scipy_log_softmax
from scipy.special import softmax as scipy_softmax

from model.concise import make_model
from model.metrics import accuracy
from model.softmax import SoftmaxRegressionScratch, cross_entropy, init_params, sgd, softmax

logits = arrays(np.float32, st.tuples(st.integers(1, 6), st.just(10)), elements=st.floats(-80, 80, width=32))


@given(logits)
def test_softmax_agrees_with_scipy(o: np.ndarray) -> None:
    np.testing.assert_allclose(softmax(torch.from_numpy(o)), scipy_softmax(o, axis=1), atol=1e-6)


@given(logits, st.floats(-50, 50, width=32))
def test_softmax_is_a_distribution_that_a_shift_does_not_change(o: np.ndarray, shift: float) -> None:
    y_hat = softmax(torch.from_numpy(o))
    assert bool((y_hat >= 0).all())
    np.testing.assert_allclose(y_hat.sum(dim=1), 1, atol=1e-5)
    np.testing.assert_allclose(softmax(torch.from_numpy(o + np.float32(shift))), y_hat, atol=1e-4)


def test_softmax_does_not_overflow() -> None:
    assert softmax(torch.tensor([[1000.0, 0.0]])).tolist() == [[1.0, 0.0]]


def test_cross_entropy_of_the_books_example() -> None:
    y_hat = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]])
    y = torch.tensor([0, 2])
    np.testing.assert_allclose(cross_entropy(y_hat, y), [2.3026, 0.6931], atol=5e-5)  # section 3.6.4
    assert accuracy(y_hat, y) / len(y) == 0.5  # section 3.6.5


@settings(max_examples=30)
@given(st.integers(1, 40), st.integers(0, 2**31 - 1))
def test_gradient_agrees_with_autograd(n: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    X, y = torch.rand(n, 784, generator=generator), torch.randint(10, (n,), generator=generator)
    W, b = (param.requires_grad_() for param in init_params(seed, 0.1))
    loss = torch.nn.functional.cross_entropy(X @ W.T + b, y, reduction="none")
    loss.sum().backward()
    losses, _, grad_W, grad_b = SoftmaxRegressionScratch(W.detach(), b.detach()).loss_and_gradient(X, y)
    np.testing.assert_allclose(losses, loss.detach(), rtol=1e-4, atol=1e-5)
    assert W.grad is not None
    assert b.grad is not None
    np.testing.assert_allclose(grad_W, W.grad, atol=2e-4)
    np.testing.assert_allclose(grad_b, b.grad, atol=2e-4)


def test_gradient_agrees_with_finite_differences() -> None:
    generator = torch.Generator().manual_seed(1)
    X, y = torch.rand(7, 784, generator=generator).double(), torch.randint(10, (7,), generator=generator)
    W, b = (param.double() for param in init_params(3, 0.1))
    W, b = W.double(), b.double()
    _, _, grad_W, grad_b = SoftmaxRegressionScratch(W, b).loss_and_gradient(X, y)

    def loss(W: torch.Tensor, b: torch.Tensor) -> float:
        o = (X @ W.T + b).numpy()
        return float(-scipy_log_softmax(o, axis=1)[np.arange(7), y.numpy()].sum())

    h = 1e-5
    for row, column in ((0, 0), (3, 400), (9, 783), (5, 123)):
        bump = torch.zeros_like(W)
        bump[row, column] = h
        assert (loss(W + bump, b) - loss(W - bump, b)) / (2 * h) == pytest.approx(float(grad_W[row, column]), abs=1e-6)
    for row in range(10):
        bump = torch.zeros_like(b)
        bump[row] = h
        assert (loss(W, b + bump) - loss(W, b - bump)) / (2 * h) == pytest.approx(float(grad_b[row]), abs=1e-6)


def test_sgd_moves_by_the_mean_gradient() -> None:
    param = torch.tensor([1.0, 2.0])
    sgd([param], [torch.tensor([10.0, -20.0])], lr=0.5, batch_size=10)
    assert param.tolist() == [0.5, 3.0]


def test_init_params_have_the_std_asked_for() -> None:
    W, b = init_params(0, 0.01)
    assert W.shape == (10, 784)
    assert float(W.std()) == pytest.approx(0.01, rel=0.03)
    assert float(W.mean()) == pytest.approx(0, abs=4e-4)
    assert b.tolist() == [0.0] * 10
    assert torch.equal(W, init_params(0, 0.01)[0])
    assert not torch.equal(W, init_params(1, 0.01)[0])


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_step_reports_what_was_before_its_update(implementation: str) -> None:
    model = make_model(implementation, seed=0, init_std=0.1)
    X, y = torch.rand(5, 784, generator=torch.Generator().manual_seed(2)), torch.arange(5)
    # In float64, so that neither float32 product's order of summing is the measure: 784 terms round to about 1e-6.
    before = (X.double() @ model.W.double().T + model.b.double()).numpy()
    np.testing.assert_allclose(model.logits(X), before, atol=1e-5)
    losses, o = model.step(X, y, lr=0.1)
    np.testing.assert_allclose(o, before, atol=1e-5)
    np.testing.assert_allclose(losses, -scipy_log_softmax(before, axis=1)[np.arange(5), np.arange(5)], atol=1e-5)
    assert float((model.logits(X) - torch.from_numpy(before)).abs().max()) > 0.01
