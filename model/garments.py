"""Garments: the data set that the app carries, so that it works with no network.

Its images are drawn from a small generative model of Fashion-MNIST's training images: for each class a mixture of
probabilistic principal-component analysers (``model/mppca.py``), kept in 8 bits. The asset is made anew by
``save(fit(train_images, train_labels), GARMENTS_FILE)``, in less than a minute.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import asdict, dataclass
from math import erf
from pathlib import Path

import numpy as np

from model.data import TEXT_LABELS, FashionData, from_arrays
from model.errors import DataError
from model.mppca import fit_mixture

GARMENTS_FILE = Path(__file__).resolve().parent.parent / "assets" / "garments.npz"
CLASSES = len(TEXT_LABELS)
PIXELS = 784
ANALYSERS = 8
"""Analysers in the mixture of one class."""
COMPONENTS = 24
"""Principal components of one analyser."""
Z_STEPS = 64
"""Steps in one standard deviation of a sampled latent variable."""
DAMAGE = (OSError, EOFError, KeyError, TypeError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What numpy and zipfile raise on a file that is not whole; every member's CRC-32 is checked as it is read."""


@dataclass(frozen=True)
class GarmentsModel:
    """The fitted model, c classes of k analysers with q components, in 8 bits; scales in grey levels a step.

    ``weights``, ``mean_scales`` and ``component_scales`` are (c, k) float32; ``means`` (c, k, 784) and
    ``components`` (c, k, q, 784) are int8.
    """

    weights: np.ndarray
    mean_scales: np.ndarray
    component_scales: np.ndarray
    means: np.ndarray
    components: np.ndarray


def undo_clipping(mean: np.ndarray, mean_square: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean m and standard deviation s of the normal that, clipped below at 0, has these moments; any one shape.

    With t = m/s, the clipped mean is s (t Φ + φ) and its mean square s² ((t² + 1) Φ + t φ) (Tobin 1958). t is held
    to -2 ... 40, so that a pixel lit once in a class keeps its mean and not its variance.
    """
    t = np.linspace(-2, 40, 8401)
    Phi = np.array([(1 + erf(x / 2**0.5)) / 2 for x in t])
    phi = np.exp(-(t**2) / 2) / (2 * np.pi) ** 0.5
    first, second = t * Phi + phi, (t**2 + 1) * Phi + t * phi
    fitted = np.interp(mean**2 / np.maximum(mean_square, 1e-12), first**2 / second, t)
    s = mean / np.interp(fitted, t, first)
    return fitted * s, s


def to_int8(values: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """``values`` in steps -127 ... 127, and the size of a step, one for each slice over ``axes``."""
    scales = (np.abs(values).max(axis=axes, keepdims=True) / 127).astype(np.float32)
    return np.rint(values / np.maximum(scales, 1e-9)).astype(np.int8), scales.squeeze(axes)


def fit(images: np.ndarray, labels: np.ndarray, seed: int = 0) -> GarmentsModel:
    """The model of images (n, 784) uint8 with labels (n,) from 0 to 9, each class at least ``ANALYSERS`` images.

    Pixels are never below 0, which a normal knows nothing of: each pixel's mean and spread are therefore moved so
    that they are right after clipping, and its row of W is lengthened to the whole spread, the noise included. That
    gives an empty background and the loss of real images without drawing 784 residuals an image.
    """
    rng = np.random.default_rng(seed)
    weights, locations, W = [], [], []
    for label in range(CLASSES):
        X = images[labels == label].astype(np.float32) / 255
        mixture, R, _ = fit_mixture(X, ANALYSERS, COMPONENTS, rng)
        mean_square = R.T @ X**2 / np.maximum(R.sum(axis=0), 1e-9)[:, None]
        location, spread = undo_clipping(mixture.means, mean_square)
        length = np.sqrt((mixture.W**2).sum(axis=2))
        # W Wᵀ is all that counts: along its principal axes most components are short, and compress well.
        U, lengths, _ = np.linalg.svd(mixture.W * (spread / np.maximum(length, 1e-6))[:, :, None], full_matrices=False)
        weights.append(mixture.weights)
        locations.append(255 * location)
        W.append(255 * U * lengths[:, None])
    means, mean_scales = to_int8(np.array(locations), (2,))
    components, component_scales = to_int8(np.array(W).swapaxes(2, 3), (2, 3))
    return GarmentsModel(np.array(weights, np.float32), mean_scales, component_scales, means, components)


def save(model: GarmentsModel, path: Path) -> None:
    """Write the model to ``path`` as one compressed npz."""
    with path.open("wb") as file:
        np.savez_compressed(file, **asdict(model))


def load(path: Path) -> GarmentsModel:
    """The model in ``path``, or DataError if the file is missing, damaged or of another shape."""
    shapes = {
        "weights": ((CLASSES, ANALYSERS), np.float32),
        "mean_scales": ((CLASSES, ANALYSERS), np.float32),
        "component_scales": ((CLASSES, ANALYSERS), np.float32),
        "means": ((CLASSES, ANALYSERS, PIXELS), np.int8),
        "components": ((CLASSES, ANALYSERS, COMPONENTS, PIXELS), np.int8),
    }
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in shapes}
    except DAMAGE as error:
        raise DataError("garments_damaged", path=path) from error
    if any((arrays[name].shape, arrays[name].dtype) != expected for name, expected in shapes.items()):
        raise DataError("garments_damaged", path=path)
    return GarmentsModel(**arrays)


def draw(model: GarmentsModel, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n images (n, 784) uint8 and their labels (n,) uint8, as many of each class, in random order.

    z is in whole steps, so the products are whole numbers below 2²⁴, which float32 adds exactly in any order: the
    images of a seed do not depend on the machine's matrix library or threads.
    """
    images, labels = np.empty((n, PIXELS), np.uint8), np.empty(n, np.uint8)
    order = rng.permutation(n)
    for label in range(CLASSES):
        rows = order[label::CLASSES]
        labels[rows] = label
        weights = model.weights[label].astype(np.float64)
        counts = rng.multinomial(len(rows), weights / weights.sum())
        for j, chosen in enumerate(np.split(rows, counts.cumsum()[:-1])):
            z = np.rint(rng.standard_normal((len(chosen), COMPONENTS), np.float32) * np.float32(Z_STEPS))
            x = z @ model.components[label, j].astype(np.float32)
            x *= model.component_scales[label, j] / np.float32(Z_STEPS)
            x += model.means[label, j] * model.mean_scales[label, j]
            images[chosen] = np.rint(x, out=x).clip(0, 255, out=x)
    return images, labels


def sample(model: GarmentsModel, seed: int = 0, train: int = 60000, test: int = 10000) -> list[np.ndarray]:
    """Train images (n, 784) and labels (n,), then test images and labels, all uint8; the parts are independent."""
    parts = (draw(model, n, np.random.default_rng((seed, part))) for part, n in enumerate((train, test)))
    return [array for arrays in parts for array in arrays]


def load_garments(path: Path | None = None) -> FashionData:
    """Garments ready for training: 60,000 train and 10,000 test images. DataError if the asset is damaged."""
    path = path or GARMENTS_FILE
    return from_arrays("garments", str(path), sample(load(path)))
