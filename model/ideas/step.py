"""One step of gradient descent on one image, and the gradient checked by finite differences (d2l 3.4.6, 3.6.6)."""

from __future__ import annotations

from typing import Any

import torch

from model.data import FashionData, to_images
from model.errors import BadSetting
from model.ideas.code import script
from model.ideas.data_script import data_heading
from model.ideas.differences import EXPONENTS, central_difference, checks, loss
from model.ideas.values import Values, choice, number, numbers, ready, whole
from model.script import NAMED, cells
from model.softmax import (
    NUM_INPUTS,
    NUM_OUTPUTS,
    SoftmaxRegressionScratch,
    cross_entropy,
    init_params,
    linear,
    sgd,
    softmax,
)

WEIGHTS = range(1, 9)
"""How many weights may be checked at once."""

BRIGHTEST = 5
OTHERS = 256
"""How many images of the same part say what the step does to the rest."""

DEFAULTS = {"part": "test", "i": "0", "k": "", "lr": "0.01", "seed": "0", "std": "0.01", "w": "", "h": "-4"}
"""``part`` and ``i`` which image, ``k`` the class whose row of W is looked at ("" the image's own), ``lr``, ``seed``
and ``std`` as on Train, ``w`` the pixels whose weights are checked ("" the brightest), ``h`` = 10 to this power."""


CODE = (SoftmaxRegressionScratch, sgd, central_difference, loss)

FUNCTIONS = (softmax, cross_entropy, sgd, init_params, linear, SoftmaxRegressionScratch, loss, central_difference)

SETTINGS = """

NUM_INPUTS, NUM_OUTPUTS = {inputs}, {outputs}
checksum = "{checksum}"
folder = {folder}


"""

CALLS = """
X, y = to_images({part}_pixels[{i}:{end}]), {part}_labels[{i}:{end}]
k, h = {k}, {h!r}
model = SoftmaxRegressionScratch(*init_params({seed}, {std!r}))
l, o, grad_W, grad_b = model.loss_and_gradient(X, y)
print("y_hat", softmax(o))
print("loss", l.item())
exact = SoftmaxRegressionScratch(model.W.double(), model.b.double())
gradient = exact.loss_and_gradient(X.double(), y)[2]
for j in {pixels}:
    numeric = central_difference(exact.W, exact.b, X.double(), y, k, j, h)
    print(j, gradient[k, j].item(), numeric, gradient[k, j].item() - numeric)
sgd([model.W, model.b], [grad_W, grad_b], {lr!r}, len(X))
print("loss after", model.loss_and_gradient(X, y)[0].item())
"""

HEADING = "One step of gradient descent on one image, and its gradient checked, with torch alone."


def answer(values: Values, data: FashionData) -> dict[str, Any]:
    """Everything from the image to the loss after the step.

    Each (784,): ``x`` the image in [0, 1], ``gradient`` = ``d`` x of the row ``k`` where ``d`` is y_hat - y there,
    ``before`` and ``after`` that row of W. ``checks``: for each weight its ``pixel``, ``x``, ``analytic``, ``numeric``
    by central differences, ``autograd`` and ``difference``, in float64; ``errors`` the largest difference for every
    h. ``others_before``, ``others_after`` the mean loss of other images.
    """
    part = choice(values, "part", ("train", "test"))
    labels = data.train_labels if part == "train" else data.test_labels
    i = whole(values, "i", 0, len(labels) - 1)
    X, y = _images(data, part, slice(i, i + 1)), labels[i : i + 1]
    k = whole(values, "k", 0, NUM_OUTPUTS - 1) if values["k"] else int(y)
    seed, std = whole(values, "seed", 0, 2**31 - 1), number(values, "std", 0.0, 1.0)
    lr, exponent = number(values, "lr", 1e-5, 10.0), whole(values, "h", EXPONENTS.start, EXPONENTS.stop - 1)
    model = SoftmaxRegressionScratch(*init_params(seed, std))
    pixels = _pixels(values) or brightest(X[0])
    l, o, grad_W, grad_b = model.loss_and_gradient(X, y)  # noqa: E741 the book's name for the loss
    checked, errors = checks(model, X, y, k, pixels, exponent)
    rest = [j for j in range(OTHERS + 1) if j != i and j < len(labels)][:OTHERS]
    others = _images(data, part, rest), labels[rest]
    before, others_before = model.W[k].clone(), model.loss_and_gradient(*others)[0].mean()
    sgd([model.W, model.b], [grad_W, grad_b], lr, len(X))
    calls = CALLS.format(part=part, i=i, end=i + 1, k=k, h=10.0**exponent, seed=seed, std=std, lr=lr, pixels=pixels)
    l_after, o_after, *_ = model.loss_and_gradient(X, y)
    y_hat, one_hot = softmax(o)[0], torch.nn.functional.one_hot(y[0], NUM_OUTPUTS)
    return ready(
        {
            "part": part,
            "i": i,
            "images": len(labels),
            "label": y[0],
            "k": k,
            "x": X[0],
            "o": o[0],
            "y_hat": y_hat,
            "y": one_hot,
            "d": y_hat - one_hot,
            "gradient": grad_W[k],
            "before": before,
            "after": model.W[k],
            "o_after": o_after[0],
            "y_hat_after": softmax(o_after)[0],
            "loss": l[0],
            "loss_after": l_after[0],
            "others": len(others[1]),
            "others_before": others_before,
            "others_after": model.loss_and_gradient(*others)[0].mean(),
            "checks": checked,
            "errors": errors,
            "script": _script(data, calls),
        }
    )


def brightest(x: torch.Tensor) -> list[int]:
    """The image's brightest pixels, the first in reading order where several are equal: x (784,)."""
    found: list[int] = x.sort(descending=True, stable=True).indices[:BRIGHTEST].tolist()
    return found


def _images(data: FashionData, part: str, which: slice | list[int]) -> torch.Tensor:
    return to_images(data.train_pixels[which]) if part == "train" else data.test_images[which]


def _pixels(values: Values) -> list[int]:
    if not values["w"]:
        return []
    pixels = numbers(values, "w", WEIGHTS, 0, NUM_INPUTS - 1)
    for pixel in pixels:
        if not pixel.is_integer():
            raise BadSetting("not_whole", name="w", value=pixel, low=0, high=NUM_INPUTS - 1)
    return [int(pixel) for pixel in dict.fromkeys(pixels)]


def _script(data: FashionData, calls: str) -> str:
    parts = cells("scratch")
    settings = SETTINGS.format(inputs=NUM_INPUTS, outputs=NUM_OUTPUTS, checksum=data.checksum, folder=NAMED)
    return script(data_heading(HEADING, data.name), FUNCTIONS, calls, parts["imports"] + settings + parts["data"])
