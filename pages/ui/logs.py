"""The server's log on standard error: one line an event, as JSON or, for a terminal, as key=value; nothing personal.

Of our own events their numbers are written (``model/journal.py``). Of what libraries say, the sentence without the
values put into it: those may be addresses, cookies, names of files. Of an exception, its type and where it was raised,
never its message, for the same reason.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import re
import sys
import threading
import traceback
from asyncio import CancelledError
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import streamlit.logger
from streamlit import config

from model import __version__
from model.journal import log, tell

ROOT = Path(__file__).resolve().parent.parent.parent
SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi", "websockets")
PERSONAL = re.compile(r"\b\d+(\.\d+){3}(:\d+)?\b|\b[0-9a-f:]*::[0-9a-f:]*|[\w+/=-]{16,}|\w+://\S+|(?<=\W)/\S+")
"""Addresses, what may be an id or a cookie, URLs and paths: for a sentence that a library has put together itself."""

_refused: Counter[str] = Counter()
_raised_at: Counter[tuple[str, int, str]] = Counter()


class Lines(logging.Formatter):
    """One line a record: JSON, or text with a traceback below it."""

    def __init__(self, text: bool) -> None:
        super().__init__()
        self.text = text

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts = _facts(record)
        if not self.text:
            return json.dumps(facts, ensure_ascii=False, default=str)
        below = facts.pop("traceback", [])
        first = f"{facts.pop('time')} {facts.pop('level')} {facts.pop('event')}"
        return "\n".join([" ".join([first, *(f"{key}={_word(value)}" for key, value in facts.items())]), *below])


def as_text() -> bool:
    """Whether the log is text and not JSON: as ``SOFTMAX_STUDIO_LOG`` says, or else where a person reads it."""
    named = os.environ.get("SOFTMAX_STUDIO_LOG", "")
    return named == "text" or (named != "json" and sys.stderr.isatty())


def set_up() -> None:
    """Have everything that is logged written so, by whichever library."""
    handler = logging.StreamHandler()
    handler.addFilter(lambda record: not isinstance(_error(record), CancelledError))  # as a server that ends does
    handler.addFilter(_is_news)
    handler.setFormatter(Lines(as_text()))
    logging.getLogger().addHandler(handler)
    log.setLevel(logging.INFO)

    def adopt(logger: logging.Logger) -> None:
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(max(logger.level, logging.WARNING))  # below it: who connects, from where

    streamlit.logger.setup_formatter = adopt  # also for those that it makes from now on
    streamlit.logger.update_formatter()
    for name in SERVERS:
        adopt(logging.getLogger(name))
    threading.excepthook = lambda said: _raised(said.exc_value)
    sys.excepthook = lambda kind, error, trace: _raised(error)


def started() -> None:
    """The server listens."""
    tell(
        "server started", version=__version__, python=platform.python_version(), torch=version("torch"),
        streamlit=version("streamlit"), port=config.get_option("server.port"),
    )  # fmt: skip


def refused(limit: str) -> None:
    """Somebody was at a limit; told the first, second, fourth time and so on: no client fills a disk with it."""
    _refused[limit] += 1
    if _refused[limit].bit_count() == 1:
        tell("refused", logging.WARNING, limit=limit, times=_refused[limit])


def _raised(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
        log.error("not caught", exc_info=error)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    ours = record.name.startswith(log.name)
    facts: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": record.msg if ours else PERSONAL.sub("…", str(record.msg)),
    }
    if not ours:
        facts["logger"] = record.name
    facts |= getattr(record, "facts", {})
    if error := _error(record):
        facts |= {"error": type(error).__name__, "traceback": _trace(error)}
    return facts


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None


def _trace(error: BaseException) -> list[str]:
    lines = ["Traceback (most recent call last):"]
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(*path.parts[-2:])
        lines.append(f"  {name.as_posix()}:{frame.lineno} in {frame.name}: {frame.line}")
    before = error.__cause__ or error.__context__
    return [*(_trace(before) if before else []), *lines, type(error).__name__]


def _is_news(record: logging.LogRecord) -> bool:
    """Whether to write it: an exception of one place the first, second, fourth time and so on, as with ``refused``."""
    error = _error(record)
    if error is None or error.__traceback__ is None:
        return True
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = frame.filename, frame.lineno or 0, type(error).__name__
    _raised_at[place] += 1
    record.facts = {**getattr(record, "facts", {}), "times": _raised_at[place]}
    return _raised_at[place].bit_count() == 1


def _word(value: object) -> str:
    said = str(value)
    return json.dumps(said, ensure_ascii=False) if re.search(r"[\s\"=]", said) or not said else said
