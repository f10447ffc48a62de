"""Data: what the model sees, where it came from, and ten pictures of each class."""

from __future__ import annotations

import streamlit as st

from pages.ui import resources, session
from pages.ui.data_choice import chosen, data_choice, problem
from pages.ui.gallery import gallery
from pages.ui.resources import GARMENTS

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="data_rail", gap="small"):
    st.title(text("data.title"), anchor=False)
    lead = st.empty()
    data_choice(text)
    obstacle = problem(chosen(), text)
    if obstacle:
        st.caption(obstacle)

shown = resources.data_set(GARMENTS if obstacle else chosen())
counts = {"train": f"{len(shown.train_labels):,}", "test": f"{len(shown.test_labels):,}", "source": shown.source}
lead.markdown(text("data.lead", images=f"{len(shown.train_labels) + len(shown.test_labels):,}"))
with stage:
    st.caption(text(f"data.source_{shown.name}", **counts))
    st.html(gallery(shown, text))
