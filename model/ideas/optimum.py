"""How good can a linear model be? The optimum's loss, how far a run is from it, and what all models get wrong."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from model.data import FashionData
from model.ideas.linear_models import Linear, end_losses, never_right
from model.ideas.values import Values, ready, whole
from model.live_run import LiveRun
from model.optimum import Optimum, load_optimum, loss_and_gradient, measure, minimise, whitening

DEFAULTS = {"m": "", "page": "1"}
"""``m``: the run that is compared; ``page``: of the images that all models get wrong, from 1."""

PAGE = 20
"""Images on a page."""

CODE = (loss_and_gradient, whitening, minimise)

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
        }
    )
