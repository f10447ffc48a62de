"""Values as they stand in a URL, read within their limits; BadSetting says what is wrong with one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from model.errors import BadSetting

Values = Mapping[str, str]

LONGEST = 40
"""Characters of a value that a sentence repeats."""


def quoted(text: str) -> str:
    """A value as a sentence repeats it: cut where it is long, and what UTF-8 cannot say as a question mark."""
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def numbers(values: Values, name: str, count: range, low: float, high: float) -> list[float]:
    """Numbers with commas between them, as many as ``count`` allows, each from ``low`` to ``high``."""
    parts = values[name].split(",")
    if len(parts) not in count:
        raise BadSetting("bad_count", name=name, value=len(parts), low=count.start, high=count.stop - 1)
    return [_number(name, part, low, high) for part in parts]


def number(values: Values, name: str, low: float, high: float) -> float:
    """One number from ``low`` to ``high``."""
    return _number(name, values[name], low, high)


def whole(values: Values, name: str, low: int, high: int) -> int:
    """One whole number from ``low`` to ``high``."""
    value = _number(name, values[name], low, high)
    if not value.is_integer():
        raise BadSetting("not_whole", name=name, value=quoted(values[name]), low=low, high=high)
    return int(value)


def choice(values: Values, name: str, options: Sequence[str]) -> str:
    """One of ``options``."""
    if values[name] not in options:
        raise BadSetting("bad_choice", name=name, value=quoted(values[name]), options=", ".join(options))
    return values[name]


def _number(name: str, text: str, low: float, high: float) -> float:
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan  # as browsers read numbers
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise BadSetting("bad_setting", name=name, value=quoted(text), low=f"{low:g}", high=f"{high:,.10g}")
    return value


def ready(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer for JSON: tensors as lists, and what is not finite as inf, -inf or nan."""
    return {key: plain(value) for key, value in answer.items()}


def plain(value: Any) -> Any:
    """One value of an answer, or what it is made of."""
    if isinstance(value, torch.Tensor):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return ready(value)
    return value
