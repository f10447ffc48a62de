"""Training as d2l 0.17.5 does it with torch's own parts (3.6.6, 3.7.4), with one part after the other to be exchanged.

What the pitfalls lab runs: the book's bookkeeping, whatever loss, update, order or start it is given.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from model.data import FashionData
from model.metrics import Accumulator, accuracy, evaluate_accuracy
from model.train import DIVERGING, ORDER_SEED

BATCH_SIZE = 256
LAST = float(torch.tensor(torch.finfo(torch.float32).max).log())
"""The largest number whose exp float32 holds: 88.72."""

Batch = tuple[torch.Tensor, torch.Tensor]
Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
Order = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
Update = Callable[[torch.Tensor, torch.optim.Optimizer], None]


@dataclass(frozen=True)
class Recipe:
    """What one training is made of: ``net`` gives logits (n, 10), ``order`` an epoch's examples, from the labels."""

    net: Callable[[], nn.Sequential]
    loss: Loss
    update: Update
    order: Order
    lr: float = 0.1


def updater_of(net: nn.Module, lr: float) -> torch.optim.SGD:
    """torch's own minibatch stochastic gradient descent."""
    return torch.optim.SGD(net.parameters(), lr=lr, foreach=False)


def train_epoch_ch3(
    net: nn.Module, train_iter: Iterator[Batch], loss: Loss, updater: torch.optim.Optimizer, update: Update
) -> Iterator[tuple[Accumulator, torch.Tensor, torch.Tensor]]:
    """The book's loop over an epoch; after each batch its sums so far, the logits, and the loss as it came."""
    metric = Accumulator(3)  # summed loss, correct predictions, examples
    for X, y in train_iter:
        o = net(X)
        l = loss(o, y)  # noqa: E741 the book's name for the loss
        update(l, updater)
        metric.add(float(l.detach().sum()), accuracy(o, y), y.numel())
        yield metric, o.detach(), l.detach()


def train_ch3(recipe: Recipe, data: FashionData, num_epochs: int) -> Iterator[dict[str, Any]]:
    """A frame after every batch: where it stands, the epoch's averages as the book plots them, and what is unusual.

    ``loss`` and ``acc`` are the running averages, ``test`` the test accuracy at an epoch's end, ``diverging`` whether
    this batch's loss is over 5 × the first one; ``overflow`` and ``vanished`` as ``Watch`` finds them. Ends early
    where the loss or a weight is no longer finite (``ended``).
    """
    net = recipe.net()
    updater = updater_of(net, recipe.lr)
    generator = torch.Generator().manual_seed(ORDER_SEED)
    watch, step = Watch(data), 0
    for epoch in range(1, num_epochs + 1):
        batches = recipe.order(data.train_labels, generator).split(BATCH_SIZE)
        train_iter = (data.batch(batch) for batch in batches)
        steps = train_epoch_ch3(net, train_iter, recipe.loss, updater, recipe.update)
        for i, (batch, (metric, o, l)) in enumerate(zip(batches, steps, strict=True), start=1):  # noqa: E741
            step += 1
            frame = {
                "step": step, "epoch": epoch, "x": epoch - 1 + i / len(batches),
                "loss": metric[0] / metric[2], "acc": metric[1] / metric[2], "seen": int(metric[2]),
                **watch.look(step, batch, o, l), **gradients(net),
            }  # fmt: skip
            finite = math.isfinite(frame["loss"]) and all(bool(p.isfinite().all()) for p in net.parameters())
            if i == len(batches) and finite:
                frame["test"] = _test_accuracy(net, data)
            yield frame if finite else frame | {"ended": True}
            if not finite:
                return


def _test_accuracy(net: nn.Module, data: FashionData) -> float:
    with torch.no_grad():  # not around a yield: the next step may be taken in another thread
        return evaluate_accuracy(net, data.test_images, data.test_labels)


def gradients(net: nn.Sequential) -> dict[str, Any]:
    """The largest |gradient| of each layer's W; with a hidden layer, how far its rows differ and how large they are."""
    layers = [layer for layer in net if isinstance(layer, nn.Linear)]
    found: dict[str, Any] = {"grads": [float(layer.weight.grad.abs().max()) for layer in layers]}  # type: ignore[union-attr]
    if len(layers) > 1:
        hidden = layers[0].weight.detach()
        found |= {"rows": float((hidden - hidden[0]).abs().max()), "hidden": float(hidden.abs().max())}
    return found


class Watch:
    """Finds the first logit whose exp float32 does not hold, and the first label whose probability is 0 in it."""

    def __init__(self, data: FashionData) -> None:
        self.data = data
        self.first_loss = math.nan
        self.overflow = self.vanished = False

    def look(self, step: int, batch: torch.Tensor, o: torch.Tensor, l: torch.Tensor) -> dict[str, Any]:  # noqa: E741
        """What is said of one batch; the two findings once each, with the example, its logits and its picture."""
        loss = float(l.mean())
        if step == 1:
            self.first_loss = loss
        found: dict[str, Any] = {"batch_loss": loss, "diverging": not loss <= DIVERGING * self.first_loss}
        largest = float(o.max())
        if not self.overflow and largest > LAST:
            self.overflow = True
            found["overflow"] = self._example(step, batch, o, int(o.argmax()) // o.shape[1])
        if not self.vanished and loss == math.inf and largest <= LAST:
            self.vanished = True
            found["vanished"] = self._example(step, batch, o, int(l.argmax()))
        return found

    def _example(self, step: int, batch: torch.Tensor, o: torch.Tensor, i: int) -> dict[str, Any]:
        image = int(batch[i])
        return {
            "step": step, "image": image, "label": int(self.data.train_labels[image]), "said": int(o[i].argmax()),
            "logit": float(o[i].max()), "own": float(o[i, self.data.train_labels[image]]),
            "picture": self.data.train_pixels[image],
        }  # fmt: skip
