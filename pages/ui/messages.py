"""What a window may say: Streamlit's own message, with numbers that are finite and JSON that is not deep.

Streamlit takes a message at its word: an infinite number for a field ends in an exception, each time the page is drawn.
"""

from __future__ import annotations

import math
import re

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

ID = "$$"
"""What the ids of Streamlit's widgets begin with."""

DEEPEST = 50
"""Brackets within brackets; what our components send has at most eight."""

BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def is_understood(message: Message) -> bool:
    """Whether a message of a connection is one that a page could have sent."""
    content = message.get("bytes")
    if content is None:
        return False
    try:
        said = BackMsg.FromString(content)
    except DecodeError:
        return False
    if said.WhichOneof("type") is None:
        return False
    return all(map(_is_sane, said.rerun_script.widget_states.widgets))


def _is_sane(state: WidgetState) -> bool:
    if not state.id.startswith(ID):  # Streamlit takes it for a key of the session's own state, and misses it
        return False
    numbers = [state.double_value, *state.double_array_value.data]
    if not all(map(math.isfinite, numbers)):
        return False
    return depth(state.json_value) <= DEEPEST and depth(state.json_trigger_value) <= DEEPEST


def depth(content: str) -> int:
    """How deep the brackets of a JSON text go, without reading it."""
    now = deepest = 0
    for found in BRACKETS.finditer(content):
        if found[0] in "[{":
            now += 1
            deepest = max(deepest, now)
        elif found[0] in "]}":
            now -= 1
    return deepest
