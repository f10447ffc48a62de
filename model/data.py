"""The two data sets in memory: real Fashion-MNIST from files, and Garments, which the app carries.

d2l's ``load_data_fashion_mnist`` (book section 3.5) hands out a ``DataLoader``; here the images are held once
as rows of bytes and shared by every run, which is what makes an epoch fast. Source of the data: Xiao, Rasul and
Vollgraf, "Fashion-MNIST", arXiv 1708.07747.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.errors import DataError

if TYPE_CHECKING:
    import torch  # at run time only where tensors are made: the files can be read while torch is still being loaded

TEXT_LABELS = (
    "t-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
"""d2l's ``text_labels``, in the order of the numeric labels 0 to 9."""


@dataclass(frozen=True)
class RawFile:
    """One file of the data set: its size as ``.gz`` in bytes, and its MD5 sums packed and unpacked."""

    name: str
    gz_bytes: int
    gz_md5: str
    md5: str


RAW_FILES = (
    RawFile("train-images-idx3-ubyte", 26421880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "f4a8712d7a061bf5bd6d2ca38dc4d50a"),  # noqa: E501
    RawFile("train-labels-idx1-ubyte", 29515, "25c81989df183df01b3e8a0aad5dffbe", "9018921c3c673c538a1fc5bad174d6f9"),
    RawFile("t10k-images-idx3-ubyte", 4422102, "bef4ecab320f06d8554ea6380940ec79", "8181f5470baa50b63fa0f6fddb340f0a"),
    RawFile("t10k-labels-idx1-ubyte", 5148, "bb300cfdad3c16e7a12a480ee83cd310", "15d484375f8d13e6eb1aabb0c3f46965"),
)  # fmt: skip
"""The four files in torchvision's layout; the packed sums are those of ``torchvision.datasets.FashionMNIST``."""


@dataclass(frozen=True, eq=False)
class FashionData:
    """A data set ready for training.

    ``train_pixels`` is (60000, 784) uint8, ``train_labels`` (60000,) int64, ``test_images`` (10000, 784) float32 in
    [0, 1], ``test_labels`` (10000,) int64. ``source`` says where the images came from. Training images stay bytes
    until they are used: gathering a batch at random is bound by memory, and a quarter of the bytes is twice as fast.
    """

    name: str
    source: str
    train_pixels: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of all pixels and labels as bytes: training, then test. Equal sums, equal data."""
        digest = hashlib.sha256()
        test_pixels = (self.test_images * 255).round()
        for part in (self.train_pixels, self.train_labels, test_pixels, self.test_labels):
            digest.update(part.numpy().astype(np.uint8).tobytes())
        return digest.hexdigest()

    def train_images(self) -> torch.Tensor:
        """All training images, (60000, 784) float32 in [0, 1]: 188 MB, made anew at each use."""
        return to_images(self.train_pixels)

    def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The training examples at ``indices`` (n,): X (n, 784) float32 in [0, 1] and y (n,) int64."""
        return to_images(self.train_pixels.index_select(0, indices)), self.train_labels.index_select(0, indices)


def to_images(pixels: torch.Tensor) -> torch.Tensor:
    """Pixels 0 to 255 as float32 in [0, 1], as torchvision's ``ToTensor`` does."""
    return pixels.float().div_(255)


def mean_images(pixels: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The mean image of each class, (10, 784) float32 in [0, 1]: ``pixels`` (n, 784) uint8, ``labels`` (n,)."""
    import torch

    return torch.stack([to_images(pixels[labels == label]).mean(dim=0) for label in range(len(TEXT_LABELS))])


def data_folder() -> Path:
    """Where data files are looked for: ``$SOFTMAX_STUDIO_DATA``, by default ``data/`` beside the app."""
    default = Path(__file__).resolve().parent.parent / "data"
    named = os.environ.get("SOFTMAX_STUDIO_DATA")
    return Path(os.path.expanduser(named)) if named else default  # noqa: PTH111 raises for a user that is not known


def raw_folder(root: Path | None = None) -> Path:
    """torchvision's place for the files under ``root``."""
    return (root or data_folder()) / "FashionMNIST" / "raw"


def find_file(raw: Path, file: RawFile) -> Path | None:
    """The unpacked file if it is there, else the packed one, else None."""
    candidates = (raw / file.name, raw / f"{file.name}.gz")
    return next((path for path in candidates if _is_there(path)), None)


def _is_there(path: Path) -> bool:
    # Where it may not even be looked at, it counts as there: reading it then says why.
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def is_present(root: Path | None = None) -> bool:
    """Whether all four files are there (whole or not is told by reading them)."""
    raw = raw_folder(root)
    return all(find_file(raw, file) for file in RAW_FILES)


def read_checked(path: Path, file: RawFile) -> bytes:
    """The unpacked bytes of one file, or DataError if they are not the published ones."""
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise DataError("data_unreadable", path=path, reason=error.strerror or error) from error
    packed = path.suffix == ".gz"
    if hashlib.md5(stored, usedforsecurity=False).hexdigest() != (file.gz_md5 if packed else file.md5):
        raise DataError("data_corrupt", path=path, bytes=len(stored))
    return gzip.decompress(stored) if packed else stored


def parse_idx(raw: bytes) -> np.ndarray:
    """An IDX file's array: big-endian header (two zeros, type 8, number of axes, the axes), then uint8."""
    axes = raw[3]
    shape = struct.unpack(f">{axes}I", raw[4 : 4 + 4 * axes])
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)


def from_arrays(name: str, source: str, arrays: list[np.ndarray]) -> FashionData:
    """A data set from uint8 images (n, 28, 28) or (n, 784) and labels (n,): training, then test."""
    import torch

    train_images, train_labels, test_images, test_labels = arrays

    def pixels(a: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(np.array(a).reshape(len(a), 784))

    def labels(a: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(a.astype(np.int64))

    return FashionData(
        name, source, pixels(train_images), labels(train_labels), to_images(pixels(test_images)), labels(test_labels)
    )


def read_fashion_mnist(root: Path | None = None) -> list[np.ndarray]:
    """The four arrays of real Fashion-MNIST, each file checked. DataError says which file is wrong."""
    raw = raw_folder(root)
    arrays = []
    for file in RAW_FILES:
        path = find_file(raw, file)
        if path is None:
            raise DataError("data_missing", file=f"{file.name}.gz", folder=raw)
        arrays.append(parse_idx(read_checked(path, file)))
    return arrays


def load_fashion_mnist(root: Path | None = None) -> FashionData:
    """Real Fashion-MNIST from the data folder, ready for training; DataError as ``read_fashion_mnist``."""
    return from_arrays("fashion-mnist", "FashionMNIST/raw", read_fashion_mnist(root))
