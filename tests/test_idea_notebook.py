"""The notebook of a section: valid, and its cells print what the script prints."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import nbformat
import pytest
from starlette.requests import Request

from model.data import FashionData
from model.ideas import optimum_script
from model.ideas.notebook import code_cells
from model.ideas.optimum_script import Trained
from model.idx_files import write_idx_files
from model.script import FOLDER
from model.train import Hyperparameters
from pages.ui.idea_notebook import idea_notebook
from pages.ui.ideas import IDEAS
from pages.ui.text import LANGUAGES, Text

ALONE = ("softmax", "entropy", "indexing")
"""Sections without data."""


def script(name: str, data: FashionData) -> str:
    """A section's script, short."""
    if name == "optimum":
        models = [Trained("a run", Hyperparameters(num_epochs=1), 4)]
        return optimum_script.script(data, 1e-3, models[0], models, (20,))
    values = {**IDEAS[name].DEFAULTS, "n": "1"}
    about = () if name in ALONE else (data,)
    text: str = IDEAS[name].answer(values, *about)["script"]
    return text


def run(code: str, folder: Path) -> str:
    (folder / "idea.py").write_text(code, encoding="utf-8")
    ended = subprocess.run([sys.executable, "-I", "idea.py"], cwd=folder, capture_output=True, text=True)
    assert ended.stderr == ""
    return ended.stdout


@pytest.mark.parametrize("name", list(IDEAS))
def test_the_cells_print_what_the_script_prints(name: str, few: FashionData, tmp_path: Path) -> None:
    write_idx_files(few, tmp_path / FOLDER)
    whole = script(name, few)
    cells = code_cells(whole)
    assert len(cells) >= 3
    assert not any("sys.argv" in cell for cell in cells)
    printed = run("\n\n".join(cells), tmp_path)
    assert printed == run(whole, tmp_path) != ""


def get(section: str, **params: str) -> tuple[int, Any]:
    """The status, and the notebook or what the body says."""
    query = urlencode(params).encode()
    scope = {"type": "http", "path_params": {"section": section}, "query_string": query, "headers": []}
    response = asyncio.run(idea_notebook(Request(scope)))
    return response.status_code, json.loads(bytes(response.body) or "null")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(IDEAS))
def test_the_notebook_is_valid_and_says_whence_its_data_come(server: object, name: str, language: str) -> None:
    status, content = get(name, lang=language, data="garments")
    assert status == 200
    nbformat.validate(nbformat.from_dict(content))
    words = "".join(content["cells"][0]["source"])
    assert words.startswith(f"# {Text(language)(f'{name}.title')}\n")
    assert ("--export data/FashionMNIST/raw" in words) == (name not in ALONE)


def test_what_cannot_be_is_one_sentence(server: object) -> None:
    assert get("softmax", t="99")[0] == 400
    assert get("nowhere") == (404, None)
