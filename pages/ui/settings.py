"""The Train page's rail: the settings of the next run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from model.concise import IMPLEMENTATIONS
from model.train import Hyperparameters
from pages.ui.data_choice import data_choice
from pages.ui.session import Session, begin_choice, keep_choice

LEARNING_RATES = [round(m * 10.0**e, 6) for e in range(-4, 1) for m in (1, 1.5, 2, 3, 5, 7)] + [10.0]
BATCH_SIZES = [1, 8, 16, 32, 64, 128, 256, 512, 1024, 4096, 60000]
INIT_STDS = [0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 1.0]
EPOCHS, SEEDS = range(1, 51), range(10_000)
BOOK = Hyperparameters()
KEYS = {name: f"train_{name}" for name in ("lr", "num_epochs", "implementation", "batch_size", "seed", "init_std")}
OFFERED: dict[str, Sequence[float | str]] = {
    "lr": LEARNING_RATES, "num_epochs": EPOCHS, "batch_size": BATCH_SIZES, "seed": SEEDS, "init_std": INIT_STDS,
    "implementation": list(IMPLEMENTATIONS),
}  # fmt: skip
"""The values that each widget offers."""


def _book_settings() -> None:
    for name, key in KEYS.items():
        st.session_state[key] = getattr(BOOK, name)


def set_settings(settings: Hyperparameters) -> None:
    """Put these settings on the widgets, from another page; a value that a widget does not offer leaves it as it is."""
    for name, key in KEYS.items():
        if (value := getattr(settings, name)) in OFFERED[name]:
            st.session_state[key] = value


def chosen_settings() -> Hyperparameters:
    """What the widgets say now, also within a callback that runs before they are drawn anew."""
    kept = {name: st.session_state.get(f"kept_{key}") or getattr(BOOK, name) for name, key in KEYS.items()}
    return Hyperparameters(**{name: st.session_state.get(key, kept[name]) for name, key in KEYS.items()})


def settings_rail(session: Session) -> Hyperparameters:
    """The sliders; returns what they say. They apply to the next run, never to one that has begun."""
    text = session.text
    st.title(text("train.title"), anchor=False)
    st.markdown(text("train.lead"))
    st.select_slider(
        text("train.lr"), LEARNING_RATES, BOOK.lr, lambda value: f"{value:g}",
        key=KEYS["lr"], bind="query-params", persist_state="session",
    )  # fmt: skip
    st.slider(
        text("train.num_epochs"), EPOCHS[0], EPOCHS[-1], BOOK.num_epochs,
        key=KEYS["num_epochs"], bind="query-params", persist_state="session",
    )  # fmt: skip
    begin_choice(KEYS["implementation"], list(IMPLEMENTATIONS), BOOK.implementation)
    st.segmented_control(
        text("train.implementation"), list(IMPLEMENTATIONS), required=True, key=KEYS["implementation"],
        format_func=lambda name: text(f"train.{name}"), help=text("train.implementation_help"),
        width="stretch", wrap=False,
    )  # fmt: skip
    keep_choice(KEYS["implementation"], BOOK.implementation)
    data_slot = st.container(key="train_data_slot", gap="xsmall")
    with st.expander(text("train.more")):
        st.select_slider(
            text("train.batch_size"), BATCH_SIZES, BOOK.batch_size, str,
            key=KEYS["batch_size"], bind="query-params", persist_state="session",
        )  # fmt: skip
        st.number_input(
            text("train.seed"), SEEDS[0], SEEDS[-1], BOOK.seed,
            key=KEYS["seed"], bind="query-params", persist_state="session",
        )  # fmt: skip
        st.select_slider(
            text("train.init_std"), INIT_STDS, BOOK.init_std, lambda value: f"{value:g}",
            key=KEYS["init_std"], bind="query-params", persist_state="session",
        )  # fmt: skip
    st.button(
        text("train.book"), key="train_book", on_click=_book_settings, type="tertiary", icon=":material/menu_book:"
    )
    with data_slot:
        data_choice(text)
    return chosen_settings()


def led_rail(session: Session) -> Hyperparameters:
    """The rail of a page that follows a lecturer: it sets nothing."""
    st.title(session.text("train.title"), anchor=False)
    return chosen_settings()


def rail_line(session: Session) -> str:
    """The one line under the settings: what to try, or whose run this is."""
    run = session.run
    if session.follow:
        return session.text("train.following")
    if run and not session.mine:
        return session.text("train.watching")
    return session.text("train.next_run" if run and not run.ended else "train.try_this")
