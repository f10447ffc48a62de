"""What a person asks for on the stage of the Runs page: another order, a choice, a name, and what becomes of a run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import streamlit as st

from model.errors import DataError, RunError, StudioError
from model.keeping import copied
from model.live_run import LiveRun
from pages.ui import resources, runs_deleted, runs_list, runs_view
from pages.ui.describing import words
from pages.ui.runs_again import train_again
from pages.ui.session import Session, show_run, tell, untell

TURN = "runs_turn"
"""The number of the last message that was answered; it is said back, so that the browser knows."""

WHOLE_KEY = "runs_whole"
"""Set where more than the table is to be drawn anew."""

PAGES = ("train", "templates", "evaluate")
OF_THE_TABLE = ("sort", "page")
CHANGES = {"name", "note", "pin", "delete", "restore", "copy", "resume", "again"}


def take(session: Session, asked: object, turn_key: str = TURN) -> None:
    """Do all that is asked for and was not done yet; what makes no sense is passed over."""
    page = None
    for each in asked if isinstance(asked, list) else []:
        turn = each.get("turn") if isinstance(each, dict) else None
        if isinstance(turn, int) and turn > st.session_state.get(turn_key, 0):
            st.session_state[turn_key] = turn
            if not each.keys() <= {"turn", *OF_THE_TABLE}:
                st.session_state[WHOLE_KEY] = True
            untell()
            try:
                page = _do(session, each) or page
            except StudioError as error:
                tell(error)
    if page in PAGES:
        st.switch_page(f"{page}.py")


def _do(session: Session, asked: dict[str, Any]) -> str | None:
    """Do one thing; returns the page that it leads to, if it does."""
    if asked.keys() & CHANGES:
        runs_deleted.settle()
    for what, act in ACTS.items():
        if what in asked:
            return act(session, asked[what])
    return None


def _sort(session: Session, order: object) -> None:
    if order in runs_view.ORDERS:
        st.session_state[runs_view.SORT_KEY] = order
        runs_view.first_page()


def _page(session: Session, page: object) -> None:
    if str(page) in runs_view.PAGES:
        st.session_state[runs_view.PAGE_KEY] = str(page)


def _choose(session: Session, asked: object) -> None:
    match asked:
        case [run_id, bool(on)] if runs_view.is_id(run_id):
            runs_view.choose(str(run_id), on)


def _clear(session: Session, asked: object) -> None:
    runs_view.set_chosen([])


def _open(session: Session, run_id: object) -> None:
    runs_view.set_opened(str(run_id) if runs_view.is_id(run_id) else None)


def _name(session: Session, asked: object) -> None:
    match asked:
        case [str(run_id), str(name)]:
            resources.keeper().describe(session.owner, run_id, **words(name=name))


def _note(session: Session, asked: object) -> None:
    match asked:
        case [str(run_id), str(note)]:
            resources.keeper().describe(session.owner, run_id, **words(note=note))


def _pin(session: Session, asked: object) -> None:
    match asked:
        case [str(run_id), bool(pinned)]:
            resources.keeper().describe(session.owner, run_id, pinned=pinned)


def _copy(session: Session, run_id: object) -> None:
    if not runs_view.is_id(run_id):
        return
    name = runs_list.find(str(run_id), session.owner).name
    copy = copied(runs_list.kept_of(str(run_id)), session.owner)
    resources.keeper().add(copy, name=name)
    runs_view.set_opened(copy.id)
    with suppress(DataError, RunError):  # its data are not here, as its details say
        show_run(resources.keeper().find(copy.id))


def _own(session: Session, run_id: object) -> LiveRun:
    run = resources.keeper().find(str(run_id))
    if run.owner != session.owner:
        raise RunError("not_yours")
    return run


def _resume(session: Session, run_id: object) -> None:
    run = _own(session, run_id)
    if not run.ended:
        resources.trainer().play(run)


def _pause(session: Session, run_id: object) -> None:
    resources.trainer().pause(_own(session, run_id))


def _again(session: Session, asked: object) -> str | None:
    match asked:
        case [str(run_id), str(name), str() | int() | float() as value] if not isinstance(value, bool):
            original = runs_list.find(run_id, session.owner)
            run = train_again(session, original, name, value)
            if run:
                for id_ in (original.id, run.id):  # to be compared when this page is opened again
                    runs_view.choose(id_, True)
                return "train"
    return None


def _go(session: Session, asked: object) -> str | None:
    match asked:
        case ["", str(page)]:
            return page
        case [str(run_id), str(page)] if page in PAGES:
            show_run(resources.keeper().find(run_id))
            return page
    return None


ACTS: dict[str, Callable[[Session, Any], str | None]] = {
    "sort": _sort, "page": _page, "choose": _choose, "clear": _clear, "open": _open, "name": _name, "note": _note,
    "pin": _pin, "delete": runs_deleted.delete, "undo": runs_deleted.undo, "restore": runs_deleted.restore,
    "copy": _copy, "resume": _resume, "pause": _pause, "again": _again, "go": _go,
}  # fmt: skip
"""What can be asked for, and what does it."""
