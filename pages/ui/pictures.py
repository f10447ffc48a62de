"""The pictures of this session: those that were given to classify, the newest last, and the one that is shown."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st
import torch
from PIL import Image

from model.preprocess import Corrections, Prepared, prepare

Source = Literal["upload", "camera", "paste", "draw", "test", "example"]
SOURCES: tuple[Source, ...] = ("upload", "camera", "paste", "draw", "test", "example")
MOST = 40
"""Pictures that are kept; beyond, the oldest goes."""

_numbers = itertools.count(1)


@dataclass(eq=False)
class Picture:
    """A picture given by a person; ``true`` where its class is known."""

    name: str
    source: Source
    image: Image.Image
    true: int | None = None
    corrections: Corrections = field(default_factory=Corrections)
    id: int = field(default_factory=lambda: next(_numbers))
    _prepared: tuple[Corrections, Image.Image, Prepared] | None = None
    _edits: dict[Corrections, torch.Tensor] = field(default_factory=dict)

    @property
    def prepared(self) -> Prepared:
        """The picture brought to 28×28, worked out anew only when the picture or a correction has changed."""
        kept = self._prepared
        if kept is None or kept[0] != self.corrections or kept[1] is not self.image:
            kept = self._prepared = (self.corrections, self.image, prepare(self.image, self.corrections))
        return kept[2]

    @property
    def x(self) -> torch.Tensor:
        """What the model sees, (784,): the prepared picture, or what a person made of it."""
        return self.prepared.x if self.edited is None else self.edited

    @property
    def edited(self) -> torch.Tensor | None:
        """The pixels (784,) as a person painted them; other corrections have theirs, and give them back."""
        return self._edits.get(self.corrections)

    @edited.setter
    def edited(self, pixels: torch.Tensor | None) -> None:
        self._edits.pop(self.corrections, None)
        if pixels is not None:
            self._edits[self.corrections] = pixels

    def forget_prepared(self) -> None:
        """Give back the memory of what can be worked out again."""
        self._prepared = None

    def redraw(self, image: Image.Image) -> None:
        """Put another image in its place: pixels that were painted belonged to the old one."""
        self.image = image
        self._edits.clear()


def pictures() -> list[Picture]:
    """All of them, the oldest first."""
    kept: list[Picture] = st.session_state.setdefault("classify_pictures", [])
    return kept


def shown() -> Picture | None:
    """The one that is explained: the chosen one, else the newest."""
    kept = pictures()
    chosen = st.session_state.get("classify_shown")
    return next((picture for picture in kept if picture.id == chosen), kept[-1] if kept else None)


def add(picture: Picture) -> None:
    """Put a new picture at the end and show it."""
    kept = pictures()
    show(picture.id)  # first: what ends this run of the script ends it here, and the picture comes with the next one
    kept.append(picture)
    del kept[:-MOST]


def show(picture_id: int) -> None:
    """Show the picture with this id."""
    st.session_state["classify_shown"] = picture_id


def remove(picture_id: int) -> None:
    """Take a picture away, so that it can be brought back; the newest is shown if it was the one shown."""
    kept = pictures()
    place = next((i for i, picture in enumerate(kept) if picture.id == picture_id), None)
    if place is not None:
        was_shown = shown() is kept[place]
        gone = kept.pop(place)
        gone.forget_prepared()
        _removed().append((place, was_shown, gone))
        del _removed()[:-MOST]


def restore() -> None:
    """Bring back the picture that was removed last, to its place."""
    if restorable():
        place, was_shown, picture = _removed().pop()
        pictures().insert(place, picture)
        if was_shown:
            show(picture.id)


def restorable() -> bool:
    """Whether a removed picture can be brought back: there is one, and room for it."""
    return bool(_removed()) and len(pictures()) < MOST


def _removed() -> list[tuple[int, bool, Picture]]:
    removed: list[tuple[int, bool, Picture]] = st.session_state.setdefault("classify_removed", [])
    return removed
