"""Data: the training and the test images by class and by index, the class counts and means, and any image's numbers."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.ui import session
from pages.ui.browse import TEST, TRAIN, browse, class_file
from pages.ui.data_choice import chosen, data_choice, problem, usable_data
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
    obstacle = problem(chosen(), text)
    if obstacle:
        st.caption(plain(obstacle))
    if shown:
        counts = {TRAIN: len(shown.train_labels), TEST: len(shown.test_labels)}
        numbers = {split: f"{count:,}" for split, count in counts.items()}
        st.caption(text(f"data.source_{shown.name}", **numbers, source=shown.source))
        session.begin_choice("data_split", [TRAIN, TEST], TRAIN)
        st.segmented_control(
            text("data.split"),
            [TRAIN, TEST],
            format_func=lambda split: text(f"data.{split}"),
            key="data_split",
            required=True,
            width="stretch",
        )
        session.keep_choice("data_split", TRAIN)
        split = st.session_state["data_split"]
        st.download_button(
            text("data.save_means"),
            partial(class_file, shown, split),
            file_name=f"{shown.name}-{split}-classes.npz",
            mime="application/octet-stream",
            on_click="ignore",
            type="tertiary",
            key="data_npz",
            help=text("data.save_means_help"),
        )
        st.caption(text("data.try_this"))

if shown:
    with stage:
        st.fragment(browse)(text, shown, split)
