"""The stage of the Templates page as one component: a scrubber, and all that it moves (assets/film)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import streamlit as st

from model.train import num_batches
from pages.ui import resources
from pages.ui.animator import NUM_EXAMPLES
from pages.ui.component import component
from pages.ui.frames import encode_pictures
from pages.ui.models import Model
from pages.ui.session import Session
from pages.ui.text import Text, section, text_labels

VIEWS = ("raw", "start", "epoch")
"""What the tiles show: W, or its change since the start, or since the last epoch's end."""

AT_KEY = "templates_at"

_component = component("film")


def _film(model: Model, name: str) -> dict[str, Any]:
    per_epoch = num_batches(NUM_EXAMPLES, model.hyperparameters.batch_size)
    return {
        "id": model.id,
        "name": name,
        "run": model.run is not None,
        "steps_per_epoch": model.run.steps_per_epoch if model.run else per_epoch,
        "num_test": len(model.film.data.test_labels),
    }


def _note(model: Model, text: Text) -> str | None:
    """What a person must know of these weights, beside how their run is getting on."""
    tested = model.film.data.name
    if tested != model.data:
        return text("templates.other_data", trained=text(f"data.{model.data}"), tested=text(f"data.{tested}"))
    return None if model.run else text("templates.two_moments")


def _position(model: Model) -> int | None:
    """The step at which a link has these weights' film open: it leaves the URL, as whoever opened it moves on."""
    asked = st.query_params.pop("at", None)
    if asked and AT_KEY not in st.session_state:
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
        st.session_state[AT_KEY] = (model.id, number)
    of, position = st.session_state.get(AT_KEY, (None, None))
    return position if of == model.id else None


def stage_data(
    session: Session, model: Model, names: dict[str, str], view: str, other: Model | None, error: str | None
) -> dict[str, Any]:
    """What the component is given; the film itself it fetches from its own route."""
    text, run = session.text, model.run
    film = _film(model, names[model.id])
    return {
        "words": section(text.language, "stage") | section(text.language, "film"),
        "labels": text_labels(text.language),
        "language": text.language,
        "model": film["id"],
        "name": film["name"],
        "steps_per_epoch": film["steps_per_epoch"],
        "num_test": film["num_test"],
        "num_steps": run.num_steps if run else model.weights.step,
        "settings": asdict(model.hyperparameters),
        "run": run.id if run else None,
        "state": run.state if run else "finished",
        "view": view,
        "at": _position(model),
        "other": _film(other, names[other.id]) if other else None,
        "means": encode_pictures(resources.class_means(model.film.data)),
        "note": _note(model, text),
        "error": error,
    }


def film(data: dict[str, Any]) -> None:
    """Draw the stage; the page is run again when the run changes its state by itself."""
    _component(key="templates_film", data=data, on_state_change=lambda: None)
