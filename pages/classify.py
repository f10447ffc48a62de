"""Classify: a picture on its way to 28×28, what the model says of it, and why."""

from __future__ import annotations

import streamlit as st

from pages.ui import session
from pages.ui.classify_stage import Eyes, classify_stage
from pages.ui.models import beside_choice, choices, model_choice
from pages.ui.picture_sources import source_choice

visit = session.current()

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="classify_rail", gap="small"):
    st.title(visit.text("app.classify"), anchor=False)
    source_choice(visit)
    names = choices(visit)
    model = model_choice(visit)
    other = beside_choice(visit, model)

with stage, st.container(key="classify_box", gap="small"):
    eyes = Eyes(names[model.id], model.weights.W, model.weights.b)
    beside = Eyes(names[other.id], other.weights.W, other.weights.b) if other else None
    classify_stage(visit, lambda _: eyes, beside)
