"""A run once more with one setting changed: what shows what that setting does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from model.history import Summary
from model.kept import Pace
from model.live_run import LiveRun
from pages.ui import data_choice, resources
from pages.ui.resources import FASHION_MNIST, GARMENTS
from pages.ui.session import Session, show_run
from pages.ui.settings import OFFERED, set_settings
from pages.ui.text import Text
from pages.ui.transport import DEFAULT_PACE, PACE_KEY, PACES

DATA = "data"
TYPED = ("num_epochs", "seed")
"""Settings that are typed and not picked from a list."""


def offered(run: Summary, name: str) -> list[Any]:
    """The values that a setting can be changed to: those of its widget, but for the one that the run had."""
    values = [FASHION_MNIST, GARMENTS] if name == DATA else list(OFFERED.get(name, ()))
    return [value for value in values if value != present(run, name)]


def present(run: Summary, name: str) -> Any:
    """The value that the run had."""
    return run.data if name == DATA else getattr(run.hyperparameters, name)


def choices(text: Text, run: Summary) -> list[dict[str, Any]]:
    """For each setting its name, the value that it had, and those it can have: each with the words for it."""

    def words(name: str, value: Any) -> str:
        if name == DATA:
            return text(f"data.{value}")
        return text(f"train.{value}") if name == "implementation" else f"{value:g}"

    return [
        {
            "name": name,
            "word": text(f"train.{name}"),
            "now": words(name, present(run, name)),
            "typed": [OFFERED[name][0], OFFERED[name][-1], present(run, name)] if name in TYPED else None,
            "values": [] if name in TYPED else [[value, words(name, value)] for value in offered(run, name)],
        }
        for name in (*OFFERED, DATA)
    ]


def train_again(session: Session, original: Summary, name: str, value: Any) -> LiveRun | None:
    """Train a run with the settings of ``original`` but one, and show it; None where the value is not offered."""
    values = offered(original, name)
    if value not in values:
        return None
    value = values[values.index(value)]  # a browser's 1 is the 1.0 that is meant
    settings = original.hyperparameters if name == DATA else replace(original.hyperparameters, **{name: value})
    data = resources.data_set(value if name == DATA else original.data)
    pace: Pace = next((pace for pace in PACES if pace == st.session_state.get(f"kept_{PACE_KEY}")), DEFAULT_PACE)
    run = resources.keeper().create(session.owner, settings, data, pace)
    set_settings(settings)
    st.session_state[data_choice.KEY] = data.name
    show_run(run)
    resources.trainer().play(run)
    return run
