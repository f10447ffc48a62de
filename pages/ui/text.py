"""The words a person reads, from ``assets/text/<language>.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import Any

from model.errors import TEXT, StudioError

LANGUAGES = ("en", "zh")


@cache
def section(language: str, name: str) -> dict[str, str]:
    """All sentences of one section, for example ``train``."""
    with (TEXT / f"{language}.toml").open("rb") as file:
        words: dict[str, dict[str, str]] = tomllib.load(file)
    return words[name]


def text_labels(language: str) -> list[str]:
    """The ten classes' names, in the order of the numeric labels."""
    return [section(language, "labels")[str(i)] for i in range(10)]


class Text:
    """The words in one language: ``text("train.title")``, with placeholders as keyword arguments."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        """The sentence ``section.word``, its placeholders filled."""
        name, _, word = key.partition(".")
        sentence = section(self.language, name)[word]
        return sentence.format(**values) if values else sentence

    def error(self, error: StudioError) -> str:
        """What went wrong, in one sentence."""
        return error.say(self.language)


def plain(sentence: str) -> str:
    """A sentence as Markdown that shows it as it is: what came from a URL or a path must not become a picture."""
    return re.sub(r"([\\`*_{}\[\]()<>#+!$~|:.@-])", r"\\\1", sentence)
