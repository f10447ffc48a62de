"""The sketchpad: ``streamlit-drawable-canvas`` with our tools about it. A drawing is one picture while it is drawn.

The paper is white and the ink black in both themes: what is drawn is what is classified, and a photo of a drawing
would not turn dark either.
"""

from __future__ import annotations

import base64
import io
from functools import cache

import numpy as np
import streamlit as st
from PIL import Image

from model.data import FashionData
from pages.ui import resources
from pages.ui.component import component
from pages.ui.data_choice import usable_data
from pages.ui.session import Session, begin_choice, keep_choice
from pages.ui.sketch import PAPER, Sketch
from pages.ui.text import text_labels

SIDE = 300
"""Of the paper, in CSS pixels: a phone has room for it."""

TOOLS = ("freedraw", "polygon", "eraser")

INK = "#000000"
ERASER_WIDTH = 3
"""How many times wider than the brush the eraser is."""

UNTRACED = "none"
FAINT = 70
"""Of 255: how dark the darkest pixel of a picture to trace is."""

BRUSHES = ["2", "4", "6", "9", "14", "22"]
TRACES = [UNTRACED, *map(str, range(10))]
CHOICES = {
    "classify_tool": (list(TOOLS), "freedraw"),
    "classify_brush": (BRUSHES, "6"),
    "classify_trace": (TRACES, UNTRACED),
}
"""What a person sets, each with its options and the default."""

KEY = "classify_canvas"

_dress = component("sketchpad")


def _png(pixels: np.ndarray) -> str:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


@cache
def blank() -> str:
    """White paper, as a data URL: without it the page's own ground would show."""
    return _png(np.full((1, 1), 255, np.uint8))


@cache
def to_trace(data: FashionData, label: int) -> str:
    """A class's mean image, faint on white, as a data URL of the paper's size: nine pixels a side for each."""
    mean = resources.class_means(data)[label].reshape(28, 28).numpy()
    scale = SIDE // 28 - 1
    faint = (255 - mean / mean.max() * FAINT).astype(np.uint8).repeat(scale, 0).repeat(scale, 1)
    return _png(np.pad(faint, (SIDE - len(faint)) // 2, constant_values=255))


def sketchpad(session: Session) -> None:
    """The tools, the paper, and beneath it what takes strokes back; each stroke is in the pictures at once."""
    text = session.text
    sketch: Sketch = st.session_state.setdefault("classify_sketch", Sketch())
    name = text("sources.drawing", number=sketch.made + 1)
    for key, (options, default) in CHOICES.items():
        begin_choice(key, options, default)
    st.segmented_control(
        text("sources.tool"),
        list(TOOLS),
        format_func=lambda tool: text(f"sources.{tool}"),
        key="classify_tool",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    _canvas(sketch, name)
    _dress(key="classify_dress", data=_dressing(text("sources.paper")))
    with st.container(key="classify_strokes", horizontal=True, gap="small"):
        st.button(
            text("sources.undo"), key="classify_undo", icon=":material/undo:", on_click=_undo, args=(sketch, name),
            disabled=len(sketch.steps) < 2, shortcut="Ctrl+Z",
        )  # fmt: skip
        st.button(
            text("sources.clear"), key="classify_clear", icon=":material/delete:", on_click=_clear, args=(sketch, name),
            disabled=not sketch.steps[-1].objects,
        )  # fmt: skip
    st.caption(text("sources.polygon_hint" if st.session_state["classify_tool"] == "polygon" else "sources.draw_hint"))
    with st.container(key="classify_drawing", horizontal=True, gap="small"):
        st.select_slider(text("sources.brush"), BRUSHES, key="classify_brush")
        names = dict(zip(map(str, range(10)), text_labels(text.language), strict=True))
        st.selectbox(
            text("sources.trace"),
            TRACES,
            format_func=lambda label: names.get(label) or text("sources.untraced"),
            key="classify_trace",
            help=text("sources.trace_help"),
        )
    for key, (_, default) in CHOICES.items():
        keep_choice(key, default)


def _canvas(sketch: Sketch, name: str) -> None:
    from streamlit_drawable_canvas import st_canvas  # it declares its component as it is imported: not before a server

    if KEY not in st.session_state:
        sketch.tell()  # it is new on the page, and does not know what was drawn
    tool, brush = st.session_state["classify_tool"], st.session_state["classify_brush"]
    try:
        result = st_canvas(
            fill_color="rgba(0, 0, 0, 0)",
            stroke_width=int(brush) * (ERASER_WIDTH if tool == "eraser" else 1),
            stroke_color=PAPER if tool == "eraser" else INK,
            background_image=blank(),
            height=SIDE,
            width=SIDE,
            drawing_mode="polygon" if tool == "polygon" else "freedraw",
            initial_drawing={"objects": sketch.told, "turn": sketch.turn},
            return_image_data=True,
            key=KEY,
        )
        objects, png = (result.json_data or {}).get("objects", []), result.image_bytes
    except (AttributeError, KeyError, TypeError, ValueError):  # it takes whatever the browser says for its own words
        return
    sketch.hear(objects, png, name)


def _undo(sketch: Sketch, name: str) -> None:
    _hear_first(sketch, name)
    sketch.undo(name)


def _clear(sketch: Sketch, name: str) -> None:
    _hear_first(sketch, name)
    sketch.clear()


def _hear_first(sketch: Sketch, name: str) -> None:
    # A stroke just before a button is pressed may come with it, and its callback runs before the canvas is read.
    try:
        drawing = st.session_state[KEY]["drawing"]
        objects, png = drawing["raw"]["objects"], base64.b64decode(drawing["data"].partition(";base64,")[2])
    except (AttributeError, KeyError, TypeError, ValueError):  # nothing is said yet, or nothing that is a drawing
        return
    sketch.hear(objects, png, name)


def _dressing(label: str) -> dict[str, str | None]:
    data, traced = usable_data(), st.session_state["classify_trace"]
    trace = to_trace(data, int(traced)) if data and traced != UNTRACED else None
    return {"label": label, "tool": st.session_state["classify_tool"], "trace": trace}
