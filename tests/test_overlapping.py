"""Runs of one session's script that overlap wait for each other at its state; those of two sessions do not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import PATIENCE
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.state import SessionState

from pages.ui.overlapping import wait_for_each_other

A_WHILE = 0.2


@pytest.fixture(autouse=True)
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptRunner, "__init__", ScriptRunner.__init__)  # given back after the test
    wait_for_each_other()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


def runner(session: str, state: SessionState) -> Any:
    nothing: Any = None
    return ScriptRunner(
        session_id=session, main_script_path="", session_state=state, initial_rerun_data=RerunData(), user_info={},
        uploaded_file_mgr=nothing, script_cache=nothing, fragment_storage=nothing, pages_manager=nothing,
        event_loop=nothing,
    )  # fmt: skip


@pytest.mark.parametrize("session", ["one", "another"])
def test_a_run_waits_until_the_callbacks_of_the_one_before_are_through(
    monkeypatch: pytest.MonkeyPatch, pool: ThreadPoolExecutor, session: str
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def callbacks(*_: object, **__: object) -> None:
        begun.set()
        assert goes_on.wait(PATIENCE)

    monkeypatch.setattr(SessionState, "on_script_will_rerun", callbacks)
    state = SessionState()
    first = runner("one", state)
    second = runner(session, state if session == "one" else SessionState())
    pressed = pool.submit(first._session_state.on_script_will_rerun, None)
    assert begun.wait(PATIENCE)
    looked = pool.submit(second._session_state.get_widget_states)
    if session == "one":
        with pytest.raises(TimeoutError):
            looked.result(A_WHILE)
    else:
        assert looked.result(PATIENCE) == []
    goes_on.set()
    assert pressed.result(PATIENCE) is None
    assert looked.result(PATIENCE) == []
