"""What the next sweep is made of, in the rail of the Runs page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from model.errors import BadSetting, StudioError
from model.sweep import Grid
from model.train import Hyperparameters
from pages.ui import resources, sweep_view
from pages.ui.data_choice import chosen, problem
from pages.ui.session import Session, tell, untell
from pages.ui.settings import chosen_settings
from pages.ui.sweep_stage import seconds_of
from pages.ui.sweep_words import number, setting_names, time_words
from pages.ui.text import Text, plain

LEARNING_RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0]
BATCH_SIZES = [16, 32, 64, 128, 256, 512, 1024, 4096, 60000]
INIT_STDS = [0.0, 0.001, 0.01, 0.1, 0.3, 1.0]
CHOICES: dict[str, Sequence[float]] = {"lr": LEARNING_RATES, "batch_size": BATCH_SIZES, "init_std": INIT_STDS}
DEFAULTS: dict[str, list[float]] = {"lr": [0.001, 0.01, 0.1, 1.0, 10.0], "batch_size": [256], "init_std": [0.01]}
KEYS = {name: f"runs_sweep_{name}" for name in CHOICES}
EPOCHS_KEY = "runs_sweep_num_epochs"
EPOCHS = 5


def sweep_form(session: Session) -> None:
    """The choices of the next sweep, how many runs that makes and how long they take, and the button."""
    text = session.text
    with st.expander(text("sweep.title"), key="runs_sweep"):
        st.caption(text("sweep.lead"))
        names = setting_names(text)
        for name, values in CHOICES.items():
            st.pills(
                names[name], list(values), selection_mode="multi", default=DEFAULTS[name], format_func=number,
                key=f"runs_sweep_{name}", persist_state="session",
            )  # fmt: skip
        st.slider(text("train.num_epochs"), 1, 50, EPOCHS, key=EPOCHS_KEY, persist_state="session")
        base = chosen_settings()
        st.caption(
            text(
                "sweep.from_train",
                implementation=_implementations(text)[base.implementation],
                data=text(f"data.{chosen()}"),
                seed=base.seed,
            )
        )
        obstacle = problem(chosen(), text)
        ready = False
        try:
            count = _announcement(text, chosen_grid()) if obstacle is None else obstacle
            ready = obstacle is None
        except StudioError as error:
            count = text.error(error)
        under_way = resources.sweeper().running(session.owner) is not None
        st.markdown(plain(text("sweep.under_way") if under_way else count))
        st.button(
            text("sweep.start"), key="runs_sweep_start", type="primary", icon=":material/play_arrow:",
            disabled=under_way or not ready, on_click=_start, args=(session,),
        )  # fmt: skip


def _implementations(text: Text) -> dict[str, str]:
    return {"scratch": text("train.scratch"), "concise": text("train.concise")}


def chosen_grid() -> Grid:
    """What the form says, with all else from the Train page; BadSetting where that is no grid."""
    lrs, batch_sizes, init_stds = (tuple(st.session_state.get(key) or ()) for key in KEYS.values())
    train = chosen_settings()
    epochs = st.session_state.get(EPOCHS_KEY, EPOCHS)
    base = Hyperparameters(num_epochs=epochs, seed=train.seed, implementation=train.implementation)
    return Grid(base, chosen(), lrs, batch_sizes, init_stds)


def _announcement(text: Text, grid: Grid) -> str:
    data = resources.data_set(grid.data)
    if max(grid.batch_sizes) > len(data.train_labels):
        raise BadSetting("batch_over_data", value=max(grid.batch_sizes), limit=f"{len(data.train_labels):,}")
    seconds = sum(seconds_of(settings, grid.data) for settings in grid.cells())
    if len(grid) == 1:
        return text("sweep.one", time=time_words(text, seconds))
    return text("sweep.count", count=len(grid), time=time_words(text, seconds))


def _start(session: Session) -> None:
    untell()
    try:
        sweep = resources.sweeper().begin(session.owner, chosen_grid())
    except StudioError as error:
        tell(error)
        return
    sweep_view.begun(sweep.id)
