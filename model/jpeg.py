"""JPEG files, walked from segment to segment (ITU-T T.81, annex B)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from model.containers import Contents, check_parts, orientation
from model.errors import PictureError

LARGEST_SCANNED = 1_000_000_000
"""Pixels × scans of a component: each scan takes time, however little it holds. A usual file of 52 MP has 0.8e9."""

START, END, SCAN, EXIF, ADOBE = 0xD8, 0xD9, 0xDA, 0xE1, 0xEE
TABLES = (0xC4, 0xCC, 0xDB, 0xDD)
"""Huffman, arithmetic and quantization tables, and the restart interval."""

FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
DCT = (0xC0, 0xC1, 0xC2)
"""The frames that browsers show too: baseline, extended and progressive; neither lossless nor arithmetic coding."""

GREY = ((128,), (128, 128, 128), (127, 127, 127, 127), (128, 128, 128, 128))
"""What the decoder puts, in each mode, where the data have run out."""

NOISE = np.random.default_rng(0).integers(0, 255, 4096, np.uint8).tobytes()
"""Data that a picture has no use for if its own were enough; without 0xff, which would begin a segment."""


def segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """The marker, beginning and end of each segment up to the end of the image; IndexError if it does not come."""
    values = np.frombuffer(content, np.uint8)
    follow = values[1:]
    # Within the data of a scan 0xff stands only before 0, itself or a restart marker.
    marks = np.flatnonzero((values[:-1] == 0xFF) & (follow != 0) & (follow != 0xFF) & (follow & 0xF8 != 0xD0))
    at = parts = 0
    while True:
        at = int(marks[np.searchsorted(marks, at)])
        check_parts("JPEG", parts := parts + 1)
        marker = content[at + 1]
        alone = marker in (0x01, START, END)
        end = at + 2 if alone else at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        yield marker, at, end
        if marker == END:
            return
        at = end


def walk_jpeg(content: bytes) -> Contents:
    """The frame, its tables and scans."""
    kept, frame, exif, first_scan, scanned, at = [b"\xff\xd8"], b"", b"", 0, 0, 0
    for marker, at, end in segments(content):
        body = content[at + 4 : end]
        if marker == SCAN:
            first_scan, scanned = first_scan or at, scanned + body[0]
        elif marker == EXIF and body.startswith(b"Exif\0\0"):
            exif = exif or body
        elif marker in FRAMES:
            if marker not in DCT or body[0] != 8:
                raise PictureError("picture_rare", form="JPEG")
            if frame:
                raise ValueError("a second frame")
            frame = body
        if not first_scan and marker in (*FRAMES, *TABLES, ADOBE):
            kept.append(content[at:end])
    height, width, components = struct.unpack_from(">HHB", frame, 1)
    areas = [(frame[7 + 3 * i] >> 4) * (frame[7 + 3 * i] & 15) for i in range(components)]
    if not first_scan or not all(areas):
        raise ValueError("no scan, or no samples")
    if width and height:
        check_parts("JPEG", scanned, max(components, LARGEST_SCANNED // (width * height)))
    # One scan is decoded at a fraction of its size; several are gathered first, as coefficients of two bytes.
    bytes_per_pixel = 1 if scanned == components else 2 * sum(areas) / max(areas)
    whole = b"".join([*kept, content[first_scan:at], b"\xff\xd9"])
    return Contents((width, height), whole, bytes_per_pixel, orientation(exif))


def with_noise(content: bytes) -> bytes:
    """The same file, as ``walk_jpeg`` left it, with more data at its end: a whole picture stays as it is."""
    return content[:-2] + NOISE + content[-2:]
