"""The runs in memory: those that are live, and the last ones that are not."""

from __future__ import annotations

from collections import OrderedDict

from model.errors import RunError
from model.limits import LIVE_EACH, LIVE_IN_ALL
from model.live_run import LiveRun

KEPT = 20
"""Runs that stay in memory without being live; the one that was left first goes first, once it is saved."""

UNSAVED = 200
"""So many where they cannot be saved."""


class Roster:
    """Live runs are advanced; resting ones have ended, or wait for somebody to go on with them."""

    def __init__(self) -> None:
        self._live: dict[str, LiveRun] = {}
        self._resting: OrderedDict[str, LiveRun] = OrderedDict()

    def get(self, run_id: str) -> LiveRun:
        """The run with this id; RunError if it is not in memory."""
        run = self._live.get(run_id) or self._resting.get(run_id)
        if run is None:
            raise RunError("run_gone", id=run_id[:32])
        return run

    def live(self) -> list[LiveRun]:
        """The runs that are advanced."""
        return list(self._live.values())

    def all(self) -> list[LiveRun]:
        """All runs in memory, the newest first; to be asked under the trainer's lock."""
        return sorted([*self._resting.values(), *self._live.values()], key=lambda run: run.created, reverse=True)

    def wake(self, run: LiveRun) -> None:
        """Make it live. Over ``LIVE_EACH`` the owner's oldest is paused and rests; RunError over ``LIVE_IN_ALL``."""
        if run.id in self._live:
            return
        mine = [other for other in self._live.values() if other.owner == run.owner]
        for other in mine[: max(0, len(mine) - LIVE_EACH + 1)]:
            if other.state == "running":
                other.halt("paused")
            self.rest(other)
        if len(self._live) >= LIVE_IN_ALL:
            raise RunError("too_many_runs", limit=LIVE_IN_ALL)
        self._live[run.id] = run
        self._resting.pop(run.id, None)

    def rest(self, run: LiveRun) -> None:
        """Let it rest: who looks for it meanwhile finds it in one of the two."""
        self._resting[run.id] = run
        self._resting.move_to_end(run.id)
        self._live.pop(run.id, None)
        for other in list(self._resting.values()):
            if len(self._resting) <= KEPT or other is run:
                break
            if other.saved == other.version or len(self._resting) > UNSAVED:
                del self._resting[other.id]

    def forget(self, run: LiveRun) -> None:
        """Let it go."""
        self._live.pop(run.id, None)
        self._resting.pop(run.id, None)
