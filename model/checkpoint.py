"""Weights on disk: safetensors with versioned metadata. Nothing is ever unpickled."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from model.errors import BadSetting, CheckpointError
from model.softmax import NUM_INPUTS, NUM_OUTPUTS
from model.train import Hyperparameters

FORMAT = "softmax-studio"
VERSION = 1
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


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write ``checkpoint`` whole or not at all; CheckpointError if the place cannot be written."""
    metadata = {
        "format": FORMAT,
        "version": str(VERSION),
        "hyperparameters": json.dumps(asdict(checkpoint.hyperparameters)),
        "data": checkpoint.data,
        "step": str(checkpoint.step),
    }
    content = save({"W": checkpoint.W.contiguous(), "b": checkpoint.b.contiguous()}, metadata)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CheckpointError("checkpoint_unwritable", path=path, reason=error.strerror or error) from error


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a file that ``save_checkpoint`` wrote; CheckpointError says what is wrong with any other."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise CheckpointError("checkpoint_too_large", path=path, bytes=f"{size:,}", limit=f"{LARGEST:,}")
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 not a dict
    except OSError as error:
        raise CheckpointError("checkpoint_unreadable", path=path, reason=error.strerror or error) from error
    except SafetensorError as error:
        raise CheckpointError("not_a_checkpoint", path=path) from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError("not_a_checkpoint", path=path)
    if metadata.get("version") != str(VERSION):
        raise CheckpointError("checkpoint_version", path=path, version=metadata.get("version"), limit=VERSION)
    _check_tensors(path, tensors)
    try:
        hyperparameters = Hyperparameters(**json.loads(metadata["hyperparameters"]))
        return Checkpoint(tensors["W"], tensors["b"], hyperparameters, metadata["data"], int(metadata["step"]))
    except (KeyError, TypeError, ValueError, BadSetting) as error:
        raise CheckpointError("not_a_checkpoint", path=path) from error


def _check_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    for name, shape in (("W", (NUM_OUTPUTS, NUM_INPUTS)), ("b", (NUM_OUTPUTS,))):
        tensor = tensors.get(name)
        if tensor is None or tuple(tensor.shape) != shape or tensor.dtype != torch.float32:
            raise CheckpointError("not_a_checkpoint", path=path)
        if not bool(tensor.isfinite().all()):
            raise CheckpointError("checkpoint_not_finite", path=path, name=name)
