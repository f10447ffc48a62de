"""What the Evaluate page looks at: which test data, and which images of them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
import torch

from model.evaluation import Evaluation
from pages.ui.data_choice import problem
from pages.ui.resources import FASHION_MNIST, GARMENTS
from pages.ui.session import begin_choice, keep_choice
from pages.ui.text import Text

DATA_KEY = "evaluate_data"
UNIT_KEY = "evaluate_unit"
UNITS = ("counts", "percent")

PAGE_SIZES = {"images": 12, "mistakes": 10, "calls": 16, "cell": 24}
"""The lists, each with how many images it shows at a time."""

NONE = "none"
CHOICES = {
    "evaluate_list": list(PAGE_SIZES),
    "evaluate_cell": [NONE, *(f"{true}-{said}" for true in range(10) for said in range(10))],
    "evaluate_seed": [NONE, *map(str, range(1, 1000))],
    "evaluate_from": list(map(str, range(1, 10_001))),
    "evaluate_image": [NONE, *map(str, range(10_000))],
}
"""What a view is made of, as it stands in the URL; the first option of each is the default and is left out there."""


@dataclass(frozen=True)
class View:
    """Which list is open, the cell chosen, the seed of a shuffled list, the first image shown, and the one picked."""

    kind: str
    cell: tuple[int, int] | None
    seed: int | None
    start: int
    image: int | None = None


def test_data_choice(text: Text, trained_on: str) -> str:
    """The selection: by default the data that the weights were trained on, where they can be had."""
    default = trained_on if problem(trained_on, text) is None else GARMENTS
    if st.session_state.get("evaluate_trained_on", trained_on) != trained_on:
        _forget(DATA_KEY)  # other weights begin with their own data again
    st.session_state["evaluate_trained_on"] = trained_on
    begin_choice(DATA_KEY, [FASHION_MNIST, GARMENTS], default)
    chosen = st.selectbox(
        text("evaluate.data"),
        [FASHION_MNIST, GARMENTS],
        format_func=lambda name: text(f"data.{name}"),
        key=DATA_KEY,
        help=text("evaluate.data_help"),
    )
    keep_choice(DATA_KEY, default)
    return chosen


def _forget(key: str) -> None:
    st.session_state.pop(key, None)
    st.session_state.pop(f"kept_{key}", None)
    st.query_params.pop(key, None)


def percent_choice(text: Text) -> bool:
    """Whether the confusion matrix is shown in per cent of each row."""
    begin_choice(UNIT_KEY, list(UNITS), UNITS[0])
    unit = st.segmented_control(
        text("evaluate.unit"),
        list(UNITS),
        format_func=lambda name: text(f"evaluate.{name}"),
        key=UNIT_KEY,
        required=True,
        width="stretch",
        wrap=False,
    )
    keep_choice(UNIT_KEY, UNITS[0])
    return unit == UNITS[1]


def current_view() -> View:
    """The view that this person left, or that the URL asks for."""
    for key, options in CHOICES.items():
        begin_choice(key, options, options[0])
        keep_choice(key, options[0])
    kind, cell, seed, start, image = (str(st.session_state[key]) for key in CHOICES)
    picked = None if cell == NONE else (int(cell[0]), int(cell[2]))
    return View(kind, picked, _number(seed), int(start) - 1, _number(image))


def _number(value: str) -> int | None:
    return None if value == NONE else int(value)


def remember(asked: object) -> None:
    """Keep what the component asked for: list, cell, seed, from, image and turn; what is no option is passed over."""
    if not isinstance(asked, dict):
        return
    turn = asked.get("turn")
    if isinstance(turn, int):
        st.session_state["evaluate_turn"] = turn  # said back, so that the component knows what has been answered
    for key, options in CHOICES.items():
        value = asked.get(key.removeprefix("evaluate_"))
        if value in options:
            st.session_state[key] = value


def order(view: View, evaluation: Evaluation) -> list[int]:
    """All images of the list, as indices into the test data."""
    total = len(evaluation.labels)
    if view.kind == "mistakes":
        return evaluation.confident_mistakes(total)
    if view.kind == "calls":
        return evaluation.closest_calls(total)
    if view.kind == "cell":
        return evaluation.cell(*view.cell) if view.cell else []
    if view.seed is None:
        return list(range(total))
    shuffled: list[int] = torch.randperm(total, generator=torch.Generator().manual_seed(view.seed)).tolist()
    return shuffled


def page_start(view: View, count: int) -> int:
    """Where the page that holds the view's start begins in a list of ``count``; the last page where that is too far."""
    size = PAGE_SIZES[view.kind]
    return min(view.start, max(0, count - 1)) // size * size
