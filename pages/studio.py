"""The frame around every page: page config, navigation, language, projector."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.ui.preload import preload

ASSETS = Path(__file__).resolve().parent.parent / "assets"

st.set_page_config(page_title="Softmax Studio", page_icon=str(ASSETS / "logo.png"), layout="wide")
st.html(ASSETS / "studio.css")
preload()

from pages.ui import address, session, wall  # noqa: E402 torch comes with it: by now the browser has something to do
from pages.ui.following import params_there  # noqa: E402
from pages.ui.lectern import lectern, page_to_go_to  # noqa: E402
from pages.ui.share import share  # noqa: E402

address.tidy()
visit = session.current()
text = visit.text

PAGES = [
    st.Page("train.py", title=text("app.train"), default=True),
    st.Page("templates.py", title=text("app.templates")),
    st.Page("classify.py", title=text("app.classify")),
    st.Page("evaluate.py", title=text("app.evaluate")),
    st.Page("concepts/page.py", title=text("app.concepts"), url_path="concepts"),
    st.Page("runs.py", title=text("app.runs")),
    st.Page("data.py", title=text("app.data")),
]
page = st.navigation(PAGES, position="hidden" if visit.projector else "top")
if (to := page_to_go_to(visit)) is not None:
    # Said to be empty, or Streamlit refuses to empty the address while a changed slider of Train is in it.
    st.switch_page(PAGES[wall.PAGES.index(to)], query_params=params_there(to) or {})
st.logo(str(ASSETS / "logo.png"), size="large")
if visit.projector:
    st.html(ASSETS / "projector.css")


def switch_language() -> None:
    """Show the page in the other language."""
    session.set_param("lang", "en" if text.language == "zh" else "zh")


def switch_projector() -> None:
    """Enlarge the page for a wall, or bring it back."""
    session.set_param("projector", None if visit.projector else "1")


with st.container(key="studio_corner", horizontal=True, gap="small"):
    at_hand = st.container(key="studio_lectern_slot", width="content")
    if visit.projector:
        st.button(text("app.leave_projector"), key="studio_leave", on_click=switch_projector, type="tertiary")
    else:
        shared = st.container(key="studio_share_slot", width="content")
        st.button(
            text("app.other_language"), key="studio_language", on_click=switch_language, type="tertiary",
            help=text("app.other_language_help"),
        )  # fmt: skip
        st.button(
            text("app.projector"), key="studio_projector", on_click=switch_projector, type="tertiary",
            icon=":material/present_to_all:", help=text("app.projector_help"),
        )  # fmt: skip

page.run()

with at_hand:
    lectern(visit, page.url_path)
if not visit.projector:
    with shared:  # last: by now the page has said which run it is about
        share(visit, page.url_path)
