"""From scratch and concise in lockstep: the same batches, the same start, and how far apart W comes (d2l 3.6, 3.7).

Switches break the agreement: a bias that begins as ``nn.Linear`` leaves it, a sum where the mean is wanted, another
order of the batches.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from model.concise import SoftmaxRegressionConcise
from model.data import FashionData
from model.evaluation import predict
from model.ideas.data_script import data_script
from model.ideas.values import Values, choice, number, ready, whole
from model.metrics import Accumulator, accuracy
from model.softmax import NUM_INPUTS, NUM_OUTPUTS, SoftmaxRegressionScratch, init_params, linear, sgd
from model.train import ORDER_SEED, num_batches

BATCH_SIZE = 256
OTHER = 1
"""Added to the seed for another order of the batches."""

DEFAULTS = {"lr": "0.1", "n": "1", "seed": "0", "bias": "0", "reduction": "0", "order": "0", "pace": "full"}
"""``n`` epochs, 0 for the start alone; ``bias``, ``reduction`` and ``order`` are 1 where they break the agreement."""


def linear_bias(seed: int) -> torch.Tensor:
    """The bias (10,) that ``nn.Linear(784, 10)`` begins with: uniform within ±1/√784, drawn after W."""
    generator = torch.Generator().manual_seed(seed)
    layer = nn.utils.skip_init(nn.Linear, NUM_INPUTS, NUM_OUTPUTS)
    nn.init.kaiming_uniform_(layer.weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(NUM_INPUTS)
    nn.init.uniform_(layer.bias, -bound, bound, generator=generator)
    bias: torch.Tensor = layer.bias.detach()
    return bias


def pair(seed: int, bias: bool, reduction: bool) -> tuple[SoftmaxRegressionScratch, SoftmaxRegressionConcise]:
    """Both models from the same parameters; what is switched on is the concise one's alone."""
    W, b = init_params(seed, 0.01)
    scratch, concise = SoftmaxRegressionScratch(W, b), SoftmaxRegressionConcise(W, b)
    if bias:
        concise.b.copy_(linear_bias(seed))
    if reduction:
        concise.loss = nn.CrossEntropyLoss(reduction="sum")
    return scratch, concise


def orders(seed: int, epochs: int, examples: int) -> Iterator[tuple[torch.Tensor, ...]]:
    """The batches of each epoch, as indices of so many examples."""
    generator = torch.Generator().manual_seed(ORDER_SEED + seed)
    for _ in range(epochs):
        yield torch.randperm(examples, generator=generator).split(BATCH_SIZE)


def apart(a: torch.Tensor, b: torch.Tensor) -> float:
    """The largest |difference|."""
    return float((a - b).abs().max())


CODE = (pair, linear_bias, apart, SoftmaxRegressionScratch, SoftmaxRegressionConcise)

CALLS = """
scratch, concise = pair({seed}, bias={bias}, reduction={reduction})
step = 0
n = len(data.train_labels)
for batches, others in zip(orders({seed}, {epochs}, n), orders({other}, {epochs}, n)):
    for batch, other in zip(batches, others):
        step += 1
        scratch.step(*data.batch(batch), {lr!r})
        concise.step(*data.batch(other), {lr!r})
        if step in (1, 10, 100) or batch is batches[-1]:
            print(step, apart(scratch.W, concise.W), apart(scratch.b, concise.b))
"""


class Settings:
    """The values read; BadSetting says what is wrong with one."""

    def __init__(self, values: Values) -> None:
        self.lr, self.epochs = number(values, "lr", 0.001, 1.0), whole(values, "n", 0, 3)
        self.seed = whole(values, "seed", 0, 2**31 - 1)
        switches = [choice(values, name, ("0", "1")) == "1" for name in ("bias", "reduction", "order")]
        self.bias, self.reduction, self.order = switches
        choice(values, "pace", ("full", "slow"))

    @property
    def other(self) -> int:
        """The seed of the concise one's order."""
        return self.seed + OTHER * self.order


def answer(values: Values, data: FashionData) -> dict[str, Any]:
    """What is known before a step: the bias that ``nn.Linear`` draws and its bound, the lr that a sum amounts to."""
    settings = Settings(values)
    calls = CALLS.format(
        seed=settings.seed, other=settings.other, bias=settings.bias, reduction=settings.reduction,
        epochs=settings.epochs, lr=settings.lr,
    )  # fmt: skip
    constants = (
        f"NUM_INPUTS, NUM_OUTPUTS = {NUM_INPUTS}, {NUM_OUTPUTS}\nBATCH_SIZE, ORDER_SEED = {BATCH_SIZE}, {ORDER_SEED}"
    )
    functions = (
        init_params, linear, sgd, SoftmaxRegressionScratch, SoftmaxRegressionConcise, linear_bias, pair, orders, apart,
    )  # fmt: skip
    more = "import math\nfrom torch import nn"
    return ready(
        {
            "steps": settings.epochs * num_batches(len(data.train_labels), BATCH_SIZE),
            "bound": 1 / math.sqrt(NUM_INPUTS),
            "bias": linear_bias(settings.seed),
            "lr": settings.lr,
            "batch_size": BATCH_SIZE,
            "effective": settings.lr * BATCH_SIZE,
            "epsilon": torch.finfo(torch.float32).eps,
            "script": data_script("From scratch and concise, in lockstep.", functions, calls, data, more, constants),
        }
    )


def run(values: Values, data: FashionData) -> Iterator[dict[str, Any]]:
    """A frame after every step, and one before the first.

    ``dW``, ``db`` the largest |difference| of the parameters, ``dloss`` that of the batch's losses, ``largest`` |W|;
    ``scratch`` and ``concise``: the epoch's running average of the loss. At an epoch's end ``test``, both accuracies,
    and ``disagree``, how many of the ``images`` they do not say the same of. ``W``, ``V`` and ``D`` are both W as they
    stand, and their difference.
    """
    settings = Settings(values)
    return _steps(settings, data)


def _steps(settings: Settings, data: FashionData) -> Iterator[dict[str, Any]]:
    scratch, concise = pair(settings.seed, settings.bias, settings.reduction)
    yield {"step": 0, "epoch": 0, "x": 0.0, **_compared(scratch, concise)}
    step = 0
    both = [orders(seed, settings.epochs, len(data.train_labels)) for seed in (settings.seed, settings.other)]
    for epoch, (batches, others) in enumerate(zip(*both, strict=True), start=1):
        sums = Accumulator(3)
        for i, (batch, other) in enumerate(zip(batches, others, strict=True), start=1):
            step += 1
            X, y = data.batch(batch)
            l = float(scratch.step(X, y, settings.lr)[0].sum()) / len(y)  # noqa: E741 the book's name for the loss
            if settings.order:
                X, y = data.batch(other)
            m = float(concise.step(X, y, settings.lr)[0].sum()) / len(y)
            sums.add(l * len(y), m * len(y), len(y))
            frame = {
                "step": step, "epoch": epoch, "x": epoch - 1 + i / len(batches), "dloss": abs(l - m),
                "scratch": sums[0] / sums[2], "concise": sums[1] / sums[2], **_compared(scratch, concise),
            }  # fmt: skip
            yield frame | (_tested(scratch, concise, data) if i == len(batches) else {})


def _compared(scratch: SoftmaxRegressionScratch, concise: SoftmaxRegressionConcise) -> dict[str, Any]:
    difference = concise.W - scratch.W
    return {
        "dW": float(difference.abs().max()), "db": apart(scratch.b, concise.b), "largest": float(scratch.W.abs().max()),
        "W": scratch.W, "V": concise.W, "D": difference,
    }  # fmt: skip


def _tested(scratch: SoftmaxRegressionScratch, concise: SoftmaxRegressionConcise, data: FashionData) -> dict[str, Any]:
    said = [model.logits(data.test_images) for model in (scratch, concise)]
    return {
        "test": [accuracy(o, data.test_labels) / len(data.test_labels) for o in said],
        "disagree": int((predict(said[0]) != predict(said[1])).sum()),
        "images": len(data.test_labels),
    }
