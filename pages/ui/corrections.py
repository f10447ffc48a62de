"""What a person may correct by hand on the way to 28×28; each field shows what was done, by hand or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from model.preprocess import Corrections
from pages.ui.pictures import Picture
from pages.ui.text import Text

FOUND = ("studio", "flat lay", "line art")
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
    small = shown["kind"] not in FOUND
    with st.expander(text("classify.by_hand"), key="classify_by_hand"):
        st.selectbox(
            text("classify.kind"),
            [shown["kind"]] if small else FOUND,
            format_func=lambda kind: text(f"classify.{kind.replace(' ', '_').replace('×', 'x')}"),
            key="classify_hand_kind", on_change=_correct, args=(picture, "kind", "classify_hand_kind"), disabled=idle or small,
        )  # fmt: skip
        st.selectbox(
            text("classify.turn"), [0, 1, 2, 3], format_func=lambda turn: text(f"classify.turn_{turn}"),
            key="classify_hand_turn", on_change=_correct, args=(picture, "turn", "classify_hand_turn"), disabled=idle,
        )  # fmt: skip
        st.selectbox(
            text("classify.polarity"), [True, False],
            format_func=lambda negate: text("classify.negate" if negate else "classify.keep"),
            key="classify_hand_negate", on_change=_correct, args=(picture, "negate", "classify_hand_negate"), disabled=idle,
        )  # fmt: skip
        st.slider(
            text("classify.width"), NARROWEST, WIDEST, step=0.01, format="× %.2f",
            key="classify_hand_width", on_change=_correct, args=(picture, "width", "classify_hand_width"), disabled=idle,
        )  # fmt: skip
        st.caption(text("classify.crop_hint"))
        st.button(
            text("classify.automatic"), key="classify_automatic", on_click=_automatic, args=(picture,),
            disabled=idle or (picture is not None and picture.corrections == Corrections()), width="stretch",
        )  # fmt: skip


def _correct(picture: Picture, name: str, key: str) -> None:
    picture.corrections = replace(picture.corrections, **{name: st.session_state[key]})


def _automatic(picture: Picture) -> None:
    picture.corrections = Corrections()
