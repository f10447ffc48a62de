"""A page that follows a lecturer: it is put where the lecturer's is, and does nothing but show it (assets/lectern)."""

from __future__ import annotations

from typing import Any

import streamlit as st

from model.errors import StudioError
from pages.ui import follow, ideas, models, resources
from pages.ui.concept import SECTION
from pages.ui.evaluation_choice import CHOICES, DATA_KEY, UNIT_KEY
from pages.ui.session import Session, set_param, show_run, tell, untell

TURN = "follow_turn"
"""The number of the last place that the page was put to; it is said back, so that the browser knows."""

OPENED = "follow_opened"
"""The lecture whose link was opened."""

VIEWS: dict[str, tuple[str, ...]] = {
    "templates": ("templates_view", "templates_beside"),
    "evaluate": (DATA_KEY, UNIT_KEY, *CHOICES),
    "data": ("data_split", "data_class", "data_index", "data_from", "data_unit"),
}
"""What belongs to how a page is looked at, as it stands in the URL; of a section of Concepts it is its values."""


def first_page(session: Session) -> str | None:
    """Where the lecturer is as the link is opened, once: a whole class opens it at the same moment."""
    if session.follow is None or st.session_state.get(OPENED) == session.follow:
        return None
    st.session_state[OPENED] = session.follow
    shown = follow.lectures.view(session.follow).shown
    return put({"turn": 0, "shown": shown}) if shown else None


def put(said: object) -> str | None:
    """Put the page where the lecturer's is; returns the page to go to, None where that makes no sense."""
    if not isinstance(said, dict) or not isinstance(said.get("turn"), int):
        return None
    st.session_state[TURN] = said["turn"]
    try:
        there = follow.clean(said["shown"])
    except (ValueError, KeyError, AttributeError):
        return None
    page: str = there["page"]
    if page in follow.PRIVATE:
        return None
    untell()
    _show(there["run"], there["model"])
    if page == "concepts":
        _open_section(there["section"], there["view"])
    else:
        _look(VIEWS.get(page, ()), there["view"])
        st.session_state[models.LED_BESIDE] = there["view"].get(models.BESIDE_KEY)
    return page


def params_there(page: str) -> dict[str, str]:
    """What must be in the URL of the page as it is opened: going to another page empties it."""
    names = [name for name in VIEWS.get(page, ()) if name in st.query_params]
    return {name: st.query_params[name] for name in names}


def stop() -> None:
    """The page is this person's own again, and stays where it is."""
    set_param("follow", None)


def _show(run_id: str | None, model: str | None) -> None:
    if run_id != st.session_state.get("url_run"):
        try:
            show_run(resources.keeper().find(run_id) if run_id else None)
        except StudioError as gone:
            tell(gone)
    set_param("model", models.PRETRAINED if model == models.PRETRAINED else None)


def _open_section(name: str | None, view: dict[str, str]) -> None:
    if name not in ideas.IDEAS:
        return
    defaults: dict[str, str] = ideas.IDEAS[name].DEFAULTS
    st.query_params[SECTION] = st.session_state[f"kept_{SECTION}"] = name
    st.session_state[f"kept_{name}"] = {key: view.get(f"{name}_{key}", value) for key, value in defaults.items()}
    _in_url([f"{name}_{key}" for key in defaults], view)


def _look(names: tuple[str, ...], view: dict[str, str]) -> None:
    for name in names:
        for key in (name, f"kept_{name}"):
            _keep(st.session_state, key, view.get(name))
    st.session_state.pop("data_view", None)  # or the Data page goes on with the view that it had
    st.session_state.pop("evaluate_trained_on", None)  # or Evaluate forgets which data were chosen
    _in_url(names, view)


def _in_url(names: Any, view: dict[str, str]) -> None:
    for name in names:
        _keep(st.query_params, name, view.get(name))


def _keep(place: Any, key: str, value: str | None) -> None:
    if value is None:
        place.pop(key, None)
    elif place.get(key) != value:
        place[key] = value
