"""A class that trains at once: part of ``make soak``; ``python tests/load_class.py [students] [rounds]``.

All of them train ten epochs at full speed, each over a websocket and an event stream of its own, each pressing Pause
and Resume meanwhile; before and after them, one student alone. Prints the figures with what they should reach, and ends
with exit code 1 where one does not or a student met an error. All are ratios and latencies within one round.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from server import serve_process
from soak import held
from visitor import Visitor

ALONE = 3
"""Trainings of the one student before the class, and after it; the median counts."""

PRESSES = 2
"""Times that each student presses Pause, and then Resume."""

TIDIED = 15.0
"""Seconds until the server has let go of what the training left behind: it looks every ten."""

FORGOTTEN = 165.0
"""Seconds until the server has let go of who left: Streamlit keeps a session two minutes, for a tab that returns."""


@dataclass
class Finish:
    """What one student saw: seconds from Train to the run's end, its epochs, seconds of each answer, errors."""

    seconds: float
    epochs: list[Any]
    errors: list[str]
    answers: list[float] = field(default_factory=list)


class Round(NamedTuple):
    """The figures of one class."""

    alone: float
    together: float
    fairness: float
    throughput: float
    p50: float
    p95: float
    peak: float
    megabytes: float
    left: float
    threads: int
    files: int
    errors: list[str]


LIMITS = {"fairness": (0.0, 1.3), "throughput": (0.8, 1e9), "p95": (0.0, 0.3), "megabytes": (-1e9, 6), "left": (0, 1.1)}
"""Least and most: slowest / fastest finish; images a second, all / one alone; seconds of an answer; MB a session beyond
the first while all are there (``peak``: as the last one finishes); what is held when all have left, to the start."""


async def train(student: Visitor) -> Finish:
    """Train to the end, and see it saved."""
    began = time.monotonic()
    await student.press("main")
    epochs, last = [], {}
    async for frame in student.frames():
        epochs += frame["epochs"]
        last = frame
    errors = list(student.exceptions)
    if last.get("state") != "finished" or not last["kept"]:
        errors.append(f"a run ended as {last.get('state')}")
    return Finish(time.monotonic() - began, epochs, errors)


async def train_in_class(student: Visitor, seconds: float, chance: random.Random) -> Finish:
    """The same, with Pause and Resume pressed at random moments of about as many ``seconds``."""
    before = student.scripts
    training = asyncio.create_task(train(student))
    began, answers = time.monotonic(), []
    await student.until(lambda: student.scripts > before)  # two presses in one message would be one
    for moment in sorted(chance.uniform(0.1, 0.7) * seconds for _ in range(PRESSES)):
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        for says in ("Resume", "Pause"):
            if training.done():
                break
            answers.append(await student.press("main"))
            if student.labels["train_main"] not in (says, "Train"):
                student.exceptions.append(f"the button says {student.labels['train_main']}, not {says}")
    finish = await training
    finish.answers = answers
    return finish


async def alone(student: Visitor) -> list[float]:
    """Seconds of the one student's trainings."""
    seconds = []
    for _ in range(ALONE):
        finish = await train(student)
        assert finish.errors == []
        seconds.append(finish.seconds)
        await student.press("reset")
    return seconds


def percentile(values: list[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


async def a_class(url: str, pid: int, students: int, epochs: int = 10, forgotten: float = FORGOTTEN) -> Round:
    """All figures of one class, of a server that has just begun."""
    query = f"train_pace=full&train_num_epochs={epochs}"
    async with AsyncExitStack() as room:
        first = await room.enter_async_context(Visitor(url, query))
        before = await alone(first)
        start = held(pid)
        others = [await room.enter_async_context(Visitor(url, query)) for _ in range(students - 1)]
        chance, began = random.Random(students), time.monotonic()
        length = statistics.median(before) * students
        finishes = await asyncio.gather(*(train_in_class(each, length, chance) for each in (first, *others)))
        together = time.monotonic() - began
        peak = held(pid)
        await asyncio.sleep(TIDIED)
        full = held(pid)
        await first.press("reset")
        one = statistics.median(before + await alone(first))
    await asyncio.sleep(forgotten)
    left = held(pid)
    seconds, answers = [each.seconds for each in finishes], [answer for each in finishes for answer in each.answers]
    errors = [error for each in finishes for error in each.errors]
    if any(each.epochs != finishes[0].epochs or len(each.epochs) != epochs for each in finishes):
        errors.append("the same settings gave different curves")
    return Round(
        alone=one,
        together=together,
        fairness=max(seconds) / min(seconds),
        throughput=students * one / together,
        p50=percentile(answers, 50),
        p95=percentile(answers, 95),
        peak=(peak["megabytes"] - start["megabytes"]) / (students - 1),
        megabytes=(full["megabytes"] - start["megabytes"]) / (students - 1),
        left=left["megabytes"] / start["megabytes"],
        threads=left["threads"] - start["threads"],
        files=left["files"] - start["files"],
        errors=errors,
    )


def one_round(students: int) -> Round:
    """A class on a server of its own."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with serve_process(log) as (url, server):
            found = asyncio.run(a_class(url, server.pid, students))
        assert "Traceback" not in log.read_text(), log.read_text()
    return found


def main(students: int, rounds: int) -> int:
    """Print each round and the medians; returns how many figures fall short."""
    found = []
    for _ in range(rounds):
        found.append(one_round(students))
        print(", ".join(f"{name} {value}" for name, value in _rounded(found[-1]).items()), flush=True)
    missed = sum(len(each.errors) for each in found)
    for name, (least, most) in LIMITS.items():
        value = statistics.median(getattr(each, name) for each in found)
        reached = least <= value <= most
        missed += not reached
        wanted = f"at least {least}" if most > 1e6 else f"at most {most}"
        print(f"{name}: {value:.3f} ({wanted}){'' if reached else ': missed'}")
    return missed


def _rounded(found: Round) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in found._asdict().items()}


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(bool(main(*(numbers + [40, 3][len(numbers) :]))))
