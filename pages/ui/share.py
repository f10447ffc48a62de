"""Share: a link to this page on this run, and one that only fills the Train page's sliders."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.ui import data_choice, follow, models, sweep_view
from pages.ui.component import component
from pages.ui.session import Session
from pages.ui.settings import KEYS, chosen_settings
from pages.ui.text import Text, section
from pages.ui.transport import DEFAULT_PACE, PACE_KEY, PACES

MODEL_PAGES = ("templates", "classify", "evaluate")
"""Pages that look at some weights even where the URL names none: the link names them."""

_component = component("share")


def share(session: Session, page: str) -> None:
    """The button in the header, and what opens under it; ``page`` as in the address, "" for Train."""
    text = session.text
    with st.popover(text("share.title"), key="studio_share", type="tertiary", icon=":material/link:", wrap=False):
        _component(key="studio_share_links", data=share_data(session, page))


def what_is_shown(session: Session, page: str) -> tuple[str | None, str | None, str | None]:
    """The run, the model and the sweep that this page is about, also where the URL does not name them."""
    run = session.run.id if session.run else None
    pretrained = st.query_params.get("model") == models.PRETRAINED
    if page in MODEL_PAGES and run is None and not pretrained:
        shown = st.session_state.get(models.KEY)
        run, pretrained = (None, True) if shown == models.PRETRAINED else (shown, False)
    sweep = st.query_params.get(sweep_view.PARAM) if page == "runs" else None
    if sweep:  # the page is about it, and not about the run that is on the other pages
        run, pretrained = None, False
    return run, models.PRETRAINED if pretrained else None, sweep


def share_data(session: Session, page: str) -> dict[str, Any]:
    """What the component is given; the address itself, and where the scrubber stands, only the browser knows."""
    text = session.text
    run, model, sweep = what_is_shown(session, page)
    return {
        "words": section(text.language, "share"),
        "language": text.language,
        "path": page,
        "run": run,
        "model": model,
        "sweep": sweep,
        "mine": session.mine,
        "lesson": urlencode(lesson_params(session)),
        "settings": lesson_words(text),
        "lecture": None if session.follow else follow.id_for(session.owner),
    }


def _pace() -> str:
    pace = st.session_state.get(PACE_KEY) or st.session_state.get(f"kept_{PACE_KEY}")
    return pace if pace in PACES else DEFAULT_PACE


def lesson_params(session: Session) -> dict[str, str]:
    """The Train page's settings, as they stand in its URL."""
    settings = asdict(chosen_settings())
    values = {
        key: f"{value:g}" if isinstance(value := settings[name], float) else str(value) for name, key in KEYS.items()
    }
    return {**values, data_choice.KEY: data_choice.chosen(), PACE_KEY: _pace(), "lang": session.text.language}


def lesson_words(text: Text) -> str:
    """The same for a person."""
    settings = chosen_settings()
    return " · ".join(
        (
            f"{text('train.lr')} {settings.lr:g}",
            f"{text('train.num_epochs')} {settings.num_epochs}",
            text(f"train.{settings.implementation}"),
            f"{text('train.batch_size')} {settings.batch_size:,}",
            f"{text('train.seed')} {settings.seed}",
            f"{text('train.init_std')} {settings.init_std:g}",
            text(f"data.{data_choice.chosen()}"),
            text(f"train.{_pace()}"),
        )
    )
