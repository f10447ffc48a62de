"""What all sessions of this server share, made once: the trainer, the data sets, the download.

These are plain ``functools.cache`` functions and not ``st.cache_resource``, because the server's own routes need the
very same objects outside any script run.
"""

from __future__ import annotations

import gc
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch

from model import likeness
from model.checkpoint import PRETRAINED, Checkpoint, load_checkpoint
from model.data import (
    RAW_FILES,
    FashionData,
    data_folder,
    find_file,
    from_arrays,
    is_present,
    mean_images,
    raw_folder,
)
from model.download import Download
from model.errors import DataError
from model.film import Film
from model.garments import load_garments
from model.keeper import Keeper
from model.snapshots import Weights
from model.softmax import init_params
from model.sweeper import Sweeper
from model.trainer import Trainer
from pages.ui import ahead

FASHION_MNIST, GARMENTS = "fashion-mnist", "garments"
DOWNLOAD_AFTER = 4.0
"""Seconds from the warm-up's end to the download's start."""

_loading = threading.Lock()
_making = threading.Lock()


def trainer() -> Trainer:
    """The one scheduler."""
    with _making:
        return _trainer()


@cache
def _trainer() -> Trainer:
    torch.set_num_threads(1)  # two threads are 25 × slower on a busy machine
    return Trainer()


def keeper() -> Keeper:
    """What saves its runs, and finds them again."""
    with _making:
        return _keeper()


@cache
def _keeper() -> Keeper:
    keeper = Keeper(_trainer(), data_set)
    keeper.chores.append(_sweeper(keeper).tend)
    return keeper.start()


def sweeper() -> Sweeper:
    """What trains the runs of a sweep one after the other."""
    return _sweeper(keeper())


@cache
def _sweeper(keeper: Keeper) -> Sweeper:
    return Sweeper(keeper)


def download() -> Download:
    """The one background download of Fashion-MNIST."""
    with _making:
        return _download()


@cache
def _download() -> Download:
    return Download(data_folder())


@cache
def _loaded() -> dict[str, FashionData]:
    return {}


@cache
def _damaged() -> dict[tuple[object, ...], DataError]:
    return {}


def _files_as_they_are() -> tuple[object, ...]:
    """What tells one state of the data folder from another: a fault is remembered until the files change."""
    return tuple(_as_it_is(find_file(raw_folder(), file)) for file in RAW_FILES)


def _as_it_is(path: Path | None) -> tuple[object, ...] | None:
    try:
        return (path, path.stat().st_mtime_ns, path.stat().st_size) if path else None
    except OSError:
        return (path,)


def data_set(name: str) -> FashionData:
    """The data set by name, read at first use; DataError if it is not there or damaged."""
    with _loading:
        if name not in _loaded():
            if name == GARMENTS:
                _loaded()[name] = load_garments()
            else:
                _loaded()[name] = _read_fashion_mnist()
        return _loaded()[name]


def _read_fashion_mnist() -> FashionData:
    files = _files_as_they_are()
    if files in _damaged():
        raise _damaged()[files]
    try:
        return from_arrays(FASHION_MNIST, "FashionMNIST/raw", ahead.take())
    except DataError as error:
        _damaged()[files] = error
        raise


def default_data() -> str:
    """Fashion-MNIST where it is whole, else Garments."""
    if is_present():
        try:
            return data_set(FASHION_MNIST).name
        except DataError:
            pass
    return GARMENTS


def warm_up() -> None:
    """Have the data read when the first person asks, and take all of it out of the garbage collector's sight.

    Streamlit's scripts make little garbage; walking torch's 300,000 objects at each full collection costs 200 ms.
    """
    keeper()
    with suppress(DataError):  # said by the page that needs them
        data_set(default_data()).checksum  # noqa: B018 worked out once, before the first run is saved
    gc.collect()
    gc.freeze()
    if not is_present():
        # Its process imports torch once more: not while the first page is being made.
        threading.Timer(DOWNLOAD_AFTER, download().start).start()
    with suppress(DataError):
        likeness.class_means()  # half a second that the first picture need not wait for


@cache
def pretrained() -> Checkpoint:
    """The weights that the app carries."""
    return load_checkpoint(PRETRAINED)


@cache
def pretrained_film(name: str) -> Film:
    """Where the pretrained weights began and where they ended, tested on the data set of this name."""
    checkpoint = pretrained()
    film = Film(data_set(name), [])
    film.take(Weights(0, *init_params(checkpoint.hyperparameters.seed, checkpoint.hyperparameters.init_std)))
    film.take(Weights(checkpoint.step, checkpoint.W, checkpoint.b))
    return film


@cache
def class_means(data: FashionData) -> torch.Tensor:
    """The mean training image of each class, (10, 784) float32 in [0, 1]."""
    return mean_images(data.train_pixels, data.train_labels)


@cache
def test_means(data: FashionData) -> torch.Tensor:
    """The mean test image of each class, (10, 784) float32 in [0, 1]."""
    return mean_images((data.test_images * 255).round().to(torch.uint8), data.test_labels)


@cache
def one_of_each(data: FashionData) -> torch.Tensor:
    """The first test image of each class, (10, 784)."""
    first = [int((data.test_labels == label).nonzero()[0]) for label in range(10)]
    return data.test_images[first]
