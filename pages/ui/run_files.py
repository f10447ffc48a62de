"""A run's files on a page: the row of what can be saved of it, and the field by which one comes back."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from model.errors import DataError, RunError, StudioError
from model.import_run import read_run
from pages.ui import resources, runs_view
from pages.ui.component import component
from pages.ui.run_downloads import described, file_stem, kept_run
from pages.ui.session import Session, show_run, tell, untell
from pages.ui.uploads import let_go, uploader_words

UPLOADS = "runs_uploads"
"""How many files were taken: each has an uploader of its own, so that the next begins empty."""

_component = component("files")


def save_links(session: Session, run_id: str) -> None:
    """The row of downloads for one run, kept or in memory only; nothing where there is no such run."""
    text = session.text
    try:
        kept = kept_run(run_id)
    except StudioError:  # said by the page that shows the run
        return
    name, _, number = described(kept, session.owner)
    weights, curves = text("files.weights"), text("files.curves")
    groups = [
        (weights, [("safetensors", "weights.safetensors"), ("NPZ", "weights.npz")]),
        (curves, [("CSV", "curves.csv"), ("JSON", "curves.json")]),
        (text("files.chart"), [("PNG", "png"), ("SVG", "svg"), ("HTML", "chart.html")]),
        ("", [(text("files.card"), "card.md")]),
        ("", [(text("files.script"), "script.py")]),
        ("", [(text("files.notebook"), "notebook.ipynb")]),
        ("", [(text("files.everything"), "run.zip")]),
    ]
    _component(
        key="runs_files",
        data={
            "label": text("files.save"),
            "failed": text("files.failed"),
            "run": kept.id,
            "name": f"{file_stem(kept, name, number)}-chart",
            "language": text.language,
            "groups": [{"label": label, "items": [_item(*item) for item in items]} for label, items in groups],
        },
    )


def _item(words: str, what: str) -> dict[str, str]:
    return {"text": words, "format": what} if what in ("png", "svg") else {"text": words, "what": what}


def import_box(session: Session) -> None:
    """The uploader for a run's ZIP; the run becomes the person's own and is opened. What is wrong with it is told."""
    text, number = session.text, st.session_state.get(UPLOADS, 0)
    with st.container(key="runs_import"):
        # No types: a file of another kind is then told in our words, and by what is in it.
        st.file_uploader(
            text("files.import_label"),
            key=f"runs_upload_{number}",
            label_visibility="collapsed",
            on_change=_take,
            args=(session.owner, f"runs_upload_{number}"),
        )
    uploader_words(
        "runs_import",
        text("files.import_choose"),
        text("files.import_limit"),
        text("files.import_drop"),
        text("files.import_refused"),
    )


def _take(owner: str, key: str) -> None:
    file = st.session_state.get(key)
    if file is None:
        return
    st.session_state[UPLOADS] = st.session_state.get(UPLOADS, 0) + 1
    untell()
    try:
        content = file.getvalue()
        let_go(file)
        kept, name, note = read_run(content, owner)
        resources.keeper().add(kept, name=name, note=note, imported=True)
        runs_view.set_opened(kept.id)
        with suppress(DataError, RunError):  # its data are not here, as its details say
            show_run(resources.keeper().find(kept.id))
    except StudioError as error:
        tell(error)
