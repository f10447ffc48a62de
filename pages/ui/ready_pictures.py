"""Pictures that are there already: the test images, whose labels are known, and six examples drawn by the project."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from model.data import FashionData
from model.errors import TEXT
from model.examples import EXAMPLES
from model.picture import open_picture
from pages.ui import pictures
from pages.ui.data_choice import chosen, problem, usable_data
from pages.ui.pictures import Picture
from pages.ui.session import Session, begin_choice, keep_choice
from pages.ui.text import Text, plain, text_labels
from pages.ui.wall import hidden

FOLDER = TEXT.parent / "examples"
ANY = "any"
INDEX = "classify_test_index"


def test_set(session: Session) -> None:
    """Choose a test image by its index, or any one of a class; it is shown at once, with its label known."""
    text = session.text
    data = usable_data()
    if data is None:
        st.caption(plain(problem(chosen(), text) or ""))
        return
    last = len(data.test_labels) - 1
    st.session_state.setdefault(INDEX, st.session_state.get(f"kept_{INDEX}"))
    st.number_input(
        text("sources.test_index", last=f"{last:,}"), 0, last, step=1, key=INDEX,
        on_change=lambda: _show_test(text, data, st.session_state[INDEX]),
    )  # fmt: skip
    st.session_state[f"kept_{INDEX}"] = st.session_state[INDEX]
    names = dict(zip(map(str, range(10)), text_labels(text.language), strict=True))
    begin_choice("classify_test_class", [ANY, *names], ANY)
    with st.container(key="classify_any", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            text("sources.test_class"),
            [ANY, *names],
            format_func=lambda label: names.get(label) or text("sources.any_class"),
            key="classify_test_class",
        )
        st.button(text("sources.any"), key="classify_test_any", on_click=_any_test, args=(text, data))
    keep_choice("classify_test_class", ANY)
    st.caption(text("sources.test_hint", data=text(f"data.{data.name}")))


def _any_test(text: Text, data: FashionData) -> None:
    label = st.session_state["classify_test_class"]
    indices = (
        range(len(data.test_labels)) if label == ANY else (data.test_labels == int(label)).nonzero()[:, 0].tolist()
    )
    index = random.choice(indices)
    st.session_state[INDEX] = index
    _show_test(text, data, index)


def _show_test(text: Text, data: FashionData, index: int | None) -> None:
    """Show the test image; one that is among the pictures already is not added again."""
    if index is None:
        return
    shown: dict[tuple[str, int], int] = st.session_state.setdefault("classify_tests", {})
    if _show_again(shown.get((data.name, index))):
        return
    pixels = np.rint(data.test_images[index].numpy() * 255).astype(np.uint8).reshape(28, 28)
    picture = Picture(
        text("sources.test_image", index=index), "test", Image.fromarray(pixels), int(data.test_labels[index])
    )
    pictures.add(picture)
    shown[data.name, index] = picture.id


def _show_again(picture_id: int | None) -> bool:
    kept = any(picture.id == picture_id for picture in pictures.pictures())
    if kept and picture_id:
        pictures.show(picture_id)
    return kept


def examples(session: Session) -> None:
    """The six as small pictures to be clicked."""
    text = session.text
    with st.container(key="classify_examples", horizontal=True, gap="small"):
        for number, name in enumerate(EXAMPLES, 1):
            named = text("sources.example_one", number=number) if names_hidden() else text(f"sources.example_{name}")
            st.button(
                named,
                key=f"classify_example_{name}",
                on_click=_show_example,
                args=(text, name),
                width="stretch",
            )
    st.caption(text("sources.example_hint"))


def names_hidden() -> bool:
    """Whether what a picture is called is not to be said: its name may be that of its class."""
    return not {"names", "labels"}.isdisjoint(hidden(st.query_params.get("hide")))


def _show_example(text: Text, name: str) -> None:
    shown: dict[str, int] = st.session_state.setdefault("classify_shown_examples", {})
    if not _show_again(shown.get(name)):
        picture = Picture(text(f"sources.example_{name}"), "example", _opened(FOLDER / f"{name}.jpg"))
        pictures.add(picture)
        shown[name] = picture.id


@cache
def _opened(path: Path) -> Image.Image:
    return open_picture(path.read_bytes())
