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


def corrections(text: Text, picture: Picture | None) -> None:
    """Draw the fields for ``picture``; without one they stand there and wait."""
    prepared = picture.prepared if picture else None
    shown: dict[str, Any] = {"kind": "flat lay", "turn": 0, "negate": True, "width": 1.0}
    if prepared:
        width = round(min(max(prepared.width, NARROWEST), WIDEST), 2)
        shown = {"kind": prepared.kind, "turn": prepared.turn, "negate": prepared.negated, "width": width}
    for name, value in shown.items():
        st.session_state[f"classify_hand_{name}"] = value
    idle = picture is None
    kinds = SMALL if shown["kind"] in SMALL else FOUND
    with st.expander(text("classify.by_hand"), key="classify_by_hand"):
        st.selectbox(
            text("classify.kind"),
            list(kinds),
            format_func=lambda kind: text(kinds[kind]),
            key="classify_hand_kind", on_change=_correct, args=(picture, "kind"), disabled=idle or kinds is SMALL,
        )  # fmt: skip
        st.selectbox(
            text("classify.turn"), range(len(TURNS)), format_func=lambda turn: text(TURNS[turn]),
            key="classify_hand_turn", on_change=_correct, args=(picture, "turn"), disabled=idle,
        )  # fmt: skip
        st.selectbox(
            text("classify.polarity"), [True, False],
            format_func=lambda negate: text("classify.negate" if negate else "classify.keep"),
            key="classify_hand_negate", on_change=_correct, args=(picture, "negate"), disabled=idle,
        )  # fmt: skip
        st.slider(
            text("classify.width"), NARROWEST, WIDEST, step=0.01, format="× %.2f",
            key="classify_hand_width", on_change=_correct, args=(picture, "width"), disabled=idle,
        )  # fmt: skip
        st.caption(text("classify.crop_hint"))
        st.button(
            text("classify.automatic"), key="classify_automatic", on_click=_automatic, args=(picture,),
            disabled=idle or (picture is not None and picture.corrections == Corrections()), width="stretch",
        )  # fmt: skip


def _correct(picture: Picture, name: str) -> None:
    picture.corrections = replace(picture.corrections, **{name: st.session_state[f"classify_hand_{name}"]})


def _automatic(picture: Picture) -> None:
    picture.corrections = Corrections()
