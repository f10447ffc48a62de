"""The code of a section of Concepts as it is really run, in portions of which a wall shows one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from model.ideas.code import source

SCREEN = 25
"""Lines that a screen of the wall has room for."""

WIDTH = 104
"""Characters of a line that is not wrapped there."""

HEADING = 2.5
"""Lines that a function's file name and edges take."""

WORTH_IT = 12
"""Lines that must be left for the beginning of a function that is longer than a screen, and scrolls in its own box."""

Function = Callable[..., Any]


def portions(functions: Sequence[Function]) -> list[list[Function]]:
    """The functions in their order, a list for each screen; one that is longer than a screen is the last of its own."""
    screens: list[list[Function]] = []
    left = 0.0
    for function in functions:
        lines = _lines(function)
        fits = lines <= left or (lines > SCREEN and left >= WORTH_IT)
        if not fits:
            screens.append([])
            left = SCREEN
        screens[-1].append(function)
        left = max(0.0, left - lines)
    return screens


def _lines(function: Function) -> float:
    _, code = source(function)
    return HEADING + sum(1 + max(0, len(line) - 1) // WIDTH for line in code.splitlines())


def listing(functions: Sequence[Function]) -> None:
    """Draw them; assets/projector.css leaves on a wall the portion whose turn it is."""
    _, place = st.columns([232, 984], gap="medium")
    with place, st.container(key="concepts_code", gap="small"):
        for number, portion in enumerate(portions(functions), 1):
            with st.container(key=f"concepts_code_{number}", gap="small"):
                for function in portion:
                    file, lines = source(function)
                    st.caption(file)
                    st.code(lines, language="python")
