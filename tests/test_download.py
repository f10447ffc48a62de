"""The download against a mirror of its own on the loopback, well and ill."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import resource
import shutil
import signal
import socket
import string
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from model.data import RawFile, parse_idx, raw_folder, read_checked
from model.download import Download, Progress
from model.errors import DataError, sentences
from model.fetch import Order, fetch, hold, temporary_folder

IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
APP = Path(__file__).resolve().parent.parent


def idx(*shape: int) -> bytes:
    """A packed IDX file of random bytes, which hardly shrink: so many bytes go over the wire."""
    header = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)
    return gzip.compress(header + np.random.default_rng(len(shape)).bytes(int(np.prod(shape))), mtime=0)


PACKED = {
    IMAGES: idx(300, 28, 28),
    LABELS: idx(300),
    "t10k-images-idx3-ubyte.gz": idx(100, 28, 28),
    "t10k-labels-idx1-ubyte.gz": idx(100),
}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


FILES = tuple(
    RawFile(name.removesuffix(".gz"), len(gz), md5(gz), md5(gzip.decompress(gz))) for name, gz in PACKED.items()
)
TOTAL = sum(file.gz_bytes for file in FILES)


class Mirror(ThreadingHTTPServer):
    """Serves PACKED; ``fault`` says what becomes of one of the files."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, fault: str = "", file: str = IMAGES) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fault, self.file = fault, file
        self.asked: list[str] = []
        self.dropped, self.closing = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is no news: torchvision asks for each file once without reading it."""

    def end(self) -> None:
        self.closing.set()
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        fault = self.server.fault if name == self.server.file else ""
        self.server.asked.append(name)
        if fault.isdigit():
            return self.send_error(int(fault))
        content = PACKED[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault in ("stall", "truncate"):
            content = content[: len(content) // 2]
        elif fault == "corrupt":
            content = content[:-1] + bytes([content[-1] ^ 1])
        elif fault == "long":
            self.wfile.write(content)  # where no length is believed, there would be no end
        self.wfile.write(content)
        if fault == "stall":
            self.wait_for_client()

    def wait_for_client(self) -> None:
        """Send nothing until the client has gone."""
        self.connection.settimeout(0.05)
        while not self.server.closing.is_set():
            try:
                if not self.connection.recv(1):
                    return self.server.dropped.set()
            except TimeoutError:
                pass
            except OSError:
                return self.server.dropped.set()

    def log_message(self, *args: Any) -> None:
        pass
