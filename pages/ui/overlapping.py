"""Runs of one session's script that overlap wait for each other at the session's state.

Each message ends the run of the script before it, which goes on until it next asks for the state, and begins one at
once. Streamlit gives each of the two a lock of its own for the state that they share: where one changes what the other
goes through, that one ends in a RuntimeError.
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime.scriptrunner import ScriptRunner


def wait_for_each_other() -> None:
    """Have the runs of a session's script share one lock, for as long as one of them goes on."""
    locks: WeakValueDictionary[str, Any] = WeakValueDictionary()
    begin = ScriptRunner.__init__

    def begin_with_the_sessions_lock(self: ScriptRunner, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        lock = locks.setdefault(self._session_id, threading.RLock())
        object.__setattr__(self._session_state, "_lock", lock)

    ScriptRunner.__init__ = begin_with_the_sessions_lock  # type: ignore[method-assign]
