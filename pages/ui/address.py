"""What stands in the address, before anything else reads it: a link can be cut, mistyped or made up."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.ui.settings import KEYS

LONGEST = 2000
"""Characters of a parameter; the longest of ours is a sketched curve, with a tenth of that."""

NUMBERS = (KEYS["num_epochs"], KEYS["seed"])
"""Fields bound to the address by Streamlit, which does not expect that a number may be infinite."""


def tidy() -> None:
    """Take out what no link of ours holds, so that the default stands in its place."""
    bad = [name for name, value in st.query_params.items() if not is_sane(name, value)]
    for name in bad:
        st.query_params.pop(name, None)
    context = get_script_run_ctx()
    if bad and context:  # what Streamlit's own binding reads is another copy
        with context.session_state.query_params() as params:
            params.set_initial_query_params_from_current()


def is_sane(name: str, value: str) -> bool:
    """Whether a parameter is no longer than it may be, and a number none that is infinite."""
    return len(value) <= LONGEST and (name not in NUMBERS or is_finite(value))


def is_finite(value: str) -> bool:
    """Whether this is a number, and no infinite one."""
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False
