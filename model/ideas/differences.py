"""A gradient without derivatives: central differences of the loss, beside what the formula and autograd say."""

from __future__ import annotations

import torch

from model.softmax import SoftmaxRegressionScratch, cross_entropy, linear, softmax

EXPONENTS = range(-8, 0)
"""The offered h, as powers of ten."""


def loss(W: torch.Tensor, b: torch.Tensor, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The cross-entropy of each image, (n,): logits, softmax, minus the log of what the label has."""
    return cross_entropy(softmax(linear(X, W, b)), y)


def central_difference(
    W: torch.Tensor, b: torch.Tensor, X: torch.Tensor, y: torch.Tensor, k: int, j: int, h: float
) -> float:
    """∂l/∂W[k, j] without any derivative: the weight moved by h up and down, and the loss's change over 2 h."""
    up, down = W.clone(), W.clone()
    up[k, j] += h
    down[k, j] -= h
    return float((loss(up, b, X, y) - loss(down, b, X, y)).sum() / (2 * h))


def checks(
    model: SoftmaxRegressionScratch, X: torch.Tensor, y: torch.Tensor, k: int, pixels: list[int], exponent: int
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """The gradient at these weights by each way, and the largest difference for every h; all in float64."""
    exact, X = SoftmaxRegressionScratch(model.W.double(), model.b.double()), X.double()
    analytic = exact.loss_and_gradient(X, y)[2][k, pixels]
    W = exact.W.clone().requires_grad_()
    (autograd,) = torch.autograd.grad(loss(W, exact.b, X, y).sum(), W)
    numeric = {
        power: torch.tensor(
            [central_difference(exact.W, exact.b, X, y, k, j, 10.0**power) for j in pixels], dtype=torch.float64
        )
        for power in EXPONENTS
    }
    columns = {
        "pixel": torch.tensor(pixels),
        "x": X[0, pixels],
        "analytic": analytic,
        "numeric": numeric[exponent],
        "autograd": autograd[k, pixels],
        "difference": analytic - numeric[exponent],
    }
    lists = {name: column.tolist() for name, column in columns.items()}
    found = [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    errors = [{"h": power, "error": float((analytic - numeric[power]).abs().max())} for power in EXPONENTS]
    return found, errors
