"""The buttons that play a run, and its pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import streamlit as st

from model.errors import StudioError
from model.kept import Pace
from model.live_run import LiveRun
from model.pacing import SECONDS_PER_EPOCH
from pages.ui import resources
from pages.ui.data_choice import chosen
from pages.ui.session import Session, begin_choice, keep_choice, show_run, shown_run, tell, untell
from pages.ui.settings import chosen_settings

PACES: list[Pace] = list(SECONDS_PER_EPOCH)
DEFAULT_PACE: Pace = "slow"
PACE_KEY = "train_pace"


def _pace() -> Pace:
    pace: Pace = st.session_state.get(PACE_KEY) or DEFAULT_PACE
    return pace


@dataclass
class Player:
    """What this person's buttons do: to the own run shown, or else to a new one with the settings shown."""

    session: Session

    @property
    def live(self) -> LiveRun | None:
        """The own run shown, as long as it has not ended."""
        run = self.session.run if self.session.mine else None
        return run if run and not run.ended else None

    def _begun_meanwhile(self) -> LiveRun | None:
        """The own run that a press before this one began: the page was not drawn anew in between."""
        run = shown_run()
        return run if run and run.owner == self.session.owner and not run.ended else None

    def _go_on(self, how: Callable[[LiveRun], None]) -> None:
        run = self.live or self._begun_meanwhile()
        if run is None:
            # Read here and not when the button was drawn: a slider may have moved since.
            data = resources.data_set(chosen())
            run = resources.keeper().create(self.session.owner, chosen_settings(), data, _pace())
            show_run(run)
        how(run)

    def play(self) -> None:
        """Train to the end."""
        self._go_on(resources.trainer().play)

    def one_step(self) -> None:
        """Train one batch."""
        self._go_on(resources.trainer().one_step)

    def one_epoch(self) -> None:
        """Train to the epoch's end."""
        self._go_on(resources.trainer().one_epoch)

    def pause(self) -> None:
        """Halt for now."""
        if self.live:
            resources.trainer().pause(self.live)

    def stop(self) -> None:
        """End the run here."""
        if self.live:
            resources.trainer().stop(self.live)

    def reset(self) -> None:
        """Leave the run shown, ending it if it is the own one, and go back to the untrained templates."""
        self.stop()
        show_run(None)

    def change_pace(self) -> None:
        """Go on at the pace chosen."""
        if run := self.live or self._begun_meanwhile():
            resources.trainer().set_pace(run, _pace())


class Control(NamedTuple):
    """A button: its key, the word on it, its icon, whether it can be pressed, and what it does."""

    name: str
    word: str
    icon: str
    enabled: bool
    act: Callable[[], None]


def controls(player: Player, ready: bool) -> list[Control]:
    """The buttons in the run's present state; ``ready`` says whether a new run could begin."""
    live = player.live
    paused = live is not None and live.state != "running"
    may_step = paused or (ready and player.session.run is None)
    if live and not paused:
        main = Control("main", "pause", "pause", True, player.pause)
    else:
        main = Control("main", "resume" if paused else "train", "play_arrow", paused or ready, player.play)
    return [
        main,
        Control("step", "step", "skip_next", may_step, player.one_step),
        Control("one_epoch", "one_epoch", "fast_forward", may_step, player.one_epoch),
        Control("stop", "stop", "stop", live is not None, player.stop),
        Control("reset", "reset", "replay", player.session.run is not None, player.reset),
    ]


def _act(act: Callable[[], None]) -> None:
    try:
        act()
    except StudioError as error:
        tell(error)
    else:
        untell()


def transport(player: Player, ready: bool) -> None:
    """Draw the buttons; each does what its label said when it was drawn."""
    text = player.session.text
    with st.container(key="train_transport", horizontal=True, gap="xsmall", vertical_alignment="center"):
        with st.container(key="train_controls", horizontal=True, gap="xsmall", width="content"):
            for control in controls(player, ready):
                st.button(
                    text(f"train.{control.word}"),
                    key=f"train_{control.name}",
                    icon=f":material/{control.icon}:",
                    disabled=not control.enabled,
                    type="primary" if control.name == "main" else "secondary",
                    on_click=_act,
                    args=(control.act,),
                )
        if player.live:
            st.session_state[PACE_KEY] = player.live.pace  # whatever was chosen for another run
        else:
            begin_choice(PACE_KEY, PACES, DEFAULT_PACE)
        st.segmented_control(
            text("train.pace"),
            PACES,
            required=True,
            format_func=lambda pace: text(f"train.{pace}"),
            key=PACE_KEY,
            label_visibility="collapsed",
            help=text("train.pace_help"),
            on_change=player.change_pace,
        )
        keep_choice(PACE_KEY, DEFAULT_PACE)
