"""What has been drawn on the sketchpad, step by step, and the picture that it is."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import numpy as np
from PIL import Image

from model.errors import PictureError
from model.picture import open_picture
from pages.ui import pictures
from pages.ui.pictures import Picture

PAPER = "#ffffff"
MOST_STEPS = 100
"""Steps that can be taken back."""
DEEPEST, LARGEST = 8, 300_000
"""How deep lists and objects lie in each other, and single values, in what a stroke adds: 16 minutes of pen."""


@dataclass(frozen=True, eq=False)
class Step:
    """The paper after a stroke: what is on it, how it looks as PNG, and its picture's id, both None if blank."""

    objects: list[Any]
    png: bytes | None = None
    picture: int | None = None


@dataclass(eq=False)
class Sketch:
    """What has been drawn, step by step; ``told`` is what the canvas was last given, ``turn`` how often.

    ``made`` counts the pictures that have come of it.
    """

    steps: list[Step] = field(default_factory=lambda: [Step([])])
    told: list[Any] = field(default_factory=list)
    turn: int = 0
    heard: list[Any] | None = None
    made: int = 0

    def hear(self, objects: object, png: bytes | None, name: str) -> None:
        """Take what the canvas says; what it repeats of what was heard or told is no new step.

        What no canvas says, neither a list of objects nor a picture, is passed over.
        """
        if not isinstance(objects, list) or objects == self.heard:
            return
        before = self.steps[-1]
        # Each message brings all objects anew: those that are known are kept once, or a hundred steps would be large.
        objects = [old if old == new else new for old, new in zip_longest(before.objects, objects)][: len(objects)]
        added = [new for old, new in zip_longest(before.objects, objects) if new is not old]
        if count(added, DEEPEST) > LARGEST:
            return
        if png is not None and len(objects) != len(before.objects):  # every stroke adds an object, the eraser's too
            with suppress(PictureError):
                self._append(objects, png, name)
        self.heard = objects  # last: a press meanwhile ends this run of the script, and hears the stroke by itself

    def _append(self, objects: list[Any], png: bytes, name: str) -> None:
        before, image = self.steps[-1], on_paper(png)
        if image is None:
            pictures.remove(before.picture or 0)
            step = Step(objects)
        else:
            step = Step(objects, png, self._put(image, before.picture, name))
        self.steps.append(step)
        del self.steps[1:-MOST_STEPS]

    def undo(self, name: str) -> None:
        """Go back to the paper before the last stroke, or before it was cleared."""
        if len(self.steps) < 2:
            return
        gone, now = self.steps.pop(), self.steps[-1]
        image = on_paper(now.png) if now.png else None
        if image:
            self.steps[-1] = Step(now.objects, now.png, self._put(image, now.picture, name))
        elif gone.picture:
            pictures.remove(gone.picture)
        self.tell()

    def clear(self) -> None:
        """A new sheet; the picture of the old one stays among the pictures."""
        self.steps.append(Step([]))
        self.tell()

    def tell(self) -> None:
        """Have the canvas show the last step; it begins anew whenever what it is given changes."""
        self.told = self.steps[-1].objects
        self.turn += 1

    def _put(self, image: Image.Image, picture_id: int | None, name: str) -> int:
        """Make ``image`` the drawing's picture, or a new one, and show it; returns its id."""
        picture = next((picture for picture in pictures.pictures() if picture.id == picture_id), None)
        if picture is None:
            picture = Picture(name, "draw", image)
            pictures.add(picture)
            self.made += 1
        else:
            pictures.show(picture.id)
            picture.redraw(image)
        return picture.id


def count(value: object, deepest: int) -> float:
    """The single values in lists and objects; infinite if these lie in each other deeper than ``deepest``."""
    if not isinstance(value, dict | list):
        return 1
    parts = value.values() if isinstance(value, dict) else value
    return sum(count(part, deepest - 1) for part in parts) if deepest else math.inf


def on_paper(png: bytes) -> Image.Image | None:
    """The drawing as RGB, black on white; None where nothing is on it. PictureError if it is no picture."""
    paper = open_picture(png)
    return paper if np.asarray(paper.convert("L")).min() < 128 else None
