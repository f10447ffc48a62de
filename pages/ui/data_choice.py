"""Which data to train on, and what is so about Fashion-MNIST on this machine: there, on its way, or not to be had."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import streamlit as st

from model.data import FashionData, is_present
from model.errors import DataError
from pages.ui import resources
from pages.ui.resources import FASHION_MNIST, GARMENTS
from pages.ui.session import begin_choice, keep_choice
from pages.ui.text import Text, plain

KEY = "train_data"
NETWORK_ERRORS = ("download_unreachable", "download_stalled", "download_status")
"""Faults of the network: their details are a hover away, as the way out is the same."""


def chosen() -> str:
    """The data set that the person has chosen."""
    asked = st.query_params.get(KEY)
    named = st.session_state.get(KEY) or (asked if asked in (FASHION_MNIST, GARMENTS) else None)
    return str(named or st.session_state.get(f"kept_{KEY}") or resources.default_data())


def problem(name: str, text: Text) -> str | None:
    """Why the data set cannot be trained on now, in one sentence; None if it can."""
    if name == FASHION_MNIST and not is_present():
        return text("data.choose_garments")
    try:
        resources.data_set(name)
    except DataError as error:
        return text.error(error)
    return None


def usable_data() -> FashionData | None:
    """The data chosen, or else Garments, or else nothing: a page is drawn all the same."""
    for name in (chosen(), GARMENTS):
        if name == GARMENTS or is_present():
            with suppress(DataError):
                return resources.data_set(name)
    return None


def data_choice(text: Text) -> None:
    """The selection, and beneath it one line about the download if there is something to say."""
    default = resources.default_data()
    begin_choice(KEY, [FASHION_MNIST, GARMENTS], default)
    st.selectbox(
        text("train.data"),
        [FASHION_MNIST, GARMENTS],
        format_func=lambda name: text(f"data.{name}"),
        key=KEY,
        help=text("train.data_help"),
    )
    keep_choice(KEY, default)
    state = resources.download().progress().state
    every = 1.0 if state in ("idle", "running") else 5.0
    settled = problem(FASHION_MNIST, text) is None and state != "running"
    st.fragment(_download_line, run_every=None if settled else every)(text, state, chosen())


def _use_fashion_mnist() -> None:
    st.session_state[KEY] = FASHION_MNIST


class Line(NamedTuple):
    """What there is to say of Fashion-MNIST, and the button that helps: its word and what it does."""

    sentence: str
    word: str
    act: Callable[[], None]
    details: str | None = None


def line_to_say(text: Text) -> Line | None:
    """The line under the selection; None where all is well."""
    download = resources.download()
    progress = download.progress()
    if progress.state == "running":
        received, total = (f"{count / 1e6:.1f}" for count in (progress.received, progress.total))
        return Line(text("data.downloading", received=received, total=total), "cancel", download.cancel)
    if is_present() and (damage := problem(FASHION_MNIST, text)):
        return Line(plain(damage), "fetch", download.start)
    if is_present():
        here = progress.state == "done" and chosen() != FASHION_MNIST
        return Line(text("data.here"), "use_it", _use_fashion_mnist) if here else None
    gap = "" if text.language == "zh" else " "
    instead = gap + text("data.instead") if chosen() == GARMENTS else ""
    if progress.state == "cancelled":
        return Line(text("data.cancelled") + instead, "retry", download.start)
    if progress.error and progress.error.key in NETWORK_ERRORS:
        return Line(text("data.no_network") + instead, "retry", download.start, plain(text.error(progress.error)))
    if progress.error:
        return Line(plain(text.error(progress.error)) + instead, "retry", download.start)
    return Line(text("data.missing") + instead, "fetch", download.start)


def _download_line(text: Text, state: str, choice: str) -> None:
    if (resources.download().progress().state, chosen()) != (state, choice):
        st.rerun()  # the whole page: the selection or the polling changes
    line = line_to_say(text)
    if line is None:
        return
    st.caption(line.sentence, help=line.details)
    if st.button(text(f"data.{line.word}"), key="train_data_action", on_click=line.act, type="tertiary"):
        st.rerun()
