"""Which sweep the Runs page shows, above the table where it is seen at once: one's own, or one that a link names."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from model.errors import StoreError, StudioError
from model.sweeps import Sweep
from pages.ui import resources, runs_view
from pages.ui.session import Session, tell, untell

PARAM = "sweep"
"""In the page's URL: the sweep that is open. Who has the link sees it."""

OPENED_KEY = "runs_sweep_opened"
BEGUN_KEY = "runs_sweep_begun"
DELETED_KEY = "runs_sweep_deleted"
WHOLE_KEY = "runs_sweep_whole"
"""Set where more than the sweep is to be drawn anew."""


def opened(session: Session) -> Sweep | None:
    """The sweep that is open; at first the one that a link names, or else the person's own that is under way."""
    if OPENED_KEY not in st.session_state:
        asked = st.query_params.get(PARAM)
        running = resources.sweeper().running(session.owner)
        st.session_state[OPENED_KEY] = asked or (running.id if running else None)
        st.session_state[BEGUN_KEY] = asked
    sweep_id: str | None = st.session_state[OPENED_KEY]
    found = None
    if sweep_id:
        try:
            found = _find(session.owner, sweep_id)
        except StoreError:  # said with the table; it is open again when the store can be read
            return None
        except StudioError as gone:
            tell(gone)
            st.session_state[OPENED_KEY] = None
    runs_view.to_url(PARAM, found.id if found else "")
    return found


def _find(owner: str, sweep_id: str) -> Sweep:
    with suppress(StudioError):  # of one's own the number is known
        if (mine := resources.sweeper().get(owner, sweep_id)).state != "deleted":
            return mine
    return resources.sweeper().find(sweep_id)


def show(sweep_id: str | None) -> None:
    """Open a sweep, or close the one that is open."""
    untell()
    st.session_state[OPENED_KEY] = sweep_id
    st.session_state[WHOLE_KEY] = True


def begun(sweep_id: str) -> None:
    """A sweep was begun just now: it is opened and brought into view."""
    show(sweep_id)
    st.session_state[BEGUN_KEY] = sweep_id
    st.session_state.pop(DELETED_KEY, None)


def delete(session: Session, sweep: Sweep) -> None:
    """Delete a sweep with its runs."""
    show(None)
    try:
        resources.sweeper().delete(session.owner, sweep.id)
    except StudioError as error:
        tell(error)
        st.session_state[OPENED_KEY] = sweep.id
        return
    st.session_state[DELETED_KEY] = (sweep.id, sweep.number)


def undelete(session: Session) -> None:
    """Bring back what was deleted last."""
    untell()
    sweep_id, _ = st.session_state.pop(DELETED_KEY)
    try:
        resources.sweeper().undelete(session.owner, sweep_id)
    except StudioError as error:
        tell(error)
        return
    show(sweep_id)
