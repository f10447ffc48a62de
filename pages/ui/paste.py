"""A picture from the clipboard (assets/paste): by Ctrl+V anywhere on the page, or by a click where it is allowed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from pages.ui.component import component, said
from pages.ui.text import Text, section

KEY = "classify_paste"

LIMIT = 18_000_000
"""Bytes of a picture: as text it takes a third more, and Streamlit ends a connection that sends over 25 MB at once."""

_component = component("paste")


def paste_field(text: Text, shown: bool, take: Callable[[bytes], None]) -> None:
    """Hear Ctrl+V, and give ``take`` what was pasted; the field is drawn where ``shown``."""
    _component(
        key=KEY,
        data={"words": section(text.language, "pasting"), "shown": shown, "limit": LIMIT},
        on_pasted_change=lambda: _pasted(take),
    )


def _pasted(take: Callable[[bytes], None]) -> None:
    content = said(KEY, "pasted")
    if isinstance(content, str):
        take(_decoded(content))


def _decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return b""  # no browser sends that; what is wrong with it is said where pictures are opened
