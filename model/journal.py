"""What happens to runs and to their store, for the server's log: how much and how fast, never whose or which.

Each is one record of the standard library's ``logging``, with its numbers in ``record.facts``; where nobody asks for
them, as on the command line, nothing is said.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from model.errors import StoreError

if TYPE_CHECKING:  # the server tells of itself before torch is loaded
    from model.live_run import LiveRun

log = logging.getLogger("softmax_studio")


def tell(event: str, level: int = logging.INFO, **facts: object) -> None:
    """One line of the log: what happened, and its numbers."""
    log.log(level, event, extra={"facts": facts})


def plays(run: LiveRun) -> None:
    """A run is played; that is told where it goes from its first step on."""
    if not run.step and run.state != "running":
        tell("run began", **_settings(run))


def ended(run: LiveRun) -> None:
    """A run has ended, as its state says."""
    level = logging.ERROR if run.state == "failed" else logging.INFO
    facts = {"step": run.step, "seconds": round(run.elapsed(), 2), "images_per_second": round(run.rate())}
    tell(f"run {run.state}", level, **_settings(run), **facts)


def failed(error: Exception) -> None:
    """A run's step has raised what it should not have."""
    log.error("a step failed", exc_info=error)


def store_failed(error: StoreError) -> None:
    """The store cannot be used; which of its faults it is."""
    tell("store failed", logging.WARNING, problem=error.key)


def store_works() -> None:
    """It can be used again."""
    tell("store works again")


def _settings(run: LiveRun) -> dict[str, Any]:
    return {**asdict(run.hyperparameters), "data": run.data.name, "pace": run.pace, "sweep": run.sweep is not None}
