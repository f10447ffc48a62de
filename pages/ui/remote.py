"""What a key does to the own run from a page that has no buttons for it, and the sentence that says so."""

from __future__ import annotations

import streamlit as st

from model.errors import StudioError
from model.live_run import LiveRun
from pages.ui import resources
from pages.ui.session import Session
from pages.ui.text import Text
from pages.ui.transport import PACE_KEY, PACES, Player

DEEDS = ("play", "step", "epoch", "slower", "faster")
"""What can be done from every page; a reset takes the run off them, and a new run needs its settings: both on Train."""


def main_button(text: Text) -> dict[str, str]:
    """What a press of Train's main button comes to, by the word that is on it."""
    return {
        text("train.train"): text("lectern.begun"),
        text("train.pause"): text("lectern.paused"),
        text("train.resume"): text("lectern.resumed"),
    }


def do(session: Session, deed: str) -> str:
    """Do one of DEEDS to the own live run shown; the sentence says what came of it, or why nothing did."""
    text, player = session.text, Player(session)
    if (live := player.live) is None:
        theirs = session.run is not None and not session.mine
        return text("lectern.not_yours") if theirs else text("lectern.no_run_here")
    try:
        if deed in ("slower", "faster"):
            return _change_pace(live, 1 if deed == "faster" else -1, text)
        return _play(player, live, deed, text)
    except StudioError as error:
        return text.error(error)


def _play(player: Player, live: LiveRun, deed: str, text: Text) -> str:
    running = live.state == "running"
    if deed == "play":
        (player.pause if running else player.play)()
        return text("lectern.paused") if running else text("lectern.resumed")
    if running:
        return text("lectern.pause_first")
    (player.one_step if deed == "step" else player.one_epoch)()
    return text("lectern.one_step_done") if deed == "step" else text("lectern.one_epoch_done")


def _change_pace(live: LiveRun, by: int, text: Text) -> str:
    at = PACES.index(live.pace) + by
    if at < 0:
        return text("lectern.slowest")
    if at == len(PACES):
        return text("lectern.fastest")
    resources.trainer().set_pace(live, PACES[at])
    st.session_state[f"kept_{PACE_KEY}"] = PACES[at]
    return text("lectern.pace_now", pace=text(f"train.{PACES[at]}"))
