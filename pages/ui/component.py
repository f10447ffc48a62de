"""A Components v2 component from its files: ``assets/<name>/<name>.html``, ``.css`` and ``.js``.

Those of Concepts lie in one folder: ``concepts/softmax`` is ``assets/concepts/softmax.html``, ``.css`` and ``.js``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

from model.errors import TEXT

ASSETS = TEXT.parent
SHARED = "".join((ASSETS / "animator" / f"{name}.css").read_text(encoding="utf-8") for name in ("tokens", "confusion"))
IDEA = (ASSETS / "concepts" / "idea.css").read_text(encoding="utf-8")

DEEPEST, MOST_PARTS, LONGEST, LARGEST = 4, 1000, 100_000, 2**53
"""Of what a component may ask: how deep, how many parts a level, how long a text, how large a number."""

SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can hold and no file, database or message."""

Kind = TypeVar("Kind", dict[str, Any], list[Any])

# Streamlit sends this string again with every update, so it only imports the module that app.py serves.
STUB = """
const load = import(new URL("lib/NAME.js", document.baseURI))
export default function (component) {
  load.then((module) => module.mount(component))
  return () => load.then((module) => module.unmount(component.parentElement))
}
"""


def component(name: str, *styles: str) -> Callable[..., Any]:
    """The component of this name; its module exports ``mount(component)`` and ``unmount(parentElement)``.

    ``styles``: CSS files that come before its own, as ``classify/why``, which two components share.
    """
    files = name if "/" in name else f"{name}/{name}"
    shared = SHARED + (IDEA if name.startswith("concepts/") else "")
    styled = "".join((ASSETS / f"{file}.css").read_text(encoding="utf-8") for file in (*styles, files))
    mount: Callable[..., Any] = st.components.v2.component(
        f"softmax_studio.{name.replace('/', '_')}",
        html=(ASSETS / f"{files}.html").read_text(encoding="utf-8"),
        css=shared + styled,
        js=STUB.replace("NAME", files),
    )
    return mount


def asked(key: str, kind: type[Kind]) -> Kind | None:
    """What the component of this key asks for, in its callback; None where the page was left as it asked.

    None too for what no page of ours sends: a message can be made by hand. What comes out is of the kind named.
    """
    ask = said(key, "ask")
    return ask if isinstance(ask, kind) and is_plain(ask) else None


def said(key: str, name: str) -> object:
    """What the component of this key says last by this name, whatever it is; None where it says nothing."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else None


def is_plain(value: object, depth: int = DEEPEST) -> bool:
    """Whether this is JSON that can be kept, said back and compared: finite, not deep, and with no half characters."""
    if isinstance(value, dict):
        parts = [*value.keys(), *value.values()]
        return depth > 0 and len(parts) <= MOST_PARTS and all(is_plain(part, depth - 1) for part in parts)
    if isinstance(value, list):
        return depth > 0 and len(value) <= MOST_PARTS and all(is_plain(part, depth - 1) for part in value)
    if isinstance(value, str):
        return len(value) <= LONGEST and SURROGATE.search(value) is None
    if isinstance(value, int | float):
        return abs(value) <= LARGEST  # which NaN is not
    return value is None
