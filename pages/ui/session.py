"""Who is looking, in which language, at which run: what the URL and the owner's cookie say."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from model.errors import LectureError, RunError, StudioError
from model.live_run import LiveRun
from pages.ui import notices, resources, wall
from pages.ui.follow import is_id
from pages.ui.owner import OWNER_COOKIE, is_ours, owner_of
from pages.ui.text import LANGUAGES, Text

SHARED_PARAMS = ("run", "model", "lang", "projector", "hide", "follow")
"""What stays in the URL on every page."""


@dataclass
class Session:
    """One person's page: ``run`` is the run shown, ``mine`` whether this person controls it.

    ``follow``: the lecture that the page follows; it then has nothing that plays a run.
    """

    owner: str
    text: Text
    projector: bool
    run: LiveRun | None
    follow: str | None = None

    @property
    def mine(self) -> bool:
        """Whether the run shown is this person's own."""
        return self.run is not None and self.run.owner == self.owner


def current() -> Session:
    """The session of the script run that asks."""
    params = _keep_params()
    run = None
    if "run" in params:
        try:
            run = resources.keeper().find(params["run"])
        except StudioError as gone:
            tell(gone)
            set_param("run", None)
    text, owner = Text(language()), _owner()
    if refused := notices.take(owner):
        tell(refused)
    return Session(owner, text, params.get("projector") == "1", run, _lecture(params.get("follow")))


def _lecture(lecture_id: str | None) -> str | None:
    if lecture_id and not is_id(lecture_id):
        tell(LectureError("no_lecture", id=lecture_id[:32]))
        set_param("follow", None)
        return None
    return lecture_id


def language() -> str:
    """The language of the page: the chosen one, or else the browser's."""
    chosen = st.query_params.get("lang") or st.session_state.get("url_lang")
    if chosen in LANGUAGES:
        return str(chosen)
    return "zh" if (st.context.locale or "").lower().startswith("zh") else "en"


def show_run(run: LiveRun | None) -> None:
    """Put ``run`` on this person's pages, and into the URL; None takes it away."""
    # A message that was under way meanwhile still carries the old URL: it must not bring the old run back.
    left = {*st.session_state.get("left_runs", ()), st.session_state.get("url_run")}
    st.session_state["left_runs"] = left - {run and run.id}
    set_param("run", run.id if run else None)
    set_param("model", None)


def shown_run() -> LiveRun | None:
    """The run on this person's pages as the last script or press left it; None where there is none any more."""
    try:
        return resources.trainer().get(st.session_state.get("url_run", ""))
    except RunError:
        return None


def set_param(name: str, value: str | None) -> None:
    """Keep a value in the URL and across pages; None removes it."""
    if value is None:
        st.query_params.pop(name, None)
        st.session_state.pop(f"url_{name}", None)
    else:
        if st.query_params.get(name) != value:  # every write is a message to the browser
            st.query_params[name] = value
        st.session_state[f"url_{name}"] = value


def hides(part: str) -> bool:
    """Whether this part of the pages is hidden."""
    return part in wall.hidden(st.query_params.get("hide"))


def begin_choice(key: str, options: Sequence[str], default: str) -> None:
    """Begin a widget's state from the URL, or from what was chosen on another page.

    Streamlit's own binding would write the translated label into the URL, which another language could not read.
    """
    value = st.session_state.get(key) or st.query_params.get(key) or st.session_state.get(f"kept_{key}")
    st.session_state[key] = value if value in options else default  # said anew each time, or another page forgets it


def keep_choice(key: str, default: str) -> None:
    """Keep a widget's state for other pages, and in the URL where it is not the default."""
    value = st.session_state[f"kept_{key}"] = st.session_state.get(key)
    if value in (None, default):
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def tell(error: StudioError) -> None:
    """Keep an error for the page; it stays until the person does something else."""
    st.session_state["told"] = error


def untell() -> None:
    """The person went on: the last error is no longer to be said."""
    st.session_state.pop("told", None)


def told() -> StudioError | None:
    """The error to say now, if there is one."""
    error: StudioError | None = st.session_state.get("told")
    return error


def _keep_params() -> dict[str, str]:
    # Going to another page empties the URL; what belongs to the visit and not to the page is put back.
    kept: dict[str, str] = {}
    for name in SHARED_PARAMS:
        value, before = st.query_params.get(name), st.session_state.get(f"url_{name}")
        if name == "run" and value and _is_from_before(value):
            value = None
        value = value or before
        set_param(name, value)
        if value:
            kept[name] = value
    return kept


def _is_from_before(run: str) -> bool:
    """Whether a message's URL has a run that was left, and the browser's Back or Forward did not lead there."""
    context = get_script_run_ctx()
    return run in st.session_state.get("left_runs", ()) and not (context and context.is_history_navigation)


def _owner() -> str:
    cookie = st.context.cookies.get(OWNER_COOKIE)
    if isinstance(cookie, str) and is_ours(cookie):  # Streamlit's test runner has none
        return owner_of(cookie)
    owner: str = st.session_state.setdefault("owner", secrets.token_urlsafe(16))
    return owner
