"""Six pictures to try, drawn by the project itself: ``python -m model build-assets`` writes them to assets/examples.

Two flat lays on textured grounds, two studio shots, a line drawing, and one that shows a known limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from model.drawn_cloth import dress, pullover, trouser
from model.drawn_leather import bag, shoes, sneaker

SEED = 1708_07747

EXAMPLES: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    "pullover": pullover,
    "trouser": trouser,
    "sneaker": sneaker,
    "bag": bag,
    "dress": dress,
    "shoes": shoes,
}
"""What draws each, by its name."""


def draw(name: str) -> Image.Image:
    """One of the examples, RGB, 480 pixels a side; each has its own generator."""
    return EXAMPLES[name](np.random.default_rng([SEED, *name.encode()]))


def save_examples(folder: Path) -> Iterator[Path]:
    """Write each as a JPEG of about 30 kB into ``folder``, yielding it when it is done."""
    folder.mkdir(exist_ok=True)
    for name in EXAMPLES:
        path = folder / f"{name}.jpg"
        draw(name).save(path, quality=82)
        yield path
