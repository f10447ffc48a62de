"""A server killed again and again in the middle of a run: part of ``make soak``; ``python tests/soak_kill.py [times]``.

Each time a person begins a run of 20 epochs at full speed in Chromium, the server gets SIGKILL at a random moment, is
started again on the same store, and the run is resumed from its page. Prints how many steps were lost, and ends with
exit code 1 if a store did not open, something that had ended before was lost, or W differs by one bit from the
uninterrupted run's.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from killing import kept_in, kill_the_server, kill_without_pages, moments, uninterrupted
from server import chromium

from model.data import is_present, load_fashion_mnist
from model.garments import load_garments
from model.train import Hyperparameters

EPOCHS = 20
LATEST = 2.5
"""Seconds after the run began: a little more than it takes."""


def steps_in(status: str, at_end: int) -> int:
    """The step that the status line names; the last one where it says that the run has finished."""
    found = re.search(r"[Ss]tep ([\d,]+)", status)
    return int(found[1].replace(",", "")) if found else at_end if "Finished" in status else 0


def soak(times: int) -> list[str]:
    """Faults found; empty if all went well."""
    torch.set_num_threads(1)
    data = load_fashion_mnist() if is_present() else load_garments()
    faults, lost, interrupted = [], [], 0
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        store = f"sqlite:///{Path(folder) / 'runs.sqlite3'}"
        ended = kill_without_pages(store, 1, 0, 5.0)
        for i, after in enumerate(moments(times, LATEST, seed=times)):
            settings = Hyperparameters(num_epochs=EPOCHS, seed=i)
            outcome = kill_the_server(browser, Path(folder), settings, "full", after)
            expected = uninterrupted(data, settings)
            if not (torch.equal(outcome.weights.W, expected.W) and torch.equal(outcome.weights.b, expected.b)):
                faults.append(f"{i}: killed after {after:.2f} s, its W is not the uninterrupted one's")
            if kept_in(store, ended).state != "finished":
                faults.append(f"{i}: a run that had ended is lost")
            interrupted += outcome.after.startswith("Interrupted")
            before, found = (steps_in(said, expected.step) for said in outcome[:2])
            lost.append(max(0, before - found))
            print(f"{i + 1:3}: {after:.2f} s: {outcome.before!r}, then {outcome.after!r}", flush=True)
    print(
        f"{times} kills, {interrupted} runs interrupted; steps lost: median {statistics.median(lost)}, most {max(lost)}"
    )
    return faults


if __name__ == "__main__":
    found = soak(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
    print("\n".join(found) or "no fault")
    sys.exit(bool(found))
