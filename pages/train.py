"""Train: set the learning rate and the epochs, press Train, and watch ten templates form."""

from __future__ import annotations

import streamlit as st

from pages.ui import session
from pages.ui.animator import animator, stage_data
from pages.ui.data_choice import chosen, problem, usable_data
from pages.ui.settings import led_rail, rail_line, settings_rail
from pages.ui.transport import Player, transport

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="train_rail", gap="small"):
    settings = led_rail(visit) if visit.follow else settings_rail(visit)
    obstacle = text("train.led_without_run") if visit.follow else problem(chosen(), text)
    st.caption(rail_line(visit))

with stage, st.container(key="train_stage", gap=None):
    error = session.told()
    animator(
        stage_data(
            text,
            visit.run,
            settings,
            visit.run.data if visit.run else usable_data(),
            error=text.error(error) if error else None if visit.run else obstacle,
            mine=visit.mine and not visit.follow,
        )
    )
    if not visit.follow:
        transport(Player(visit), ready=obstacle is None)
