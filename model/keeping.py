"""From a live run to what is kept of it, and back."""

from __future__ import annotations

import math
import secrets
import time
from dataclasses import replace

from model.data import FashionData
from model.errors import RunError
from model.film import Film
from model.kept import GOES_ON, Kept
from model.live_run import LiveRun
from model.snapshots import snapshot_steps
from model.train import Step, train


def keep(run: LiveRun) -> Kept:
    """All that there is of ``run`` at this moment; from any thread."""
    state, seconds, (progress, weights, counts) = run.state, run.elapsed(), run.moment
    return Kept(
        id=run.id, owner=run.owner, created=run.created, hyperparameters=run.hyperparameters,
        data=run.data.name, checksum=run.data.checksum, num_examples=len(run.data.train_labels),
        pace=run.pace, versions=run.versions, state=state, seconds=seconds, sweep=run.sweep,
        diverging_since=run.diverging_since, progress=progress, weights=weights,
        epochs=run.epochs[: counts.epochs], trace=run.trace[: counts.trace],
        snapshots=run.film.snapshots[: counts.snapshots], confusions=run.film.confusions,
    )  # fmt: skip


def restored(kept: Kept, data: FashionData) -> LiveRun:
    """The run that was kept, as it stood; one that was running when its server ended is interrupted.

    RunError where it could go on and ``data`` are not those it was trained on: that would be another run.
    """
    if kept.state in GOES_ON and data.checksum != kept.checksum:
        raise RunError("run_other_data", data=kept.data)
    run = LiveRun(kept.owner, kept.hyperparameters, data, kept.pace, kept.sweep)
    run.id, run.created, run.versions = kept.id, kept.created, kept.versions
    run.model.W.copy_(kept.weights.W)
    run.model.b.copy_(kept.weights.b)
    run.steps = train(run.model, data, kept.hyperparameters, kept.progress)
    run.state = "interrupted" if kept.state == "running" else kept.state
    run.last = _last_step(kept, run.steps_per_epoch) if kept.progress.step else None
    run.epochs, run.trace = list(kept.epochs), list(kept.trace)
    run.diverging_since, run.seconds, run.weights = kept.diverging_since, kept.seconds, kept.weights
    done = kept.snapshots[-1].step
    planned = snapshot_steps(run.steps_per_epoch, kept.hyperparameters.num_epochs)
    run.film = Film(data, [step for step in planned if step > done], kept.snapshots, kept.confusions)
    run.moment = run.moment_now()
    return run


def copied(kept: Kept, owner: str) -> Kept:
    """The same run as one of ``owner``'s own, under an id of its own; one that could go on is paused."""
    state = "paused" if kept.state in GOES_ON else kept.state
    return replace(kept, id=secrets.token_urlsafe(16), owner=owner, created=time.time(), state=state, sweep=None)


def _last_step(kept: Kept, steps_per_epoch: int) -> Step:
    # All but the batch's own loss is kept, and that no viewer is shown.
    progress = kept.progress
    return Step(
        step=progress.step,
        epoch=(progress.step - 1) // steps_per_epoch + 1,
        loss=math.nan,
        train_loss=progress.loss / progress.examples,
        train_acc=progress.correct / progress.examples,
        test_acc=kept.epochs[-1].test_acc if progress.step % steps_per_epoch == 0 and kept.epochs else None,
        diverged=kept.state == "diverged",
        progress=progress,
    )
