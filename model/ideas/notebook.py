"""What is on the screen as a notebook: the cells of a section's script."""

from __future__ import annotations

import ast
from itertools import groupby, pairwise

from model.notebook import encode_notebook
from model.script import FOLDER, NAMED

DEFINITIONS = (ast.FunctionDef, ast.ClassDef)


def code_cells(script: str) -> list[str]:
    """The script's code: what it defines and what it does, in turn, each together a cell.

    A notebook has no command line: where the script asks for the folder of the data, the cell names it.
    """
    lines = script.replace(NAMED, f'Path("{FOLDER}")').replace("import sys\n", "").splitlines()
    _, *body = ast.parse("\n".join(lines)).body  # the first is the heading
    parts = [list(part) for _, part in groupby(body, lambda node: isinstance(node, DEFINITIONS))]
    starts = [_first_line(part[0]) for part in parts] + [len(lines) + 1]
    return ["\n".join(lines[start - 1 : end - 1]).strip("\n") for start, end in pairwise(starts)]


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def notebook(title: str, lead: str, script: str) -> bytes:
    """The notebook: a heading with the ``lead`` beneath, in the reader's language, then the code."""
    return encode_notebook([("markdown", f"# {title}\n\n{lead}"), *(("code", cell) for cell in code_cells(script))])
