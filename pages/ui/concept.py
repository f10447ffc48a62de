"""A section of Concepts: its values in the URL, its component, and the code that is really run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from model.errors import StudioError
from model.ideas.code import source
from pages.ui import ideas
from pages.ui.component import asked
from pages.ui.data_choice import usable_data
from pages.ui.session import Session, set_param
from pages.ui.text import Text, plain, section, text_labels

SECTION = "section"
KEY = "concepts_section"


@dataclass(frozen=True)
class Concept:
    """One section: ``name`` as in the URL, the keys of its words, a formula in LaTeX, and its component."""

    name: str
    title: str
    lead: str
    try_this: str
    formula: str
    component: Callable[..., Any]

    @property
    def defaults(self) -> dict[str, str]:
        """The values that it begins with."""
        defaults: dict[str, str] = ideas.IDEAS[self.name].DEFAULTS
        return defaults


def section_choice(text: Text, concepts: dict[str, Concept]) -> Concept:
    """The selection of a section; its name stands in the URL."""
    names = list(concepts)
    given = st.query_params.get(SECTION) or st.session_state.get(f"kept_{SECTION}")
    st.session_state[KEY] = given if given in names else names[0]
    set_param(SECTION, st.session_state[KEY])
    st.session_state[f"kept_{SECTION}"] = st.session_state[KEY]
    st.selectbox(
        text("concepts.section"),
        names,
        format_func=lambda name: f"{names.index(name) + 1} {text(concepts[name].title)}",
        key=KEY,
        on_change=_choose,
        args=(concepts,),
        label_visibility="collapsed",
        width=478,
    )
    if given and given not in names:
        options = ", ".join(names)
        st.markdown(plain(text("error.bad_choice", name=SECTION, value=given, options=options)))
    return concepts[st.session_state[KEY]]


def _choose(concepts: dict[str, Concept]) -> None:
    for concept in concepts.values():
        for name in concept.defaults:
            st.query_params.pop(f"{concept.name}_{name}", None)
    set_param(SECTION, st.session_state[KEY])


def show(concept: Concept, session: Session) -> None:
    """Draw the section with the values that the URL or the person's last visit gives, and its code beneath."""
    text = session.text
    data = usable_data()
    values, error = _values(concept), None
    try:
        answer = ideas.answer(concept.name, values, data.name if data else None)
    except StudioError as wrong:
        error, values = text.error(wrong), concept.defaults
        answer = ideas.answer(concept.name, values, data.name if data else None)
    key = f"{concept.name}_{text.language}"
    concept.component(
        key=f"concepts_{key}",  # built anew in another language
        data={
            "name": concept.name,
            "words": {
                **section(text.language, "stage"),
                **section(text.language, "concepts"),
                **section(text.language, concept.name),
            },
            "labels": text_labels(text.language),
            "language": text.language,
            "data": data.name if data else "",
            "values": values,
            "answer": answer,
            "error": error,
            "turn": st.session_state.get(f"{key}_turn", 0),
            "projector": session.projector,
        },
        on_ask_change=lambda: _asked(concept, key),
    )
    _code(concept)


def _values(concept: Concept) -> dict[str, str]:
    kept: dict[str, str] = st.session_state.get(f"kept_{concept.name}", concept.defaults)
    values = {name: st.query_params.get(f"{concept.name}_{name}", kept[name]) for name in concept.defaults}
    _keep(concept, values)
    return values


def _keep(concept: Concept, values: dict[str, str]) -> None:
    st.session_state[f"kept_{concept.name}"] = values
    for name, value in values.items():
        param = f"{concept.name}_{name}"
        if value == concept.defaults[name]:
            st.query_params.pop(param, None)
        elif st.query_params.get(param) != value:
            st.query_params[param] = value


def _asked(concept: Concept, key: str) -> None:
    if said := asked(f"concepts_{key}"):
        st.session_state[f"{key}_turn"] = said["turn"]
        given = {name: str(said["values"].get(name, value)) for name, value in concept.defaults.items()}
        _keep(concept, given)


def _code(concept: Concept) -> None:
    _, place = st.columns([232, 984], gap="medium")
    with place, st.container(key="concepts_code", gap="small"):
        for function in ideas.IDEAS[concept.name].CODE:
            file, lines = source(function)
            st.caption(file)
            st.code(lines, language="python")
