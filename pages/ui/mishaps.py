"""What a person reads where a page could not be drawn: one sentence in their language, never an exception.

A page's own messages do not lead here; one made by hand does, with a text where a widget has a number, say. The
exception itself is in the server's log.
"""

from __future__ import annotations

import streamlit as st

from model.errors import StudioError


def say_so(error: Exception) -> bool:
    """Say it instead of Streamlit's own box; for ``st.App(on_script_error=...)``."""
    from pages.ui import session  # torch comes with it, which a server loads after it listens

    said = error if isinstance(error, StudioError) else StudioError("page_failed")
    st.error(said.say(session.language()))
    return True
