"""Gives back what visitors who have left held: their sessions, Python's cycles, the memory that the C library keeps.

Streamlit lets go of a session whose time to return is over only when the next one leaves. Its own collection after
every script would hold up the training (see .streamlit/config.toml), and Python's waits for a quarter as many new
objects as torch has old ones: hundreds of sessions. With the old ones frozen, a full one looks at the new ones only.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from streamlit import runtime
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

EVERY = 10.0
"""Seconds between two times."""

ARENAS, M_ARENA_MAX = 2, -8
"""Heaps of the C library that all threads share, and the name that it has for their number."""


def share_heaps() -> None:
    """Have the threads share them, before they are begun: every other would keep what its threads have freed."""
    with suppress(OSError, AttributeError, TypeError):  # only glibc has it
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)


def look_at_settings_no_more() -> None:
    """Have Streamlit leave its files of settings alone: it looks ten times a second whether they have changed.

    ``fileWatcherType`` does not reach these watchers, whose threads grow in number by chance.
    """
    PollingPathWatcher._schedule = lambda _: None  # type: ignore[assignment,method-assign]


async def keep_tidy() -> None:
    """Tidy up as long as the server runs."""
    while True:
        await asyncio.sleep(EVERY)
        let_go_of_sessions()
        await run_in_threadpool(collect)


def let_go_of_sessions() -> None:
    """Have Streamlit forget the sessions whose time to return is over; from the thread of its event loop."""
    with suppress(AttributeError):  # its own, not its interface: where it has changed, sessions are held longer
        manager = runtime.get_instance()._session_mgr
        with manager._storage_lock:  # type: ignore[attr-defined]
            manager._session_storage._cache.expire()  # type: ignore[attr-defined]


def collect() -> None:
    """Free what nothing refers to any more, and give the pages back to the system."""
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
