"""Evaluate: what the weights get right and wrong on test images, and why."""

from __future__ import annotations

import streamlit as st

from model.errors import StudioError
from pages.ui import resources, session
from pages.ui.data_choice import problem
from pages.ui.evaluation_choice import percent_choice, test_data_choice
from pages.ui.evaluation_stage import evaluation_stage
from pages.ui.models import model_choice
from pages.ui.text import plain

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
model, tested, obstacle = None, "", None
with rail, st.container(key="evaluate_rail", gap="small"):
    st.title(text("evaluate.title"), anchor=False)
    st.markdown(text("evaluate.lead"))
    try:
        model = model_choice(visit)
        tested = test_data_choice(text, model.data)
        obstacle = problem(tested, text)
    except StudioError as error:
        obstacle = text.error(error)
    percent = percent_choice(text)
    st.caption(text("evaluate.try_this"))

with stage, st.container(key="evaluate_box", gap="small"):
    told = session.told()
    said = text.error(told) if told else None
    if model and not obstacle:
        evaluation_stage(visit, model, resources.data_set(tested), percent, said)
    else:
        for sentence in filter(None, (said, obstacle)):
            st.markdown(plain(sentence))
