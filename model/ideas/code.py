"""The code of what is on the screen, read from the functions that are run: never a copy."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent

HEADING = '"""{heading}"""\n\n{imports}\n\n\n'


@cache
def source(function: Callable[..., Any] | type) -> tuple[str, str]:
    """The file of a function or class, for example ``model/softmax.py``, and its text."""
    path = Path(inspect.getsourcefile(function) or "").resolve()
    return path.relative_to(ROOT).as_posix(), textwrap.dedent(inspect.getsource(function)).rstrip()


def script(
    heading: str, functions: tuple[Callable[..., Any] | type, ...], calls: str, imports: str = "import torch"
) -> str:
    """A script that needs torch alone: the functions as they stand in this project, then the calls."""
    imports = f"from __future__ import annotations\n\n{imports}"
    parts = "\n\n\n".join(source(function)[1] for function in functions)
    return HEADING.format(heading=heading, imports=imports) + f"{parts}\n\n\n{calls.strip()}\n"
