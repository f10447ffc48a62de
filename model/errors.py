"""What can go wrong, in one sentence each: the value, the limit, the remedy.

The sentences stand in ``assets/text/<language>.toml`` under ``[error]``, so that a page can say them in the
reader's language; here they are only named. Raised by every other module of ``model``, which imports nothing else.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

TEXT = Path(__file__).resolve().parent.parent / "assets" / "text"
"""The folder with one TOML file a language."""


@cache
def sentences(language: str = "en") -> dict[str, str]:
    """The error sentences of one language, by their key."""
    with (TEXT / f"{language}.toml").open("rb") as file:
        words: dict[str, str] = tomllib.load(file)["error"]
    return words


class StudioError(Exception):
    """An error that a person is told, in one plain sentence.

    ``key`` names the sentence under ``[error]``; ``values`` fill its placeholders.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def say(self, language: str = "en") -> str:
        """The sentence in ``language``."""
        return sentences(language)[self.key].format(**self.values)

    def __str__(self) -> str:
        return self.say()


class BadSetting(StudioError):
    """A hyperparameter outside its limits."""


class DataError(StudioError):
    """A data set that is missing, damaged or could not be fetched."""


class CheckpointError(StudioError):
    """A file of weights that cannot be read or written."""


class RunError(StudioError):
    """A run that is not there, or is not this person's."""


class RunFileError(StudioError):
    """A file that is not a run of this app, or not one to be trusted."""


class StoreError(StudioError):
    """A store of runs that cannot be opened, read or written."""


class PictureError(StudioError):
    """A file that is no picture, or one that cannot be read."""


class LectureError(StudioError):
    """A lecture that cannot be led or followed."""
