"""The least train loss that a linear model has: ``python -m model optimum`` finds it once for each data set.

Cross-entropy of a linear model is convex: whatever minimises it is as good as a linear model's train loss gets. So
that the minimum exists and is the only one, a small part of the weights' squared length is added (L2):

    J(W, b) = mean cross-entropy + l2 / 2 · (‖W‖² + ‖b‖²)

J curves by at least l2 in every direction. Where its gradient is g, it is therefore within ‖g‖² / (2 l2) of its least
value; and no model whose weights are no longer than these has a lower train loss by more than that.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from model.checkpoint import encode, write_whole
from model.data import FashionData, to_images
from model.errors import TEXT, DataError
from model.softmax import NUM_INPUTS, NUM_OUTPUTS

L2 = 1e-8
"""The less, the lower the loss and the longer the way: on Fashion-MNIST 1e-6 leaves .3199 in two minutes, 1e-7 .3140,
and 1e-8 .3113 in five. Of Garments nearly every image can be right: there longer weights go lower still."""

ROUNDS = (100, 150, 150, 150, 150, 200)
"""Iterations of L-BFGS between two looks at the curvature. After the last, J is within 1e-6 of its least value."""

CHUNK = 5000
"""Images that are put through in float64 at once: 31 MB."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """W (10, 784) and b (10,) float64, where they were found, and how: all that is kept in the file.

    ``iterations`` of L-BFGS in ``evaluations`` of loss and gradient ended at this ``gradient_norm`` of J.
    """

    W: torch.Tensor
    b: torch.Tensor
    data: str
    checksum: str
    l2: float
    iterations: int
    evaluations: int
    gradient_norm: float


def optimum_file(data: str) -> Path:
    """Where the optimum of the data set of this name is kept."""
    return TEXT.parent / f"optimum-{data}.safetensors"


def with_ones(X: torch.Tensor) -> torch.Tensor:
    """X (n, 784) with a column of ones at its end, in float64: with it the bias is one more weight."""
    return torch.cat([X.double(), torch.ones(len(X), 1, dtype=torch.float64)], dim=1)


def loss_and_gradient(theta: torch.Tensor, X: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The cross-entropy summed over the images X (n, 785) labelled y (n,), and its gradient by theta (10, 785)."""
    o = X @ theta.T
    log_partition = o.logsumexp(dim=1, keepdim=True)
    label = y.unsqueeze(1)
    loss = (log_partition - o.gather(1, label)).sum()
    d = (o - log_partition).exp_().scatter_add_(1, label, torch.full_like(log_partition, -1.0))  # y_hat - y
    return loss, d.T @ X


def whitening(theta: torch.Tensor, X: torch.Tensor, l2: float) -> torch.Tensor:
    """For each class the inverse root of J's curvature by its own weights, (10, 785, 785).

    That is Xᵀ diag(y_hat (1 - y_hat)) X / n + l2. In the coordinates that it gives, all directions curve about alike.
    """
    y_hat = (X @ theta.T).softmax(dim=1)
    roots = []
    for p in y_hat.T:
        scaled = X * (p * (1 - p)).sqrt().unsqueeze(1)
        values, vectors = torch.linalg.eigh(scaled.T @ scaled / len(X))
        roots.append(vectors * (values.clamp_min(0) + l2).rsqrt() @ vectors.T)
    return torch.stack(roots)


def minimise(
    X: torch.Tensor, y: torch.Tensor, l2: float, rounds: tuple[int, ...], told: Callable[[int, float, float], None]
) -> tuple[torch.Tensor, int, int, float]:
    """J's minimum by L-BFGS from zeros: theta (10, 785), iterations, evaluations, the norm of J's gradient there.

    X (n, 785) float64, y (n,). ``told`` hears of each evaluation: its number, J, and the gradient's norm.
    """
    theta, gradient = torch.zeros(NUM_OUTPUTS, X.shape[1], dtype=torch.float64), torch.empty(0)
    iterations = evaluations = 0
    for most in rounds:
        P = whitening(theta, X, l2)
        phi = torch.linalg.solve(P, theta.unsqueeze(2)).requires_grad_()

        def closure(P: torch.Tensor = P, phi: torch.Tensor = phi) -> float:
            nonlocal theta, gradient, evaluations
            theta = (P @ phi.detach()).squeeze(2)
            theta = theta - theta.mean(dim=0)  # the same weights added to all classes change no loss: L2 leaves none
            loss, gradient = loss_and_gradient(theta, X, y)
            gradient = gradient / len(X) + l2 * theta
            phi.grad = P @ (gradient - gradient.mean(dim=0)).unsqueeze(2)
            evaluations += 1
            J = float(loss) / len(X) + l2 / 2 * float(theta.square().sum())
            told(evaluations, J, float(gradient.norm()))
            return J

        updater = torch.optim.LBFGS(
            [phi], max_iter=most, max_eval=2 * most, tolerance_grad=1e-12, tolerance_change=1e-16, history_size=50,
            line_search_fn="strong_wolfe",
        )  # fmt: skip
        updater.step(closure)
        iterations += updater.state[phi]["n_iter"]
    closure()  # where it came to rest, not where it last looked
    return theta, iterations, evaluations, float(gradient.norm())


def find_optimum(
    data: FashionData,
    l2: float = L2,
    rounds: tuple[int, ...] = ROUNDS,
    told: Callable[[int, float, float], None] = lambda evaluation, J, norm: None,
) -> Optimum:
    """The optimum on all training images of ``data``, in float64; about five minutes for 60,000 of them."""
    theta, iterations, evaluations, norm = minimise(with_ones(data.train_images()), data.train_labels, l2, rounds, told)
    W, b = theta[:, :NUM_INPUTS].contiguous(), theta[:, NUM_INPUTS].contiguous()
    return Optimum(W, b, data.name, data.checksum, l2, iterations, evaluations, norm)


def save_optimum(path: Path, optimum: Optimum) -> None:
    """Write the optimum whole or not at all; CheckpointError if the place cannot be written."""
    names = ("data", "checksum", "l2", "iterations", "evaluations", "gradient_norm")
    metadata = {name: json.dumps(getattr(optimum, name)) for name in names}
    write_whole(path, encode({"W": optimum.W, "b": optimum.b}, metadata))


def load_optimum(data: FashionData, path: Path | None = None) -> Optimum:
    """The optimum kept for ``data``; DataError where there is none, or it is one of other images."""
    path = path or optimum_file(data.name)
    try:
        with safe_open(path, framework="pt") as file:
            W, b = file.get_tensor("W").clone(), file.get_tensor("b").clone()
            values = {name: json.loads(value) for name, value in file.metadata().items()}
        optimum = Optimum(W, b, **values)
    except (OSError, SafetensorError, TypeError, ValueError, AttributeError) as error:
        raise DataError("optimum_damaged", path=path, data=data.name) from error
    if optimum.checksum != data.checksum:
        raise DataError("optimum_other_data", path=path, data=data.name)
    return optimum


def measure(optimum: Optimum, data: FashionData) -> dict[str, float]:
    """Loss, gradient norm and accuracies of the optimum, in float64, from its weights and all images of ``data``.

    ``gap``: how far J can be above its least value at most; ``length``: of all weights, (‖W‖² + ‖b‖²)^½.
    """
    theta = torch.cat([optimum.W, optimum.b.unsqueeze(1)], dim=1)
    n, loss, right, gradient = len(data.train_labels), 0.0, 0, torch.zeros_like(theta)
    for pixels, y in zip(data.train_pixels.split(CHUNK), data.train_labels.split(CHUNK), strict=True):
        X = with_ones(to_images(pixels))
        part, by_theta = loss_and_gradient(theta, X, y)
        loss, gradient = loss + float(part), gradient + by_theta
        right += int(((X @ theta.T).argmax(dim=1) == y).sum())
    norm = float((gradient / n + optimum.l2 * theta).norm())
    said = (with_ones(data.test_images) @ theta.T).argmax(dim=1)
    return {
        "train_loss": loss / n,
        "train_acc": right / n,
        "test_acc": float((said == data.test_labels).double().mean()),
        "gradient_norm": norm,
        "length": float(theta.norm()),
        "penalty": optimum.l2 / 2 * float(theta.square().sum()),
        "gap": norm**2 / (2 * optimum.l2),
    }
