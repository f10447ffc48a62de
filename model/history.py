"""A person's runs in a list: searched, sorted, named, deleted and brought back. Nothing is decoded for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select, update

from model.errors import RunError
from model.kept import State
from model.limits import PINNED_EACH
from model.runs import DELETED_FOR, SETTINGS, Runs, hyperparameters_of
from model.tables import runs
from model.train import Hyperparameters

SORTS = (
    "number", "name", *SETTINGS, "data", "state", "step", "test_acc", "best_acc", "train_loss", "seconds", "created",
)  # fmt: skip
"""What a list can be sorted by."""

LONGEST_NAME, LONGEST_NOTE = 80, 2000


@dataclass(frozen=True)
class Summary:
    """A run in a list. ``step`` of ``num_steps`` are done; accuracies and loss are those of its epochs so far."""

    id: str
    owner: str
    number: int
    name: str
    note: str
    pinned: bool
    imported: bool
    created: float
    deleted: float | None
    sweep: str | None
    state: State
    hyperparameters: Hyperparameters
    data: str
    step: int
    num_steps: int
    seconds: float
    train_loss: float | None
    train_acc: float | None
    test_acc: float | None
    best_acc: float | None
    best_epoch: int | None


@dataclass(frozen=True)
class Query:
    """Which of the runs, in which order: ``start`` and ``count`` cut a page out of them.

    ``deleted``: those that can still be brought back, for which ``created`` sorts by when they were deleted.
    """

    search: str = ""
    data: str | None = None
    state: State | None = None
    sweep: str | None = None
    deleted: bool = False
    sort: str = "number"
    descending: bool = True
    start: int = 0
    count: int | None = None


EVERYTHING = Query()


class History:
    """The lists over the runs of a store."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._store = runs.store

    def summary(self, run_id: str) -> Summary:
        """One run; RunError where there is none. One that was deleted says so itself."""
        with self._store.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
        if row is None:
            raise RunError("run_gone", id=run_id[:32])
        return self._summary(row)

    def listing(self, owner: str, query: Query = EVERYTHING) -> tuple[list[Summary], int]:
        """The page of a person's runs that is asked for, and how many there are on all pages."""
        sort = "deleted" if query.deleted and query.sort == "created" else query.sort
        column = runs.c[sort if query.sort in SORTS else "number"]
        last = (column.is_(None),) if column.nullable else ()  # what is not known comes last, whichever way
        order = (*last, column.desc() if query.descending else column, runs.c.number.desc())
        wanted = self._wanted(owner, query)
        with self._store.read() as connection:
            total = connection.execute(select(func.count()).select_from(runs).where(*wanted)).scalar_one()
            page = select(runs).where(*wanted).order_by(*order).offset(query.start).limit(query.count)
            return [self._summary(row) for row in connection.execute(page)], total

    def describe(self, owner: str, run_id: str, **values: str | bool) -> None:
        """Change a run's ``name``, ``note`` or ``pinned``; RunError where this person has no such run, or many pins."""
        if values.get("pinned") and self._pinned(owner) >= PINNED_EACH:
            raise RunError("too_many_pinned", limit=PINNED_EACH)
        limits = {"name": LONGEST_NAME, "note": LONGEST_NOTE}
        cut = {key: value[: limits[key]] if isinstance(value, str) else value for key, value in values.items()}
        self._change(owner, [run_id], cut)

    def delete(self, owner: str, ids: Sequence[str]) -> None:
        """Take runs out of sight; ``undelete`` brings them back for a day."""
        self._change(owner, ids, {"deleted": time.time()})

    def undelete(self, owner: str, ids: Sequence[str]) -> None:
        """Bring deleted runs back."""
        self._change(owner, ids, {"deleted": None})

    def _pinned(self, owner: str) -> int:
        wanted = (runs.c.owner == owner, runs.c.pinned.is_(True), runs.c.deleted.is_(None))
        with self._store.read() as connection:
            count: int = connection.execute(select(func.count()).select_from(runs).where(*wanted)).scalar_one()
        return count

    def _change(self, owner: str, ids: Sequence[str], values: dict[str, Any]) -> None:
        with self._store.write() as connection:
            mine = (runs.c.owner == owner, runs.c.id.in_(ids))
            if connection.execute(update(runs).where(*mine).values(**values)).rowcount != len(set(ids)):
                raise RunError("not_yours")  # and nothing was changed

    def _wanted(self, owner: str, query: Query) -> list[ColumnElement[bool]]:
        gone = runs.c.deleted > time.time() - DELETED_FOR if query.deleted else runs.c.deleted.is_(None)
        wanted = [runs.c.owner == owner, gone]
        if words := query.search.strip():
            found = [runs.c[name].icontains(words, autoescape=True) for name in ("name", "note")]
            number = [runs.c.number == int(words)] if words.isascii() and words.isdigit() and len(words) < 9 else []
            wanted.append(or_(*found, *number))
        if query.state:
            here = runs.c.server == self._runs.server
            stored = {"interrupted": (runs.c.state == "running") & ~here, "running": (runs.c.state == "running") & here}
            wanted.append(stored.get(query.state, runs.c.state == query.state))
        wanted += [runs.c[name] == value for name in ("data", "sweep") if (value := getattr(query, name))]
        return wanted

    def _summary(self, row: Row[Any]) -> Summary:
        values = {name: getattr(row, name) for name in Summary.__dataclass_fields__ if name in runs.c}
        values |= {"state": self._runs.state_of(row), "hyperparameters": hyperparameters_of(row)}
        return Summary(**values)
