"""The facts in a run's file, its run.json: each of its kind and within its limits, or a RunFileError that names it."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from model.checkpoint import hyperparameters_from
from model.concise import IMPLEMENTATIONS
from model.errors import BadSetting, RunFileError
from model.train import Hyperparameters

FORMAT, VERSION = "softmax-studio-run", 1
MOST_VERSIONS = 20
LONGEST = 1e9
"""Seconds that a training may have taken."""


def refuse(name: str, value: object, limit: str) -> NoReturn:
    """Say that ``value`` stands where only something within ``limit`` can."""
    raise RunFileError("run_file_value", name=name, value=shown(value), limit=limit)


def shown(value: object) -> str:
    """The beginning of a value, without what would not be seen."""
    return "".join(c if c.isprintable() else "�" for c in str(value)[:40])


class Facts:
    """The values of a run.json; RunFileError if it is none of this format, or of a newer version."""

    def __init__(self, content: bytes) -> None:
        try:
            values = json.loads(content.decode(), parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise RunFileError("run_file_foreign") from error
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise RunFileError("run_file_foreign")
        self._values: dict[str, Any] = values
        if (version := self.whole("version", 1, 10**9)) > VERSION:
            raise RunFileError("run_file_newer", version=version, limit=VERSION)

    def has(self, name: str) -> bool:
        """Whether it is given, and is not null."""
        return self._values.get(name) is not None

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``."""
        value = self._values.get(name)
        if type(value) is not int or not low <= value <= high:
            refuse(name, value, f"{low:,} … {high:,}")
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> Any:
        """One of the words allowed."""
        value = self._values.get(name)
        if not isinstance(value, str) or value not in allowed:
            refuse(name, value, " | ".join(allowed))
        return value

    def seconds(self, name: str) -> float:
        """A time, not negative."""
        value = self._values.get(name)
        if type(value) not in (int, float) or not 0 <= value <= LONGEST:  # type: ignore[operator]
            refuse(name, value, f"0 … {LONGEST:,.0f}")
        return float(value)  # type: ignore[arg-type]

    def checksum(self, name: str) -> str:
        """A SHA-256 sum in hexadecimal digits."""
        value = self._values.get(name)
        if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
            refuse(name, value, "SHA-256")
        return value

    def words(self, name: str, longest: int) -> str:
        """What a person wrote: no longer than that, and no control characters but line breaks and tabs."""
        value = self._values.get(name, "")
        fine = isinstance(value, str) and len(value) <= longest and writable(value) == value
        if not fine:
            raise RunFileError("run_file_words", name=name, limit=f"{longest:,}")
        return str(value)

    def versions(self) -> dict[str, str]:
        """Names and versions. They are written into scripts, so that nothing but a version may be in them."""
        values = self._values.get("versions")
        if not isinstance(values, dict) or len(values) > MOST_VERSIONS:
            refuse("versions", values, f"0 … {MOST_VERSIONS}")
        for name, version in values.items():
            if not all(isinstance(part, str) and re.fullmatch(r"[\w.+-]{1,60}", part) for part in (name, version)):
                refuse(f"versions.{shown(name)}", version, "1.2.3")
        return dict(values)

    def settings(self) -> Hyperparameters:
        """The hyperparameters, each within the limits of ``model.train``."""
        values = self._values.get("hyperparameters")
        try:
            settings = hyperparameters_from({**values})  # type: ignore[dict-item]
        except BadSetting as error:
            told = error.values
            limit = f"{told['low']} … {told['high']}" if "low" in told else " | ".join(IMPLEMENTATIONS)
            refuse(f"hyperparameters.{told.get('name', 'implementation')}", told["value"], limit)
        except (KeyError, TypeError) as error:
            refuse("hyperparameters", error.args[0] if error.args else values, ", ".join(Hyperparameters().__dict__))
        return replace(settings, lr=float(settings.lr), init_std=float(settings.init_std))


def writable(words: str) -> str:
    """``words`` without control characters, but with line breaks and tabs; what an export writes, an import reads."""
    return "".join(c for c in words if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def is_count(value: float, most: float = math.inf) -> bool:
    """Whether a float is a whole number from 0 to ``most``."""
    return 0 <= value <= most and value == math.floor(value)
