"""Templates: what the ten rows of W looked like at every moment of a run, and what they got wrong."""

from __future__ import annotations

import streamlit as st

from model.errors import StudioError
from pages.ui import session
from pages.ui.models import beside_choice, choices, model_choice
from pages.ui.session import begin_choice, keep_choice
from pages.ui.templates_stage import VIEWS, film, stage_data
from pages.ui.text import plain

VIEW = "templates_view"

visit = session.current()
text = visit.text
model = other = obstacle = None

with st.container(key="templates_head", horizontal=True, gap="medium", vertical_alignment="center"):
    st.title(text("templates.title"), anchor=False, width="content")
    begin_choice(VIEW, VIEWS, VIEWS[0])
    st.segmented_control(
        text("templates.view"),
        VIEWS,
        required=True,
        format_func=lambda name: text(f"templates.{name}"),
        key=VIEW,
        label_visibility="collapsed",
        wrap=False,
        width="content",
    )
    keep_choice(VIEW, VIEWS[0])
    try:
        model = model_choice(visit, "collapsed")
        beside = beside_choice(visit, model)
        other = None if visit.projector else beside  # a wall has no room for two
    except StudioError as error:
        obstacle = error

problem = obstacle or session.told()
said = text.error(problem) if problem else None
if model:
    film(stage_data(visit, model, choices(visit), st.session_state[VIEW], other, said))
elif said:
    st.markdown(plain(said))
