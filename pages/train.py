"""Train: set the learning rate and the epochs, press Train, and watch ten templates form."""

from __future__ import annotations

import streamlit as st

from pages.ui import resources, session
from pages.ui.animator import animator, stage_data
from pages.ui.data_choice import chosen, problem
from pages.ui.resources import GARMENTS
from pages.ui.settings import rail_line, settings_rail
from pages.ui.transport import Player, transport

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="train_rail", gap="small"):
    settings = settings_rail(visit)
    data = chosen()
    obstacle = problem(data, text)
    st.caption(obstacle or rail_line(visit))
    if error := session.told():
        st.caption(text.error(error))

with stage, st.container(key="train_stage", gap=None):
    shown = visit.run.data if visit.run else resources.data_set(GARMENTS if obstacle else data)
    pictures = resources.one_of_each(shown.name)
    animator(stage_data(text, visit.run, settings, len(shown.train_labels), pictures, visit.projector))
    transport(Player(visit, settings, data), ready=obstacle is None)
