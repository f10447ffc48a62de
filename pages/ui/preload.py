"""Lets the browser load Plotly, a task of about a second, while the server still imports torch and reads the data."""

from __future__ import annotations

import streamlit as st

_component = st.components.v2.component(
    "softmax_studio.preload",
    js="""
import(new URL("lib/animator/chart.js", document.baseURI))
export default function () {}
""",
)


def preload() -> None:
    """Draw nothing."""
    _component(key="studio_preload")
