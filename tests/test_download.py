"""The download against a mirror of its own on the loopback, well and ill."""

from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
import pytest

from model.data import RawFile, parse_idx, raw_folder, read_checked
from model.download import Download, Progress
from model.errors import DataError
from model.fetch import Order, fetch, hold, temporary_folder

resource = pytest.importorskip("resource", reason="only Unix can limit a file's size, which stands for a full disk")

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
    """Serves PACKED, while ``answering`` is set; ``fault`` is what goes wrong with the file ``ill``."""

    daemon_threads = True
    request_queue_size = 32

    def __init__(self, fault: str = "", ill: str = IMAGES) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fault, self.ill = fault, ill
        self.asked: list[str] = []
        self.held: set[object] = set()
        self.answering = threading.Event()
        self.answering.set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is no news: torchvision asks for each file once without reading it."""

    def server_close(self) -> None:
        self.shutdown()
        super().server_close()


class Handler(BaseHTTPRequestHandler):
    server: Mirror
    timeout = 60  # whatever ``fetch`` makes the default in this process

    def do_GET(self) -> None:
        name = self.path.rpartition("/")[2]
        fault, content = self.server.fault if name == self.server.ill else "", PACKED[name]
        self.server.asked.append(name)
        self.server.answering.wait(60)
        if fault.isdigit():
            self.send_error(int(fault))
            return
        self.send_response(200)
        if fault != "endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault in ("stall", "truncate", "reset"):
            content = content[: len(content) // 2]
        if fault == "corrupt":
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.wfile.write(content)
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            time.sleep(0.1)
            self.connection.close()
        while fault == "endless":
            self.wfile.write(content)
        if fault == "stall":
            self.server.held.add(self)
            with suppress(OSError):
                self.connection.recv(1)  # until the client has gone
            self.server.held.discard(self)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("SOFTMAX_STUDIO_MIRROR", raising=False)


CLOSED = socket.socket()
CLOSED.bind(("127.0.0.1", 0))  # and it never listens: as long as it is bound, no other process gets this port


def closed_port() -> str:
    return f"http://127.0.0.1:{CLOSED.getsockname()[1]}"


PATIENCE = 120
"""Seconds in which what is waited for must happen: on a busy machine the import of torchvision alone takes many."""


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def assert_told(progress: Progress, key: str) -> None:
    """It failed with this error, which is one plain sentence in either language."""
    assert (progress.state, progress.error and progress.error.key) == ("failed", key)
    assert progress.error
    for language, stop in (("en", "."), ("zh", "。")):
        sentence = progress.error.say(language)
        assert sentence.endswith(stop) and "\n" not in sentence and "None" not in sentence


FAULTS: dict[str, tuple[str, dict[str, object]]] = {
    "404": ("download_status", {"status": 404}),
    "500": ("download_status", {"status": 500}),
    "truncate": ("download_corrupt", {"file": IMAGES, "bytes": FILES[0].gz_bytes // 2, "expected": FILES[0].gz_bytes}),
    "corrupt": ("download_corrupt", {"file": IMAGES, "bytes": FILES[0].gz_bytes, "expected": FILES[0].gz_bytes}),
    "reset": ("download_unreachable", {"reason": "Connection reset by peer"}),
    "endless": ("download_corrupt", {"file": IMAGES}),
    "refused": ("download_unreachable", {"reason": "Connection refused"}),
    "full": ("download_disk_full", {"needed": 1}),
    "stall": ("download_stalled", {"seconds": "1.5"}),
}
IN_A_PROCESS = ("endless", "full", "stall")


@pytest.fixture
def torchvision(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """torchvision's class in this process, which ``fetch`` may change for the length of a test."""
    from torchvision.datasets import FashionMNIST

    monkeypatch.setattr(FashionMNIST, "mirrors", FashionMNIST.mirrors)
    monkeypatch.setattr(FashionMNIST, "resources", FashionMNIST.resources)
    timeout = socket.getdefaulttimeout()
    yield FashionMNIST
    urllib.request.install_opener(None)
    socket.setdefaulttimeout(timeout)


class ThreadChild:
    """A child that ends by itself, as a thread: the same ``fetch``, without the seconds that a process takes."""

    returncode = 0

    def __init__(self, command: list[str], **settings: object) -> None:
        self.answer: object = None
        self.thread = threading.Thread(target=self.run, args=(Path(command[3]), Order(**json.loads(command[4]))))
        self.thread.start()

    def run(self, folder: Path, order: Order) -> None:
        try:
            fetch(folder, order)
        except DataError as error:
            self.answer = {"key": error.key, "values": error.values}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.thread.join()

    def poll(self) -> int | None:
        return None if self.thread.is_alive() else 0

    def kill(self) -> None:
        assert not self.thread.is_alive()

    def communicate(self) -> tuple[bytes, None]:
        return json.dumps(self.answer).encode(), None


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Download]:
    """The downloads with a real child that fail. They run at once, as each takes seconds to import torchvision."""
    popen = subprocess.Popen

    def start_child(command: list[str], **settings: Any) -> subprocess.Popen[bytes]:
        """As ever, but the disk of the child for ``full`` takes no file as large as the images."""
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (2**16, 2**16))
        return popen(command, preexec_fn=limit if "/full/" in command[3] else None, **settings)

    with pytest.MonkeyPatch.context() as patch, ExitStack() as mirrors:
        patch.setenv("no_proxy", "*")
        patch.setattr(subprocess, "Popen", start_child)
        downloads = {}
        for fault in IN_A_PROCESS:
            mirror, seconds = mirrors.enter_context(Mirror(fault)), 1.5 if fault == "stall" else 15
            downloads[fault] = Download(tmp_path_factory.mktemp("ill") / fault, mirror.url, FILES, seconds)
            downloads[fault].start()
        for download in downloads.values():
            download.wait(PATIENCE)
    return downloads


def assert_failed(download: Download, fault: str) -> None:
    """It failed as it should, and left nothing behind."""
    progress, (key, values) = download.progress(), FAULTS[fault]
    assert_told(progress, key)
    assert progress.error and progress.error.values.items() >= values.items()
    assert list(download.root.iterdir()) == []


@pytest.mark.parametrize("fault", IN_A_PROCESS)
def test_a_failure_is_told_and_leaves_nothing(ended: dict[str, Download], fault: str) -> None:
    assert_failed(ended[fault], fault)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in IN_A_PROCESS])
def test_a_retry_after_a_failure_succeeds(
    tmp_path: Path, fault: str, torchvision: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "Popen", ThreadChild)
    with Mirror(fault) as mirror:
        download = Download(tmp_path, mirror.url, FILES)
        order = download.order
        if fault == "refused":
            download.order = replace(order, mirror=f"{closed_port()}/")
        download.start()
        download.wait(PATIENCE)
        assert_failed(download, fault)
        mirror.fault, download.order = "", order
        download.start()
        assert download.wait(PATIENCE) == Progress("done", TOTAL, TOTAL, None)
    assert {path.name: path.read_bytes() for path in raw_folder(tmp_path).iterdir()} == PACKED


def test_two_at_once_store_exactly_four_files_and_keep_whole_ones(tmp_path: Path) -> None:
    raw = raw_folder(tmp_path)
    raw.mkdir(parents=True)
    (raw / LABELS).write_bytes(PACKED[LABELS])
    (raw / IMAGES).write_bytes(b"damaged")
    (raw / FILES[2].name).write_bytes(b"damaged, and read before the packed file")
    (tmp_path / ".download-killed").mkdir()
    (tmp_path / ".download-killed" / "half").write_bytes(b"half")
    with Mirror() as mirror:
        mirror.answering.clear()
        downloads = [Download(tmp_path, mirror.url, FILES, stall_seconds=60) for _ in range(2)]
        for download in downloads:
            download.start()
        until(lambda: mirror.asked.count(IMAGES) == 2)  # neither has looked for whole files after the other's end
        seen = [downloads[0].progress()]
        mirror.answering.set()
        while seen[-1].state == "running":
            seen.append(downloads[0].progress())
            time.sleep(0.01)
        assert downloads[1].wait(PATIENCE) == seen[-1] == Progress("done", TOTAL, TOTAL, None)
    received = [progress.received for progress in seen]
    assert received == sorted(received) and received[0] < TOTAL
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == PACKED
    assert [path.name for path in tmp_path.iterdir()] == ["FashionMNIST"]
    assert parse_idx(read_checked(raw / IMAGES, FILES[0])).shape == (300, 28, 28)
    assert LABELS not in mirror.asked and mirror.asked.count(IMAGES) == 4


def test_a_file_that_grows_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its sum would be known when the disk is full: it may grow faster than a busy machine reads."""

    class Growing(ThreadChild):
        def run(self, folder: Path, order: Order) -> None:
            (raw_folder(folder) / IMAGES).write_bytes(bytes(FILES[0].gz_bytes + 1))
            killed.wait(PATIENCE)

        def kill(self) -> None:
            killed.set()
            self.thread.join()

    def is_whole(path: Path, md5: str) -> bool:
        assert not path.exists(), "it was read"
        return False

    killed = threading.Event()
    monkeypatch.setattr(subprocess, "Popen", Growing)
    monkeypatch.setattr("model.download.is_whole", is_whole)
    download = Download(tmp_path, closed_port(), FILES)
    download.start()
    progress = download.wait(PATIENCE)
    assert_told(progress, "download_corrupt")
    expected = {"file": IMAGES, "bytes": FILES[0].gz_bytes + 1, "expected": FILES[0].gz_bytes}
    assert progress.error and progress.error.values == expected
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_that_another_server_removes_first_is_no_failure(
    tmp_path: Path, torchvision: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two downloads that end at once both find it: before it is read, and before it is removed."""
    damaged = [raw_folder(tmp_path) / file.name for file in FILES[:2]]
    damaged[0].parent.mkdir(parents=True)
    for path in damaged:
        path.write_bytes(b"damaged")
    opened, unlink = Path.open, Path.unlink

    def open_late(path: Path, *args: Any, **settings: Any) -> Any:
        if path == damaged[0]:
            unlink(path, missing_ok=True)
        return opened(path, *args, **settings)

    def unlink_late(path: Path, *args: Any, **settings: Any) -> None:
        if path == damaged[1]:
            unlink(path)
        unlink(path, *args, **settings)

    monkeypatch.setattr(subprocess, "Popen", ThreadChild)
    monkeypatch.setattr(Path, "open", open_late)
    monkeypatch.setattr(Path, "unlink", unlink_late)
    with Mirror() as mirror:
        download = Download(tmp_path, mirror.url, FILES)
        download.start()
        assert download.wait(PATIENCE) == Progress("done", TOTAL, TOTAL, None)
    assert not any(path.exists() for path in damaged)


def test_cancel_ends_a_stall_at_once(tmp_path: Path) -> None:
    with Mirror("stall") as mirror:
        download = Download(tmp_path, mirror.url, FILES, stall_seconds=3600)
        download.start()
        until(lambda: download.progress().received)
        download.start()  # does nothing, as it is running
        assert download.progress().received and len(list(tmp_path.iterdir())) == 1
        download.cancel()
        progress = download.wait(PATIENCE)  # and not an hour
        assert (progress.state, progress.error) == ("cancelled", None)
        assert list(tmp_path.iterdir()) == []
        until(lambda: not mirror.held)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


PARENT = """
import subprocess, sys, time
from pathlib import Path
from model.download import Download
from tests.test_download import FILES

popen = subprocess.Popen

def start_child(*args, **settings):
    child = popen(*args, **settings)
    print(child.pid, flush=True)
    return child

subprocess.Popen = start_child
Download(Path(sys.argv[1]), sys.argv[2], FILES, 3600).start()
time.sleep(3600)
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for the child in /proc")
def test_a_killed_server_leaves_no_child_and_no_folder(tmp_path: Path) -> None:
    with Mirror("stall") as mirror:
        command = [sys.executable, "-c", PARENT, str(tmp_path), mirror.url]
        with subprocess.Popen(command, cwd=APP, stdout=subprocess.PIPE, text=True) as parent:
            assert parent.stdout
            child = int(parent.stdout.readline())
            try:
                until(lambda: mirror.asked.count(IMAGES) == 2 and len(mirror.held) == 1)
                assert is_alive(child) and len(list(tmp_path.iterdir())) == 1
            finally:
                parent.kill()
        until(lambda: not is_alive(child))
        until(lambda: not mirror.held)
        assert list(tmp_path.iterdir()) == []


def test_only_folders_of_ended_servers_are_removed(tmp_path: Path) -> None:
    with temporary_folder(tmp_path) as living:
        (tmp_path / ".download-killed" / "FashionMNIST").mkdir(parents=True)
        with temporary_folder(tmp_path) as own:
            assert set(tmp_path.iterdir()) == {living, own}
        assert list(tmp_path.iterdir()) == [living]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_taken_before_it_was_held_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def hold_late(folder: Path, wait: bool) -> object:
        made.append(folder)
        if len(made) == 1:
            shutil.rmtree(folder)
        return hold(folder, wait)

    monkeypatch.setattr("model.fetch.hold", hold_late)
    with temporary_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder] == made[1:]


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **settings: pytest.fail("a download was begun"))


@pytest.mark.parametrize("place", [".", "FashionMNIST", "FashionMNIST/raw"])
def test_a_file_in_place_of_a_folder_is_found_first(tmp_path: Path, place: str, no_child: None) -> None:
    file = tmp_path / "data" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine")
    download = Download(tmp_path / "data", closed_port(), FILES)
    download.start()
    progress = download.wait(PATIENCE)
    assert_told(progress, "download_folder")
    assert progress.error and progress.error.values["folder"] == str(file)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file] and file.read_bytes() == b"mine"


@pytest.mark.parametrize("place", [".", "FashionMNIST/raw"])
def test_a_read_only_folder_is_found_first(
    tmp_path: Path, place: str, no_child: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # chmod does not bind root: the system's own refusal is put where the folder would be written.
    locked, opened = tmp_path / place, os.open

    def refuse(path: Any, *args: Any, **settings: Any) -> int:
        if Path(path).parent == locked or Path(path) == locked:
            raise OSError(errno.EROFS, "Read-only file system", path)
        return opened(path, *args, **settings)

    locked.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(os, "open", refuse)
    download = Download(tmp_path, closed_port(), FILES)
    download.start()
    progress = download.wait(PATIENCE)
    assert_told(progress, "download_folder")
    assert progress.error and progress.error.values == {"folder": str(locked), "reason": "Read-only file system"}


def test_a_full_disk_is_found_first(tmp_path: Path, no_child: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=92_000_000))
    download = Download(tmp_path / "new")
    download.start()
    progress = download.wait(PATIENCE)
    assert_told(progress, "download_disk_full")
    assert "93 MB" in str(progress.error) and "92 MB" in str(progress.error)


@pytest.mark.parametrize(("program", "reason"), [("false", 1), ("no-such-program", "No such file or directory")])
def test_a_child_without_an_answer(
    tmp_path: Path, program: str, reason: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which(program) or str(tmp_path / program))
    download = Download(tmp_path, closed_port(), FILES)
    download.start()
    progress = download.wait(PATIENCE)
    assert_told(progress, "download_ended")
    assert progress.error and progress.error.values == {"reason": reason}
    assert list(tmp_path.iterdir()) == []


def test_a_child_that_never_gets_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "never"
    program.write_text("#!/bin/sh\nexec sleep 3600\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr("model.download.START_SECONDS", 0.2)
    download = Download(tmp_path, closed_port(), FILES)
    download.start()
    assert_told(download.wait(PATIENCE), "download_stalled")
    assert list(tmp_path.iterdir()) == [program]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_mistake_of_ours_ends_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch_wrongly(self: Download, folder: Path) -> None:
        raise KeyError

    monkeypatch.setattr(Download, "_fetch", fetch_wrongly)
    download = Download(tmp_path, closed_port(), FILES)
    download.start()
    progress = download.wait(PATIENCE)
    assert progress.state == "failed" and progress.error and progress.error.values == {"reason": "KeyError"}


def test_where_it_looks_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path))
    assert Download().order.mirror is None
    monkeypatch.setenv("SOFTMAX_STUDIO_MIRROR", "http://mirror.test/fashion")
    download = Download()
    assert (download.root, download.order.mirror) == (tmp_path, "http://mirror.test/fashion/")
    assert download.progress() == download.wait(0) == Progress("idle", 0, 30878645, None)


def test_the_child_gives_up_a_silent_mirror_itself(tmp_path: Path, torchvision: object) -> None:
    with Mirror("stall") as mirror, pytest.raises(DataError) as raised:
        fetch(tmp_path, Order(str(tmp_path), f"{mirror.url}/", {IMAGES: FILES[0].gz_md5}, TOTAL, 0.5))
    assert (raised.value.key, raised.value.values) == ("download_stalled", {"seconds": "0.5"})


@pytest.mark.parametrize("mirror", ["nonsense/", "http://127.0.0.1:port/", "http://[/", "gopher://127.0.0.1/"])
def test_a_mirror_that_is_no_address(tmp_path: Path, torchvision: Any, mirror: str) -> None:
    with pytest.raises(DataError) as raised:
        fetch(tmp_path, Order(str(tmp_path), mirror, {IMAGES: FILES[0].gz_md5}, TOTAL, 0.5))
    assert raised.value.key == "download_unreachable" and raised.value.values["mirror"] == mirror


def test_the_published_files_are_torchvisions(torchvision: Any) -> None:
    assert list(Download().order.packed.items()) == torchvision.resources
