"""Each message is heard to its end and in its turn, though the runs of one session's script overlap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import PATIENCE
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, RerunException, ScriptRunner, StopException
from streamlit.runtime.state import SessionState

from pages.ui.overlapping import InTurn

A_WHILE = 0.2


class Said(SessionState):
    """The state of a session whose callbacks wait until they may end."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.heard: list[str] = []

    def on_script_will_rerun(self, states: Any, **_: object) -> None:  # type: ignore[override]
        self.begun.set()
        assert self.may_end.wait(PATIENCE)
        self.heard.extend(widget.id for widget in states.widgets)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as pool:
        yield pool


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Instead of Streamlit's: hear the message, then ask for the state. Returns what became of each run."""
    became: list[str] = []

    def run(self: Any, rerun_data: RerunData) -> None:
        self._execing = True
        try:
            if rerun_data.widget_states is not None:
                self._session_state.on_script_will_rerun(rerun_data.widget_states)
            self._session_state["asked"] = True
            became.append("whole")
        except (StopException, RerunException) as end:
            became.append(type(end).__name__)
        self._execing = False

    monkeypatch.setattr(ScriptRunner, "_run_script", run)
    return became


def asks(*widgets: str) -> RerunData:
    states = WidgetStates()
    for widget in widgets:
        states.widgets.add(id=widget, trigger_value=True)
    return RerunData(widget_states=states)


def runner(state: SessionState, asked: RerunData, session: str = "one") -> Any:
    nothing: Any = None
    return InTurn(
        session_id=session, main_script_path="", session_state=state, initial_rerun_data=asked, user_info={},
        uploaded_file_mgr=nothing, script_cache=nothing, fragment_storage=nothing, event_loop=nothing,
        pages_manager=PagesManager(""),
    )  # fmt: skip


def ended(*runs: Any) -> None:
    for run in runs:
        run._script_thread.join(PATIENCE)
        assert not run._script_thread.is_alive()


@pytest.fixture(autouse=True)
def no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptRunner, "_install_event_loop", lambda self: None)


def test_a_run_that_is_to_stop_before_it_began_is_heard_first(script: list[str]) -> None:
    state = Said()
    state.may_end.set()
    first = runner(state, asks("click"))
    first.request_stop()
    first.start()
    ended(first)
    assert state.heard == ["click"]
    assert script == ["StopException"]


def test_a_run_that_is_to_stop_amid_its_callbacks_is_heard_to_the_end(script: list[str]) -> None:
    state = Said()
    first = runner(state, asks("click"))
    first.start()
    assert state.begun.wait(PATIENCE)
    first.request_stop()
    state.may_end.set()
    ended(first)
    assert state.heard == ["click"]
    assert script == ["StopException"]


def test_messages_are_heard_in_the_order_of_their_coming(script: list[str]) -> None:
    state = Said()
    runs: list[Any] = []
    for i in range(20):
        if runs:
            runs[-1].request_stop()
        runs.append(runner(state, asks(f"click {i}")))
        runs[-1].start()
    state.may_end.set()
    ended(*runs)
    assert state.heard == [f"click {i}" for i in range(20)]
    assert script[-1] == "whole"


def test_what_a_fragment_was_asked_for_is_heard_before_its_run_stops(script: list[str]) -> None:
    state = Said()
    first = runner(state, asks("click"))
    first.start()
    assert state.begun.wait(PATIENCE)
    first.request_rerun(RerunData(widget_states=asks("in a fragment").widget_states, fragment_id="a"))
    first.request_stop()
    second = runner(state, asks("after"))
    second.start()
    state.may_end.set()
    ended(first, second)
    assert state.heard == ["click", "in a fragment", "after"]
    assert script == ["StopException", "StopException", "whole"]


def test_a_run_that_says_nothing_ends_where_it_asks(script: list[str]) -> None:
    state = Said()
    first = runner(state, RerunData())
    first.request_stop()
    first.start()
    ended(first)
    assert not state.begun.is_set()
    assert script == ["StopException"]


def test_a_run_that_fails_holds_no_other_up(monkeypatch: pytest.MonkeyPatch, script: list[str]) -> None:
    state = Said()
    state.may_end.set()
    ours = ScriptRunner._run_script

    def fail(self: ScriptRunner, rerun_data: RerunData) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ScriptRunner, "_run_script", fail)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    first = runner(state, asks("click"))
    first.start()
    ended(first)
    monkeypatch.setattr(ScriptRunner, "_run_script", ours)
    second = runner(state, asks("after"))
    second.start()
    ended(second)
    assert state.heard == ["after"]


@pytest.mark.parametrize("session", ["one", "another"])
def test_runs_of_one_session_share_a_lock(pool: ThreadPoolExecutor, script: list[str], session: str) -> None:
    state = Said()
    first = runner(state, asks("click"))
    first.start()
    assert state.begun.wait(PATIENCE)
    second = runner(state if session == "one" else SessionState(), asks(), session)
    look: Callable[[], list[Any]] = second._session_state.get_widget_states
    looked = pool.submit(look)
    if session == "one":
        with pytest.raises(TimeoutError):
            looked.result(A_WHILE)
    else:
        assert looked.result(PATIENCE) == []
    state.may_end.set()
    assert looked.result(PATIENCE) == []
    ended(first)
