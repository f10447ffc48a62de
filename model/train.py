"""Training as a generator of measured steps (d2l 0.17.5, ``train_epoch_ch3`` and ``train_ch3``, section 3.6.6).

The command line, the tests, the benchmark and the live app all consume this one iterator; to stop is not to ask for
the next step. The semantics are the book's: train loss and accuracy are running averages over the epoch *while W
changes*, test accuracy is taken when the epoch ends, and the last batch may be smaller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch

from model.concise import IMPLEMENTATIONS
from model.data import FashionData
from model.errors import BadSetting
from model.evaluation import Confusion, confusion_matrix, predict
from model.metrics import Accumulator, accuracy
from model.softmax import SoftmaxRegression

LIMITS: dict[str, tuple[float, float]] = {
    "lr": (1e-6, 1000.0),
    "num_epochs": (1, 1000),
    "batch_size": (1, 60_000),
    "seed": (0, 2**31 - 1),
    "init_std": (0.0, 10.0),
}
"""The least and the largest value of each number, both included; where they are whole, so must it be."""

DIVERGING = 5.0
"""A batch loss this many times the first one counts as diverging."""

ORDER_SEED = 2**31
"""Added to the seed, so that the batches' order is not drawn from the stream that gave W."""


@dataclass(frozen=True)
class Hyperparameters:
    """The settings of one run; the defaults are the book's. BadSetting names a value outside its limits."""

    lr: float = 0.1
    num_epochs: int = 10
    batch_size: int = 256
    seed: int = 0
    init_std: float = 0.01
    implementation: str = "scratch"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            limits = {"low": f"{low:g}", "high": f"{high:,.10g}"}
            if not low <= value <= high:  # NaN fails this too
                raise BadSetting("bad_setting", name=name, value=value, **limits)
            if isinstance(low, int) and not isinstance(value, int):
                raise BadSetting("not_whole", name=name, value=value, **limits)
        if self.implementation not in IMPLEMENTATIONS:
            raise BadSetting("bad_implementation", value=self.implementation)


class Progress(NamedTuple):
    """Where a training stands: all that it takes, besides W and b, to go on as if it had never been interrupted.

    ``loss``, ``correct`` and ``examples`` are the epoch's sums so far, ``first_loss`` the first batch's mean in nats.
    """

    step: int = 0
    loss: float = 0.0
    correct: float = 0.0
    examples: float = 0.0
    first_loss: float = math.inf


START = Progress()


@dataclass(frozen=True, slots=True)
class Step:
    """What is known after one batch.

    ``step`` counts from 1 over the whole run, ``epoch`` from 1; ``loss`` is this batch's mean in nats, measured before
    its update; ``train_loss`` and ``train_acc`` are the epoch's running averages so far; ``test_acc``, and the
    ``confusion`` on the test images that it is counted from, are None except on an epoch's last step. ``diverging``:
    this loss is over 5 × the first one. ``diverged``: the loss or W is no longer finite; this is the last step, and the
    model holds the last finite W and b. ``progress``: what ``train`` needs to go on from here.
    """

    step: int
    epoch: int
    loss: float
    train_loss: float
    train_acc: float
    test_acc: float | None
    diverging: bool = False
    diverged: bool = False
    confusion: Confusion | None = None
    progress: Progress = START


def num_batches(num_examples: int, batch_size: int) -> int:
    """Batches an epoch, the last one possibly smaller: 235 for 60,000 examples in batches of 256."""
    return math.ceil(num_examples / batch_size)


def is_finite(model: SoftmaxRegression) -> bool:
    """Whether every weight and bias is a finite number."""
    # A finite sum has finite terms; only a sum that is not finite needs the closer, slower look.
    return all(math.isfinite(param.sum()) or bool(param.isfinite().all()) for param in (model.W, model.b))


def test_confusion(model: SoftmaxRegression, data: FashionData) -> Confusion:
    """How often each class was said of each class's test images."""
    counts = confusion_matrix(predict(model.logits(data.test_images)), data.test_labels)
    return tuple(map(tuple, counts.tolist()))


def right(confusion: Confusion) -> int:
    """The images that were named rightly: the diagonal's sum."""
    return sum(row[i] for i, row in enumerate(confusion))


def train(
    model: SoftmaxRegression, data: FashionData, hyperparameters: Hyperparameters, since: Progress = START
) -> Iterator[Step]:
    """Train ``model`` in place, yielding a Step after every batch; BadSetting if a batch would exceed the data.

    With ``since``, and the W and b of that moment in ``model``, the steps that follow are those of the training that
    was left there, to the last bit.
    """
    num_examples = len(data.train_labels)
    if hyperparameters.batch_size > num_examples:
        raise BadSetting("batch_over_data", value=hyperparameters.batch_size, limit=f"{num_examples:,}")
    return _steps(model, data, hyperparameters, since)


def _steps(
    model: SoftmaxRegression, data: FashionData, hyperparameters: Hyperparameters, since: Progress
) -> Iterator[Step]:
    generator = torch.Generator().manual_seed(ORDER_SEED + hyperparameters.seed)
    num_examples = len(data.train_labels)
    epochs_done, batches_done = divmod(since.step, num_batches(num_examples, hyperparameters.batch_size))
    step, first_loss = since.step, since.first_loss
    for epoch in range(1, hyperparameters.num_epochs + 1):
        order = torch.randperm(num_examples, generator=generator)  # drawn for past epochs too: the stream goes on
        if epoch <= epochs_done:
            continue
        metric = Accumulator(3)  # summed loss, correct predictions, examples
        if batches_done:
            metric.add(since.loss, since.correct, since.examples)
        batches = order.split(hyperparameters.batch_size)
        for i, batch in enumerate(batches[batches_done:], start=batches_done + 1):
            step += 1
            X, y = data.batch(batch)
            W, b = model.W.clone(), model.b.clone()
            l, o = model.step(X, y, hyperparameters.lr)  # noqa: E741 the book's name for the loss
            loss_sum = float(l.sum())
            loss = loss_sum / len(y)
            if step == 1:
                first_loss = loss
            metric.add(loss_sum, accuracy(o, y), len(y))
            diverged = not (math.isfinite(loss) and is_finite(model))
            if diverged:
                model.W.copy_(W)
                model.b.copy_(b)
            confusion = test_confusion(model, data) if i == len(batches) and not diverged else None
            del X, y, l, o, W, b  # a waiting generator must not hold a batch: at 60,000 images that is 188 MB
            yield Step(
                step=step,
                epoch=epoch,
                loss=loss,
                train_loss=metric[0] / metric[2],
                train_acc=metric[1] / metric[2],
                test_acc=right(confusion) / len(data.test_labels) if confusion else None,
                diverging=not loss <= DIVERGING * first_loss,
                diverged=diverged,
                confusion=confusion,
                progress=Progress(step, metric[0], metric[1], metric[2], first_loss),
            )
            if diverged:
                return
        batches_done = 0
