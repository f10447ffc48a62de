"""A sweep in words: its title, its settings, how long it takes, and what its numbers teach."""

from __future__ import annotations

from model.sweep import Cell, Grid, Lesson
from model.sweeps import Sweep
from pages.ui.text import Text

MARKS = {"en": (", ", " and ", "; ", "."), "zh": ("、", "、", "；", "。")}
"""What stands between a list's items, before its last, between the parts of a sentence, and at its end."""


def title(text: Text, sweep: Sweep) -> str:
    """A sweep in the selection and on its picture: its number, what varies, how many runs, on which data.

    Others' have no number: it counts their owner's.
    """
    names = setting_names(text)
    what = " × ".join(names[name] for name in sweep.grid.varying) or names["lr"]
    which = text("sweep.number", number=sweep.number) if sweep.number else text("sweep.shared")
    runs = text("sweep.runs", count=len(sweep.grid))
    return " · ".join((which, what, runs, text(f"data.{sweep.grid.data}")))


def time_words(text: Text, seconds: float) -> str:
    """Seconds or minutes, as a person says them."""
    if seconds < 100:
        return text("sweep.seconds", n=max(1, round(seconds)))
    if seconds < 6000:
        return text("sweep.minutes", n=round(seconds / 60))
    return text("sweep.hours", n=f"{seconds / 3600:.1f}")


def setting_names(text: Text) -> dict[str, str]:
    """What the settings that can vary are called."""
    return {"lr": text("train.lr"), "batch_size": text("train.batch_size"), "init_std": text("train.init_std")}


def number(value: float) -> str:
    """A setting's value on an axis."""
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def accuracy(value: float | None) -> str:
    """An accuracy as the book writes it."""
    return f"{value or 0:.4f}".replace("0.", ".", 1)


def lesson_words(text: Text, grid: Grid, found: Lesson | None) -> str | None:
    """What the numbers teach, in a sentence."""
    if found is None:
        return None

    def at(cell: Cell) -> str:
        return number(getattr(cell.settings, found.axis))

    def less(cell: Cell) -> str:
        return accuracy((found.best.result or 0.0) - (cell.result or 0.0))

    comma, last, semicolon, stop = MARKS[text.language]
    names, best = setting_names(text), found.best.settings
    what = " · ".join(f"{names[name]} {number(getattr(best, name))}" for name in grid.varying)
    parts = [text("sweep.best_is", what=what, acc=accuracy(found.best.result))]
    beside = [
        text("sweep.neighbour", value=at(cell), acc=accuracy(cell.result), less=less(cell))
        for cell in (found.lower, found.upper)
        if cell
    ]
    if beside:
        parts.append(text("sweep.beside", neighbours=comma.join(beside)))
    if found.overshot:
        *others, highest = map(number, found.overshot)
        values = comma.join(others) + last + highest if others else highest
        parts.append(text("sweep.overshot_at", values=values))
    elif found.at_end:
        parts.append(text("sweep.at_lower_end" if found.at_end == "lower" else "sweep.at_upper_end"))
    return semicolon.join(parts) + stop
