"""Streamlit's own messages, as a browser sends and understands them: what all people without a browser share.

As light as can be, so that what a load costs is the server's and not its own: of a page it knows the widgets.
"""

from __future__ import annotations

import urllib.request
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from model.errors import sentences
from pages.ui.owner import OWNER_COOKIE

PATIENCE = 120.0


def owner_cookie(url: str) -> str:
    """The value of the cookie that the server gives a browser that has none."""
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return SimpleCookie(answer.headers["Set-Cookie"])[OWNER_COOKIE].value


class Page:
    """What a browser knows of its page: how it asks the server, and what it learned from the answers.

    ``query`` is what stands in the address, as ``train_pace=full``; ``place`` is the page's name there.
    """

    def __init__(self, query: str = "", place: str = "") -> None:
        self.query, self.place = query, place
        self.session = ""
        self.widgets: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.enabled: dict[str, bool] = {}
        self.exceptions: list[str] = []
        self.scripts = 0
        self._hash = ""

    @property
    def run(self) -> str:
        """The run that stands in the address."""
        return parse_qs(self.query)["run"][0]

    def asked(self, *changed: str | WidgetState) -> bytes:
        """The message that asks for the script, with these buttons pressed, by their keys, or with these states."""
        message = BackMsg()
        script = message.rerun_script
        script.query_string, script.page_script_hash = self.query, self._hash
        if not self._hash:  # as an address that is typed in
            script.page_name = self.place
        for each in changed:
            pressed = WidgetState(id=self.widgets[each], trigger_value=True) if isinstance(each, str) else each
            script.widget_states.widgets.append(pressed)
        content: bytes = message.SerializeToString()
        return content

    def opened(self, place: str, query: str = "") -> None:
        """Another page of the app is opened, as in the address; the run stays in the address."""
        self.place, self._hash = place, ""
        kept = [part for part in self.query.split("&") if part.startswith("run=")]
        self.query = "&".join([*kept, query] if query else kept)

    def learn(self, content: bytes) -> ForwardMsg:
        """Take what the server said."""
        message = ForwardMsg()
        message.ParseFromString(content)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
        elif kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            self.scripts += 1
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._see(message.delta.new_element)
        return message

    def _see(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        part: Any = getattr(element, kind or "", None)
        if kind == "exception" or (kind == "alert" and part.body == sentences()["page_failed"]):
            self.exceptions.append(getattr(part, "message", "") or part.body)
        if found := getattr(part, "id", ""):
            key = found.rpartition("-")[2]
            self.widgets[key] = found
            self.labels[key] = getattr(part, "label", "")
            self.enabled[key] = not getattr(part, "disabled", False)


def wire(url: str, cookie: str, session: str = "", origin: str = "") -> dict[str, Any]:
    """What a websocket is opened with: as a new session, or as the one that was cut off."""
    return {
        "uri": f"{url.replace('http', 'ws', 1)}/_stcore/stream",
        "subprotocols": [name for name in ("streamlit", "none", session) if name],
        "additional_headers": {"Cookie": f"{OWNER_COOKIE}={cookie}"},
        "origin": origin or url,
        "open_timeout": PATIENCE,
        "max_size": None,
        "compression": None,
    }
