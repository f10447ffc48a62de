"""The runs of the Runs page: those of the store, the live ones as they are by now, and those not saved yet."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import torch

from model.errors import DataError, RunError, StoreError
from model.evaluation import confusion_matrices
from model.history import Query, Summary
from model.keeping import keep
from model.kept import GOES_ON, EpochPoint, Kept
from model.live_run import LiveRun
from model.snapshots import Weights
from pages.ui import resources

UNSAVED = 0
"""The number of a run that has none yet."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a run has come to: its curves, its weights, and their confusion on the test images where it is known."""

    owner: str
    epochs: list[EpochPoint]
    weights: Weights
    confusion: torch.Tensor | None
    versions: dict[str, str]
    checksum: str


def page_of_runs(owner: str, query: Query) -> tuple[list[Summary], int]:
    """The page asked for and how many runs there are on all pages; where the store fails, of those in memory."""
    try:
        kept, total = resources.keeper().history.listing(owner, query)
    except StoreError:
        found = [described(of_run(run)) for run in resources.trainer().runs(owner)]
        found = [summary for summary in found if matches(summary, query)]
        known = [summary for summary in found if _key(summary, query.sort) is not None]
        known.sort(key=lambda summary: _key(summary, query.sort), reverse=query.descending)
        found = [*known, *(summary for summary in found if _key(summary, query.sort) is None)]
        return found[query.start :][: query.count], len(found)
    new = [run for run in resources.trainer().runs(owner) if run.saved < 0]
    ids = {summary.id for summary in kept}
    unsaved = [summary for run in new if run.id not in ids and matches(summary := described(of_run(run)), query)]
    first = [] if query.start else unsaved
    return [*first, *(described(fresh(summary)) for summary in kept)], total + len(unsaved)


def anything_goes_on(owner: str) -> bool:
    """Whether the table changes by itself."""
    if resources.sweeper().running(owner):  # also between two of its runs
        return True
    return any(run.state == "running" or run.saved < 0 for run in resources.trainer().runs(owner))


def matches(summary: Summary, query: Query) -> bool:
    """Whether a run in memory is among those asked for, as the store decides it."""
    if query.deleted:  # of which the store alone knows
        return False
    words = query.search.strip().casefold()
    found = words in f"{summary.name}\n{summary.note}".casefold()
    data_fits, state_fits = query.data in (None, summary.data), query.state in (None, summary.state)
    return found and data_fits and state_fits and query.sweep in (None, summary.sweep)


def _key(summary: Summary, sort: str) -> Any:
    return getattr(summary, sort) if hasattr(summary, sort) else getattr(summary.hyperparameters, sort)


def find(run_id: str, viewer: str) -> Summary:
    """One run, whosever it is; RunError where there is none or it was deleted, StoreError where it cannot be found.

    What its owner calls it and has noted is told to nobody else.
    """
    summary = _find(run_id)
    if summary.owner != viewer:
        return replace(summary, name="", note="", pinned=False)
    return described(summary)


def described(summary: Summary) -> Summary:
    """The run with what its owner has said of it, also where that could not be written yet."""
    waiting: dict[str, Any] = resources.keeper().described.waiting.get((summary.owner, summary.id), {})
    return replace(summary, **waiting)


def _find(run_id: str) -> Summary:
    live = in_memory(run_id)
    try:
        summary = resources.keeper().history.summary(run_id)
    except (StoreError, RunError):
        if live is None:
            raise
        return of_run(live)
    if summary.deleted:
        raise RunError("run_deleted", id=run_id[:32])
    return fresh(summary)


def in_memory(run_id: str) -> LiveRun | None:
    """The run if it is in memory."""
    with suppress(RunError):
        return resources.trainer().get(run_id)
    return None


def fresh(summary: Summary) -> Summary:
    """The run as it is by now: what was saved may be a second old."""
    live = in_memory(summary.id)
    if live is None or live.saved == live.version:
        return summary
    now = of_run(live)
    described = {name: getattr(summary, name) for name in ("number", "name", "note", "pinned", "imported", "sweep")}
    return replace(now, **described)


def of_run(run: LiveRun) -> Summary:
    """A run in memory as the lists have it."""
    last = run.epochs[-1] if run.epochs else None
    best = max(run.epochs, key=lambda point: point.test_acc, default=None)
    return Summary(
        id=run.id, owner=run.owner, number=UNSAVED, name="", note="", pinned=False, imported=False,
        created=run.created, deleted=None, sweep=run.sweep, state=run.state, hyperparameters=run.hyperparameters,
        data=run.data.name, step=run.step, num_steps=run.num_steps, seconds=run.elapsed(),
        train_loss=last and last.train_loss, train_acc=last and last.train_acc, test_acc=last and last.test_acc,
        best_acc=best and best.test_acc, best_epoch=best and best.epoch,
    )  # fmt: skip


def watch(run_id: str) -> None:
    """A run whose progress is shown is watched."""
    live = in_memory(run_id)
    if live:
        live.seen = time.monotonic()


def kept_of(run_id: str) -> Kept:
    """All that there is of a run, from memory or from the store."""
    live = in_memory(run_id)
    return keep(live) if live else resources.keeper().runs.load(run_id)[0]


def outcome(summary: Summary) -> Outcome:
    """What the run has come to; of one that has not changed it is read once."""
    live = in_memory(summary.id)
    if live is None:
        found = _read(summary.id, summary.step, summary.state)
        # Where the data were not there, they may be by now.
        return found if found.confusion is not None else replace(found, confusion=_confusion(found, {}, summary.data))
    found = Outcome(live.owner, list(live.epochs), live.weights, None, live.versions, live.data.checksum)
    return replace(found, confusion=_confusion(found, live.film.confusions, summary.data))


def can_be_opened(summary: Summary, checksum: str) -> bool:
    """Whether other pages can show the run: its data are here, and if it can go on, the very ones of this checksum."""
    if in_memory(summary.id):
        return True
    try:
        return resources.data_set(summary.data).checksum == checksum or summary.state not in GOES_ON
    except DataError:
        return False


@lru_cache(maxsize=64)
def _read(run_id: str, step: int, state: str) -> Outcome:
    kept, _ = resources.keeper().runs.load(run_id)
    found = Outcome(kept.owner, kept.epochs, kept.weights, None, kept.versions, kept.checksum)
    return replace(found, confusion=_confusion(found, kept.confusions, kept.data))


def _confusion(found: Outcome, known: dict[int, torch.Tensor], data: str) -> torch.Tensor | None:
    weights = found.weights
    if weights.step in known:
        return known[weights.step]
    try:
        fashion = resources.data_set(data)
    except DataError:
        return None
    if fashion.checksum != found.checksum:
        return None
    W, b = weights.W.unsqueeze(0), weights.b.unsqueeze(0)
    return confusion_matrices(W, b, fashion.test_images, fashion.test_labels)[0]
