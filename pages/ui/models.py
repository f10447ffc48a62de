"""Which weights a page looks at: the run shown, another of this person's runs, or the pretrained ones."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from model.errors import StudioError
from model.film import Film
from model.live_run import LiveRun
from model.snapshots import Weights
from model.train import Hyperparameters
from pages.ui import resources
from pages.ui.my_runs import my_runs, shared
from pages.ui.session import Session, begin_choice, hides, keep_choice, set_param, show_run, tell, untell

PRETRAINED = "pretrained"
NOTHING = "nothing"
KEY = "studio_model"
BESIDE_KEY = "templates_beside"
LED_BESIDE = "templates_led_beside"
"""The run that a lecturer who is followed has put beside."""


@dataclass(frozen=True, eq=False)
class Model:
    """Weights to look at: ``id`` is a run's or PRETRAINED, ``data`` the name of the data they were trained on."""

    id: str
    hyperparameters: Hyperparameters
    weights: Weights
    data: str
    film: Film
    run: LiveRun | None = None


def find(model_id: str) -> Model:
    """The model with this id; RunError if it is a run that there is not, StoreError if it cannot be looked for."""
    if model_id == PRETRAINED:
        checkpoint = resources.pretrained()
        weights = Weights(checkpoint.step, checkpoint.W, checkpoint.b)
        film = resources.pretrained_film(resources.default_data())
        return Model(PRETRAINED, checkpoint.hyperparameters, weights, checkpoint.data, film)
    run = resources.keeper().find(model_id)
    return Model(run.id, run.hyperparameters, run.weights, run.data.name, run.film, run)


def choices(session: Session) -> dict[str, str]:
    """The ids that this person can choose from, each with its name: own runs, the newest first, then the others."""
    shown = not hides("accuracy")
    names = {entry.id: entry.title(session.text, shown) for entry in my_runs(session.owner)}
    if session.run and session.run.id not in names:
        names = {session.run.id: shared(session.run).title(session.text, shown), **names}
    if session.follow and (led := st.session_state.get(LED_BESIDE)) and led not in names:
        with suppress(StudioError):
            names = {**names, led: shared(resources.keeper().find(led)).title(session.text, shown)}
    return {**names, PRETRAINED: session.text("models.pretrained")}


def model_choice(session: Session, label_visibility: Literal["visible", "collapsed"] = "visible") -> Model:
    """The selection; choosing a run makes it the run shown on every page."""
    names = choices(session)
    now = _now(session, names)
    st.session_state[KEY] = now
    st.selectbox(
        session.text("models.label"),
        list(names),
        format_func=names.__getitem__,
        key=KEY,
        label_visibility=label_visibility,
        on_change=_choose,
    )
    return find(now)


def beside_choice(
    session: Session, model: Model, label_visibility: Literal["visible", "collapsed"] = "collapsed"
) -> Model | None:
    """The selection of weights to stand beside ``model``; None for none."""
    names = {id_: name for id_, name in choices(session).items() if id_ != model.id}
    options = [NOTHING, *names]
    begin_choice(BESIDE_KEY, options, NOTHING)
    st.selectbox(
        session.text("models.beside"),
        options,
        format_func=lambda id_: names.get(id_) or session.text("models.nothing"),
        key=BESIDE_KEY,
        label_visibility=label_visibility,
    )
    keep_choice(BESIDE_KEY, NOTHING)
    beside = st.session_state[BESIDE_KEY]
    return None if beside == NOTHING else find(beside)


def _now(session: Session, names: dict[str, str]) -> str:
    if st.query_params.get("model") == PRETRAINED:
        return PRETRAINED
    return session.run.id if session.run else next(iter(names))


def _choose() -> None:
    untell()
    chosen = st.session_state[KEY]
    try:
        if chosen != PRETRAINED:
            show_run(resources.keeper().find(chosen))
    except StudioError as gone:
        tell(gone)
        return
    set_param("model", PRETRAINED if chosen == PRETRAINED else None)
