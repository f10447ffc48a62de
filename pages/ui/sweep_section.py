"""The sweeps on the Runs page: a line to choose, open and close one, and the stage of the one that is open."""

from __future__ import annotations

import streamlit as st

from model.sweeps import Sweep
from pages.ui import resources, sweep_view
from pages.ui.session import Session
from pages.ui.sweep_stage import PAGE_KEY, draw
from pages.ui.sweep_words import title

INTERVAL = 1.0
"""Seconds between two looks at a sweep that is under way."""

CHOICE_KEY = "runs_sweep_choice"


def sweep_section(session: Session) -> None:
    """Draw it, and again as long as a sweep of this person, or the one that is open, is under way."""
    going_on = _goes_on(session, sweep_view.opened(session))
    st.fragment(_section, run_every=INTERVAL if going_on else None)(session, going_on)


def _goes_on(session: Session, shown: Sweep | None) -> bool:
    return bool(resources.sweeper().running(session.owner) or (shown and shown.state == "running"))


def _section(session: Session, going_on: bool) -> None:
    if page := st.session_state.pop(PAGE_KEY, None):
        st.switch_page(f"{page}.py")
    was = st.session_state.get(sweep_view.OPENED_KEY)
    shown = sweep_view.opened(session)
    gone = was and st.session_state.get(sweep_view.OPENED_KEY) is None
    if st.session_state.pop(sweep_view.WHOLE_KEY, False) or gone or _goes_on(session, shown) != going_on:
        st.rerun()  # the whole page: the table of runs changes, what is said, or whether there is something to wait for
    _undo_line(session)
    sweeps = {sweep.id: sweep for sweep in resources.sweeper().listing(session.owner)}
    if shown:
        sweeps.setdefault(shown.id, shown)
    if sweeps:
        _head(session, sweeps, shown)
    if shown:
        draw(session, shown)


def _head(session: Session, sweeps: dict[str, Sweep], shown: Sweep | None) -> None:
    text = session.text
    if shown:
        st.session_state[CHOICE_KEY] = shown.id
    elif st.session_state.get(CHOICE_KEY) not in sweeps:
        st.session_state[CHOICE_KEY] = next(iter(sweeps))
    with st.container(key="runs_sweep_head", horizontal=True, gap="small", vertical_alignment="center"):
        st.selectbox(
            text("sweep.choice"), list(sweeps), format_func=lambda id_: title(text, sweeps[id_]), key=CHOICE_KEY,
            label_visibility="collapsed", filter_mode=None, on_change=_choose,
        )  # fmt: skip
        chosen = sweeps[st.session_state[CHOICE_KEY]]
        st.button(
            text("sweep.close" if shown else "sweep.show"), key="runs_sweep_fold", type="tertiary",
            on_click=sweep_view.show, args=(None if shown else chosen.id,),
        )  # fmt: skip
        if chosen.owner == session.owner:
            st.button(
                text("sweep.delete"), key="runs_sweep_delete", type="tertiary", help=text("sweep.delete_help"),
                on_click=sweep_view.delete, args=(session, chosen),
            )  # fmt: skip


def _choose() -> None:
    sweep_view.show(st.session_state[CHOICE_KEY])


def _undo_line(session: Session) -> None:
    if sweep_view.DELETED_KEY not in st.session_state:
        return
    _, number = st.session_state[sweep_view.DELETED_KEY]
    with st.container(key="runs_sweep_undo_line", horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(session.text("sweep.deleted", number=number), width="content")
        st.button(
            session.text("sweep.undo"), key="runs_sweep_undo", type="tertiary", on_click=sweep_view.undelete,
            args=(session,),
        )  # fmt: skip
