"""Weights on disk: safetensors with versioned metadata. Nothing is ever unpickled."""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from model.errors import TEXT, BadSetting, CheckpointError
from model.softmax import NUM_INPUTS, NUM_OUTPUTS
from model.train import Hyperparameters

PRETRAINED = TEXT.parent / "weights.safetensors"
"""The weights that the app carries: the book's ten epochs on real Fashion-MNIST."""

PRETRAINED_PHOTOS = TEXT.parent / "weights-photos.safetensors"
"""Those for photos of garments that lie flat: learned from training images that were changed as photos change them."""

FORMAT = "softmax-studio"
VERSION = 1
SHAPES = {"W": [NUM_OUTPUTS, NUM_INPUTS], "b": [NUM_OUTPUTS]}
LARGEST = 1_000_000
"""Bytes that a file of weights may have; 7,850 float32 and their metadata take about 32,000."""


@dataclass(frozen=True)
class Checkpoint:
    """W (10, 784) and b (10,) float32, what they were trained with, on which data, and for how many steps."""

    W: torch.Tensor
    b: torch.Tensor
    hyperparameters: Hyperparameters
    data: str
    step: int


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def check_place(path: Path) -> None:
    """CheckpointError if ``save_checkpoint`` could not write to ``path``; to be asked before a long training."""
    try:
        if path.exists() and not path.is_file():  # a folder, or a device, which must not be replaced
            raise CheckpointError("checkpoint_unwritable", path=path, reason="it is not a file")
        _partial(path).touch()
        _partial(path).unlink()
    except OSError as error:
        raise CheckpointError("checkpoint_unwritable", path=path, reason=error.strerror or error) from error


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The file of a checkpoint; the same bytes for the same one."""
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "hyperparameters": json.dumps(asdict(checkpoint.hyperparameters)),
        "data": checkpoint.data,
        "step": str(checkpoint.step),
    }
    return encode({"W": checkpoint.W.contiguous(), "b": checkpoint.b.contiguous()}, metadata)


def encode(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> bytes:
    """A safetensors file; the same bytes for the same contents."""
    content = save(tensors, metadata)
    # The library writes the metadata in an order that changes from process to process.
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps({**json.loads(content[8:start]), "__metadata__": metadata}, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + content[start:]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint`` whole or not at all; CheckpointError if the place cannot be written."""
    write_whole(path, encode_checkpoint(checkpoint))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; CheckpointError if the place cannot be written."""
    check_place(path)
    try:
        _partial(path).write_bytes(content)
        _partial(path).replace(path)
    except OSError as error:
        raise CheckpointError("checkpoint_unwritable", path=path, reason=error.strerror or error) from error
    finally:
        with suppress(OSError):  # where all went well, it is gone already
            _partial(path).unlink()


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a file that ``save_checkpoint`` wrote; CheckpointError says what is wrong with any other."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise CheckpointError("checkpoint_unreadable", path=path, reason="it is not a file")
        if status.st_size > LARGEST:
            raise CheckpointError("checkpoint_too_large", path=path, bytes=f"{status.st_size:,}", limit=f"{LARGEST:,}")
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            _check_version(path, metadata)
            tensors = {name: _tensor(path, file, name) for name in SHAPES}
    except OSError as error:
        raise CheckpointError("checkpoint_unreadable", path=path, reason=error.strerror or error) from error
    except SafetensorError as error:
        raise CheckpointError("not_a_checkpoint", path=path) from error
    try:
        hyperparameters = hyperparameters_from({**json.loads(metadata["hyperparameters"])})
        return Checkpoint(tensors["W"], tensors["b"], hyperparameters, metadata["data"], int(metadata["step"]))
    except (KeyError, TypeError, ValueError, RecursionError, BadSetting) as error:
        raise CheckpointError("not_a_checkpoint", path=path) from error


def _check_version(path: Path, metadata: dict[str, str]) -> None:
    version = metadata.get("version", "")
    if metadata.get("format") != FORMAT or not re.fullmatch("[0-9]{1,9}", version):
        raise CheckpointError("not_a_checkpoint", path=path)
    if int(version) != VERSION:
        raise CheckpointError("checkpoint_version", path=path, version=version, limit=VERSION)


def _tensor(path: Path, file: Any, name: str) -> torch.Tensor:
    # The header is asked first: torch itself stumbles over a shape beyond 2⁶³.
    part = file.get_slice(name)
    if part.get_dtype() != "F32" or part.get_shape() != SHAPES[name]:
        raise CheckpointError("not_a_checkpoint", path=path)
    # A copy, because the file is mapped into memory: a later change of it would change the weights.
    tensor: torch.Tensor = file.get_tensor(name).clone()
    if not bool(tensor.isfinite().all()):
        raise CheckpointError("checkpoint_not_finite", path=path, name=name)
    return tensor


def hyperparameters_from(values: dict[str, Any]) -> Hyperparameters:
    """Settings as they were stored; KeyError, TypeError or BadSetting if they are none."""
    # All of them, and each of its type: 2.5 epochs are within the limits and yet no setting.
    for name, default in asdict(Hyperparameters()).items():
        allowed = (int, float) if isinstance(default, float) else type(default)
        if isinstance(values[name], bool) or not isinstance(values[name], allowed):
            raise TypeError(name)
    return Hyperparameters(**values)
