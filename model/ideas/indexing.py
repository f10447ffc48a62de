"""Indexing, summing and counting on a small array: what each expression returns, as torch prints it (d2l 3.6.2-3.6.5).

No text that anyone types is run: the expressions are a fixed table of functions, and what is shown is their source.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache
from typing import Any

import torch

from model.errors import BadSetting
from model.ideas.code import script, source
from model.ideas.values import Values, choice, numbers, ready
from model.softmax import cross_entropy

CELL = 100.0
LABEL = 9
ROWS, COLUMNS = range(1, 5), range(2, 6)

DEFAULTS = {"a": "0.1,0.3,0.6;0.3,0.2,0.5", "y": "0,2", "f": "book"}
"""``a`` the rows of y_hat with semicolons between them, ``y`` a label for each row, ``f`` the expression."""


def expressions(y_hat: Any, y: Any) -> dict[str, Callable[[], Any]]:
    """Every expression by its name; each is run only when it is called.

    Both are tensors: torch's own types do not know ``axis``, the book's word for ``dim``.
    """
    return {
        "book": lambda: y_hat[[0, 1], y],
        "range": lambda: range(len(y_hat)),
        "len": lambda: len(y_hat),
        "picked": lambda: y_hat[range(len(y_hat)), y],
        "columns": lambda: y_hat[:, y],
        "loss": lambda: cross_entropy(y_hat, y),
        "shape": lambda: y_hat.shape,
        "numel": lambda: y_hat.numel(),
        "argmax": lambda: y_hat.argmax(axis=1),
        "right": lambda: y_hat.argmax(axis=1) == y,
        "sum0": lambda: y_hat.sum(axis=0),
        "sum1": lambda: y_hat.sum(axis=1),
        "keepdim": lambda: y_hat.sum(axis=1, keepdim=True),
        "shares": lambda: y_hat / y_hat.sum(axis=1, keepdim=True),
        "flat": lambda: y_hat / y_hat.sum(axis=1),
    }


CODE = (cross_entropy, expressions)

CALLS = """
y_hat = torch.tensor({rows})
y = torch.tensor({y})
print({expression})
"""


def answer(values: Values) -> dict[str, Any]:
    """The array, every expression with what it returns or raises, and the cells that the chosen one is about.

    ``results`` has of each its ``name``, ``source`` and, as torch prints them, ``text``, ``kind``, ``shape``; or
    ``error`` and ``message``, torch's own. ``groups`` are cells by their places in ``y_hat.flatten()``, each group
    one element of the result or of what it is made from; ``note`` names what there is to be said of this case.
    """
    rows, y = _array(values), _labels(values)
    if len(y) != len(rows):
        raise BadSetting("bad_labels", rows=len(rows), labels=len(y))
    name = choice(values, "f", tuple(_sources()))
    y_hat, label = torch.tensor(rows), torch.tensor(y)
    results = [
        {"name": key, "source": _sources()[key], **_result(run)} for key, run in expressions(y_hat, label).items()
    ]
    chosen = next(result for result in results if result["name"] == name)
    calls = CALLS.format(rows=rows, y=y, expression=_sources()[name])
    return ready(
        {
            "rows": rows,
            "y": y,
            "f": name,
            "results": results,
            "groups": [] if "error" in chosen else _groups(name, y_hat, label),
            "note": _note(name, rows, y, chosen.get("message", "")),
            "outside": [i for i, j in enumerate(y) if not -len(rows[0]) <= j < len(rows[0])],
            "defaults": DEFAULTS,
            "script": script("Indexing a small array.", (cross_entropy,), calls),
        }
    )


def _array(values: Values) -> list[list[float]]:
    parts = values["a"].split(";")
    if len(parts) not in ROWS:
        raise BadSetting("bad_rows", value=len(parts), low=ROWS.start, high=ROWS.stop - 1)
    rows = [numbers({"y_hat": part}, "y_hat", COLUMNS, -CELL, CELL) for part in parts]
    if len({len(row) for row in rows}) > 1:
        raise BadSetting("ragged", counts=", ".join(str(len(row)) for row in rows))
    return rows


def _labels(values: Values) -> list[int]:
    labels = numbers(values, "y", ROWS, -LABEL, LABEL)
    for label in labels:
        if not label.is_integer():
            raise BadSetting("not_whole", name="y", value=f"{label:g}", low=-LABEL, high=LABEL)
    return [int(label) for label in labels]


@cache
def _sources() -> dict[str, str]:
    """Each expression as it is written in the table that is run."""
    (table,) = (node for node in ast.walk(ast.parse(source(expressions)[1])) if isinstance(node, ast.Dict))
    return {
        str(key.value): ast.unparse(entry.body)
        for key, entry in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(entry, ast.Lambda)
    }


def _result(run: Callable[[], Any]) -> dict[str, str]:
    try:
        result = run()
    except (IndexError, RuntimeError) as error:
        return {"error": type(error).__name__, "message": str(error)}
    if isinstance(result, torch.Tensor):
        return {"text": repr(result), "kind": str(result.dtype), "shape": str(tuple(result.shape))}
    kind = "torch.Size" if isinstance(result, torch.Size) else type(result).__name__
    return {"text": repr(result), "kind": kind, "shape": ""}


def _groups(name: str, y_hat: torch.Tensor, y: torch.Tensor) -> list[list[int]]:
    """The cells that the expression is about: it is run on their places instead of on their values."""
    places = torch.arange(y_hat.numel()).view_as(y_hat)
    if name == "loss":
        name = "picked"
    if name in ("book", "picked", "columns"):
        return [[int(place)] for place in expressions(places, y)[name]().flatten()]
    if name in ("argmax", "right"):
        return [[int(place)] for place in places[range(len(places)), y_hat.argmax(dim=1)]]
    if name in ("shape", "numel"):
        return [[int(place)] for place in places.flatten()]
    return (places.T if name in ("sum0", "flat") else places).tolist()


def _note(name: str, rows: list[list[float]], y: list[int], message: str) -> str:
    """What there is to be said of this case beside what the expression means, by its key; "" for nothing."""
    if message and name == "flat":
        return "sizes"
    if message:
        return "two_rows" if name == "book" and len(rows) != 2 and "dimension 1" not in message else "outside"
    if name == "flat":
        return "wrong_sums" if len(rows) > 1 else "one_row"
    if name in ("book", "picked", "columns", "loss") and min(y) < 0:
        return "from_the_end"
    picked = [row[j] for row, j in zip(rows, y, strict=True)] if name == "loss" else []
    return "no_log" if any(value <= 0 for value in picked) else ""
