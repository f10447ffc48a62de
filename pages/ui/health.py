"""How the server is, for a load balancer and an operator. It answers while torch is still being loaded, waits for
nobody, and tells nothing of persons: no id, no name, no path.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from model import __version__
from model.journal import tell
from pages.ui.ending import closing
from pages.ui.visits import sessions

STUCK = 30.0
"""Seconds without a round after which a thread is taken to hang: a round of 200 runs on a busy machine takes less."""

UNWELL = ("broken", "ending")
"""What is answered with 503. One that is starting serves its pages, which wait for it."""

_began = time.monotonic()
_warmth = "starting"


@contextmanager
def warming() -> Iterator[None]:
    """The warm-up; without its end the server is not ready, and with an exception broken."""
    global _warmth
    try:
        yield
    except BaseException:
        _warmth = "broken"
        raise
    _warmth = "ok"
    tell("server ready", seconds=round(time.monotonic() - _began, 2), **_store(), data=_data()["data"])


async def healthz(request: Request) -> Response:
    """GET /healthz: ``status`` and what it was judged by; 503 if it is broken or ending, else 200."""
    facts = health()
    status = 503 if facts["status"] in UNWELL else 200
    return JSONResponse(facts, status_code=status, headers={"Cache-Control": "no-store"})


def health() -> dict[str, Any]:
    """``status``: starting, ok, degraded, broken or ending; what is not known is None."""
    facts: dict[str, Any] = {
        "version": __version__,
        "uptime_seconds": round(time.monotonic() - _began, 1),
        "sessions": sessions(),
        **_process(),
    }
    if _warmth == "ok":
        facts |= _threads() | _data() | _store()
    return {"status": "ending" if closing() else _judged(facts), **facts}


def _judged(facts: dict[str, Any]) -> str:
    if _warmth != "ok":
        return _warmth
    if "hangs" in (facts["trainer"], facts["keeper"]) or "dead" in (facts["trainer"], facts["keeper"]):
        return "broken"
    return "degraded" if facts["store_problem"] or facts["data_damaged"] else "ok"


def _process() -> dict[str, Any]:
    own = Path("/proc/self")
    if not own.exists():  # of the system's own account there is less elsewhere
        return {"memory_megabytes": None, "threads": threading.active_count(), "open_files": None}
    pages = int((own / "statm").read_text().split()[1])
    return {
        "memory_megabytes": round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1),
        "threads": len(os.listdir(own / "task")),  # noqa: PTH208
        "open_files": len(os.listdir(own / "fd")),  # noqa: PTH208
    }


def _threads() -> dict[str, Any]:
    from pages.ui import idea_runs, live, resources

    keeper = resources.keeper()
    trainer = keeper.trainer
    runs = trainer.live()
    age, looked = trainer.pulse.age(), keeper.pulse.age()
    return {
        "trainer": _state(trainer.pulse.dead(), age),
        "trainer_round_seconds_ago": _rounded(age),
        "keeper": _state(keeper.pulse.dead(), looked),
        "keeper_looked_seconds_ago": _rounded(looked),
        "live_runs": len(runs),
        "running_runs": sum(run.state == "running" for run in runs),
        "streams": live.viewers() + idea_runs.viewers(),
    }


def _state(dead: bool, age: float | None) -> str:
    if dead:
        return "dead"
    return "waits" if age is None else "hangs" if age > STUCK else "runs"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _data() -> dict[str, Any]:
    from pages.ui import resources

    # Not ``default_data()``: that reads them, and waits for who does.
    name = resources.FASHION_MNIST if resources.FASHION_MNIST in resources._loaded() else resources.GARMENTS
    return {"data": name, "data_damaged": bool(resources._damaged()) and name == resources.GARMENTS}


def _store() -> dict[str, Any]:
    from model.errors import StoreError
    from model.store import store_url
    from pages.ui import resources

    problem = resources.keeper().problem
    try:
        url = store_url()
    except StoreError as error:
        return {"store": None, "store_problem": error.key, "disk_free_megabytes": None}
    local = url.drivername.startswith("sqlite") and url.database
    return {
        "store": url.drivername,
        "store_problem": problem.key if problem else None,
        "disk_free_megabytes": _free(Path(local)) if local else None,
    }


def _free(file: Path) -> int | None:
    try:
        return shutil.disk_usage(file.parent).free // 2**20
    except OSError:
        return None
