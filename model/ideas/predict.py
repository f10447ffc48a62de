"""Predict, then reveal: the curve that a person expects of a run, and how far the real one is from it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from model.data import FashionData
from model.errors import BadSetting
from model.ideas.data_script import data_script
from model.ideas.values import Values, number, numbers, ready, whole
from model.kept import EpochPoint
from model.metrics import Accumulator, accuracy, evaluate_accuracy
from model.softmax import NUM_INPUTS, NUM_OUTPUTS, SoftmaxRegressionScratch, init_params, linear, sgd
from model.train import LIMITS, ORDER_SEED, Hyperparameters, num_batches

MOST_EPOCHS = 20
SEED = Hyperparameters().seed
CURVES = {"loss": ("train_loss", 1000.0), "acc": ("test_acc", 1.0)}
"""What can be sketched: the number of an epoch that it is about, and the largest value it may have."""

DEFAULTS = {"lr": "1", "n": "10", "bs": "256", "std": "0.01", "of": "loss", "loss": "", "acc": "", "d": "", "r": ""}
"""``n`` epochs, ``bs`` the batch size, ``std`` the initial one; ``of`` the curve being sketched; ``loss`` and ``acc``
the sketches, a value an epoch, empty where there is none yet; ``d`` the data, ``r`` the run that reveals the curve."""

OFFERED: dict[str, list[float]] = {
    "lr": [round(m * 10.0**e, 6) for e in range(-4, 1) for m in (1, 1.5, 2, 3, 5, 7)] + [10.0],
    "n": list(range(1, MOST_EPOCHS + 1)),
    "bs": [16, 32, 64, 128, 256, 512, 1024, 4096],
    "std": [0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0],
}
"""The values on the sliders."""


def difference(sketched: list[float], measured: list[float]) -> tuple[float, int, float]:
    """The mean absolute difference of an epoch, the epoch where it is largest, from 1, and how large it is there."""
    d = (torch.tensor(sketched) - torch.tensor(measured)).abs()
    return float(d.mean()), int(d.argmax()) + 1, float(d.max())


CODE = (difference, SoftmaxRegressionScratch.step, sgd)

FUNCTIONS = (init_params, linear, sgd, SoftmaxRegressionScratch, Accumulator, accuracy, evaluate_accuracy, difference)

CONSTANTS = f"NUM_INPUTS, NUM_OUTPUTS = {NUM_INPUTS}, {NUM_OUTPUTS}"

CALLS = """
net = SoftmaxRegressionScratch(*init_params({settings.seed}, {settings.init_std!r}))
order = torch.Generator().manual_seed({order})
measured = {{"train loss": [], "test acc": []}}
for epoch in range(1, {settings.num_epochs} + 1):
    metric = Accumulator(3)  # summed loss, correct predictions, examples
    for batch in torch.randperm(len(data.train_labels), generator=order).split({settings.batch_size}):
        X, y = data.batch(batch)
        l, o = net.step(X, y, {settings.lr!r})
        metric.add(float(l.sum()), accuracy(o, y), len(y))
    measured["train loss"].append(metric[0] / metric[2])
    measured["test acc"].append(evaluate_accuracy(net.logits, data.test_images, data.test_labels))
    print("epoch", epoch, *(values[-1] for values in measured.values()), flush=True)
for name, sketched in {sketches}.items():
    print(name, "off by", *difference(sketched, measured[name]))
"""


def settings_of(values: Values) -> Hyperparameters:
    """The settings of the run that is to be predicted; BadSetting where one is outside its limits."""
    return Hyperparameters(
        lr=number(values, "lr", *LIMITS["lr"]),
        num_epochs=whole(values, "n", 1, MOST_EPOCHS),
        batch_size=whole(values, "bs", 1, 60_000),
        seed=SEED,
        init_std=number(values, "std", *LIMITS["init_std"]),
    )


def sketch_of(values: Values, curve: str, epochs: int) -> list[float]:
    """The values sketched for ``loss`` or ``acc``, one for each of the ``epochs``; none where nothing is sketched yet.

    A sketch for another number of epochs is cut, or goes on level with its last value.
    """
    if not values[curve]:
        return []
    given = numbers(values, curve, range(1, MOST_EPOCHS + 1), 0.0, CURVES[curve][1])
    return (given + given[-1:] * epochs)[:epochs]


def answer(values: Values, data: FashionData, measured: Sequence[EpochPoint] = ()) -> dict[str, Any]:
    """The sketches, and how far the ``measured`` epochs are from each.

    ``steps`` an epoch; ``uniform``: the loss of ten equal probabilities, from where training comes.
    ``off``: by curve, over the epochs that are both sketched and measured: the ``mean`` absolute difference, the
    ``epoch`` where it is ``most``, and what was ``sketched`` and ``measured`` there; None where nothing is compared.
    """
    settings = settings_of(values)
    if settings.batch_size > len(data.train_labels):
        raise BadSetting("batch_over_data", value=settings.batch_size, limit=f"{len(data.train_labels):,}")
    sketches = {curve: sketch_of(values, curve, settings.num_epochs) for curve in CURVES}
    told = {f"{CURVES[curve][0]}".replace("_", " "): sketch for curve, sketch in sketches.items() if sketch}
    calls = CALLS.format(settings=settings, order=ORDER_SEED + settings.seed, sketches=told)
    return ready(
        {
            "data": data.name,
            "lr": settings.lr,
            "num_epochs": settings.num_epochs,
            "batch_size": settings.batch_size,
            "init_std": settings.init_std,
            "steps": num_batches(len(data.train_labels), settings.batch_size),
            "uniform": math.log(NUM_OUTPUTS),
            "offered": OFFERED,
            "sketch": sketches,
            "off": {curve: _off(curve, sketch, measured) for curve, sketch in sketches.items()},
            "script": data_script("A run, and how far a sketch is from it.", FUNCTIONS, calls, data, "", CONSTANTS),
        }
    )


def _off(curve: str, sketch: list[float], measured: Sequence[EpochPoint]) -> dict[str, Any] | None:
    real = [float(getattr(point, CURVES[curve][0])) for point in measured][: len(sketch)]
    if not real:
        return None
    mean, epoch, most = difference(sketch[: len(real)], real)
    return {
        "mean": mean, "epoch": epoch, "most": most, "sketched": sketch[epoch - 1], "measured": real[epoch - 1],
        "epochs": len(real),
    }  # fmt: skip
