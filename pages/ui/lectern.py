"""What a lecturer has at hand on every page: the wall's screens, what is hidden, the keys (assets/lectern)."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

import streamlit as st

from pages.ui import follow, following, remote, wall
from pages.ui.component import asked, component
from pages.ui.concept import SECTION
from pages.ui.session import Session, current, set_param
from pages.ui.share import what_is_shown
from pages.ui.text import section

KEY = "studio_lectern"
SCREEN, HIDE, GO, AT_END, SAID = "screen", "hide", "lectern_go", "lectern_at_end", "lectern_said"
HEARD = "lectern_heard"
OFFERED = "lectern_screens"
LONGEST = 40
"""Characters of a screen's name."""

_component = component("lectern")


def lectern_data(session: Session, page: str) -> dict[str, Any]:
    """What the component is given; ``page`` as in the address, "" for Train."""
    place = wall.place(page, st.query_params.get(SECTION, ""))
    run, model, _ = what_is_shown(session, page)
    every = wall.SCREENS.get(place, ())
    offered = st.session_state.get(OFFERED, {}).get(place, every)
    screens = [screen for screen in every if screen in offered]
    if st.session_state.pop(AT_END, False) and session.projector and screens:
        st.query_params[SCREEN] = screens[-1]  # who goes back comes to the end of the page before
    return {
        "words": section(session.text.language, "lectern"),
        "language": session.text.language,
        "page": page,
        "place": place,
        "name": session.text(f"{place}.title" if page == "concepts" else f"app.{place}"),
        "pages": wall.PAGES,
        "page_names": [session.text(f"app.{name or 'train'}") for name in wall.PAGES],
        "main": remote.main_button(session.text),
        "said": st.session_state.get(SAID),
        "projector": session.projector,
        "screens": screens,
        "screen": st.query_params.get(SCREEN),
        "parts": wall.PARTS.get(place, ()),
        "hidden": wall.hidden(st.query_params.get(HIDE)),
        "heard": st.session_state.get(HEARD, 0),
        "run": run,
        "model": model,
        "lecture": follow.id_for(session.owner),
        "follow": session.follow,
        "turn": st.session_state.get(following.TURN, 0),
    }


def lectern(session: Session, page: str) -> None:
    """Draw it: nothing but on a wall, though its keys are heard on every page."""
    _component(key=KEY, data=lectern_data(session, page), on_ask_change=_asked)


def offer(place: str, screens: Collection[str]) -> None:
    """Say which screens of a page have something to show, where that may be not all."""
    st.session_state[OFFERED] = {place: screens}


def _asked() -> None:
    said = asked(KEY, dict) or {}
    if isinstance(turn := said.get("asked"), int):
        st.session_state[HEARD] = turn
    if "projector" in said:
        set_param("projector", "1" if said["projector"] else None)
    if isinstance(screen := said.get("screen"), str):
        st.query_params[SCREEN] = screen[:LONGEST]
    if isinstance(parts := said.get("hidden"), list):
        set_param(HIDE, ",".join(wall.hidden(",".join(map(str, parts)))) or None)
    if said.get("do") in remote.DEEDS:
        answer = remote.do(current(), said["do"])
        st.session_state[SAID] = {"id": secrets.token_hex(4), "sentence": answer}
    if said.get("go") in wall.PAGES:
        st.session_state[GO] = said["go"]
        st.session_state[AT_END] = said.get("from") == "end"
    if "follow" in said and (page := following.put(said["follow"])) is not None:
        st.session_state[GO] = page
    if "stop_following" in said:
        following.stop()


def page_to_go_to(session: Session) -> str | None:
    """The page that was asked for, as in the address, or where a lecturer is who is followed from now on; once."""
    page: str | None = st.session_state.pop(GO, None)
    return following.first_page(session) if page is None else page
