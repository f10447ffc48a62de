"""A Components v2 component from its files: ``assets/<name>/<name>.html``, ``.css`` and ``.js``.

Those of Concepts lie in one folder: ``concepts/softmax`` is ``assets/concepts/softmax.html``, ``.css`` and ``.js``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from model.errors import TEXT

ASSETS = TEXT.parent
SHARED = "".join((ASSETS / "animator" / f"{name}.css").read_text(encoding="utf-8") for name in ("tokens", "confusion"))
IDEA = (ASSETS / "concepts" / "idea.css").read_text(encoding="utf-8")

# Streamlit sends this string again with every update, so it only imports the module that app.py serves.
STUB = """
const load = import(new URL("lib/NAME.js", document.baseURI))
export default function (component) {
  load.then((module) => module.mount(component))
  return () => load.then((module) => module.unmount(component.parentElement))
}
"""


def component(name: str) -> Callable[..., Any]:
    """The component of this name; its module exports ``mount(component)`` and ``unmount(parentElement)``."""
    files = name if "/" in name else f"{name}/{name}"
    shared = SHARED + (IDEA if name.startswith("concepts/") else "")
    mount: Callable[..., Any] = st.components.v2.component(
        f"softmax_studio.{name.replace('/', '_')}",
        html=(ASSETS / f"{files}.html").read_text(encoding="utf-8"),
        css=shared + (ASSETS / f"{files}.css").read_text(encoding="utf-8"),
        js=STUB.replace("NAME", files),
    )
    return mount


def asked(key: str) -> Any:
    """What the component of this key asks for, in its callback; None where the page was left as it asked."""
    return (st.session_state.get(key) or {}).get("ask")
