"""Reads the data files while torch is still being imported: it needs numpy alone, and most of it runs beside Python."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from model.data import is_present, read_fashion_mnist

_reading: list[Future[list[np.ndarray]]] = []


def start() -> None:
    """Begin to read, if there is anything to read."""
    if is_present():
        reader = ThreadPoolExecutor(1, "read-ahead")
        _reading.append(reader.submit(read_fashion_mnist))
        reader.shutdown(wait=False)


def take() -> list[np.ndarray]:
    """The four arrays: those read ahead for who asks first, read now for anyone later. DataError if they are wrong."""
    return _reading.pop().result() if _reading else read_fashion_mnist()
