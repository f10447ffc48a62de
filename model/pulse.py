"""Whether a thread goes on: it beats at each of its rounds, and others look."""

from __future__ import annotations

import threading
import time


class Pulse:
    """``beat`` is called by the thread itself; looking takes no lock, so that a thread that hangs is seen to."""

    def __init__(self) -> None:
        self._beats: threading.Thread | None = None
        self._at = 0.0

    def beat(self) -> None:
        """A round begins."""
        self._beats, self._at = threading.current_thread(), time.monotonic()

    def dead(self) -> bool:
        """Whether the thread has ended; one that has not begun is not dead."""
        return self._beats is not None and not self._beats.is_alive()

    def age(self) -> float | None:
        """Seconds since its last round began; None before the first one."""
        return None if self._beats is None else time.monotonic() - self._at
