"""Data: what the model sees, where it came from, and ten pictures of each class."""

from __future__ import annotations

import streamlit as st

from pages.ui import session
from pages.ui.data_choice import chosen, data_choice, problem, usable_data
from pages.ui.gallery import gallery
from pages.ui.text import plain

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="data_rail", gap="small"):
    st.title(text("data.title"), anchor=False)
    shown = usable_data()
    if shown:
        images = len(shown.train_labels) + len(shown.test_labels)
        st.markdown(text("data.lead", images=f"{images:,}"))
    data_choice(text)
    told = session.told()
    obstacle = text.error(told) if told else problem(chosen(), text)
    if obstacle:
        st.caption(plain(obstacle))

if shown:
    counts = {"train": f"{len(shown.train_labels):,}", "test": f"{len(shown.test_labels):,}", "source": shown.source}
    with stage:
        st.caption(text(f"data.source_{shown.name}", **counts))
        st.html(gallery(shown, text))
