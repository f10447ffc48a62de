"""The runs chosen, side by side, as one component (assets/compare): curves, differences, templates, confusions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

import streamlit as st
import torch

from model.errors import StoreError, StudioError
from model.history import Summary
from pages.ui import runs_list, runs_view
from pages.ui.component import asked, component
from pages.ui.frames import encode_templates, finite, scale_limit
from pages.ui.runs_asks import WHOLE_KEY, take
from pages.ui.runs_list import Outcome
from pages.ui.runs_stage import encode_row
from pages.ui.session import Session, tell
from pages.ui.text import Text, section, text_labels

KEY = "runs_compare"
TURN = "runs_compare_turn"
INTERVAL = 2.0
"""Seconds between two looks at chosen runs that go on."""

_component = component("compare")


class Chosen(NamedTuple):
    """A run that is compared, and what it has come to."""

    letter: str
    run: Summary
    outcome: Outcome


def runs_compare(session: Session, picked: list[Chosen]) -> None:
    """Draw the comparison where two runs or more are chosen, and again as long as one of them goes on."""
    if len(picked) < 2:
        return
    going_on = any(each.run.state == "running" for each in picked)
    st.fragment(_compare, run_every=INTERVAL if going_on else None)(session, picked)


def _compare(session: Session, picked: list[Chosen]) -> None:
    if st.session_state.pop(WHOLE_KEY, False):
        st.rerun()
    if any(each.run.state == "running" for each in picked):
        picked = chosen_runs(session.owner)
    if len(picked) < 2:
        return
    _component(
        key=KEY,
        data=compare_data(session, picked),
        on_ask_change=lambda: take(session, asked(KEY, list), TURN),
    )


def chosen_runs(viewer: str) -> list[Chosen]:
    """The runs chosen, by their letters; one that is not there any more is said and let go."""
    slots, found = runs_view.chosen(), []
    for letter, run_id in zip(runs_view.LETTERS, slots, strict=False):
        if not run_id:
            continue
        try:
            run = runs_list.find(run_id, viewer)
            found.append(Chosen(letter, run, runs_list.outcome(run)))
        except StoreError:  # it keeps its letter until the store can be read
            continue
        except StudioError as gone:
            tell(gone)
            runs_view.choose(run_id, False)
    return found


def compare_data(session: Session, picked: list[Chosen]) -> dict[str, Any]:
    """What the component is given."""
    text = session.text
    differing, same = differences(text, picked)
    return {
        "words": section(text.language, "stage") | section(text.language, "compare"),
        "labels": text_labels(text.language),
        "turn": st.session_state.get(TURN, 0),
        "differing": differing,
        "same": same,
        "limit": scale_limit(torch.cat([each.outcome.weights.W for each in picked])),
        "runs": [_encode(text, each) for each in picked],
    }


def _encode(text: Text, each: Chosen) -> dict[str, Any]:
    confusion = each.outcome.confusion
    points = [(p.epoch, finite(p.train_loss), finite(p.train_acc), finite(p.test_acc)) for p in each.outcome.epochs]
    return encode_row(text, each.run) | {
        "letter": each.letter,
        "points": points,
        "confusion": None if confusion is None else confusion.flatten().tolist(),
        "weights_step": each.outcome.weights.step,
        **encode_templates(each.outcome.weights.W),
    }


def differences(text: Text, picked: list[Chosen]) -> tuple[list[dict[str, Any]], list[list[str]]]:
    """The settings in which the runs differ, with each run's value, and those in which they do not, with theirs."""

    def words(name: str, value: Any) -> str:
        if name == "data":
            return text(f"data.{value}")
        return text(f"train.{value}") if name == "implementation" else f"{value:g}"

    all_settings = [asdict(each.run.hyperparameters) | {"data": each.run.data} for each in picked]
    differing, same = [], []
    for name in all_settings[0]:
        values = [settings[name] for settings in all_settings]
        shown = [words(name, value) for value in values]
        if len(set(values)) > 1:
            differing.append({"name": text(f"train.{name}"), "values": shown})
        else:
            same.append([text(f"train.{name}"), shown[0]])
    return differing, same
