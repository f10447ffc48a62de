"""The optimum's screen as a script: every model on it trained anew, the optimum found anew, and all compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from model.concise import SoftmaxRegressionConcise
from model.data import FashionData
from model.evaluation import UNDECIDED, predict
from model.ideas.data_script import data_script
from model.ideas.linear_models import Linear, never_right, said_by
from model.metrics import Accumulator
from model.optimum import ROUNDS, loss_and_gradient, minimise, whitening, with_ones
from model.softmax import NUM_INPUTS, NUM_OUTPUTS, SoftmaxRegressionScratch, init_params, linear, sgd
from model.train import ORDER_SEED, Hyperparameters

HEADING = """The least train loss of a linear model, how far a run is from it, and what no model gets right.

It trains every model on the screen and finds the optimum by L-BFGS: that takes minutes."""

FUNCTIONS = (
    init_params, linear, sgd, SoftmaxRegressionScratch, SoftmaxRegressionConcise, Accumulator, with_ones,
    loss_and_gradient, whitening, minimise, predict, Linear, said_by.__wrapped__, never_right,
)  # fmt: skip

MORE = """from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from torch import nn"""

CONSTANTS = f"""NUM_INPUTS, NUM_OUTPUTS = {NUM_INPUTS}, {NUM_OUTPUTS}
ORDER_SEED, UNDECIDED = {ORDER_SEED}, {UNDECIDED}"""

CALLS = """
MODELS = {{"scratch": SoftmaxRegressionScratch, "concise": SoftmaxRegressionConcise}}
X, y = with_ones(to_images(train_pixels)), train_labels


def trained(name, implementation, seed, init_std, lr, batch_size, num_steps, at_end=lambda average, theta: None):
    net = MODELS[implementation](*init_params(seed, init_std))
    order = torch.Generator().manual_seed(ORDER_SEED + seed)
    step = 0
    while step < num_steps:
        metric = Accumulator(2)  # summed loss, examples
        batches = torch.randperm(len(y), generator=order).split(batch_size)
        for batch in batches[: num_steps - step]:
            l, _ = net.step(*data.batch(batch), lr)
            metric.add(float(l.sum()), len(batch))
            step += 1
        if step % len(batches) == 0:
            at_end(metric[0] / metric[1], torch.cat([net.W, net.b.unsqueeze(1)], dim=1).double())
    return Linear(name, net.W, net.b)


def told(evaluation, J, norm):
    if evaluation % 20 == 0:
        print(f"evaluation {{evaluation}}: loss with L2 {{J:.9f}}, gradient {{norm:.1e}}", flush=True)


# The run's name and settings, and how many steps it is trained; then those of the models that are asked.
run = {run}
models = [
{models}]
epochs = []
trained(*run, lambda average, theta: epochs.append((average, float(loss_and_gradient(theta, X, y)[0]) / len(y))))
models = [trained(*settings) for settings in models]

l2, rounds = {l2!r}, {rounds}
theta, iterations, evaluations, norm = minimise(X, y, l2, rounds, told)
least = float(loss_and_gradient(theta, X, y)[0]) / len(y)
print("train loss", least)
print("train acc", float(((X @ theta.T).argmax(dim=1) == y).double().mean()))
print("test acc", float(((with_ones(test_images) @ theta.T).argmax(dim=1) == test_labels).double().mean()))
print("gradient norm", norm)
print(run[0])
for epoch, (average, end) in enumerate(epochs, 1):
    print("epoch", epoch, "average", average, "left", average - least, "at its end", end, "left", end - least)
models = [Linear("the optimum", theta[:, :NUM_INPUTS], theta[:, NUM_INPUTS]), *models]
wrong, said = never_right(models, data)
for model, row in zip(models, said, strict=True):
    print(int((row == test_labels).sum()), "right:", model.name)
print(len(wrong), "that none gets right, the first of them", wrong[:20].tolist())
"""


class Trained(NamedTuple):
    """How a model came about: under which name, with which settings, in how many steps."""

    name: str
    settings: Hyperparameters
    steps: int

    def line(self) -> str:
        """What the script's ``trained`` is given, as Python."""
        made = self.settings
        return repr((
            self.name, made.implementation, made.seed, made.init_std, made.lr, made.batch_size, self.steps,
        ))  # fmt: skip


def script(
    data: FashionData, l2: float, run: Trained, models: Sequence[Trained], rounds: tuple[int, ...] = ROUNDS
) -> str:
    """The script for the ``run`` compared and the ``models`` asked beside the optimum, all of ``data``."""
    lines = "".join(f"    {model.line()},\n" for model in models)
    calls = CALLS.format(run=run.line(), models=lines, l2=l2, rounds=rounds)
    return data_script(HEADING, FUNCTIONS, calls, data, MORE, CONSTANTS)
