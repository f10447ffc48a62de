"""The health route: that it tells the truth, to whom it may concern, at once, and nothing else."""

from __future__ import annotations

import asyncio
import ctypes
import json
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from conftest import NOWHERE, PATIENCE
from server import ROOT, serve
from starlette.requests import Request

from model.errors import DataError
from model.live_run import LiveRun
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import health, resources

DIES = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
LONG = Hyperparameters(num_epochs=1000, batch_size=50)


def asked() -> tuple[int, dict[str, Any]]:
    """The status and the facts of one answer."""
    response = asyncio.run(health.healthz(Request({"type": "http", "method": "GET", "headers": []})))
    return response.status_code, json.loads(bytes(response.body))


def becomes(status: str) -> dict[str, Any]:
    """The facts, as soon as the status is this one."""
    until = time.monotonic() + PATIENCE
    while True:
        code, facts = asked()
        if facts["status"] == status:
            assert code == (503 if status in ("broken", "ending") else 200)
            return facts
        assert time.monotonic() < until, facts
        time.sleep(0.02)


def end_thread(thread: threading.Thread | None) -> None:
    """Have a thread end as by a fault that nobody caught."""
    assert thread
    assert thread.ident
    until = time.monotonic() + PATIENCE
    while thread.is_alive():  # again where it came to it in a callback of C, which drops it
        assert time.monotonic() < until
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
        thread.join(1)


@pytest.fixture
def trainer(server: Trainer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainer]:
    """Of a server whose warm-up has ended."""
    monkeypatch.setattr(health, "_warmth", "ok")
    yield server


@pytest.fixture
def run(trainer: Trainer) -> LiveRun:
    """A run that goes on."""
    run = resources.keeper().create("an-owner", LONG, resources.data_set("garments"), "talk")
    trainer.play(run)
    until = time.monotonic() + PATIENCE
    while None in (trainer.pulse.age(), resources.keeper().pulse.age()):
        assert time.monotonic() < until
        time.sleep(0.01)
    return run


def test_a_server_that_trains_is_well_and_says_how_much_it_does(run: LiveRun) -> None:
    facts = becomes("ok")
    assert (facts["trainer"], facts["keeper"], facts["live_runs"], facts["running_runs"]) == ("runs", "runs", 1, 1)
    assert (facts["data"], facts["store"], facts["store_problem"]) == ("garments", "sqlite", None)
    assert facts["threads"] >= 3
    assert facts["memory_megabytes"] > 50
    assert facts["disk_free_megabytes"] > 0


def test_nothing_in_it_says_who_or_where(run: LiveRun, tmp_path: Path) -> None:
    said = json.dumps(asked()[1])
    for secret in (run.id, "an-owner", str(tmp_path), tmp_path.name, "sqlite3"):
        assert secret not in said


def test_a_trainer_without_runs_waits(trainer: Trainer) -> None:
    assert becomes("ok")["trainer"] == "waits"


@DIES
def test_a_trainer_that_has_died_is_told(trainer: Trainer, run: LiveRun) -> None:
    becomes("ok")
    end_thread(trainer._thread)
    assert becomes("broken")["trainer"] == "dead"


def test_a_round_that_hangs_is_told_until_it_goes_on(run: LiveRun, monkeypatch: pytest.MonkeyPatch) -> None:
    becomes("ok")
    goes_on = threading.Event()
    monkeypatch.setattr(health, "STUCK", 2.0)
    monkeypatch.setattr(run, "advance", lambda seconds: goes_on.wait(PATIENCE) and 0)
    assert becomes("broken")["trainer"] == "hangs"
    goes_on.set()
    assert becomes("ok")["trainer"] == "runs"


@DIES
def test_a_keeper_that_has_died_is_told(run: LiveRun) -> None:
    becomes("ok")
    end_thread(resources.keeper()._thread)
    assert becomes("broken")["keeper"] == "dead"


def test_a_store_that_is_locked_is_a_loss_until_it_is_not(
    run: LiveRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.opened.RETRY", 0.1)
    becomes("ok")
    other = sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None, timeout=PATIENCE)
    other.execute("BEGIN EXCLUSIVE")
    assert becomes("degraded")["store_problem"] == "store_locked"
    other.execute("ROLLBACK")
    other.close()
    becomes("ok")


def test_a_store_without_a_right_address_is_a_loss(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DB", "no address")
    assert becomes("degraded")["store_problem"] == "store_url"


def test_damaged_data_are_a_loss(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_damaged", lambda: {("a file",): DataError("data_missing")})
    assert becomes("degraded")["data_damaged"]


def test_a_server_that_ends_says_so(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "closing", lambda: True)
    becomes("ending")


def test_a_warm_up_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_warmth", "starting")
    becomes("starting")
    with pytest.raises(OSError, match="no room"), health.warming():
        raise OSError("no room")
    becomes("broken")


def holds(lock: AbstractContextManager[Any]) -> Callable[[], None]:
    """Have another thread hold a lock until what is returned is called."""
    held, free = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            held.set()
            free.wait(PATIENCE)

    threading.Thread(target=hold, daemon=True).start()
    held.wait(PATIENCE)
    return free.set


def test_it_answers_while_others_hold_every_lock(run: LiveRun, monkeypatch: pytest.MonkeyPatch) -> None:
    becomes("ok")
    let_go = [holds(resources.trainer()._changed), holds(resources.keeper()._lock), holds(resources._loading)]
    answer = threading.Thread(target=asked, daemon=True)
    answer.start()
    answer.join(PATIENCE / 2)
    answered = not answer.is_alive()
    for go_on in let_go:
        go_on()
    assert answered


def test_it_answers_before_torch_is_loaded() -> None:
    source = """
import asyncio, sys
from pages.ui.routes import ROUTES
from pages.ui.health import healthz
response = asyncio.run(healthz(None))
print(response.status_code, response.body.decode(), "torch" in sys.modules)
"""
    ended = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.startswith('200 {"status":"starting"')
    assert ended.stdout.endswith("False\n")


def test_a_server_is_starting_and_then_well(tmp_path: Path) -> None:
    with serve(tmp_path / "server.log", **NOWHERE) as url:
        seen = []
        until = time.monotonic() + PATIENCE
        while "ok" not in seen and time.monotonic() < until:
            with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
                seen.append(json.load(answer)["status"])
            time.sleep(0.1)
    assert list(dict.fromkeys(seen)) == ["starting", "ok"]
