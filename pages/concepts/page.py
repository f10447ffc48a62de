"""Concepts: the book's ideas on live numbers, a section at a time."""

from __future__ import annotations

import streamlit as st

from pages.concepts import entropy, indexing, lockstep, pitfalls, softmax, step
from pages.ui import session
from pages.ui.concept import section_choice, show

CONCEPTS = {part.CONCEPT.name: part.CONCEPT for part in (softmax, entropy, indexing, step, lockstep, pitfalls)}

visit = session.current()
text = visit.text

with st.container(key="concepts_head"):
    rail, stage = st.columns([232, 984], gap="medium")
    with stage, st.container(key="concepts_choice", gap="small"):
        with st.container(key="concepts_line", horizontal=True, vertical_alignment="center", gap="medium"):
            concept = section_choice(text, CONCEPTS)
            st.latex(concept.formula)
        st.caption(text(concept.try_this))
    with rail, st.container(key="concepts_rail", gap="small"):
        st.title(text(concept.title), anchor=False)
        st.markdown(text(concept.lead))

show(concept, visit)
