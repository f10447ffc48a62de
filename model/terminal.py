"""What the commands share: arguments, and words for a person at a terminal."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with code 2."""
        self.exit(2, f"{message}; see “{self.prog} --help”.\n")


def at_least_one(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return int(text)


def folder(text: str) -> Path:
    """A folder that is there, for argparse."""
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return Path(text)


def say(line: str, end: str = "\n") -> None:
    """Progress and other words for a person."""
    print(line, end=end, file=sys.stderr, flush=True)
