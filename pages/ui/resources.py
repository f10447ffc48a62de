"""What all sessions of this server share, made once: the trainer, the data sets, the download.

These are plain ``functools.cache`` functions and not ``st.cache_resource``, because the server's own routes need the
very same objects outside any script run.
"""

from __future__ import annotations

import gc
import threading
from functools import cache

import torch

from model.data import FashionData, data_folder, is_present, load_fashion_mnist
from model.download import Download
from model.errors import DataError
from model.garments import load_garments
from model.trainer import Trainer

FASHION_MNIST, GARMENTS = "fashion-mnist", "garments"
DOWNLOAD_AFTER = 4.0
"""Seconds from the warm-up's end to the download's start."""

_loading = threading.Lock()


@cache
def trainer() -> Trainer:
    """The one scheduler."""
    torch.set_num_threads(1)  # two threads are 25 × slower on a busy machine
    return Trainer()


@cache
def download() -> Download:
    """The one background download of Fashion-MNIST."""
    return Download(data_folder())


@cache
def _loaded() -> dict[str, FashionData | DataError]:
    return {}


def data_set(name: str) -> FashionData:
    """The data set by name, read at first use; DataError if it is not there or damaged."""
    with _loading:
        found = _loaded().get(name)
        if found is None:
            try:
                found = load_garments() if name == GARMENTS else load_fashion_mnist()
            except DataError as error:
                found = error
            _loaded()[name] = found
    if isinstance(found, DataError):
        raise found
    return found


def forget_fashion_mnist() -> None:
    """Look at the files again the next time, after a download."""
    with _loading:
        _loaded().pop(FASHION_MNIST, None)


def default_data() -> str:
    """Fashion-MNIST where it is whole, else Garments."""
    if is_present():
        try:
            return data_set(FASHION_MNIST).name
        except DataError:
            pass
    return GARMENTS


def warm_up() -> None:
    """Read the data before the first person asks, and take all of it out of the garbage collector's sight.

    Streamlit's scripts make little garbage; walking torch's 300,000 objects at each full collection costs 200 ms.
    """
    trainer()
    default_data()
    gc.collect()
    gc.freeze()
    if not is_present():
        # Its process imports torch once more: not while the first page is being made.
        threading.Timer(DOWNLOAD_AFTER, download().start).start()


@cache
def one_of_each(name: str) -> torch.Tensor:
    """The first test image of each class, (10, 784)."""
    data = data_set(name)
    first = [int((data.test_labels == label).nonzero()[0]) for label in range(10)]
    return data.test_images[first]
