"""A server that is told to end in the middle of everything: for the suite and ``make bench``."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any, NamedTuple

from server import serve_process
from streams import ask, events
from visitor import Window

PATIENCE = 120.0
SLOW_RUN = "train_num_epochs=50&train_pace=talk&train_data=garments"
SWEEP = "train_data=garments"
VIEWER = "a-viewer-in-the-tests-{:04}"


class Ended(NamedTuple):
    """What came of it: ``told`` is the last event of each run's stream, ``idea`` that of a training of Concepts."""

    runs: list[str]
    told: list[dict[str, Any]]
    idea: dict[str, Any]
    code: int
    seconds: float
    log: str


def come(url: str, query: str, place: str = "") -> Window:
    """A person who has the page before them."""
    window = Window(url, query, place)
    window.rerun()
    return window


def end_in_the_middle(folder: Path, told_by: signal.Signals, viewers: int, runs: int) -> Ended:
    """Runs that go on and are watched, a sweep, an idea, a download, and clients that never read; then the signal."""
    log = folder / "server.log"
    store = {
        "SOFTMAX_STUDIO_DB": f"sqlite:///{folder / 'runs.sqlite3'}",
        "SOFTMAX_STUDIO_MIRROR": "http://127.0.0.1:9/",
    }
    with serve_process(log, **store) as (url, server):
        owners = [come(url, SLOW_RUN) for _ in range(runs)]
        for owner in owners:
            owner.rerun("train_main")
        sweeping = come(url, SWEEP, "runs")
        sweeping.rerun("runs_sweep_start")
        ended = come(url, "train_num_epochs=1&train_pace=full&train_data=garments")
        ended.rerun("train_main")
        list(events(ask(url, f"/live/{ended.run}")))
        streams = [ask(url, f"/live/{owners[i % runs].run}", cookie=VIEWER.format(i)) for i in range(viewers)]
        deaf = [ask(url, f"/live/{owners[0].run}", room=2048), ask(url, "/lib/plotly/plotly.min.js", room=2048)]
        deaf.append(ask(url, f"/runs/{ended.run}/run.zip", room=2048))
        followed = [events(stream) for stream in streams]
        for stream in followed:
            next(stream)
        idea = events(ask(url, "/ideas/lockstep/run?pace=slow"))
        next(idea)
        server.send_signal(told_by)
        began = time.monotonic()
        told = [list(stream)[-1] for stream in followed]
        last = list(idea)[-1]
        code = server.wait(PATIENCE)
        seconds = time.monotonic() - began
        for client in deaf:
            client.close()
    return Ended([owner.run for owner in owners], told, last, code, seconds, log.read_text())
