"""A page whose connection was cut is told nothing of before it: it asks for all anew (assets/lectern/returning.js).

Streamlit ends the run of the script when the connection is cut, and sends what it had not sent to the one that comes
next. The page takes a part of a run for the whole, and removes everything else with all that stood in it.
"""

from __future__ import annotations

from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager


def say_nothing_of_before() -> None:
    """Have every session whose connection is cut forget what it would have said."""
    disconnect = WebsocketSessionManager.disconnect_session

    def disconnect_and_forget(manager: WebsocketSessionManager, session_id: str) -> None:
        info = manager.get_active_session_info(session_id)
        disconnect(manager, session_id)
        if info and info.session._state is not AppSessionState.SHUTDOWN_REQUESTED:  # that one comes back no more
            _forget(info.session)

    WebsocketSessionManager.disconnect_session = disconnect_and_forget  # type: ignore[method-assign,assignment]


def _forget(session: AppSession) -> None:
    session._scriptrunner = None  # what it still says is not heard; its callbacks are (see overlapping.py)
    session._state = AppSessionState.APP_NOT_RUNNING
    session._browser_queue.clear()
