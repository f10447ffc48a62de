"""How much a picture is like a garment at all: its correlation with the ten class means.

A high probability says nothing of that: softmax divides one whole among ten classes, whatever the picture shows.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import torch

from model.data import mean_images
from model.garments import GARMENTS_FILE, draw, load

SAMPLES = 4000
"""Garments whose means stand for Fashion-MNIST's, so that no data need be there."""


@cache
def class_means() -> torch.Tensor:
    """The mean picture of each class, (10, 784) float32."""
    pixels, labels = draw(load(GARMENTS_FILE), SAMPLES, np.random.default_rng(0))
    return mean_images(torch.from_numpy(pixels), torch.from_numpy(labels))


@cache
def _directions() -> torch.Tensor:
    centred = class_means() - class_means().mean(dim=1, keepdim=True)
    directions: torch.Tensor = centred / centred.norm(dim=1, keepdim=True)
    return directions


def likeness(x: torch.Tensor) -> float:
    """The largest of the ten correlations of ``x`` (784,) with a class's mean, -1 to 1; 0 if x is all one value."""
    centred = x - x.mean()
    length = float(centred.norm())
    return float((_directions() @ centred).max()) / length if length > 1e-6 else 0.0
