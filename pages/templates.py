"""Templates: what the ten rows of W looked like at every moment of a run, and what they got wrong."""

from __future__ import annotations

import streamlit as st

from model.errors import RunError
from pages.ui import models, session
from pages.ui.session import begin_choice, keep_choice
from pages.ui.templates_stage import VIEWS, film, stage_data

VIEW = "templates_view"
BESIDE = "templates_beside"
NOTHING = "nothing"

visit = session.current()
text = visit.text

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
    model = models.model_choice(visit, "collapsed")
    names = models.choices(visit)
    others = [NOTHING, *(name for name in names if name != model.id)]
    begin_choice(BESIDE, others, NOTHING)
    st.selectbox(
        text("templates.compare"),
        others,
        format_func=lambda name: names.get(name) or text("templates.nothing"),
        key=BESIDE,
        label_visibility="collapsed",
    )
    keep_choice(BESIDE, NOTHING)

told = session.told()
beside = st.session_state[BESIDE]
try:
    other = models.find(beside) if beside != NOTHING else None
except RunError as gone:
    other, told = None, gone
film(stage_data(visit, model, names, st.session_state[VIEW], other, text.error(told) if told else None))
