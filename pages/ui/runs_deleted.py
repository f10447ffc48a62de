"""Runs that are deleted, and brought back: by an undo right after it, or for a day from the list of the deleted."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from model.errors import RunError
from pages.ui import resources, runs_view
from pages.ui.session import Session, show_run

KEY = "runs_deleted"


@dataclass(frozen=True)
class Deleted:
    """What was deleted last, and what is brought back with it: the letters that the runs had, the one that was open."""

    ids: list[str]
    chosen: list[str] = field(default_factory=list)
    opened: str | None = None


def settle() -> None:
    """Something else is done: the last deletion can be undone no more."""
    st.session_state.pop(KEY, None)


def deleted() -> int:
    """How many runs an undo would bring back."""
    last: Deleted | None = st.session_state.get(KEY)
    return len(last.ids) if last else 0


def delete(session: Session, asked: object) -> None:
    """Take runs out of sight, wherever they are shown."""
    ids = _ids(asked)
    if not ids:
        return
    resources.keeper().delete(session.owner, ids)
    slots, opened = runs_view.chosen(), runs_view.opened(session)
    st.session_state[KEY] = Deleted(ids, slots, opened if opened in ids else None)
    runs_view.set_chosen(["" if id_ in ids else id_ for id_ in slots])
    if opened in ids:
        runs_view.set_opened(None)
    if session.run and session.run.id in ids:
        show_run(None)


def undo(session: Session, asked: object) -> None:
    """Bring back what was deleted last, as it was."""
    last: Deleted | None = st.session_state.get(KEY)
    if last is None:
        return
    resources.keeper().history.undelete(session.owner, last.ids)
    settle()
    runs_view.set_chosen(last.chosen)
    if last.opened:
        runs_view.set_opened(last.opened)


def restore(session: Session, asked: object) -> None:
    """Bring back runs from the list of the deleted; RunError where one of them is gone for good by now."""
    ids = _ids(asked)
    if not ids:
        return
    try:
        resources.keeper().history.undelete(session.owner, ids)
    except RunError as error:
        raise RunError("runs_forgotten") from error


def _ids(asked: object) -> list[str]:
    return [run_id for run_id in asked if runs_view.is_id(run_id)] if isinstance(asked, list) else []
