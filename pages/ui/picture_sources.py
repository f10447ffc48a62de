"""Where pictures come from: files, the camera, the clipboard, the sketchpad, the test set, and six examples."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from model.errors import StudioError
from model.picture import open_picture
from pages.ui import pictures
from pages.ui.paste import paste_field
from pages.ui.pictures import SOURCES, Picture, Source
from pages.ui.ready_pictures import examples, test_set
from pages.ui.session import Session, begin_choice, keep_choice
from pages.ui.sketchpad import sketchpad
from pages.ui.text import Text, plain
from pages.ui.uploads import let_go, put_words, uploader_words

KEY = "classify_source"
FAULTS = "classify_faults"

CAMERA = '.st-key-classify_camera [data-testid="stCameraInput'


def chosen_source() -> str:
    """The source that is chosen, for a page that makes room for it before it is drawn."""
    begin_choice(KEY, SOURCES, SOURCES[0])
    return str(st.session_state[KEY])


def source_choice(session: Session) -> None:
    """The selection and beneath it the chosen source; what it gives is added to the pictures of the session."""
    text, source = session.text, chosen_source()
    st.selectbox(
        text("sources.label"),
        SOURCES,
        format_func=lambda source: text(f"sources.{source}"),
        key=KEY,
        on_change=_forget_faults,
    )
    keep_choice(KEY, SOURCES[0])
    with st.container(key="classify_from", gap="small"):
        WIDGETS[source](session)
        # Ctrl+V is heard whatever is chosen.
        with st.container(key=f"classify_paste_{'on' if source == 'paste' else 'off'}"):
            paste_field(text, source == "paste", lambda content: _take_pasted(text, content))
        with st.container(key="classify_faults", gap="small"):
            for fault in st.session_state.get(FAULTS, []):
                st.caption(plain(fault))


def _take(text: Text, source: Source, name: str, content: bytes) -> None:
    """Open what was given and add it to the pictures, or say why not."""
    try:
        pictures.add(Picture(name, source, open_picture(content)))
    except StudioError as error:
        fault = text("sources.fault", name=name, fault=text.error(error))
        st.session_state[FAULTS] = [*st.session_state.get(FAULTS, []), fault]


def _take_pasted(text: Text, content: bytes) -> None:
    _forget_faults()
    _take(text, "paste", text("sources.pasted", number=_next("paste")), content)


def _forget_faults() -> None:
    st.session_state.pop(FAULTS, None)


def _next(source: Source) -> int:
    """The number of the next picture of this kind, counted from 1 in a session."""
    counts: dict[Source, int] = st.session_state.setdefault("classify_counts", {})
    counts[source] = counts.get(source, 0) + 1
    return counts[source]


def _take_file(text: Text, source: Source, name: str, file: UploadedFile) -> None:
    """The same with an uploaded file, once: a rerun gives each of them again."""
    taken: set[str] = st.session_state["classify_taken"]  # fetched first: a run of the script may end where it is asked
    _take(text, source, name, file.getvalue())
    taken.add(file.file_id)
    let_go(file)


def _new(file_id: str) -> bool:
    """Whether an uploaded file has not been taken yet."""
    return file_id not in st.session_state.setdefault("classify_taken", set())


def _upload(session: Session) -> None:
    text = session.text
    # No types: a file of another kind is then told in our words, and by what is in it.
    files = st.file_uploader(
        text("sources.upload_label"),
        accept_multiple_files=True,
        key="classify_upload",
        label_visibility="collapsed",
    )
    uploader_words(
        "classify_upload",
        text("sources.upload"),
        text("sources.upload_limit"),
        text("sources.upload_drop"),
        text("sources.upload_refused"),
    )
    new = [file for file in files if _new(file.file_id)]
    if new:
        _forget_faults()
    for file in new:
        _take_file(text, "upload", file.name, file)


def _camera(session: Session) -> None:
    text = session.text
    photo = st.camera_input(
        text("sources.camera_label"), key="classify_camera", label_visibility="collapsed", resolution="720p"
    )
    if photo and _new(photo.file_id):
        _forget_faults()
        _take_file(text, "camera", text("sources.photo", number=_next("camera")), photo)
    put_words(
        {
            f'{CAMERA}WebcamComponent"] > div:not([data-testid]) p': text("sources.camera_none"),
            f'{CAMERA}WebcamComponent"] > button': text("sources.camera_take"),
            f'{CAMERA}"] > button': text("sources.camera_again"),
        }
    )
    st.caption(text("sources.camera_hint"))


def _paste(session: Session) -> None:
    st.caption(session.text("sources.paste_hint"))


WIDGETS: dict[str, Callable[[Session], None]] = {
    "upload": _upload,
    "camera": _camera,
    "paste": _paste,
    "draw": sketchpad,
    "test": test_set,
    "example": examples,
}
