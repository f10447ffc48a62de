"""A section of Concepts: its values in the URL, its component, and the code that is really run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from model.errors import StudioError
from model.ideas.values import quoted
from pages.ui import ideas
from pages.ui.component import asked
from pages.ui.concept_code import listing
from pages.ui.data_choice import usable_data
from pages.ui.session import Session, set_param
from pages.ui.text import Text, plain, section, text_labels

SECTION = "section"
KEY = "concepts_section"
SHOWN, STAYS = "concepts_shown", "concepts_stays"


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
    # The first of these ends with the page, the second by a link to it.
    here = KEY in st.session_state and SECTION in st.query_params
    given = st.query_params.get(SECTION) or st.session_state.get(f"kept_{SECTION}")
    st.session_state[KEY] = given if given in names else names[0]
    set_param(SECTION, st.session_state[KEY])
    st.session_state[f"kept_{SECTION}"] = st.session_state[KEY]
    st.session_state[STAYS] = here and st.session_state.get(SHOWN) == st.session_state[KEY]
    st.session_state[SHOWN] = st.session_state[KEY]
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
        st.markdown(plain(text("error.bad_choice", name=SECTION, value=quoted(given), options=options)))
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
    about = (data.name if data else None, session.owner, text.language)
    values, answer, error = _answered(concept, about, text)
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
    listing(ideas.IDEAS[concept.name].CODE)


def _answered(
    concept: Concept, about: tuple[str | None, str, str], text: Text
) -> tuple[dict[str, str], dict[str, Any], str | None]:
    """The values, their answer, and what is wrong with those asked for: one that cannot be takes no other with it."""
    values, last = _values(concept), st.session_state.get(f"answered_{concept.name}")
    try:
        answer = ideas.answer(concept.name, values, *about)
    except StudioError as wrong:
        values, answer = _nearest(concept, values, last or concept.defaults, about)
        if last:  # something was typed; what was on the screen before it is in the URL again
            _keep(concept, values)
        return values, answer, text.error(wrong)
    st.session_state[f"answered_{concept.name}"] = values
    return values, answer, None


def _nearest(
    concept: Concept, values: dict[str, str], last: dict[str, str], about: tuple[str | None, str, str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The values with one of them as it was ``last``, where that has an answer; else the last ones, or the defaults."""
    changed = [name for name in values if values[name] != last[name]]
    for near in (*(values | {name: last[name]} for name in changed), last):
        with suppress(StudioError):
            return near, ideas.answer(concept.name, near, *about)
    return concept.defaults, ideas.answer(concept.name, concept.defaults, *about)


def _values(concept: Concept) -> dict[str, str]:
    kept: dict[str, str] = st.session_state.get(f"kept_{concept.name}", concept.defaults)
    if st.session_state[STAYS]:  # the browser's Back took from the URL what is no longer in it
        kept = concept.defaults
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
    match asked(f"concepts_{key}", dict):
        case {"turn": turn, "values": dict(values)}:
            st.session_state[f"{key}_turn"] = turn
            _keep(concept, {name: str(values.get(name, value)) for name, value in concept.defaults.items()})
