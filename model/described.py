"""What people call their runs and note about them: written to the store, or kept until it can be written."""

from __future__ import annotations

from collections.abc import Callable

from model.errors import RunError
from model.history import History

Values = dict[str, str | bool]


class Described:
    """Names, notes and pins on their way to the lists that ``history`` gives; by (owner, run id) in ``waiting``.

    ``unsaved`` says whether this person's run is in memory only: what is said of it waits until the store has it.
    """

    def __init__(self, history: Callable[[], History], unsaved: Callable[[str, str], bool]) -> None:
        self._history, self._unsaved = history, unsaved
        self.waiting: dict[tuple[str, str], Values] = {}

    def add(self, owner: str, run_id: str, values: Values) -> None:
        """Change a run's name, note or pin; StoreError where it waits, RunError where it is nobody's or another's."""
        self.waiting.setdefault((owner, run_id), {}).update(values)
        self.write()

    def write(self) -> None:
        """Write what waits; StoreError where it goes on waiting, RunError for what can never be written."""
        for (owner, run_id), values in list(self.waiting.items()):
            try:
                self._history().describe(owner, run_id, **values)
            except RunError:
                if self._unsaved(owner, run_id):
                    continue
                del self.waiting[owner, run_id]
                raise
            del self.waiting[owner, run_id]
