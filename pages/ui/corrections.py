"""What a person may correct by hand on the way to 28×28; each field shows what was done, by hand or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from model.preprocess import Corrections, Kind
from pages.ui.pictures import Picture
from pages.ui.text import Text

FOUND: dict[Kind, str] = {
    "studio": "classify.studio",
    "flat lay": "classify.flat_lay",
    "line art": "classify.line_art",
}
SMALL: dict[Kind, str] = {"28×28": "classify.28x28"}
TURNS = ("classify.turn_0", "classify.turn_1", "classify.turn_2", "classify.turn_3")
"""By the quarter turns to the left."""
NARROWEST, WIDEST = 0.3, 2.0
NUMBERS = "classify_hands"
"""Where the numbers in the fields' keys are kept."""


def corrections(text: Text, picture: Picture | None) -> None:
    """Draw the fields for ``picture``; without one they stand there and wait."""
    prepared = picture.prepared if picture else None
    shown: dict[str, Any] = {"kind": "flat lay", "turn": 0, "negate": True, "width": 1.0}
    if prepared:
        width = round(min(max(prepared.width, NARROWEST), WIDEST), 2)
        shown = {"kind": prepared.kind, "turn": prepared.turn, "negate": prepared.negated, "width": width}
    ends = {name: _end(name, value, text.language) for name, value in shown.items()}
    idle = picture is None
    kinds = SMALL if shown["kind"] in SMALL else FOUND
    with st.expander(text("classify.by_hand"), key="classify_by_hand"):
        st.selectbox(
            text("classify.kind"),
            list(kinds),
            format_func=lambda kind: text(kinds[kind]),
            key=f"classify_hand_kind_{ends['kind']}", disabled=idle or kinds is SMALL,
            on_change=_correct, args=(picture, "kind", text.language),
        )  # fmt: skip
        st.selectbox(
            text("classify.turn"), range(len(TURNS)), format_func=lambda turn: text(TURNS[turn]),
            key=f"classify_hand_turn_{ends['turn']}", disabled=idle,
            on_change=_correct, args=(picture, "turn", text.language),
        )  # fmt: skip
        st.selectbox(
            text("classify.polarity"), [True, False],
            format_func=lambda negate: text("classify.negate" if negate else "classify.keep"),
            key=f"classify_hand_negate_{ends['negate']}", disabled=idle,
            on_change=_correct, args=(picture, "negate", text.language),
        )  # fmt: skip
        st.slider(
            text("classify.width"), NARROWEST, WIDEST, step=0.01, format="× %.2f",
            key=f"classify_hand_width_{ends['width']}", disabled=idle,
            on_change=_correct, args=(picture, "width", text.language),
        )  # fmt: skip
        st.caption(text("classify.crop_hint"))
        st.button(
            text("classify.automatic"), key="classify_automatic", on_click=_automatic, args=(picture,),
            disabled=idle or (picture is not None and picture.corrections == Corrections()), width="stretch",
        )  # fmt: skip


def _end(name: str, value: object, language: str) -> str:
    """How the key of a field that shows ``value`` ends: otherwise whenever something else than the field changed it.

    A browser goes on sending what a field held before, above all one in a closed expander. Under an old key that is
    nobody's answer; under the same one it would pass for a correction by hand.
    """
    numbers: dict[str, int] = st.session_state.setdefault(NUMBERS, {})
    if st.session_state.get(f"classify_hand_{name}_{language}_{numbers.get(name, 0)}") != value:
        numbers[name] = numbers.get(name, 0) + 1
        st.session_state[f"classify_hand_{name}_{language}_{numbers[name]}"] = value
    return f"{language}_{numbers[name]}"


def _correct(picture: Picture, name: str, language: str) -> None:
    value = st.session_state[f"classify_hand_{name}_{language}_{st.session_state[NUMBERS][name]}"]
    picture.corrections = replace(picture.corrections, **{name: round(value, 2) if name == "width" else value})


def _automatic(picture: Picture) -> None:
    picture.corrections = Corrections()
