"""The formats of picture files that are read: which one it is, and a walk through PNG, GIF, WebP and BMP.

Not among them: TIFF, whose many codecs are slow to guard and which browsers do not show; AVIF, which tells its true
size only to its decoder; and whatever else Pillow has, first of all EPS, which is a program.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable

from model.containers import Contents, check_parts, check_size, orientation
from model.errors import PictureError
from model.jpeg import walk_jpeg

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Values a pixel by the colour type: grey, colour, palette, grey and colour with alpha."""

ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""The left, top, and steps to the right and down of PNG's seven passes."""


def contents(content: bytes) -> tuple[str, Contents]:
    """The format and the picture's own part of a file; PictureError if it cannot be read or asks too much."""
    form = next((form for form, start in STARTS.items() if re.match(start, content, re.DOTALL)), None)
    if form is None:
        raise _unread(content)
    try:
        found = WALKS[form](content)
    except (IndexError, KeyError, ValueError, struct.error):
        raise PictureError("picture_damaged", form=form) from None
    check_size(form, found)
    return form, found


def _unread(content: bytes) -> PictureError:
    form = next((form for form, start in UNREAD.items() if re.match(start, content[:4096], re.DOTALL)), None)
    if form is None:
        return PictureError("picture_unknown")
    if form in ("HEIC", "AVIF"):
        return PictureError("picture_heic", form=form)
    return PictureError("picture_svg") if form == "SVG" else PictureError("picture_form", form=form)


def walk_png(content: bytes) -> Contents:
    """The header, palette, transparency and data; each chunk's checksum must be right."""
    kept: dict[bytes, bytes] = {}
    data: list[bytes] = []
    at, name, parts = len(PNG_START), b"", 0
    while name != b"IEND":
        check_parts("PNG", parts := parts + 1)
        length, name = struct.unpack_from(">I4s", content, at)
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf"):
            body = content[at + 8 : at + 8 + length]
            if zlib.crc32(body, zlib.crc32(name)) != struct.unpack_from(">I", content, at + 8 + length)[0]:
                raise ValueError("a wrong checksum")
            if name == b"IDAT":
                data.append(body)
            else:
                kept.setdefault(name, body)
        at += 12 + length
    width, height, depth, colour = struct.unpack_from(">IIBB", kept[b"IHDR"])
    chunks = [(name, kept[name]) for name in (b"IHDR", b"PLTE", b"tRNS") if name in kept]
    whole = PNG_START + b"".join(_chunk(*chunk) for chunk in [*chunks, (b"IDAT", b"".join(data)), (b"IEND", b"")])
    bytes_per_pixel = max(PNG_CHANNELS[colour] * depth / 8, 1 if colour in (0, 3) else 4)
    return Contents((width, height), whole, bytes_per_pixel, orientation(kept.get(b"eXIf", b"")))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def png_is_whole(content: bytes) -> bool:
    """Whether the data of a PNG, as ``walk_png`` left it, are enough for all of its pixels."""
    width, height, depth, colour, *_, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    bits = PNG_CHANNELS[colour] * depth
    missing = 0
    for left, top, right, down in ADAM7 if interlaced else ((0, 0, 1, 1),):
        columns, rows = -((left - width) // right), -((top - height) // down)
        missing += rows * (1 + (columns * bits + 7) // 8) if columns > 0 else 0
    at = content.index(b"IDAT")
    packed = zlib.decompressobj()
    data = content[at + 4 : -12]
    while missing > 0 and not packed.eof:
        got = len(packed.decompress(data, 1 << 20))
        missing, data = missing - got, packed.unconsumed_tail
        if not got and not data:
            break
    return missing <= 0


def walk_gif(content: bytes) -> Contents:
    """The first frame; of its control block, which colour is transparent."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = header_end = 13 + _colours(flags)
    control, parts = b"", 0
    while content[at] == 0x21:
        check_parts("GIF", parts := parts + 1)
        if content[at + 1] == 0xF9 and content[at + 3] & 1:
            control = b"\x21\xf9\x04\x01\0\0" + content[at + 6 : at + 7] + b"\0"
        at = _blocks_end(content, at + 2)
    if content[at] != 0x2C:
        raise ValueError("neither an extension nor a frame")
    left, top, frame_width, frame_height, flags = struct.unpack_from("<HHHHB", content, at + 1)
    end = _blocks_end(content, at + 11 + _colours(flags))
    size = max(width, left + frame_width), max(height, top + frame_height)
    return Contents(size, content[:header_end] + control + content[at:end] + b";", 1)


def _colours(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks_end(content: bytes, at: int) -> int:
    parts = 0
    while content[at]:
        check_parts("GIF", parts := parts + 1)
        at += 1 + content[at]
    return at + 1


def walk_webp(content: bytes) -> Contents:
    """The file as it is, for its decoder leaves the rest alone."""
    if struct.unpack_from("<I", content, 4)[0] + 8 > len(content):
        raise ValueError("cut short")
    form = content[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(content[i : i + 3], "little") + 1 for i in (24, 27))
    elif form == b"VP8L":
        bits = struct.unpack_from("<I", content, 21)[0]
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", content, 26))
    exif, at, parts = b"", 12, 0
    while at + 8 <= len(content):
        check_parts("WebP", parts := parts + 1)
        name, length = struct.unpack_from("<4sI", content, at)
        if name == b"EXIF":
            exif = content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    return Contents((width, height), content, 16, orientation(exif))


def walk_bmp(content: bytes) -> Contents:
    """The file as it is; run lengths are not read, as Pillow's reader of them takes seconds."""
    if struct.unpack_from("<I", content, 14)[0] == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", content, 18)
        packing = 0
    else:
        width, height, _, bits, packing = struct.unpack_from("<iiHHI", content, 18)
    if packing not in (0, 3):
        raise PictureError("picture_rare", form="BMP")
    return Contents((width, abs(height)), content, 4 if bits > 8 else 1)


STARTS = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": re.escape(PNG_START),
    "GIF": rb"GIF8[79]a",
    "WebP": rb"RIFF.{4}WEBPVP8[ LX]",
    "BMP": rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00{3}",
}
"""How a file of each format begins."""

WALKS: dict[str, Callable[[bytes], Contents]] = {
    "JPEG": walk_jpeg,
    "PNG": walk_png,
    "GIF": walk_gif,
    "WebP": walk_webp,
    "BMP": walk_bmp,
}

UNREAD = {
    "SVG": rb"[\s\xef\xbb\xbf]*<(svg|[?!].*<svg)[\s>]",
    "AVIF": rb".{4}ftypavi[fs]",
    "HEIC": rb".{4}ftyp(hei|hev|mif1|msf1)",
    "MP4": rb".{4}ftyp",
    "TIFF": rb"II[*+]\x00|MM\x00[*+]",
    "PDF": rb"%PDF",
    "EPS": rb"%!PS|\xc5\xd0\xd3\xc6",
    "PSD": rb"8BPS",
    "ICO": rb"\x00\x00[\x01\x02]\x00",
    "JPEG 2000": rb"\x00{3}\x0cjP|\xff\x4f\xff\x51",
    "JPEG XL": rb"\x00{3}\x0cJXL|\xff\x0a",
    "WebM": rb"\x1a\x45\xdf\xa3",
    "AVI": rb"RIFF.{4}AVI",
    "ZIP": rb"PK\x03\x04",
}
"""How those begin that are known and not read."""
