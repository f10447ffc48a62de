"""Rows of the data's own pictures as one HTML block, a row a class."""

from __future__ import annotations

import base64
import html
import io
from functools import cache

import numpy as np
import torch
from PIL import Image

from model.data import FashionData
from pages.ui.text import Text, text_labels

SIDE = 28


def strip(pixels: torch.Tensor) -> str:
    """Images (n, 784) uint8 side by side as a PNG data URL."""
    picture = Image.fromarray(np.concatenate(list(pixels.numpy().reshape(-1, SIDE, SIDE)), axis=1))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _strips(data: FashionData, columns: int) -> list[str]:
    rows = [(data.train_labels == label).nonzero()[:columns, 0] for label in range(10)]
    return [strip(data.train_pixels[row]) for row in rows]


def gallery(data: FashionData, text: Text, columns: int = 14) -> str:
    """The first ``columns`` training images of each class."""
    rows = zip(text_labels(text.language), _strips(data, columns), strict=True)
    return "".join(
        f'<figure class="gallery-row"><figcaption>{html.escape(label)}</figcaption>'
        f'<span><img src="{source}" alt="{html.escape(label)}"></span></figure>'
        for label, source in rows
    )
