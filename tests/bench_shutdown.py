"""How long a server takes to end with 40 streams open: ``python tests/bench_shutdown.py``, part of ``make bench``."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path

from bench_browser import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ending import Ended, end_in_the_middle

STREAMS, RUNS, TIMES = 40, 10, 5


def end() -> Ended:
    """One server, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        return end_in_the_middle(Path(folder), signal.SIGTERM, STREAMS, RUNS)


if __name__ == "__main__":
    ended = [end() for _ in range(TIMES)]
    told = sum(frame["ending"] == "saved" for one in ended for frame in one.told)
    seconds = [one.seconds for one in ended]
    print(f"{RUNS} runs, a sweep, {STREAMS} streams and three clients that never read; SIGTERM, {TIMES} times:")
    print(f"seconds until the server has ended: {median(seconds)}")
    print(f"viewers that are told that their run is saved: {told} of {TIMES * STREAMS}")
