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


def strip(images: torch.Tensor) -> str:
    """Images (n, 784) in [0, 1] side by side as a PNG data URL."""
    pixels = (images * 255).round().to(torch.uint8).numpy().reshape(-1, SIDE, SIDE)
    picture = Image.fromarray(np.concatenate(list(pixels), axis=1))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _strips(data_name: str, data_id: int, columns: int) -> list[str]:
    from pages.ui import resources

    data = resources.data_set(data_name)
    rows = [(data.train_labels == label).nonzero()[:columns, 0] for label in range(10)]
    return [strip(data.train_images[row]) for row in rows]


def gallery(data: FashionData, text: Text, columns: int = 14) -> str:
    """The first ``columns`` training images of each class."""
    rows = zip(text_labels(text.language), _strips(data.name, id(data), columns), strict=True)
    return "".join(
        f'<figure class="gallery-row"><figcaption>{html.escape(label)}</figcaption>'
        f'<span><img src="{source}" alt="{html.escape(label)}"></span></figure>'
        for label, source in rows
    )
