"""What the Runs page shows: which runs in which order, which are chosen to be compared, and whose details are open."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

from model.history import SORTS, Query
from model.kept import State
from pages.ui.resources import FASHION_MNIST, GARMENTS
from pages.ui.session import Session, begin_choice, keep_choice
from pages.ui.text import Text

ROWS, ROWS_ON_WALL = 25, 13
"""Runs on a page of the table; on a wall it must not scroll."""

LETTERS = "ABCDEFGH"
"""What the chosen runs are called; so many can be compared."""

ANY, DELETED = "any", "deleted"
DATA_SETS = [ANY, FASHION_MNIST, GARMENTS]
STATES: tuple[State, ...] = ("running", "paused", "interrupted", "finished", "stopped", "diverged", "failed")
SEARCH_KEY = "runs_search"
DATA_KEY = "runs_data"
STATE_KEY = "runs_state"
SORT_KEY, PAGE_KEY, CHOSEN_KEY, OPENED_KEY = "runs_sort", "runs_page", "runs_chosen", "runs_open"
NEWEST = "-created"
ORDERS = [NEWEST, *(sign + name for name in SORTS for sign in ("", "-") if sign + name != NEWEST)]
PAGES = [str(page) for page in range(1, 4001)]


def find_choice(text: Text) -> None:
    """The fields that narrow the table down."""
    st.session_state[SEARCH_KEY] = _search()
    st.text_input(
        text("runs.search"), key=SEARCH_KEY, placeholder=text("runs.search_hint"), max_chars=80, on_change=first_page
    )
    st.session_state[f"kept_{SEARCH_KEY}"] = search = st.session_state[SEARCH_KEY]
    to_url(SEARCH_KEY, search)
    with st.container(key="runs_narrow", horizontal=True, gap="xsmall"):
        begin_choice(DATA_KEY, DATA_SETS, ANY)
        st.selectbox(
            text("runs.data"), DATA_SETS, key=DATA_KEY, on_change=first_page,
            format_func=lambda name: text("runs.any_data") if name == ANY else text(f"data.{name}"),
        )  # fmt: skip
        keep_choice(DATA_KEY, ANY)
        begin_choice(STATE_KEY, [ANY, *STATES, DELETED], ANY)
        st.selectbox(
            text("runs.state"), [ANY, *STATES, DELETED], key=STATE_KEY, on_change=first_page,
            format_func=lambda state: text("runs.any_state") if state == ANY else text(f"runs.{state}"),
        )  # fmt: skip
        keep_choice(STATE_KEY, ANY)


def _search() -> str:
    for value in (st.session_state.get(SEARCH_KEY), st.query_params.get(SEARCH_KEY)):
        if value is not None:
            return str(value)[:80]
    return str(st.session_state.get(f"kept_{SEARCH_KEY}") or "")


def first_page() -> None:
    """Other runs, or another order: the table is at its beginning again."""
    st.session_state[PAGE_KEY] = PAGES[0]


def order() -> tuple[str, bool]:
    """What the table is sorted by, and whether the largest come first."""
    begin_choice(SORT_KEY, ORDERS, NEWEST)
    keep_choice(SORT_KEY, NEWEST)
    asked = str(st.session_state[SORT_KEY])
    return asked.removeprefix("-"), asked.startswith("-")


def page_number() -> int:
    """Which page of the table is shown, from 1."""
    begin_choice(PAGE_KEY, PAGES, PAGES[0])
    keep_choice(PAGE_KEY, PAGES[0])
    return int(st.session_state[PAGE_KEY])


def rows() -> int:
    """How many runs the table shows."""
    return ROWS_ON_WALL if st.query_params.get("projector") == "1" else ROWS


def query() -> Query:
    """The runs that are asked for."""
    sort, descending = order()
    data, state = (st.session_state.get(key, ANY) for key in (DATA_KEY, STATE_KEY))
    return Query(
        search=str(st.session_state.get(SEARCH_KEY) or ""),
        data=None if data == ANY else data,
        state=None if state in (ANY, DELETED) else state,
        deleted=state == DELETED,
        sort=sort,
        descending=descending,
        start=(page_number() - 1) * rows(),
        count=rows(),
    )


def filtered(asked: Query) -> bool:
    """Whether some runs are left out."""
    return bool(asked.search.strip() or asked.data or asked.state)


def chosen() -> list[str]:
    """The ids of the runs chosen, each at its letter's place; an empty string where a letter is free."""
    if CHOSEN_KEY not in st.session_state:
        asked = st.query_params.get(CHOSEN_KEY, "").split(",")[: len(LETTERS)]
        set_chosen([id_ if is_id(id_) and id_ not in asked[:i] else "" for i, id_ in enumerate(asked)])
    slots: list[str] = list(st.session_state[CHOSEN_KEY])
    to_url(CHOSEN_KEY, ",".join(slots))
    return slots


def set_chosen(slots: Sequence[str]) -> None:
    """Choose these runs."""
    kept = list(slots)
    while kept and not kept[-1]:
        kept.pop()
    st.session_state[CHOSEN_KEY] = kept


def choose(run_id: str, on: bool) -> None:
    """Give the run the first free letter, or take its letter away; where all are given nothing is changed."""
    slots = chosen()
    if not on:
        set_chosen(["" if id_ == run_id else id_ for id_ in slots])
    elif run_id not in slots and len([*filter(None, slots)]) < len(LETTERS):
        free = slots.index("") if "" in slots else len(slots)
        set_chosen([*slots[:free], run_id, *slots[free + 1 :]])


def opened(session: Session) -> str | None:
    """Whose details are open; at first those of the run that a link names, if it is not this person's own."""
    if OPENED_KEY not in st.session_state:
        asked = st.query_params.get(OPENED_KEY, "")
        foreign = session.run.id if session.run and not session.mine else None
        st.session_state[OPENED_KEY] = asked if is_id(asked) else foreign
    run_id: str | None = st.session_state[OPENED_KEY]
    to_url(OPENED_KEY, run_id or "")
    return run_id


def set_opened(run_id: str | None) -> None:
    """Open a run's details, or close them."""
    st.session_state[OPENED_KEY] = run_id


def is_id(value: object) -> bool:
    """Whether this could be a run's id."""
    return isinstance(value, str) and re.fullmatch(r"[\w-]{1,43}", value, re.ASCII) is not None


def to_url(key: str, value: str) -> None:
    """Keep a value in this page's URL; an empty one removes it."""
    if not value:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value
