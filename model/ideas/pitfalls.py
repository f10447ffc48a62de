"""The pitfalls lab: what goes wrong with the book's training, each a real short run beside its cure (d2l 3.6, 3.7).

(a) ``reduction`` left at 'mean'; (b) the gradient of the sum with torch's SGD; (c) a learning rate far too large; (d)
how W begins; (e) a gradient that nobody zeroes; (f) softmax twice; (g) classes in their order; (h) ``backward`` from a
vector.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch

from model.data import FashionData
from model.ideas import faults
from model.ideas.book_training import BATCH_SIZE, LAST, Recipe, train_ch3, train_epoch_ch3, updater_of
from model.ideas.code import source
from model.ideas.data_script import data_script
from model.ideas.faults import FAULTS, Version, loss_as_written
from model.ideas.softmax import softmax_as_written
from model.ideas.values import Values, choice, number, ready, whole
from model.metrics import Accumulator, accuracy
from model.softmax import cross_entropy, softmax
from model.train import ORDER_SEED, num_batches

LETTERS = tuple("abcdefgh")
STARTS = ("zeros", "wide", "relu", "sigmoid")
WITH_FORM = ("b", "c", "e")
"""Where it matters how softmax is computed: elsewhere no logit grows that large, or the fault is softmax itself."""

DEFAULTS = {"p": "a", "v": "fault", "n": "3", "lr": "10", "form": "stable", "init": "zeros"}
"""``p`` the pitfall, ``v`` fault or cure, ``n`` epochs, ``lr`` of (c), ``form`` of softmax, ``init`` how W begins."""

CODE = (train_epoch_ch3,)

CALLS = """
net = {net}({weights})
updater = updater_of(net, lr={lr!r})
generator = torch.Generator().manual_seed({seed})
for epoch in range(1, {epochs} + 1):
    batches = {order}(train_labels, generator).split({batch_size})
    for metric, *_ in train_epoch_ch3(net, map(data.batch, batches), {loss}, updater, {update}):
        pass
    with torch.no_grad():
        test_acc = accuracy(net(test_images), test_labels) / len(test_labels)
    print(epoch, metric[0] / metric[2], metric[1] / metric[2], test_acc)
"""


def versions(values: Values) -> tuple[str, Version, Version]:
    """The letter of the pitfall, with how W begins in (d); the faulty version and the cured one."""
    letter, start = choice(values, "p", LETTERS), choice(values, "init", STARTS)
    name = letter if letter != "d" or start == "zeros" else f"d_{start}"
    lr, form = number(values, "lr", 0.01, 100.0), choice(values, "form", ("stable", "written"))
    fault, cure = FAULTS[name]
    if fault.lr is None:
        fault = replace(fault, lr=lr)
    if form == "written" and letter in WITH_FORM:
        fault, cure = replace(fault, loss=loss_as_written), replace(cure, loss=loss_as_written)
    return name, fault, cure


def recipe(version: Version) -> Recipe:
    """The version as something to be trained."""
    assert version.lr is not None
    return Recipe(lambda: version.net(version.weights), version.loss, version.update, version.order, version.lr)


def run(values: Values, data: FashionData) -> Iterator[dict[str, Any]]:
    """Train the version asked for: a frame a batch (``train_ch3``), or ``raised``, what torch says of it."""
    name, fault, cure = versions(values)
    epochs = whole(values, "n", 1, 5)
    version = fault if choice(values, "v", ("fault", "cure")) == "fault" else cure
    return _frames(version, data, epochs, may_raise=name == "h")


def _frames(version: Version, data: FashionData, epochs: int, may_raise: bool) -> Iterator[dict[str, Any]]:
    try:
        yield from train_ch3(recipe(version), data, epochs)
    except RuntimeError as error:
        if not may_raise:
            raise
        yield {"raised": f"{type(error).__name__}: {error}", "ended": True}


def answer(values: Values, data: FashionData) -> dict[str, Any]:
    """What is known before a run: the lines that matter, and the numbers that the symptom follows from.

    ``fault`` and ``cure``: the file, the lines of the function, which of them counts, and in (c) the lr it is given.
    ``batches`` an epoch has, ``effective`` lr of (b), ``floor`` of the loss in (f), ``initial`` loss of ten equal
    probabilities, ``last`` the largest number whose exp float32 holds.
    """
    name, fault, cure = versions(values)
    epochs, lr = whole(values, "n", 1, 5), fault.lr
    assert lr is not None
    best = torch.eye(10)[:1]  # the most that ten probabilities can say for one class
    script = _script(fault if choice(values, "v", ("fault", "cure")) == "fault" else cure, data, epochs)
    return ready(
        {
            "name": name,
            "fault": lines(fault) | ({"lr": lr} if name == "c" else {}),
            "cure": lines(cure) | ({"lr": cure.lr} if name == "c" else {}),
            "has_form": name in WITH_FORM,
            "lr": lr,
            "cure_lr": cure.lr,
            "batch_size": BATCH_SIZE,
            "batches": num_batches(len(data.train_labels), BATCH_SIZE),
            "examples": len(data.train_labels),
            "effective": lr * BATCH_SIZE,
            "initial": math.log(10),
            "floor": float(faults.loss_of_each(best, torch.tensor([0]))) if name == "f" else None,
            "last": LAST,
            "hidden": faults.HIDDEN,
            "script": script,
        }
    )


def lines(version: Version) -> dict[str, Any]:
    """The function's file and lines without its docstring, and the index of the line that counts."""
    path, text = source(version.shown)
    shown = [line.partition("  # ")[0] for line in text.splitlines() if '"""' not in line]
    return {"file": path, "lines": shown, "at": next(i for i, line in enumerate(shown) if version.line in line)}


def _script(version: Version, data: FashionData, epochs: int) -> str:
    functions: tuple[Callable[..., Any] | type, ...] = (
        softmax, softmax_as_written, cross_entropy, accuracy, Accumulator, updater_of, train_epoch_ch3,
        version.loss, version.update, version.order, version.weights, faults.begun, version.net,
    )  # fmt: skip
    calls = CALLS.format(
        net=version.net.__name__, weights=version.weights.__name__, lr=version.lr, seed=ORDER_SEED, epochs=epochs,
        order=version.order.__name__, batch_size=BATCH_SIZE, loss=version.loss.__name__, update=version.update.__name__,
    )  # fmt: skip
    constants = f"SEED, HIDDEN = {faults.SEED}, {faults.HIDDEN}"
    return data_script("A pitfall of training, or its cure.", functions, calls, data, "from torch import nn", constants)
