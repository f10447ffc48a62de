"""Each message is heard to its end, in the order of their coming, though the runs of one session's script overlap.

A message ends the run of the script before it and begins one of its own at once. Streamlit ends that run wherever it
next asks for the session's state, be it before or amid the callbacks that do what its message says: a click that
another message follows closely comes to nothing, or to half of what it does. Here a run ends only after its callbacks,
and those of the next one wait for them. And Streamlit gives each run a lock of its own for the state that they share:
where one changes what another goes through, that one ends in a RuntimeError. Here they share one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequest, ScriptRequests, ScriptRequestType
from streamlit.runtime.state.safe_session_state import SafeSessionState

STOP, RERUN = ScriptRequestType.STOP, ScriptRequestType.RERUN


class Requests(ScriptRequests):
    """What a run is asked for: to stop is put off until what it was asked for before has been heard."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()  # type: ignore[assignment]
        self._hearing = self._stopping = False
        self.over = threading.Event()
        """Set when nothing of this run is left to be heard."""

    def request_stop(self) -> None:
        """Stop, once everything is heard."""
        with self._lock:
            self._stopping = True
            self._end_where_all_is_heard()

    def heard(self) -> None:
        """The callbacks of what was asked for last are through."""
        with self._lock:
            self._hearing = False
            self._end_where_all_is_heard()

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """What to run next, which is then to be heard."""
        with self._lock:
            request = super().on_scriptrunner_ready()
            self._hearing = request.type is RERUN
            if request.type is STOP:
                self.over.set()
            return request

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """What ends the run where it stands: nothing while it is heard."""
        with self._lock:
            if self._hearing:
                return None
            return ScriptRequest(STOP) if self._stopping else super().on_scriptrunner_yield()

    def _end_where_all_is_heard(self) -> None:
        if self._stopping and not self._hearing and self._state is not RERUN:
            super().request_stop()
            self.over.set()


class SharedState(SafeSessionState):
    """The session's state for one of its runs; ``heard`` is called when the callbacks are through."""

    def __init__(self, state: Any, yield_callback: Callable[[], None], lock: Any, heard: Callable[[], None]) -> None:
        super().__init__(state, yield_callback)
        object.__setattr__(self, "_lock", lock)  # else it would be a value of the state
        object.__setattr__(self, "_heard", heard)

    def on_script_will_rerun(self, *states: Any, **more: Any) -> None:
        """Take what the widgets say, and run their callbacks."""
        try:
            super().on_script_will_rerun(*states, **more)
        finally:
            self._heard()


_locks: WeakValueDictionary[str, Any] = WeakValueDictionary()
_last: WeakValueDictionary[str, Requests] = WeakValueDictionary()


class InTurn(ScriptRunner):
    """A run of a session's script that begins when those before it are heard."""

    def __init__(self, *, session_id: str, session_state: Any, initial_rerun_data: RerunData, **more: Any) -> None:
        super().__init__(
            session_id=session_id, session_state=session_state, initial_rerun_data=initial_rerun_data, **more
        )
        self._requests: Requests = Requests()
        self._requests.request_rerun(initial_rerun_data)
        self._before = _last.get(session_id)
        lock = _locks.setdefault(session_id, threading.RLock())
        self._session_state = SharedState(
            session_state, self._maybe_handle_execution_control_request, lock, self._requests.heard
        )

    def start(self) -> None:
        """Begin; the session's next run waits for this one from now on."""
        super().start()
        _last[self._session_id] = self._requests

    def _run_script_thread(self) -> None:
        try:
            super()._run_script_thread()
        finally:
            self._requests.over.set()

    def _run_script(self, rerun_data: RerunData) -> None:
        if self._before:
            self._before.over.wait()
            self._before = None
        if rerun_data.widget_states is None:
            self._requests.heard()  # there is nothing to hear
        super()._run_script(rerun_data)


def hear_each_message() -> None:
    """Have every session's script run like this."""
    app_session.ScriptRunner = InTurn  # type: ignore[assignment, attr-defined]
