"""Which data to train on, and what is so about Fashion-MNIST on this machine: there, on its way, or not to be had."""

from __future__ import annotations

import streamlit as st

from model.data import is_present
from model.errors import DataError
from pages.ui import resources
from pages.ui.resources import FASHION_MNIST, GARMENTS
from pages.ui.text import Text

KEY = "train_data"
NETWORK_ERRORS = ("download_unreachable", "download_stalled", "download_status")
"""Faults of the network: their details are a hover away, as the way out is the same."""


def chosen() -> str:
    """The data set that the person has chosen."""
    return str(st.session_state.get(KEY) or resources.default_data())


def problem(name: str, text: Text) -> str | None:
    """Why the data set cannot be trained on now, in one sentence; None if it can."""
    if name == FASHION_MNIST and not is_present():
        return text("data.choose_garments")
    try:
        resources.data_set(name)
    except DataError as error:
        return text.error(error)
    return None


def data_choice(text: Text) -> None:
    """The selection, and beneath it one line about the download if there is something to say."""
    if KEY not in st.session_state:
        st.session_state[KEY] = resources.default_data()
    st.selectbox(
        text("train.data"), [FASHION_MNIST, GARMENTS], format_func=lambda name: text(f"data.{name}"),
        key=KEY, persist_state="session", help=text("train.data_help"),
    )  # fmt: skip
    state = resources.download().progress().state
    may_change = state == "running" or (state == "idle" and not is_present())
    st.fragment(_download_line, run_every=1.0 if may_change else None)(text, state)


def _use_fashion_mnist() -> None:
    st.session_state[KEY] = FASHION_MNIST


def _fetch() -> None:
    resources.download().start()


def _download_line(text: Text, state: str) -> None:
    download = resources.download()
    progress = download.progress()
    if progress.state != state:
        st.rerun()
    megabytes = {"received": f"{progress.received / 1e6:.1f}", "total": f"{progress.total / 1e6:.1f}"}
    reason = text.error(progress.error) if progress.error else ""
    details = None
    if progress.state == "running":
        line, button = text("data.downloading", **megabytes), ("cancel", download.cancel)
    elif progress.state == "done" and chosen() != FASHION_MNIST:
        line, button = text("data.here"), ("use_it", _use_fashion_mnist)
    elif progress.error and progress.error.key in NETWORK_ERRORS:
        line, details, button = text("data.no_network"), reason, ("retry", _fetch)
    elif progress.error:
        line, button = text("data.failed", reason=reason), ("retry", _fetch)
    elif progress.state == "cancelled":
        line, button = text("data.cancelled"), ("retry", _fetch)
    elif (damaged := problem(FASHION_MNIST, text)) and is_present():
        line, button = damaged, ("fetch", _fetch)
    elif not is_present():
        line, button = text("data.missing"), ("fetch", _fetch)
    else:
        return
    st.caption(line, help=details)
    if st.button(text(f"data.{button[0]}"), key="train_data_action", on_click=button[1], type="tertiary"):
        st.rerun()  # the whole page: the selection and the polling may change
