"""``python -m model data --fetch``: Fashion-MNIST from the network, with its progress."""

from __future__ import annotations

import time

from model.download import Download
from model.terminal import say


def fetch() -> None:
    """Download Fashion-MNIST; Ctrl-C cancels."""
    (download := Download()).start()
    try:
        while (progress := download.progress()).state == "running":
            say(f"\r{progress.received / 1e6:.1f} of {progress.total / 1e6:.1f} MB", end="")
            time.sleep(0.2)
    except KeyboardInterrupt:
        download.cancel()
        while download.progress().state == "running":
            time.sleep(0.1)  # until nothing half-written is left
        raise
    say(f"\r{progress.received / 1e6:.1f} of {progress.total / 1e6:.1f} MB, {progress.state}")
    if progress.error:
        raise progress.error
