"""How fast runs and sweeps may be begun: a thousand clicks must not become a thousand runs."""

from __future__ import annotations

import math

from model.buckets import Buckets
from model.errors import RunError
from model.limits import NEW_RUNS, NEW_RUNS_IN_ALL, SWEEPS


class Haste:
    """Counts what each person begins; RunError for what is too fast, with the seconds until it is not."""

    def __init__(self) -> None:
        self._runs, self._all, self._sweeps = Buckets(NEW_RUNS), Buckets(NEW_RUNS_IN_ALL, most=1), Buckets(SWEEPS)

    def run(self, owner: str) -> None:
        """This person is about to begin, copy or import a run."""
        if wait := self._runs.take(owner):
            raise RunError("runs_too_fast", limit=round(NEW_RUNS.burst), seconds=math.ceil(wait))
        if wait := self._all.take(""):
            raise RunError("runs_too_fast_all", limit=round(NEW_RUNS_IN_ALL.per_second), seconds=math.ceil(wait))

    def sweep(self, owner: str) -> None:
        """This person is about to begin a sweep."""
        if wait := self._sweeps.take(owner):
            raise RunError("sweeps_too_fast", limit=round(SWEEPS.burst), seconds=math.ceil(wait))
