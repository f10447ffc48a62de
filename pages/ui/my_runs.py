"""A person's runs by name: those that are kept, and those that have not been saved yet."""

from __future__ import annotations

from dataclasses import dataclass

from model.errors import StoreError
from model.history import Query, Summary
from model.live_run import LiveRun
from model.train import Hyperparameters
from pages.ui import resources
from pages.ui.text import Text

MOST = 50
"""Runs that a selection offers, the newest; the Runs page has them all."""


@dataclass(frozen=True)
class Entry:
    """A run in a selection: ``number`` is None where it is not this person's, or not known."""

    id: str
    number: int | None
    name: str
    hyperparameters: Hyperparameters
    data: str
    test_acc: float | None

    def title(self, text: Text, accuracy: bool = True) -> str:
        """Its number, its name or else its settings, its last test ``accuracy`` if that may be shown, its data."""
        settings = self.hyperparameters
        which = text("models.foreign") if self.number is None else text("models.number", number=self.number)
        what = self.name or text(
            "models.run", lr=f"{settings.lr:g}", num_epochs=settings.num_epochs, seed=settings.seed
        )
        end = f" · {self.test_acc:.4f}".replace("0.", ".", 1) if accuracy and self.test_acc is not None else ""
        return f"{which} · {what}{end} · {text(f'data.{self.data}')}"


def my_runs(owner: str) -> list[Entry]:
    """The newest runs of this person."""
    try:
        kept, _ = resources.keeper().history.listing(owner, Query(count=MOST))
    except StoreError:  # said where runs are made
        kept = []
    live = {run.id: run for run in resources.trainer().runs(owner)}
    known = {summary.id for summary in kept}
    new = [run for run in live.values() if run.id not in known]
    last = max((summary.number for summary in kept), default=0)
    unsaved = [_of_run(run, last + len(new) - i) for i, run in enumerate(new)]
    return [*unsaved, *(_of_summary(summary, live.get(summary.id)) for summary in kept)]


def shared(run: LiveRun) -> Entry:
    """The run of somebody else."""
    return _of_run(run, None)


def _of_run(run: LiveRun, number: int | None, name: str = "") -> Entry:
    end = run.epochs[-1].test_acc if run.epochs else None
    return Entry(run.id, number, name, run.hyperparameters, run.data.name, end)


def _of_summary(summary: Summary, run: LiveRun | None) -> Entry:
    if run:  # it may be further than what was saved a second ago
        return _of_run(run, summary.number, summary.name)
    return Entry(summary.id, summary.number, summary.name, summary.hyperparameters, summary.data, summary.test_acc)
