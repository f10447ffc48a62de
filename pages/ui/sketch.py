"""What has been drawn on the sketchpad, step by step, and the picture that it is."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from pages.ui import pictures
from pages.ui.pictures import Picture

PAPER = "#ffffff"
MOST_STEPS = 100
"""Steps that can be taken back."""


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

    def hear(self, objects: list[Any], png: bytes | None, name: str) -> None:
        """Take what the canvas says; what it repeats of what was heard or told is no new step."""
        if objects == self.heard:
            return
        self.heard = objects
        before = self.steps[-1]
        if png is None or len(objects) == len(before.objects):  # every stroke adds an object, the eraser's too
            return
        image = on_paper(png)
        if image is None:
            pictures.remove(before.picture or 0)
            self.steps.append(Step(objects))
        else:
            self.steps.append(Step(objects, png, self._put(image, before.picture, name)))
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
            self.made += 1
            picture = Picture(name, "draw", image)
            pictures.add(picture)
        else:
            picture.redraw(image)
            pictures.show(picture.id)
        return picture.id


def on_paper(png: bytes) -> Image.Image | None:
    """The drawing as RGB, black on white; None where nothing is on it."""
    drawing = Image.open(io.BytesIO(png)).convert("RGBA")
    paper = Image.new("RGBA", drawing.size, PAPER)
    paper.alpha_composite(drawing)
    return paper.convert("RGB") if np.asarray(paper.convert("L")).min() < 128 else None
