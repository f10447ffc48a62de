"""What a picture file says of itself before any decoder sees it, and the limits that it must keep.

A decoder is given only what its pixels need. Profiles, comments, previews, later frames and whatever else a file
carries stay behind: they can be no decompression bombs, and no decoder can complain of them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from model.errors import PictureError

LARGEST_PIXELS = 52_000_000
"""Pixels that a picture may have; the cameras of phones give up to 50.3 million."""

LARGEST_MEMORY = 260_000_000
"""Bytes that decoding may take: of a format whose decoder needs more for a pixel, fewer pixels are read."""

MOST_PARTS = 100_000
"""Segments, chunks or blocks of a file; a real one of 20 MB has up to 80,000, and millions take seconds to walk."""


@dataclass(frozen=True)
class Contents:
    """A picture file in which nothing but the picture is left.

    ``size`` is width and height, ``bytes_per_pixel`` what decoding takes, ``orientation`` EXIF's, from 1 to 8.
    """

    size: tuple[int, int]
    content: bytes
    bytes_per_pixel: float
    orientation: int = 1


def check_size(form: str, found: Contents) -> None:
    """PictureError if a picture of ``form`` has no pixels or too many."""
    width, height = found.size
    limit = min(LARGEST_PIXELS, int(LARGEST_MEMORY / found.bytes_per_pixel))
    if min(found.size) < 1:
        raise PictureError("picture_damaged", form=form)
    if width * height > limit:
        raise PictureError("picture_pixels", form=form, width=width, height=height, limit=limit // 1_000_000)


def check_parts(form: str, parts: int, limit: int = MOST_PARTS) -> None:
    """PictureError if a file is made of too many parts."""
    if parts > limit:
        raise PictureError("picture_parts", form=form, limit=limit)


def orientation(exif: bytes) -> int:
    """EXIF's orientation, from 1, upright, to 8; 1 too where none is given or the block is damaged."""
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return 1
    try:
        start = struct.unpack_from(f"{order}I", block, 4)[0]
        entries = struct.unpack_from(f"{order}H", block, start)[0]
        for at in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", block, at)
            if (tag, kind) == (0x0112, 3):
                return int(value) if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
