"""A run as a script of its own, in the book's style: with torch alone it trains the same run again.

Its cells are those of ``assets/script``; what differs from run to run are the heading and the settings.
"""

from __future__ import annotations

import math
import re
from typing import Any, Protocol

from model.errors import TEXT
from model.kept import Kept
from model.notebook import encode_notebook

CELLS = TEXT.parent / "script"
PARTS = ("imports", "settings", "data", "parameters", "model", "training", "result")
"""The cells, in their order."""

FOLDER = "data/FashionMNIST/raw"
"""Where the script looks for the four files by default, below the folder that it is run in."""

NAMED = f'Path(sys.argv[1] if len(sys.argv) > 1 else "{FOLDER}")'
"""The folder as a script finds it."""

GARMENTS = "garments"
"""The data set that the app carries: it is to be had from nowhere else."""


class Say(Protocol):
    """The words in one language: a sentence by its key, its placeholders filled."""

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence."""


def cells(implementation: str) -> dict[str, str]:
    """The parts of the script by their names, in order."""
    parts = _cells("run")
    if implementation == "concise":
        parts |= _cells("concise")
        parts["imports"] += "\nfrom torch import nn"
    return {name: parts[name] for name in PARTS}


def _cells(name: str) -> dict[str, str]:
    source = (CELLS / f"{name}.py").read_text(encoding="utf-8")
    _, *parts = re.split(r"^# %% (\w+)\n", source, flags=re.MULTILINE)
    return {name: part.strip("\n") for name, part in zip(parts[::2], parts[1::2], strict=True)}


def recorded(kept: Kept) -> dict[str, float]:
    """What the script's figures are compared with: the averages at the last step, the last epoch's test accuracy."""
    progress = kept.progress
    if not progress.step:
        return {}
    figures = {"train loss": progress.loss / progress.examples, "train acc": progress.correct / progress.examples}
    return figures | ({"test acc": kept.epochs[-1].test_acc} if kept.epochs else {})


def script(kept: Kept) -> str:
    """The whole script as Python text."""
    parts = cells(kept.hyperparameters.implementation)
    parts["settings"] = _settings(kept, NAMED)
    text = f'"""{_heading(kept)}"""\n\n' + parts.pop("imports")
    for part in parts.values():
        begins_with_definition = part.startswith(("def ", "class "))
        ends_with_definition = text.rsplit("\n", 1)[-1].startswith(" ")
        text += ("\n\n\n" if begins_with_definition or ends_with_definition else "\n\n") + part
    return text + "\n"


def notebook(kept: Kept, text: Say) -> bytes:
    """The same as a notebook, nbformat 4.5, each cell with a few words before it in the reader's language."""
    parts = cells(kept.hyperparameters.implementation)
    parts["settings"] = _settings(kept, f'Path("{FOLDER}")')
    parts["imports"] = parts["imports"].replace("import sys\n", "")
    contents = [("markdown", f"# {text('files.notebook_title')}\n\n{text(f'files.notebook_from_{_source(kept)}')}")]
    for name, code in parts.items():
        if name != "imports":
            contents.append(("markdown", text(f"files.notebook_{name}")))
        contents.append(("code", code))
    return encode_notebook(contents, kept.versions.get("python", "3"))


def _source(kept: Kept) -> str:
    return GARMENTS if kept.data == GARMENTS else "files"


def _heading(kept: Kept) -> str:
    how = "the concise way" if kept.hyperparameters.implementation == "concise" else "from scratch"
    lines = [
        f"Softmax regression {how}: a run of Softmax Studio again, with torch alone.",
        "",
        "    python run.py [FOLDER]",
        "",
        *where(kept.data),
        "",
        f"With torch {kept.versions.get('torch', 'of the same version')} on the same kind of processor its figures are",
        "the run's to the last bit; elsewhere they may differ in their last digits.",
    ]
    return "\n".join(lines) + "\n"


def where(data: str) -> list[str]:
    """What a script says of its FOLDER, line by line: what it holds, and how these data are to be had."""
    lines = [
        "FOLDER holds the four files of the data in torchvision's layout, packed (.gz) or not;",
        f"without it they are looked for in {FOLDER}.",
    ]
    if data == GARMENTS:
        return [
            *lines,
            "The data are Garments, which Softmax Studio carries. There this writes them:",
            "",
            "    python -m model data --data garments --export FOLDER",
        ]
    return [
        *lines,
        "This fetches them:",
        "",
        "    import torchvision",
        '    torchvision.datasets.FashionMNIST("data", download=True)',
    ]


def _settings(kept: Kept, folder: str) -> str:
    settings, figures = kept.hyperparameters, recorded(kept)
    how = kept.state if kept.state != "running" else "still running"
    values = "".join(f'    "{name}": {_number(value)},\n' for name, value in figures.items())
    return "\n".join(
        (
            f"lr, num_epochs, batch_size = {settings.lr!r}, {settings.num_epochs}, {settings.batch_size}",
            f"seed, init_std = {settings.seed}, {settings.init_std!r}",
            f"last_step = {kept.progress.step}  # the run: {how}",
            f'checksum = "{kept.checksum}"',
            f"recorded = {{\n{values}}}" if values else "recorded = {}",
            f"folder = {folder}",
        )
    )


def _number(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'
