"""Live runs: what each control does, that scheduling changes no number, and that nothing is leaked."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import torch

from model import live_run as live_run_module
from model import pacing as pacing_module
from model import roster as roster_module
from model import trainer as trainer_module
from model.concise import make_model
from model.data import FashionData
from model.errors import RunError
from model.kept import Pace, State
from model.limits import LIVE_EACH
from model.live_run import LiveRun
from model.pacing import SECONDS_PER_EPOCH
from model.roster import KEPT
from model.train import Hyperparameters, Step, train
from model.trainer import SLICE, UNWATCHED_PAUSE, UNWATCHED_REST, Trainer

SMALL = Hyperparameters(num_epochs=3, batch_size=50)  # 20 steps an epoch on `few`
LONG = Hyperparameters(num_epochs=1000, batch_size=50)  # outlasts every test
PATIENCE = 60
"""Seconds for what another thread does: a bound for a hang and not for speed."""


@pytest.fixture
def trainer() -> Iterator[Trainer]:
    trainer = Trainer()
    yield trainer
    trainer.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"
        time.sleep(0.005)


def finished(
    trainer: Trainer, data: FashionData, owner: str = "me", pace: Pace = "full", settings: Hyperparameters = SMALL
) -> LiveRun:
    run = trainer.create(owner, settings, data, pace)
    trainer.play(run)
    until(lambda: run.ended)
    return run


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_a_live_run_is_the_headless_run_to_the_bit(trainer: Trainer, few: FashionData, implementation: str) -> None:
    settings = Hyperparameters(num_epochs=3, batch_size=50, implementation=implementation)
    run = trainer.create("me", settings, few, "full")
    trainer.one_step(run)
    trainer.one_epoch(run)
    until(lambda: run.state == "paused")
    trainer.play(run)
    until(lambda: run.ended)
    model = make_model(implementation, 0, 0.01)
    steps = list(train(model, few, settings))
    assert run.state == "finished"
    assert torch.equal(run.weights.W, model.W)
    assert torch.equal(run.weights.b, model.b)
    measured = [(s.epoch, s.train_loss, s.train_acc, s.test_acc) for s in steps if s.test_acc is not None]
    assert run.epochs == measured
    by_x = {round(s.step / 20, 9): (s.train_loss, s.train_acc) for s in steps}
    assert len(run.trace) > 3
    assert all(by_x[round(point.x, 9)] == point[1:] for point in run.trace)


def test_a_run_waits_until_it_is_played(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", SMALL, few)
    finished(trainer, few, owner="other")
    assert (run.state, run.step) == ("paused", 0)
    assert torch.equal(run.weights.W, make_model("scratch", 0, 0.01).W)


def test_step_takes_one_batch_and_pauses(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", SMALL, few, "talk")
    for n in (1, 2, 3):
        trainer.one_step(run, PATIENCE)
        assert (run.state, run.step) == ("paused", n)
    assert run.pace == "talk"


def test_one_epoch_ends_at_the_epochs_end(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", SMALL, few, "full")
    trainer.one_step(run)
    for epoch in (1, 2):
        trainer.one_epoch(run)
        until(lambda: run.state == "paused")
        assert (run.step, len(run.epochs)) == (20 * epoch, epoch)
    trainer.one_epoch(run)
    until(lambda: run.ended)
    assert run.state == "finished"


def test_pause_stays_paused_and_resume_goes_on(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", LONG, few, "slow")
    trainer.play(run)
    until(lambda: run.step > 3)
    trainer.pause(run)
    until(lambda: not run.busy)
    assert run.weights.step == run.step
    step, seconds = run.step, run.elapsed()
    time.sleep(0.3)
    assert (run.state, run.step, run.elapsed()) == ("paused", step, seconds)
    trainer.play(run)
    until(lambda: run.step > step)


def test_stop_ends_the_run_and_keeps_what_it_learned(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", LONG, few, "slow")
    trainer.play(run)
    until(lambda: run.step > 2)
    trainer.stop(run)
    until(lambda: not run.busy)
    assert run.weights.step == run.step
    step = run.step
    trainer.play(run)
    trainer.one_step(run)
    trainer.one_epoch(run)
    trainer.pause(run)
    time.sleep(0.2)
    assert (run.state, run.step) == ("stopped", step)
    assert trainer.get(run.id) is run
    assert not torch.equal(run.weights.W, make_model("scratch", 0, 0.01).W)


def test_a_pace_holds_its_seconds_an_epoch(trainer: Trainer, few: FashionData) -> None:
    """Slow is an epoch a second: never faster. How much slower a busy machine makes it is not this test's matter."""
    run = trainer.create("me", SMALL, few, "slow")
    began = time.monotonic()
    trainer.play(run)
    while not run.ended:
        step, elapsed = run.step, time.monotonic() - began
        assert step <= 20 * elapsed + 1
        time.sleep(0.01)
    assert run.elapsed() >= 2.9


def test_a_change_of_pace_takes_effect_at_once(
    trainer: Trainer, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SECONDS_PER_EPOCH, "talk", 3600.0)
    run = trainer.create("me", Hyperparameters(num_epochs=1, batch_size=50), few, "talk")
    trainer.play(run)
    trainer.set_pace(run, "full")
    until(lambda: run.ended)


STEP_SECONDS = 2.0**-12
A_SLICE = 82
"""Steps in SLICE seconds."""

Turns = list[tuple[LiveRun, int]]


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> Turns:
    """Which run advanced by how many steps, one turn after the other, on a clock that nothing but steps moves.

    What the machine's own clock says of a thread's turns is true of a machine that does nothing else.
    """
    now, turns = [0.0], []
    record, advance = LiveRun._record, LiveRun.advance

    def recorded(run: LiveRun, step: Step) -> None:
        record(run, step)
        now[0] += STEP_SECONDS

    def turn(run: LiveRun, seconds: float) -> int:
        taken = advance(run, seconds)
        turns.append((run, taken))
        return taken

    clock = SimpleNamespace(monotonic=lambda: now[0], time=time.time, sleep=time.sleep)
    for module in (live_run_module, pacing_module, trainer_module):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(LiveRun, "_record", recorded)
    monkeypatch.setattr(LiveRun, "advance", turn)
    assert int(SLICE / STEP_SECONDS) + 1 == A_SLICE
    return turns


def rounds(trainer: Trainer, turns: Turns, runs: list[LiveRun], count: int) -> list[list[int]]:
    """The steps that each of ``runs`` took in ``count`` rounds, from when all of them were running."""
    for run in runs:
        trainer.play(run)
    each, last = len(runs), runs[-1]
    until(lambda: [run for run, _ in turns].count(last) > count + 1)
    for run in runs:
        trainer.stop(run)
    first = next(i for i, (run, _) in enumerate(turns) if run is last) + 1
    whole = [turns[i : i + each] for i in range(first, first + count * each, each)]
    assert all([run for run, _ in one_round] == runs for one_round in whole)
    return [[taken for _, taken in one_round] for one_round in whole]


def test_runs_share_the_thread_fairly(trainer: Trainer, few: FashionData, turns: Turns) -> None:
    settings = Hyperparameters(num_epochs=1000, batch_size=10)
    runs = [trainer.create(f"owner {i}", settings, few, "full") for i in range(6)]
    assert rounds(trainer, turns, runs, 10) == [[A_SLICE] * 6] * 10


def test_the_twenty_that_ended_last_are_kept(trainer: Trainer, few: FashionData) -> None:
    quick = Hyperparameters(num_epochs=1, batch_size=1000)
    runs = []
    for _ in range(KEPT + 2):
        runs.append(finished(trainer, few, settings=quick))
        runs[-1].saved = runs[-1].version
    for gone in runs[:2]:
        with pytest.raises(RunError, match="There is no run"):
            trainer.get(gone.id)
    assert [trainer.get(run.id) for run in runs[2:]] == runs[2:]
    assert trainer.live() == []


def test_a_person_has_a_bounded_number_of_live_runs(trainer: Trainer, few: FashionData) -> None:
    other = trainer.create("other", SMALL, few)
    runs = [trainer.create("me", SMALL, few) for _ in range(LIVE_EACH + 3)]
    assert trainer.live() == [other, *runs[3:]]
    trainer.play(runs[0])  # nothing of it was lost
    assert trainer.live() == [other, *runs[4:], runs[0]]
    assert {run.state for run in runs[1:]} == {"paused"}


def test_the_server_has_a_bounded_number_of_live_runs(
    trainer: Trainer, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster_module, "LIVE_IN_ALL", 2)
    trainer.create("a", SMALL, few)
    trainer.create("b", SMALL, few)
    with pytest.raises(RunError, match="2 runs are live"):
        trainer.create("c", SMALL, few)


def test_a_run_that_nobody_watches_is_paused_and_later_freed(
    trainer: Trainer, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(trainer_module, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=time.sleep))
    tended = threading.Semaphore(0)
    tend = Trainer._tend

    def tend_and_tell(trainer: Trainer) -> None:
        tend(trainer)
        tended.release()

    monkeypatch.setattr(Trainer, "_tend", tend_and_tell)
    run = trainer.create("me", LONG, few, "full")
    run.seen = 0.0
    trainer.play(run)

    def after(seconds: float) -> str:
        now[0] = seconds
        for _ in range(2):  # the first may have begun before
            while tended.acquire(blocking=False):
                pass
            trainer.set_pace(run, "full")  # wakes the thread where it has nothing to do
            assert tended.acquire(timeout=PATIENCE)
        return run.state

    assert after(UNWATCHED_PAUSE) == "running"
    assert after(UNWATCHED_PAUSE + 1) == "paused"
    assert run.unwatched
    assert after(UNWATCHED_REST) == "paused"
    assert trainer.live() == [run]
    assert after(UNWATCHED_REST + 1) == "paused"
    assert trainer.live() == []
    trainer.play(run)  # nothing of it was lost
    assert trainer.live() == [run]
    trainer.stop(run)


def test_who_sees_an_unwatched_run_pause_finds_why(
    trainer: Trainer, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[bool] = []
    halt = LiveRun.halt

    def halt_and_look(run: LiveRun, state: State) -> None:
        halt(run, state)
        found.append(run.unwatched)

    monkeypatch.setattr(LiveRun, "halt", halt_and_look)
    run = trainer.create("me", LONG, few, "full")
    trainer.play(run)
    run.seen = time.monotonic() - UNWATCHED_PAUSE - 1
    until(lambda: bool(found))
    assert found == [True]


def test_a_diverged_run_says_so_and_keeps_the_last_finite_weights(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", SMALL, few, "full")
    trainer.one_step(run, PATIENCE)
    run.model.W[0, 300] = 3e38
    trainer.play(run)
    until(lambda: run.ended)
    assert (run.state, run.step) == ("diverged", 2)
    assert bool(run.weights.W.isfinite().all())


def test_one_runs_fault_does_not_stop_the_others(trainer: Trainer, few: FashionData) -> None:
    broken = trainer.create("me", SMALL, few, "full")
    broken.steps = iter(())  # the next step raises StopIteration
    trainer.play(broken)
    until(lambda: broken.ended)
    assert broken.state == "failed"
    assert finished(trainer, few, owner="other").state == "finished"


def test_an_unknown_run_is_named_with_the_remedy(trainer: Trainer) -> None:
    with pytest.raises(RunError) as caught:
        trainer.get("nonsense" * 20)
    assert "press Train" in str(caught.value)
    assert len(str(caught.value)) < 200


def test_run_ids_cannot_be_guessed(trainer: Trainer, few: FashionData) -> None:
    ids = {trainer.create(f"owner {i}", SMALL, few).id for i in range(50)}
    assert len(ids) == 50
    assert all(len(id_) >= 22 for id_ in ids)


def during(few: FashionData, act: Callable[[], None]) -> FashionData:
    """Data that do this in the middle of every step."""

    class Acting(FashionData):
        def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            act()
            return super().batch(indices)

    return Acting("acting", "test", few.train_pixels, few.train_labels, few.test_images, few.test_labels)


def test_pause_during_the_last_step_finishes_the_run(trainer: Trainer, few: FashionData) -> None:
    settings = Hyperparameters(num_epochs=1, batch_size=1000)
    run = trainer.create("me", settings, during(few, lambda: trainer.pause(run)), "full")
    trainer.play(run)
    until(lambda: run.ended)
    assert (run.state, run.step) == ("finished", 1)


def test_stop_during_a_step_publishes_that_step(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", SMALL, during(few, lambda: trainer.stop(run)), "full")
    trainer.play(run)
    until(lambda: run.ended and not run.busy)
    assert (run.state, run.step, run.weights.step) == ("stopped", 1, 1)


def test_a_paced_run_goes_on_beside_many_at_full_speed(trainer: Trainer, few: FashionData, turns: Turns) -> None:
    full = [trainer.create(f"o{i}", Hyperparameters(num_epochs=1000, batch_size=10), few, "full") for i in range(12)]
    paced = trainer.create("me", Hyperparameters(num_epochs=1000, batch_size=4), few, "slow")  # 250 steps a second
    for *others, own in rounds(trainer, turns, [*full, paced], 10):
        assert others == [A_SLICE] * 12
        assert own == 50  # a fifth of a second of its steps, as a round takes longer


def test_a_run_of_long_steps_leaves_the_others_their_share(trainer: Trainer, few: FashionData) -> None:
    slow = during(few, lambda: time.sleep(0.3))
    heavy = trainer.create("heavy", Hyperparameters(num_epochs=1000, batch_size=1000), slow, "full")
    others = [trainer.create(f"o{i}", Hyperparameters(num_epochs=1000, batch_size=10), few, "full") for i in range(3)]
    for run in [*others, heavy]:  # it last: its first step must find the others there
        trainer.play(run)
    until(lambda: heavy.step >= 3)
    busy = 0.3 * heavy.step
    assert heavy.elapsed() > 2.5 * busy


def test_a_waiting_run_holds_no_batch(trainer: Trainer, few: FashionData) -> None:
    held: list[weakref.ref[torch.Tensor]] = []

    class Watched(FashionData):
        def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            X, y = super().batch(indices)
            held.append(weakref.ref(X))
            return X, y

    data = Watched("watched", "test", few.train_pixels, few.train_labels, few.test_images, few.test_labels)
    run = trainer.create("me", SMALL, data)
    trainer.one_step(run, PATIENCE)
    gc.collect()
    assert len(held) == 1
    assert held[0]() is None
