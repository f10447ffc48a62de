"""Classify: a picture on its way to 28×28, what the model says of it, and why."""

from __future__ import annotations

import time

import streamlit as st

from model.errors import StudioError
from pages.ui import pictures, session
from pages.ui.classify_eyes import doubt, eyes_of
from pages.ui.classify_stage import classify_stage
from pages.ui.corrections import corrections
from pages.ui.models import Model, beside_choice, choices, model_choice
from pages.ui.picture_sources import chosen_source, source_choice
from pages.ui.text import plain

visit = session.current()
text = visit.text

INTERVAL = 1.0
"""Seconds between two looks at a run that has not ended."""


def explain(model: Model, other: Model | None) -> None:
    """Draw the stage; as a fragment, again and again as long as a run goes on."""
    names, shown = choices(visit), pictures.shown()
    for run in (each.run for each in (model, other) if each):
        if run and not run.ended:
            run.seen = time.monotonic()  # a run that classifies is watched
    beside = eyes_of(text, other, names[other.id])(shown) if other and shown else None
    told = session.told()
    classify_stage(
        visit,
        eyes_of(text, model, names[model.id]),
        beside,
        doubt(text, shown) if shown else None,
        text.error(told) if told else None,
        [text("classify.most", most=pictures.MOST)] if len(pictures.pictures()) >= pictures.MOST else (),
    )


model = other = obstacle = None
if visit.follow:
    st.title(text("classify.title"), anchor=False)
    st.markdown(text("classify.led"))
else:
    drawing = chosen_source() == "draw" and not visit.projector
    rail, stage = st.columns([330, 886] if drawing else [232, 984], gap="medium")
    with rail, st.container(key="classify_rail", gap="small"):
        with st.container(key="classify_give", gap="small"):
            st.title(text("classify.title"), anchor=False)
            st.markdown(text("classify.lead"))
            source_choice(visit)
        with st.container(key="classify_set", gap="small"):
            try:
                model = model_choice(visit)
                other = beside_choice(visit, model, "visible")
            except StudioError as error:
                obstacle = error
            corrections(text, pictures.shown())
            st.caption(text("classify.limits"))

    with stage, st.container(key="classify_box", gap="small"):
        if model:
            going_on = any(each.run and not each.run.ended for each in (model, other) if each)
            st.fragment(explain, run_every=INTERVAL if going_on else None)(model, other)
        elif obstacle:
            st.markdown(plain(text.error(obstacle)))
