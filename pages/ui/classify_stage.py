"""The stage of the Classify page as one component: the steps, the verdict and its evidence (assets/classify)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
import torch

from model.preprocess import Kind, Prepared, Stage
from pages.ui import pictures
from pages.ui.classify_asks import TURN, take
from pages.ui.component import asked, component
from pages.ui.frames import encode_floats, encode_pictures, finite
from pages.ui.pictures import Picture
from pages.ui.session import Session, untell
from pages.ui.text import Text, section, text_labels

KEY = "classify_stage"
KIND_LINES: dict[Kind, str] = {
    "studio": "explain.kind_studio",
    "flat lay": "explain.kind_flat_lay",
    "line art": "explain.kind_line_art",
    "28×28": "explain.kind_small",
}
UNTRIMMED = {"kept": "small_kept", "negated": "small_negated", "turned": "small_turned"}
"""What is done to a picture of 28×28, which is not brought to its edges."""

_component = component("classify", "classify/why", "classify/wall")


@dataclass(frozen=True, eq=False)
class Eyes:
    """Weights that look at a picture: W (10, 784), b (10,). ``note``: which they are and why, in a sentence."""

    name: str
    W: torch.Tensor
    b: torch.Tensor
    note: str | None = None

    def logits(self, x: torch.Tensor) -> list[float | None]:
        """The ten logits of ``x`` (784,), worked out in float64; None for one that is not a finite number."""
        o = self.W.double() @ x.double() + self.b.double()
        return [finite(value) for value in o.tolist()]


def classify_stage(
    session: Session,
    eyes: Callable[[Picture], Eyes],
    beside: Eyes | None = None,
    unsure: str | None = None,
    error: str | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Draw the stage for the picture that is shown, with all pictures of the session beneath.

    ``eyes`` gives the weights that look at a picture; ``unsure`` says that the one shown may be no garment.
    """
    _component(
        key=KEY,
        data=stage_data(session, pictures.shown(), pictures.pictures(), eyes, beside, unsure, error, notes),
        on_ask_change=_asked,
    )


def _asked() -> None:
    untell()
    take(asked(KEY, list))


def stage_data(
    session: Session,
    picture: Picture | None,
    history: Sequence[Picture],
    eyes: Callable[[Picture], Eyes],
    beside: Eyes | None = None,
    unsure: str | None = None,
    error: str | None = None,
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    """What the component is given: numbers as base64 of float32, pictures as base64 of their bytes."""
    text = session.text
    return {
        "words": section(text.language, "explain"),
        "labels": text_labels(text.language),
        "projector": session.projector,
        "turn": st.session_state.get(TURN, 0),
        "picture": encode_picture(text, picture, unsure) if picture else None,
        "model": encode_eyes(eyes(picture)) if picture else None,
        "beside": encode_eyes(beside) if beside else None,
        "history": [_entry(text, each, eyes(each)) for each in reversed(history)],
        "removed": pictures.restorable(),
        "error": error,
        "notes": list(notes),
    }


def encode_eyes(eyes: Eyes) -> dict[str, Any]:
    """The weights with their name."""
    return {"name": eyes.name, "W": encode_floats(eyes.W), "b": encode_floats(eyes.b), "note": eyes.note}


def encode_picture(text: Text, picture: Picture, unsure: str | None) -> dict[str, Any]:
    """A picture with all that happened to it on the way to 28×28."""
    prepared = picture.prepared
    return {
        "id": picture.id,
        "name": picture.name,
        "true": picture.true,
        "kind": prepared.kind,
        "kind_line": text(KIND_LINES[prepared.kind]),
        "crop": picture.corrections.crop,
        "stages": [encode_stage(text, stage) for stage in stages_of(prepared)],
        "x": encode_floats(prepared.x),
        "edited": None if picture.edited is None else encode_floats(picture.edited),
        "naive": None if prepared.kind == "28×28" else encode_floats(prepared.naive),
        "unsure": unsure,
    }


def stages_of(prepared: Prepared) -> list[Stage]:
    """The steps, each with the way that its words are found by."""
    first, second, *others = prepared.stages
    if prepared.kind == "28×28":
        second = replace(second, how=UNTRIMMED[second.how])
    return [first, second, *others]


def encode_stage(text: Text, stage: Stage) -> dict[str, Any]:
    """One step in words and pixels: three bytes a pixel in colour, one where it is values."""
    picture = stage.picture
    if stage.name == "photo" and picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)  # it is shown as it was given: black stays black
    height, width = picture.shape[:2]
    return {
        "name": stage.name,
        "title": text(f"explain.{stage.name}"),
        "line": text(f"explain.{stage.name}_{stage.how}", **stage.values),
        "form": "colour" if picture.ndim == 3 else "values",
        "width": width,
        "height": height,
        "pixels": base64.b64encode(np.ascontiguousarray(picture).tobytes()).decode(),
    }


def _entry(text: Text, picture: Picture, eyes: Eyes) -> dict[str, Any]:
    return {
        "id": picture.id,
        "name": picture.name,
        "source_name": text(f"sources.{picture.source}"),
        "x": encode_pictures(picture.x),
        "o": eyes.logits(picture.x),
        "model": eyes.name,
        "true": picture.true,
    }
