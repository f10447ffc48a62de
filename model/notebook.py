"""Notebooks: cells of words and of code, as nbformat 4.5 has them."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from typing import Any


def encode_notebook(cells: Sequence[tuple[str, str]], python: str = "") -> bytes:
    """The notebook of these cells, each ``markdown`` or ``code`` and its source, for this version of Python."""
    document = {
        "cells": [_cell(i, kind, source) for i, (kind, source) in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "version": python or platform.python_version()},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
