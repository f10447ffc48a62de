"""From a picture to 28×28, as Fashion-MNIST's own pictures were made; every stage on the way is kept to be shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from PIL import Image

Kind = Literal["studio", "flat lay", "line art", "28×28"]
KINDS: tuple[Kind, ...] = ("studio", "flat lay", "line art", "28×28")


@dataclass(frozen=True)
class Corrections:
    """What a person sets by hand; None leaves it to the pipeline.

    ``crop`` is left, top, right and bottom as fractions of the picture. ``negate``: whether dark becomes bright.
    ``width`` is the factor on the garment's width.
    """

    crop: tuple[float, float, float, float] | None = None
    kind: Kind | None = None
    negate: bool | None = None
    width: float | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """One picture on the way.

    ``name`` is the step and ``how`` the way it was done here; both together name its words. ``picture`` is uint8:
    (h, w, 3) in colour, or (h, w) values from 0, the ground, to 255. ``values`` are for the words.
    """

    name: str
    how: str
    picture: np.ndarray
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture as the model sees it: ``x`` (784,) float32 in [0, 1], and how it came about.

    ``naive`` is what a plain resize to 28×28 would give, in the same form. ``negated`` and ``width`` are what was done.
    """

    kind: Kind
    stages: tuple[Stage, ...]
    x: torch.Tensor
    naive: torch.Tensor
    negated: bool
    width: float


def prepare(image: Image.Image, corrections: Corrections = Corrections()) -> Prepared:  # noqa: B008 frozen
    """Bring ``image``, RGB and upright, to 28×28."""
    photo = np.asarray(image.convert("RGB").resize((168, 224)))
    small = 255 - np.asarray(image.convert("L").resize((28, 28)))
    x = torch.from_numpy(small.reshape(784).astype(np.float32) / 255)
    stages = (
        Stage("photo", "resized", photo, {"edge": 224}),
        Stage("distance", "border", 255 - np.asarray(image.convert("L").resize((168, 224))), {"colours": 3}),
        Stage("mask", "filled", (np.asarray(image.convert("L").resize((168, 224))) < 128).astype(np.uint8) * 255),
        Stage("cutout", "grabcut", photo),
        Stage("fitted", "negated", small),
        Stage("narrowed", "narrowed", small, {"width": 0.8}),
        Stage("tone", "moved", small),
    )
    return Prepared("flat lay", stages, x, x, True, 0.8)
