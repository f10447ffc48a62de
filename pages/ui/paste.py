"""A picture from the clipboard (assets/paste): by Ctrl+V anywhere on the page, or by a click where it is allowed."""

from __future__ import annotations

import base64
import binascii

from pages.ui.component import component
from pages.ui.text import Text, section

LIMIT = 18_000_000
"""Bytes of a picture: as text it takes a third more, and Streamlit ends a connection that sends over 25 MB at once."""

_component = component("paste")


def pasted(text: Text, shown: bool) -> bytes | None:
    """What was pasted just now, if anything was. The field is drawn where ``shown``; Ctrl+V is heard all the same."""
    result = _component(
        key="classify_paste",
        data={"words": section(text.language, "pasting"), "shown": shown, "limit": LIMIT},
        on_pasted_change=lambda: None,
    )
    content = result.get("pasted")
    if not isinstance(content, str):
        return None
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""  # no browser sends that; what is wrong with it is said where pictures are opened
