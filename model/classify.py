"""Which weights look at a picture, and when to doubt that it shows a garment at all."""

from __future__ import annotations

from functools import cache

from model.checkpoint import PRETRAINED, PRETRAINED_PHOTOS, Checkpoint, load_checkpoint
from model.likeness import likeness
from model.preprocess import Kind, Prepared

UNLIKE = 0.5
"""A picture whose likeness is below this may show no garment; so are 2% of photos that do, and 4% of test images."""


@cache
def weights_for(kind: Kind) -> Checkpoint:
    """The weights that the app carries for ``kind``: those for photos for a flat lay, else the plain ones."""
    return load_checkpoint(PRETRAINED_PHOTOS if kind == "flat lay" else PRETRAINED)


def unsure(prepared: Prepared) -> bool:
    """Whether the picture may show no garment: nothing stands out from its ground, or it is unlike all ten classes."""
    nothing = any(stage.name == "mask" and stage.how == "ellipse" for stage in prepared.stages)
    return (nothing and prepared.kind != "flat lay") or likeness(prepared.x) < UNLIKE
