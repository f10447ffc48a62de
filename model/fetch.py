"""torchvision's download of Fashion-MNIST as a process of its own, and the folder it works in, for ``model.download``.

``python -m model.fetch FOLDER ORDER`` fills FOLDER and prints one line of JSON: null, or the key and values of a
DataError. It ends when its standard input does, so it never outlives the server.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import ssl
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError, URLError

from model.errors import DataError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ROOM = 3
"""Room a download needs, in packed sizes: torchvision unpacks each file beside the packed one."""


@dataclass(frozen=True)
class Order:
    """What is fetched, from where and for which data folder.

    ``packed`` maps the name of each ``.gz`` file to its MD5 sum, ``total`` is their size in bytes; ``mirror`` is a
    base URL ending in "/", or None for torchvision's own.
    """

    root: str
    mirror: str | None
    packed: dict[str, str]
    total: int
    stall_seconds: float

    def stalled(self, seconds: float) -> DataError:
        """The error of a mirror that was silent for so long."""
        return DataError("download_stalled", seconds=f"{seconds:g}")

    def free_bytes(self) -> int:
        """Free space where the data folder is, or will be."""
        root = Path(self.root)
        return shutil.disk_usage(next(folder for folder in (root, *root.parents) if folder.exists())).free

    def disk_full(self) -> DataError:
        """The error of a full disk; both values are in megabytes."""
        free, needed = self.free_bytes() // 10**6, -(-ROOM * self.total // 10**6)
        return DataError("download_disk_full", folder=self.root, free=free, needed=needed)

    def explain(self, error: Exception, folder: Path | None = None) -> DataError:
        """The one plain error for what the network, or the disk at ``folder``, raised."""
        if isinstance(error, HTTPError):
            return DataError("download_status", url=error.url, status=error.code)
        cause = error.reason if isinstance(error, URLError) else error
        if isinstance(cause, TimeoutError):
            return self.stalled(self.stall_seconds)
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return self.disk_full()
        reason = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
        if isinstance(error, URLError | HTTPException | ValueError | ConnectionError | ssl.SSLError):
            return DataError("download_unreachable", mirror=self.mirror, reason=reason)
        return DataError("download_folder", folder=str(folder or self.root), reason=reason)


def size_of(path: Path) -> int:
    """The size of a file in bytes, 0 if there is none."""
    return path.stat().st_size if path.is_file() else 0


def is_whole(path: Path, md5: str) -> bool:
    """Whether the file is there with this MD5 sum."""
    if not path.is_file():
        return False
    with suppress(FileNotFoundError), path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == md5
    return False  # another server has removed it meanwhile


def hold(folder: Path, wait: bool) -> BinaryIO | None:
    """Hold a folder for this process while the handle is open; None if a living process has it."""
    with suppress(OSError):
        handle = (folder / "owner").open("ab")
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        except OSError:
            handle.close()
    return None


@contextmanager
def temporary_folder(root: Path) -> Iterator[Path]:
    """A folder under ``root`` for one download, gone afterwards, as are those that killed servers left."""
    for stale in root.glob(".download-*"):
        if owner := hold(stale, wait=False):
            shutil.rmtree(stale, ignore_errors=True)
            owner.close()
    while True:
        folder = Path(tempfile.mkdtemp(prefix=".download-", dir=root))
        owner = hold(folder, wait=True)
        if folder.exists():
            break  # else another server took it for a stale one before it was held
    try:
        yield folder
    finally:
        if owner:
            owner.close()
        shutil.rmtree(folder, ignore_errors=True)


def explain_network(order: Order) -> None:
    """Make urllib raise DataError in this process; its own errors torchvision would melt into one RuntimeError."""
    opener = urllib.request.build_opener()
    plain = opener.open

    def open_explained(*args: Any, **kwargs: Any) -> Any:
        try:
            return plain(*args, **kwargs)
        except (OSError, HTTPException) as error:
            raise order.explain(error) from error

    opener.open = open_explained  # type: ignore[method-assign]
    urllib.request.install_opener(opener)
    socket.setdefaulttimeout(order.stall_seconds)


def fetch(folder: Path, order: Order) -> None:
    """Let torchvision download and unpack everything into ``folder``. DataError says what failed.

    A file that arrived with a wrong MD5 sum is not reported here: ``model.download`` checks each one itself.
    """
    # Imported late, as it takes seconds: the server needs nothing of it, and this process must first watch its parent.
    from torchvision.datasets import FashionMNIST

    FashionMNIST.resources = list(order.packed.items())
    if order.mirror:
        FashionMNIST.mirrors = [order.mirror]
    order = replace(order, mirror=FashionMNIST.mirrors[0])
    explain_network(order)
    (folder / "started").touch()
    try:
        FashionMNIST(folder, download=True)
    except (RuntimeError, IncompleteRead):
        pass  # torchvision's word for a wrong MD5 sum, and http.client's for a file that ends early
    except (OSError, HTTPException, ValueError) as error:
        raise order.explain(error) from error


def end_with_parent(folder: Path) -> None:
    """Wait until the server is gone, however it went, and leave nothing behind."""
    # Not sys.stdin: a thread blocked in it would hold its lock while the interpreter shuts down.
    os.read(0, 1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def main(folder: Path, order: Order) -> None:
    """Fetch, and say on standard output how it went."""
    threading.Thread(target=end_with_parent, args=(folder,), daemon=True).start()
    answer = None
    try:
        fetch(folder, order)
    except DataError as error:
        answer = {"key": error.key, "values": error.values}
    print(json.dumps(answer), flush=True)
    os._exit(0)  # torch takes a second to shut down, which the server would count as silence


if __name__ == "__main__":
    main(Path(sys.argv[1]), Order(**json.loads(sys.argv[2])))
