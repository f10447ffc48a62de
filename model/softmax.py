"""Softmax regression from scratch, in the book's own terms (d2l 0.17.5, sections 3.4 and 3.6).

    o = X Wᵀ + b        logits, (n, 10)
    y_hat = softmax(o)  probabilities, (n, 10)
    l = -ln y_hat[y]    cross-entropy, (n,)
    ∂l/∂o = y_hat - y   so ∂l/∂W = (y_hat - y)ᵀ X

W is kept as (10, 784), the transpose of the book's: then both products, ``W @ X.T`` and ``d.T @ X``, read their
matrices along the rows and are two to five times faster than ``X @ W.T`` and ``X.T @ d``. Each row of W is one
class's 28×28 template.
"""

from __future__ import annotations

from typing import Protocol

import torch

NUM_INPUTS = 784
NUM_OUTPUTS = 10


def softmax(o: torch.Tensor) -> torch.Tensor:
    """Probabilities from logits, row by row: exp(o) over its sum.

    (n, q) in, (n, q) out; every row sums to 1. Subtracting each row's maximum changes nothing in the quotient and
    keeps exp from overflowing (section 3.7.2).
    """
    o_exp = (o - o.amax(dim=1, keepdim=True)).exp()
    return o_exp / o_exp.sum(dim=1, keepdim=True)


def cross_entropy(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The loss of each example in nats: minus the log of the probability given to its label.

    ``y_hat`` (n, q) probabilities, ``y`` (n,) labels; (n,) out (section 3.6.4).
    """
    return -torch.log(y_hat[range(len(y_hat)), y])


def sgd(params: list[torch.Tensor], grads: list[torch.Tensor], lr: float, batch_size: int) -> None:
    """One step of minibatch stochastic gradient descent, in place; ``grads`` are sums over the batch."""
    for param, grad in zip(params, grads, strict=True):
        param.sub_(grad, alpha=lr / batch_size)


def init_params(seed: int, init_std: float) -> tuple[torch.Tensor, torch.Tensor]:
    """W (10, 784) drawn from N(0, ``init_std``²) with ``seed``, and b (10,) of zeros (section 3.6.1)."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(NUM_OUTPUTS, NUM_INPUTS, generator=generator) * init_std, torch.zeros(NUM_OUTPUTS)


def linear(X: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """The logits o = X Wᵀ + b: X (n, 784), W (10, 784), b (10,) in, (n, 10) out."""
    return torch.addmm(b.unsqueeze(1), W, X.T).T


class SoftmaxRegression(Protocol):
    """What both implementations offer: W (10, 784), b (10,), ``logits`` and ``step``."""

    implementation: str
    W: torch.Tensor
    b: torch.Tensor

    def logits(self, X: torch.Tensor) -> torch.Tensor:
        """Scores before softmax: X (n, 784) in, (n, 10) out."""

    def step(self, X: torch.Tensor, y: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Update on one batch; returns the losses (n,) and logits (n, 10) from before the update."""


class SoftmaxRegressionScratch:
    """The model with its gradient written out by hand."""

    implementation = "scratch"

    def __init__(self, W: torch.Tensor, b: torch.Tensor) -> None:
        self.W = W.clone()
        self.b = b.clone()

    def logits(self, X: torch.Tensor) -> torch.Tensor:
        """Scores before softmax: X (n, 784) in, (n, 10) out."""
        return linear(X, self.W, self.b)

    def loss_and_gradient(
        self, X: torch.Tensor, y: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
        """Each example's loss (n,), its logits (n, 10), and the gradients of the summed loss by W and b.

        One exp serves both: with o shifted by its maximum, l = ln Σ exp(o) - o[y], and y_hat = exp(o) / Σ exp(o).
        """
        o = self.logits(X)
        shifted = o - o.amax(dim=1, keepdim=True)
        label = y.unsqueeze(1)
        d = shifted.exp()
        partition = d.sum(dim=1, keepdim=True)
        l = (partition.log() - shifted.gather(1, label)).squeeze(1)  # noqa: E741 the book's name for the loss
        d.div_(partition).scatter_add_(1, label, torch.full_like(partition, -1.0))
        return l, o, d.T @ X, d.sum(dim=0)

    def step(self, X: torch.Tensor, y: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
        """Update on one batch; returns the losses (n,) and logits (n, 10) from before the update."""
        l, o, grad_W, grad_b = self.loss_and_gradient(X, y)  # noqa: E741
        sgd([self.W, self.b], [grad_W, grad_b], lr, len(X))
        return l, o
