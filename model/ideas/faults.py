"""The faults of the pitfalls lab and their cures: what is exchanged in the book's training, and the line that does it.

Each function here is run as it stands and shown as it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from model.ideas.book_training import Loss, Order, Update, updater_of
from model.ideas.softmax import softmax_as_written
from model.softmax import cross_entropy, softmax

SEED = 0
HIDDEN = 16
"""The hidden units of the net that shows what zeros would do there."""

Weights = Callable[[torch.Tensor], Any]


def loss_default(o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """One number for the whole batch: reduction is 'mean' where nothing is said."""
    loss = nn.CrossEntropyLoss()
    return loss(o, y)  # type: ignore[no-any-return]


def loss_of_each(o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """A loss for each example, (n,), as the book's bookkeeping wants it."""
    loss = nn.CrossEntropyLoss(reduction="none")
    return loss(o, y)  # type: ignore[no-any-return]


def loss_as_written(o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The book's own form: exp over its sum, nothing subtracted, then -ln of the label's probability."""
    return cross_entropy(softmax_as_written(o), y)


def loss_of_probabilities(o: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """CrossEntropyLoss takes its own softmax of what it is given: here of probabilities."""
    y_hat = softmax(o)
    loss = nn.CrossEntropyLoss(reduction="none")
    return loss(y_hat, y)  # type: ignore[no-any-return]


def update_mean(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
    """What d2l 0.17.5 does with the losses of a batch."""
    updater.zero_grad()
    l.mean().backward()
    updater.step()


def update_sum(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
    """What d2l 0.17.1 did: the gradient is the batch's size times as long."""
    updater.zero_grad()
    l.sum().backward()
    updater.step()


def update_forgetful(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
    """Nobody zeroes: backward adds to the gradients of all batches before."""
    l.mean().backward()
    updater.step()


def update_vector(l: torch.Tensor, updater: torch.optim.Optimizer) -> None:  # noqa: E741
    """Backward from (n,) losses: torch does not know which of them, or what of them, is meant."""
    updater.zero_grad()
    l.backward()
    updater.step()


def order_sorted(labels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """All t-shirts first, all ankle boots last, in each epoch."""
    return labels.argsort(stable=True)


def order_shuffled(labels: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Another order in each epoch."""
    return torch.randperm(len(labels), generator=generator)


def weights_zero(weight: torch.Tensor) -> None:
    """Every weight begins at 0."""
    nn.init.zeros_(weight)


def weights_wide(weight: torch.Tensor) -> None:
    """A hundred times the book's standard deviation."""
    nn.init.normal_(weight, std=1.0, generator=torch.Generator().manual_seed(SEED))


def weights_book(weight: torch.Tensor) -> None:
    """The book's start."""
    nn.init.normal_(weight, std=0.01, generator=torch.Generator().manual_seed(SEED))


def weights_apart(weight: torch.Tensor) -> None:
    """For a hidden layer: every unit begins elsewhere."""
    nn.init.normal_(weight, std=0.1, generator=torch.Generator().manual_seed(SEED))


def softmax_regression(weights: Weights) -> nn.Sequential:
    """The net of the concise version, b = 0."""
    return begun(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), weights)


def perceptron_relu(weights: Weights) -> nn.Sequential:
    """With a hidden layer, as in section 4.3."""
    return begun(nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10)), weights)


def perceptron_sigmoid(weights: Weights) -> nn.Sequential:
    """With a hidden layer whose units give one half at 0."""
    return begun(nn.Sequential(nn.Flatten(), nn.Linear(784, HIDDEN), nn.Sigmoid(), nn.Linear(HIDDEN, 10)), weights)


def begun(net: nn.Sequential, weights: Weights) -> nn.Sequential:
    """``net`` with its weights begun and its biases at 0."""
    for layer in net:
        if isinstance(layer, nn.Linear):
            weights(layer.weight)
            nn.init.zeros_(layer.bias)
    return net


@dataclass(frozen=True)
class Version:
    """A training: what is not the book's in it, the function that is shown and a part of its line that counts."""

    shown: Callable[..., Any]
    line: str
    loss: Loss = loss_of_each
    update: Update = update_mean
    order: Order = order_shuffled
    weights: Weights = weights_book
    net: Callable[[Weights], nn.Sequential] = softmax_regression
    lr: float | None = 0.1


MEAN = Version(update_mean, "l.mean().backward()")
SGD = "lr=lr"

FAULTS: dict[str, tuple[Version, Version]] = {
    "a": (
        Version(loss_default, "CrossEntropyLoss()", loss=loss_default),
        Version(loss_of_each, 'reduction="none"'),
    ),
    "b": (Version(update_sum, "l.sum()", update=update_sum), MEAN),
    "c": (Version(updater_of, SGD, lr=None), Version(updater_of, SGD)),
    "d": (Version(weights_zero, "zeros_", weights=weights_zero), Version(weights_book, "std=0.01")),
    "d_wide": (Version(weights_wide, "std=1.0", weights=weights_wide), Version(weights_book, "std=0.01")),
    "d_relu": (
        Version(weights_zero, "zeros_", weights=weights_zero, net=perceptron_relu),
        Version(weights_apart, "std=0.1", weights=weights_apart, net=perceptron_relu),
    ),
    "d_sigmoid": (
        Version(weights_zero, "zeros_", weights=weights_zero, net=perceptron_sigmoid, lr=0.5),
        Version(weights_apart, "std=0.1", weights=weights_apart, net=perceptron_sigmoid, lr=0.5),
    ),
    "e": (
        Version(update_forgetful, "l.mean().backward()", update=update_forgetful),
        Version(update_mean, "zero_grad()"),
    ),
    "f": (
        Version(loss_of_probabilities, "loss(y_hat, y)", loss=loss_of_probabilities),
        Version(loss_of_each, "loss(o, y)"),
    ),
    "g": (Version(order_sorted, "argsort", order=order_sorted), Version(order_shuffled, "randperm")),
    "h": (Version(update_vector, "l.backward()", update=update_vector), MEAN),
}
"""Each fault and its cure, by its letter; ``lr`` None is the one that the person sets."""
