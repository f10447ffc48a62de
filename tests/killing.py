"""A server killed in the middle of a run, and what must be found in its store: for the suite and ``make soak``."""

from __future__ import annotations

import io
import random
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from conftest import NOWHERE, hurry
from playwright.sync_api import Browser, expect
from server import ROOT, serve_process
from sqlalchemy import make_url

from model.concise import make_model
from model.data import FashionData
from model.kept import GOES_ON, Kept, Pace
from model.runs import Runs
from model.snapshots import Weights, snapshot_steps
from model.store import Store
from model.train import Hyperparameters, num_batches, train

PATIENCE = 120.0

VICTIM = """
import sys
import time
import torch
from sqlalchemy import make_url
from model.garments import load_garments
from model.keeper import Keeper
from model.store import Store
from model.train import Hyperparameters
from model.trainer import Trainer

torch.set_num_threads(1)
data = load_garments()
keeper = Keeper(Trainer(), lambda name: data, lambda: Store(make_url(sys.argv[1]))).start()
keeper.runs, data.checksum
run = keeper.create("me", Hyperparameters(num_epochs=int(sys.argv[2]), seed=int(sys.argv[3])), data, "full")
keeper.trainer.play(run)
print(run.id, flush=True)
while not (run.ended and run.saved == run.version):
    time.sleep(0.01)
print("saved", flush=True)
input()
"""
"""All of a server but its pages."""


def kill_without_pages(url: str, epochs: int, seed: int, after: float | None) -> str:
    """Begin a run in a process of its own and kill it ``after`` seconds, None: when it is saved; returns its id."""
    command = [sys.executable, "-c", VICTIM, url, str(epochs), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout
        run_id = victim.stdout.readline().strip()
        if after is None:
            assert victim.stdout.readline() == "saved\n"
        else:
            time.sleep(after)
        victim.kill()
    assert victim.returncode == -signal.SIGKILL
    return run_id


def uninterrupted(data: FashionData, settings: Hyperparameters) -> Weights:
    """What the run gives when nothing happens to it, by the bare iterator."""
    model = make_model(settings.implementation, settings.seed, settings.init_std)
    steps = list(train(model, data, settings))
    return Weights(len(steps), model.W, model.b)


def kept_in(url: str, run_id: str) -> Kept:
    """The run as another server finds it; the store opens, or this fails."""
    store = Store(make_url(url))
    try:
        return Runs(store, "another server").load(run_id)[0]
    finally:
        store.close()


def check_whole(kept: Kept, data: FashionData) -> None:
    """Nothing half-written is shown as whole: all parts of the run stand at the same step."""
    settings = kept.hyperparameters
    per_epoch = num_batches(len(data.train_labels), settings.batch_size)
    step = kept.progress.step
    assert kept.weights.step == step
    assert [point.epoch for point in kept.epochs] == list(range(1, step // per_epoch + 1))
    assert all(point.x <= step / per_epoch for point in kept.trace)
    planned = [at for at in snapshot_steps(per_epoch, settings.num_epochs) if at <= step]
    assert [snapshot.step for snapshot in kept.snapshots] == planned
    assert (kept.state == "finished") == (step == per_epoch * settings.num_epochs) or kept.state in GOES_ON
    model = make_model(settings.implementation, settings.seed, settings.init_std)
    for _, _ in zip(range(step), train(model, data, settings), strict=False):
        pass
    assert torch.equal(kept.weights.W, model.W)


class Outcome(NamedTuple):
    """What a page said of a run just before its server was killed and when it was back, and the weights at its end."""

    before: str
    after: str
    weights: Weights


def kill_the_server(browser: Browser, folder: Path, settings: Hyperparameters, pace: Pace, after: float) -> Outcome:
    """Begin a run on the Train page, kill the server ``after`` seconds, start it again, and let the run be resumed."""
    store = f"sqlite:///{folder / 'runs.sqlite3'}"
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    expect.set_options(timeout=1000 * PATIENCE)
    with serve_process(folder / "first.log", SOFTMAX_STUDIO_DB=store, **NOWHERE) as (url, server):
        page.goto(f"{url}/?train_num_epochs={settings.num_epochs}&train_seed={settings.seed}&train_pace={pace}")
        page.locator(".st-key-train_main button:enabled").click()
        page.wait_for_url("**run=*")
        run_id = page.url.split("run=")[1].split("&")[0]
        time.sleep(after)
        before = page.locator(".status").inner_text()
        server.kill()
        server.wait()
    with serve_process(folder / "second.log", SOFTMAX_STUDIO_DB=store, **NOWHERE) as (url, _):
        page.goto(f"{url}/?run={run_id}")
        status = page.locator(".status")
        expect(status).not_to_have_text("")
        expect(page.locator(".st-key-train_main button:enabled")).to_be_visible()
        said = status.inner_text()
        if said != "Finished":
            page.locator(".st-key-train_main button", has_text="Resume").click()
            hurry(page)
        expect(status).to_have_text("Finished")
        with urllib.request.urlopen(f"{url}/film/{run_id}/npz?at=1000000", timeout=PATIENCE) as answer:
            arrays = np.load(io.BytesIO(answer.read()))
        assert arrays["exact"]
        context.close()
    weights = Weights(int(arrays["step"]), torch.from_numpy(arrays["W"]), torch.from_numpy(arrays["b"]))
    return Outcome(before, said, weights)


def moments(count: int, most: float, seed: int) -> list[float]:
    """Random moments, in seconds."""
    chance = random.Random(seed)
    return [chance.uniform(0.0, most) for _ in range(count)]
