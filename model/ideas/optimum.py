"""How good can a linear model be? The optimum's loss, how far a run is from it, and what all models get wrong."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from model.data import FashionData
from model.ideas.data_script import data_script
from model.ideas.linear_models import Linear, end_losses, never_right
from model.ideas.values import Values, ready, whole
from model.live_run import LiveRun
from model.optimum import ROUNDS, Optimum, load_optimum, loss_and_gradient, measure, minimise, whitening, with_ones
from model.softmax import NUM_INPUTS, NUM_OUTPUTS

DEFAULTS = {"m": "", "page": "1"}
"""``m``: the run that is compared; ``page``: of the images that all models get wrong, from 1."""

PAGE = 20
"""Images on a page."""

CODE = (loss_and_gradient, whitening, minimise)

CONSTANTS = f"NUM_INPUTS, NUM_OUTPUTS = {NUM_INPUTS}, {NUM_OUTPUTS}"

CALLS = """
def told(evaluation, J, norm):
    if evaluation % 20 == 0:
        print(f"evaluation {{evaluation}}: loss with L2 {{J:.9f}}, gradient {{norm:.1e}}", flush=True)


l2, rounds = {l2!r}, {rounds}
X, y = with_ones(to_images(train_pixels)), train_labels
theta, iterations, evaluations, norm = minimise(X, y, l2, rounds, told)
loss, _ = loss_and_gradient(theta, X, y)
test = with_ones(test_images) @ theta.T
print("train loss", float(loss) / len(y))
print("train acc", float(((X @ theta.T).argmax(dim=1) == y).double().mean()))
print("test acc", float((test.argmax(dim=1) == test_labels).double().mean()))
print("gradient norm", norm)
"""

_measuring = threading.Lock()


class Known(NamedTuple):
    """An optimum, the model that it is, and what was measured of it."""

    optimum: Optimum
    model: Linear
    measured: dict[str, float]


def known(data: FashionData) -> Known:
    """The optimum on ``data``, read and measured at first use: half a second. DataError where there is none."""
    with _measuring:
        return _known(data)


@cache
def _known(data: FashionData) -> Known:
    optimum = load_optimum(data)
    return Known(optimum, Linear("optimum", optimum.W, optimum.b), measure(optimum, data))


def answer(values: Values, data: FashionData, run: LiveRun, others: Sequence[Linear]) -> dict[str, Any]:
    """How far ``run``, of the same ``data``, is from the optimum, and the images that all models get wrong.

    ``run_length`` is that of all its weights; ``epochs`` are as the book has them; ``left``: by epoch the running
    average and its distance, the loss of W at its end and the distance of that. ``models``: who gets the images wrong,
    the optimum first, then ``others``; ``images``: those of the page, with their true class and what each model says.
    """
    optimum, model, measured = known(data)
    models = [model, *others]
    wrong, said = never_right(models, data)
    pages = max(1, math.ceil(len(wrong) / PAGE))
    page = min(pages, whole(values, "page", 1, math.ceil(len(data.test_labels) / PAGE)))  # a run that ends leaves fewer
    shown = wrong[(page - 1) * PAGE : page * PAGE]
    ends, least = end_losses(run), measured["train_loss"]
    return ready(
        {
            "data": data.name,
            "l2": optimum.l2,
            "iterations": optimum.iterations,
            **measured,
            "run_length": float((run.weights.W.square().sum() + run.weights.b.square().sum()).sqrt()),
            "epochs": [list(point) for point in run.epochs],
            "trace": [list(point) for point in run.trace if math.isfinite(point.train_loss)],
            "num_epochs": run.hyperparameters.num_epochs,
            "left": [
                {
                    "epoch": point.epoch,
                    "average": point.train_loss,
                    "average_left": point.train_loss - least,
                    "end": (end := ends.get(point.epoch)),
                    "end_left": None if end is None else end - least,
                }
                for point in run.epochs
            ],
            "models": [
                {"name": model.name, "right": int((row == data.test_labels).sum())}
                for model, row in zip(models, said, strict=True)
            ],
            "never": len(wrong),
            "of": len(data.test_labels),
            "agree": int((said[:, wrong] == said[0, wrong]).all(dim=0).sum()),
            "page": page,
            "pages": pages,
            "images": [
                {"index": i, "true": int(data.test_labels[i]), "said": said[:, i].tolist()} for i in shown.tolist()
            ],
            "script": script(data, optimum.l2),
        }
    )


def script(data: FashionData, l2: float, rounds: tuple[int, ...] = ROUNDS) -> str:
    """The search for the optimum on ``data`` as a script of its own."""
    heading = "The least train loss of a linear model, by L-BFGS; it takes minutes."
    calls, functions = CALLS.format(l2=l2, rounds=rounds), (with_ones, *CODE)
    return data_script(heading, functions, calls, data, "from collections.abc import Callable", CONSTANTS)
