"""Runs: all that a person has trained, in a table; one in detail, and several side by side."""

from __future__ import annotations

import streamlit as st

from pages.ui import session
from pages.ui.lectern import offer
from pages.ui.run_files import import_box, save_links
from pages.ui.runs_compare import chosen_runs, runs_compare
from pages.ui.runs_screens import screens_to_show
from pages.ui.runs_stage import runs_stage
from pages.ui.runs_view import find_choice, opened
from pages.ui.sweep import sweep_form
from pages.ui.sweep_section import sweep_section
from pages.ui.sweep_view import opened as sweep_opened

visit = session.current()
text = visit.text

rail, stage = st.columns([232, 984], gap="medium")
with rail, st.container(key="runs_rail", gap="small"):
    with st.container(key="runs_find", gap="small"):
        st.title(text("runs.title"), anchor=False)
        st.markdown(text("runs.lead"))
        find_choice(text)
    with st.container(key="runs_more", gap="small"):
        sweep_form(visit)
        import_box(visit)
        st.caption(text("runs.try_this"))

with stage, st.container(key="runs_box", gap="small"):
    picked = chosen_runs(visit.owner)  # first: what is wrong with them is said above
    sweep_section(visit)
    runs_stage(visit)
    if run_id := opened(visit):
        save_links(visit, run_id)
    runs_compare(visit, picked)

offer("runs", screens_to_show(run_id is not None, len(picked), sweep_opened(visit) is not None))
