"""Real Fashion-MNIST, fetched by torchvision in the background while the app goes on.

``torchvision.datasets.FashionMNIST(download=True)`` takes seconds to import, reads without a time limit and tells in
prose only what failed. So it runs in a child process (``model.fetch``) and in a folder of its own, which a thread here
watches for progress, silence and cancel; only whole files are moved to where ``model.data`` looks for them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from model.data import RAW_FILES, RawFile, data_folder, raw_folder
from model.errors import DataError, StudioError
from model.fetch import ROOM, Order, is_whole, size_of, temporary_folder

State = Literal["idle", "running", "done", "failed", "cancelled"]

APP = Path(__file__).resolve().parent.parent
LOOK_SECONDS = 0.1
START_SECONDS = 120
"""How long the child may take to import torchvision, which is slow from a cold disk."""


class Cancelled(Exception):
    """The download is no longer wanted."""


def corrupt(file: RawFile, size: int) -> DataError:
    """The error of a packed file that is not the published one; ``size`` is in bytes."""
    return DataError("download_corrupt", file=f"{file.name}.gz", bytes=size, expected=file.gz_bytes)


@dataclass(frozen=True)
class Progress:
    """How far a download is: ``received`` of ``total`` packed bytes, and the error if it failed."""

    state: State
    received: int
    total: int
    error: StudioError | None


class Download:
    """One download at a time into ``root``, in the background; ``start`` again to retry.

    ``mirror`` is a base URL, by default ``$SOFTMAX_STUDIO_MIRROR`` or else torchvision's own. A mirror that sends no
    byte for ``stall_seconds`` is given up.
    """

    def __init__(
        self,
        root: Path | None = None,
        mirror: str | None = None,
        files: tuple[RawFile, ...] = RAW_FILES,
        stall_seconds: float = 15,
    ) -> None:
        self.root = (root or data_folder()).absolute()
        self.files = files
        base = mirror or os.environ.get("SOFTMAX_STUDIO_MIRROR")
        packed = {f"{file.name}.gz": file.gz_md5 for file in files}
        total = sum(file.gz_bytes for file in files)
        self.order = Order(str(self.root), f"{base.rstrip('/')}/" if base else None, packed, total, stall_seconds)
        self._progress = Progress("idle", 0, total, None)
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._thread = threading.Thread()

    def start(self) -> None:
        """Begin, unless it is running already."""
        with self._lock:
            if self._progress.state != "running":
                self._progress = Progress("running", 0, self.order.total, None)
                self._cancel.clear()
                self._thread = threading.Thread(target=self._run, name="download", daemon=True)
                self._thread.start()

    def cancel(self) -> None:
        """Give up: the state is ``cancelled`` once nothing is left behind, a moment later."""
        self._cancel.set()

    def progress(self) -> Progress:
        """How far it is now."""
        return self._progress

    def wait(self, timeout: float | None = None) -> Progress:
        """How far it is when it has ended, or after ``timeout`` seconds."""
        if self._thread.ident:
            self._thread.join(timeout)
        return self._progress

    def _run(self) -> None:
        """The thread: from ``running`` to one of the ends."""
        state: State = "failed"
        error: StudioError | None = None
        try:
            self._check_folders()
            with temporary_folder(self.root) as folder:
                self._fetch(folder)
            state = "done"
        except Cancelled:
            state = "cancelled"
        except DataError as told:
            error = told
        except OSError as raised:
            error = self.order.explain(raised, raw_folder(self.root))
        except Exception as bug:
            error = DataError("download_ended", reason=type(bug).__name__)
            raise
        finally:
            received = self.order.total if state == "done" else self._progress.received
            self._progress = Progress(state, received, self.order.total, error)

    def _check_folders(self) -> None:
        """DataError if the files could not be stored, before any is downloaded."""
        raw = raw_folder(self.root)
        for folder in (self.root, raw.parent, raw):
            try:
                self.root.mkdir(parents=True, exist_ok=True)
                if folder.exists():
                    tempfile.TemporaryFile(dir=folder).close()
            except OSError as error:
                raise self.order.explain(error, folder) from error
        if self.order.free_bytes() < ROOM * self.order.total:
            raise self.order.disk_full()

    def _fetch(self, folder: Path) -> None:
        """Have the files fetched into ``folder``, check them and move them to their place."""
        raw, fresh = raw_folder(self.root), raw_folder(folder)
        fresh.mkdir(parents=True)
        for name, md5 in self.order.packed.items():
            if is_whole(raw / name, md5):
                shutil.copyfile(raw / name, fresh / name)  # torchvision keeps what is whole
        self._watch_child(folder)
        self._check_files(fresh)
        if self._cancel.is_set():
            raise Cancelled
        raw.mkdir(parents=True, exist_ok=True)
        for file in self.files:
            (fresh / f"{file.name}.gz").replace(raw / f"{file.name}.gz")
            unpacked = raw / file.name
            if unpacked.is_file() and not is_whole(unpacked, file.md5):
                unpacked.unlink(missing_ok=True)  # it would be read in place of the packed one

    def _check_files(self, fresh: Path) -> None:
        """DataError names the first file that is not whole."""
        for file in self.files:
            path = fresh / f"{file.name}.gz"
            if not is_whole(path, file.gz_md5):
                raise corrupt(file, size_of(path))

    def _watch_child(self, folder: Path) -> None:
        """Run the child to its end, or end it. Cancelled or DataError say why there are no files."""
        command = [sys.executable, "-m", "model.fetch", str(folder), json.dumps(asdict(self.order))]
        pipe, null = subprocess.PIPE, subprocess.DEVNULL
        try:
            # In a session of its own, as Ctrl-C is meant for the server: the child then ends with it, and tidily.
            child = subprocess.Popen(command, cwd=APP, stdin=pipe, stdout=pipe, stderr=null, start_new_session=True)
        except OSError as error:
            raise DataError("download_ended", reason=error.strerror) from error
        with child:
            try:
                self._follow(child, folder)
            finally:
                child.kill()
            answer, _ = child.communicate()
        try:
            failure = json.loads(answer)
        except ValueError as error:
            raise DataError("download_ended", reason=child.returncode) from error
        if failure:
            raise DataError(failure["key"], **failure["values"])

    def _follow(self, child: subprocess.Popen[bytes], folder: Path) -> None:
        """Keep the progress until the child ends; Cancelled or DataError if it should be ended."""
        last: list[int] = []
        since = time.monotonic()
        while child.poll() is None:
            if self._cancel.wait(LOOK_SECONDS):
                raise Cancelled
            started = (folder / "started").exists()
            sizes = [size_of(raw_folder(folder) / name) for name in self.order.packed]
            if [started, *sizes] != last:
                last, since = [started, *sizes], time.monotonic()
                received = min(max(sum(sizes), self._progress.received), self.order.total)
                self._progress = replace(self._progress, received=received)
            if over := [(file, size) for file, size in zip(self.files, sizes, strict=True) if size > file.gz_bytes]:
                raise corrupt(*over[0])  # without a look into the file, which may grow faster than it is read
            limit = self.order.stall_seconds if started else START_SECONDS
            if sum(sizes) < self.order.total and time.monotonic() - since > limit:
                raise self.order.stalled(limit)
