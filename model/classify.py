"""Which weights look at a picture, and what they say of it."""

from __future__ import annotations

from functools import cache

from model.checkpoint import PRETRAINED, Checkpoint, load_checkpoint
from model.preprocess import Kind


@cache
def weights_for(kind: Kind) -> Checkpoint:
    """The weights that the app carries for pictures of ``kind``."""
    return load_checkpoint(PRETRAINED)
