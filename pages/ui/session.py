"""Who is looking, in which language, at which run: what the URL and the owner's cookie say."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import streamlit as st

from model.errors import RunError, StudioError
from model.live_run import LiveRun
from pages.ui import resources
from pages.ui.owner import OWNER_COOKIE
from pages.ui.text import LANGUAGES, Text

SHARED_PARAMS = ("run", "lang", "projector")
"""What stays in the URL on every page."""


@dataclass
class Session:
    """One person's page: ``run`` is the run shown, ``mine`` whether this person controls it."""

    owner: str
    text: Text
    projector: bool
    run: LiveRun | None

    @property
    def mine(self) -> bool:
        """Whether the run shown is this person's own."""
        return self.run is not None and self.run.owner == self.owner


def show_run(run: LiveRun | None) -> None:
    """Put ``run`` on this person's pages, and into the URL; None takes it away."""
    # A message that was under way when the run was left still carries the old URL: it must not bring the run back.
    st.session_state["left_run"] = st.session_state.get("url_run") if run is None else None
    set_param("run", run.id if run else None)


def set_param(name: str, value: str | None) -> None:
    """Keep a value in the URL and across pages; None removes it."""
    if value is None:
        st.query_params.pop(name, None)
        st.session_state.pop(f"url_{name}", None)
    else:
        if st.query_params.get(name) != value:  # every write is a message to the browser
            st.query_params[name] = value
        st.session_state[f"url_{name}"] = value


def _keep_params() -> dict[str, str]:
    # Going to another page empties the URL; what belongs to the visit and not to the page is put back.
    kept: dict[str, str] = {}
    for name in SHARED_PARAMS:
        value = st.query_params.get(name) or st.session_state.get(f"url_{name}")
        if value and value == st.session_state.get("left_run"):
            set_param(name, None)
        elif value:
            set_param(name, value)
            kept[name] = value
    return kept


def _owner() -> str:
    cookie = st.context.cookies.get(OWNER_COOKIE)
    if isinstance(cookie, str):  # Streamlit's test runner has none
        return cookie
    owner: str = st.session_state.setdefault("owner", secrets.token_urlsafe(16))
    return owner


def tell(error: StudioError) -> None:
    """Keep an error for the page, which says it where the person looks."""
    st.session_state["told"] = error


def told() -> StudioError | None:
    """The error to say now, if there is one; it is said once."""
    error: StudioError | None = st.session_state.pop("told", None)
    return error


def choice_from_url(key: str, options: list[str], default: str) -> None:
    """Begin a widget's state from the URL; Streamlit's own binding would write its translated label there."""
    if key not in st.session_state:
        value = st.query_params.get(key, default)
        st.session_state[key] = value if value in options else default


def choice_to_url(key: str, default: str) -> None:
    """Put a widget's state into the URL, where it is not the default."""
    value = st.session_state.get(key)
    if value in (None, default):
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def _language(chosen: str | None) -> str:
    if chosen in LANGUAGES:
        return chosen
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def current() -> Session:
    """The session of the script run that asks."""
    params = _keep_params()
    run = None
    if "run" in params:
        try:
            run = resources.trainer().get(params["run"])
        except RunError as gone:
            tell(gone)
            set_param("run", None)
    text = Text(_language(params.get("lang")))
    return Session(_owner(), text, params.get("projector") == "1", run)
