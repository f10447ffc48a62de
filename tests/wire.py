"""The cable between a browser and the server: a proxy on a loopback port that a test can cut, and mend again."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536


class Wire:
    """Passes on what it gets, both ways, to the server at ``url``; cut, it drops all connections and each new one."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._server = (address.hostname or "", address.port or 0)
        self._whole, self._over, self._mute = threading.Event(), threading.Event(), threading.Event()
        self._whole.set()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._far: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._accept, self._pass_on)]
        for thread in self._threads:
            thread.start()

    def cut(self) -> None:
        """Drop every connection, and each new one at once."""
        self._whole.clear()

    def mute(self) -> None:
        """Lose what the server says from now on; it hears everything."""
        self._mute.set()

    def mend(self) -> None:
        """Let connections through again."""
        self._mute.clear()
        self._whole.set()

    def close(self) -> None:
        """End it."""
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                near, _ = self._listener.accept()
                if not self._whole.is_set():
                    near.close()
                    continue
                far = socket.create_connection(self._server)
                self._pairs |= {near: far, far: near}
                self._far.add(far)

    def _pass_on(self) -> None:
        while not self._over.is_set():
            if not self._whole.is_set() or not self._pairs:
                self._drop(list(self._pairs) if not self._whole.is_set() else [])
                self._over.wait(0.02)
                continue
            with selectors.DefaultSelector() as ready:
                for end in list(self._pairs):
                    ready.register(end, selectors.EVENT_READ)
                for key, _ in ready.select(0.02):
                    self._move(key.fileobj)  # type: ignore[arg-type]
        self._drop(list(self._pairs))

    def _move(self, end: socket.socket) -> None:
        other = self._pairs.get(end)
        if other is None:
            return
        try:
            data = end.recv(CHUNK)
            if data:
                if not (self._mute.is_set() and end in self._far):
                    other.sendall(data)
                return
        except OSError:
            pass
        self._drop([end])

    def _drop(self, ends: list[socket.socket]) -> None:
        for end in ends:
            other = self._pairs.pop(end, None)
            if other:
                self._pairs.pop(other, None)
                other.close()
            end.close()


@contextmanager
def wire(url: str) -> Iterator[Wire]:
    """A cable to the server at ``url``."""
    cable = Wire(url)
    try:
        yield cable
    finally:
        cable.close()
