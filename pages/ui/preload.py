"""Lets the browser load what the pages need before it is asked for: Plotly at once, their own scripts after it."""

from __future__ import annotations

import json

import streamlit as st

from pages.ui.routes import COMPONENTS

# Plotly takes the browser about half a second, in which the server imports torch and reads the data. The pages' scripts
# import one another, so that a page opened for the first time would ask for one after the other.
SCRIPT = """
const load = (name, file = name) => import(new URL(`lib/${name}/${file}.js`, document.baseURI))
const idle = () => new Promise((resolve) => (window.requestIdleCallback ?? setTimeout)(resolve))
async function preload() {
  const { plotly } = await load("animator", "chart")
  await plotly()
  for (const name of NAMES) {
    await idle()
    await load(name)
  }
}
preload().catch(() => {}) // what is needed is asked for again then, and what is missing said there
export default function () {}
"""

_component = st.components.v2.component(
    "softmax_studio.preload",
    js=SCRIPT.replace("NAMES", json.dumps([name for name in COMPONENTS if name != "examples"])),
)


def preload() -> None:
    """Draw nothing."""
    _component(key="studio_preload")
