"""The table of a person's runs and the details of one, as one component (assets/runs)."""

from __future__ import annotations

import math
from typing import Any

import streamlit as st

from model.errors import StoreError, StudioError
from model.history import LONGEST_NAME, LONGEST_NOTE, Summary
from model.kept import GOES_ON
from pages.ui import resources, runs_again, runs_list, runs_view
from pages.ui.component import asked, component
from pages.ui.frames import finite
from pages.ui.runs_asks import TURN, WHOLE_KEY, take
from pages.ui.runs_deleted import deleted
from pages.ui.session import Session, tell, told
from pages.ui.settings import OFFERED
from pages.ui.text import Text, section

KEY = "runs_stage"
INTERVAL = 1.0
"""Seconds between two looks at runs that go on."""

SETTINGS = (*OFFERED, runs_again.DATA)
COLUMNS = ("number", "name", *SETTINGS, "best_acc", "test_acc", "train_loss", "seconds", "created", "state")

_component = component("runs")


def runs_stage(session: Session) -> None:
    """Draw the table and the details, and again as long as a run goes on."""
    going_on = runs_list.anything_goes_on(session.owner)
    st.fragment(_stage, run_every=INTERVAL if going_on else None)(session, going_on)


def _stage(session: Session, going_on: bool) -> None:
    if st.session_state.pop(WHOLE_KEY, False) or runs_list.anything_goes_on(session.owner) != going_on:
        st.rerun()  # the whole page: what is compared changes, or nothing is left to wait for
    _component(key=KEY, data=stage_data(session), on_ask_change=lambda: take(session, asked(KEY, list)))


def stage_data(session: Session) -> dict[str, Any]:
    """What the component is given: a page of the table, the run that is open, and what there is to say."""
    text, query = session.text, runs_view.query()
    rows, total = runs_list.page_of_runs(session.owner, query)
    if not rows and query.start:  # a page that there is no more
        last = max(0, math.ceil(total / runs_view.rows()) - 1)
        st.session_state[runs_view.PAGE_KEY] = runs_view.PAGES[min(last, len(runs_view.PAGES) - 1)]
        query = runs_view.query()
        rows, total = runs_list.page_of_runs(session.owner, query)
    for row in rows:
        if row.state == "running":
            runs_list.watch(row.id)
    details = _details(session)  # first: what is wrong with it is said too
    said = told() or resources.keeper().problem
    columns = {name: text(f"runs.column_{name}") for name in COLUMNS}
    if query.deleted:
        columns["created"] = text("runs.column_deleted")
    return {
        "words": section(text.language, "history"),
        "names": {name: text(f"train.{name}") for name in SETTINGS},
        "columns": columns,
        "language": text.language,
        "turn": st.session_state.get(TURN, 0),
        "error": text.error(said) if said else None,
        "sort": ("-" if query.descending else "") + query.sort,
        "start": query.start,
        "size": runs_view.rows(),
        "total": total,
        "filtered": runs_view.filtered(query),
        "chosen": runs_view.chosen(),
        "letters": runs_view.LETTERS,
        "deleted": deleted(),
        "of_deleted": query.deleted,
        "rows": [encode_row(text, row) for row in rows],
        "opened": details,
    }


def encode_row(text: Text, run: Summary) -> dict[str, Any]:
    """A run in the table."""
    settings = run.hyperparameters
    return {
        "id": run.id,
        "number": run.number or None,
        "name": run.name,
        "settings": settings_words(text, run),
        "lr": f"{settings.lr:g}",
        "num_epochs": settings.num_epochs,
        "batch_size": settings.batch_size,
        "implementation": text(f"train.{settings.implementation}"),
        "seed": settings.seed,
        "init_std": f"{settings.init_std:g}",
        "data": text(f"data.{run.data}"),
        "best_acc": run.best_acc,
        "best_epoch": run.best_epoch,
        "test_acc": run.test_acc,
        "train_acc": run.train_acc,
        "train_loss": finite(run.train_loss),
        "seconds": run.seconds,
        "created": run.deleted or run.created,
        "state": run.state,
        "state_word": text(f"runs.{run.state}"),
        "step": run.step,
        "steps": run.num_steps,
        "pinned": run.pinned,
        "sweep": run.sweep is not None,
        "imported": run.imported,
    }


def settings_words(text: Text, run: Summary) -> str:
    """The settings that stand for a run without a name."""
    settings = run.hyperparameters
    return text("models.run", lr=f"{settings.lr:g}", num_epochs=settings.num_epochs, seed=settings.seed)


def end_words(text: Text, run: Summary, opens: bool) -> str:
    """How the run ended; where its data are not here, what can be done all the same."""
    steps = {"step": f"{run.step:,}", "steps": f"{run.num_steps:,}"}
    if opens:
        return text(f"runs.how_{run.state}", **steps)
    return text("runs.away", ended=text(f"files.ended_{run.state}", **steps))


def _details(session: Session) -> dict[str, Any] | None:
    run_id = runs_view.opened(session)
    if run_id is None:
        return None
    try:
        run = runs_list.find(run_id, session.owner)
        found = runs_list.outcome(run)
    except StoreError:  # said above; it is opened again when the store can be read
        return None
    except StudioError as gone:
        tell(gone)
        runs_view.set_opened(None)
        return None
    text, mine = session.text, found.owner == session.owner
    opens = runs_list.can_be_opened(run, found.checksum)
    if run.state == "running":
        runs_list.watch(run.id)
    return encode_row(text, run) | {
        "mine": mine,
        "note": run.note,
        "end": end_words(text, run, opens),
        "opens": opens,
        "versions": found.versions,
        "checksum": found.checksum,
        "goes_on": run.state in GOES_ON,
        "again": runs_again.choices(text, run),
        "longest_name": LONGEST_NAME,
        "longest_note": LONGEST_NOTE,
    }
