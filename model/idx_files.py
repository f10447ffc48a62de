"""A data set as the four IDX files that torchvision, and the scripts of this app, read."""

from __future__ import annotations

import gzip
import os
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np

from model.data import RAW_FILES, FashionData
from model.errors import DataError

SIDE = 28


def write_idx_files(data: FashionData, folder: Path) -> list[Path]:
    """Write the four files, packed, into ``folder``; DataError if one is there already or it cannot be written.

    The same data give the same bytes.
    """
    test_pixels = (data.test_images * 255).round()
    parts = (data.train_pixels, data.train_labels, test_pixels, data.test_labels)
    paths = [folder / f"{file.name}.gz" for file in RAW_FILES]
    for path in (*paths, *(path.with_suffix("") for path in paths)):
        if path.exists():  # it may be the real data: those are not to be lost
            raise DataError("export_there", path=path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, part in zip(paths, parts, strict=True):
            _write_whole(path, gzip.compress(idx(part.numpy().astype(np.uint8)), mtime=0))
    except OSError as error:
        raise DataError("export_unwritable", folder=folder, reason=error.strerror or error) from error
    return paths


def idx(values: np.ndarray) -> bytes:
    """Images (n, 784) or labels (n,), uint8, with the header that ``model.data.parse_idx`` reads."""
    shape = (len(values), SIDE, SIDE) if values.ndim == 2 else values.shape
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape) + values.tobytes()


def _write_whole(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()
