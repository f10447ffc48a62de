"""File uploaders in the reader's language: what Streamlit says in English only is hidden by assets/studio.css."""

from __future__ import annotations

import json
from io import BytesIO

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile


def put_words(places: dict[str, str]) -> None:
    """Our words in the place of a widget's own, by CSS selectors."""
    rules = (
        f"{place}::after {{ content: {json.dumps(words, ensure_ascii=False)}; }}" for place, words in places.items()
    )
    st.html(f"<style>{' '.join(rules)}</style>")


def uploader_words(key: str, choose: str, limit: str, drop: str, refused: str) -> None:
    """The words of the uploader under the element ``key``: its button, what it takes, over a drop, and a refusal."""
    dropzone = f'.st-key-{key} [data-testid="stFileUploaderDropzone'
    put_words(
        {
            f'{dropzone}"] button [data-testid="stMarkdownContainer"]': choose,
            f'{dropzone}Instructions"]': limit,
            f'{dropzone}"] > div:not([data-testid]):has(> span)': drop,
            f'.st-key-{key} [data-testid="stFileChip"][aria-invalid="true"]': refused,
        }
    )


def let_go(file: BytesIO) -> None:
    """Free the memory of an uploaded file that has been taken: Streamlit would keep it until the window is closed."""
    context = get_script_run_ctx()
    manager = context and context.uploaded_file_mgr
    if context and isinstance(manager, MemoryUploadedFileManager) and isinstance(file, UploadedFile):
        manager.remove_file(context.session_id, file.file_id)
