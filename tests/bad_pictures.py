"""Over 300 files that a person, perhaps of ill will, might give as pictures: whole, odd, damaged, bombs and others.

They are always the same ones. ``python tests/bad_pictures.py`` opens each, and prints a line of JSON on how it went.
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw

Ends = Literal["picture", "error", "either"]
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP")
ORIENTATION = 0x0112


@dataclass(frozen=True)
class File:
    """A file, and whether it must be read; ``either`` where a flipped bit may or may not matter."""

    name: str
    content: bytes
    ends: Ends


def garment(width: int = 60, height: int = 80) -> Image.Image:
    """A dark shape with a bright corner mark, on a light ground, with a little noise."""
    rng = np.random.default_rng(width * 1000 + height)
    image = Image.new("RGB", (width, height), (225, 220, 210))
    draw = ImageDraw.Draw(image)
    draw.polygon(
        [(width * x, height * y) for x, y in ((0.3, 0.1), (0.7, 0.1), (0.9, 0.4), (0.7, 0.9), (0.2, 0.9))],
        (70, 40, 110),
    )
    draw.rectangle((0, 0, width // 4, height // 8), (250, 60, 20))
    noise = rng.integers(-8, 9, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(image).astype(int) + noise, 0, 255).astype(np.uint8))


def save(image: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of ``image`` as a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def exif(way: int) -> Image.Exif:
    """EXIF data with an orientation."""
    found = Image.Exif()
    found[ORIENTATION] = way
    return found


def chunk(name: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(name)))


def png(size: tuple[int, int], depth: int, colour: int, data: bytes, *before: bytes, interlaced: int = 0) -> bytes:
    """A PNG by hand; ``data`` are packed already."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced))
    return b"\x89PNG\r\n\x1a\n" + b"".join((header, *before, chunk(b"IDAT", data), chunk(b"IEND", b"")))


def rows(row: bytes, number: int) -> bytes:
    """The packed data of a PNG whose rows are all the same; unpacked they may be larger than memory allows."""
    packed = zlib.compressobj(1)
    return b"".join(packed.compress(row) for _ in range(number)) + packed.flush()


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def gif(size: tuple[int, int], place: tuple[int, int, int, int], data: bytes, flags: int = 0) -> bytes:
    """A GIF of four greys by hand; ``data`` are its blocks."""
    colours = bytes(value for grey in (0, 85, 170, 255) for value in (grey,) * 3)
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x81, 0, 0) + colours
    return head + b"," + struct.pack("<HHHHB", *place, flags) + b"\x02" + data + b";"


def lzw(*values: int) -> bytes:
    """A block of a GIF's data with these values of two bits; the table is cleared so often that codes keep three."""
    codes = [code for i, value in enumerate(values) for code in ([4] if i % 2 == 0 else []) + [value]] + [5]
    packed = sum(code << 3 * i for i, code in enumerate(codes)).to_bytes((3 * len(codes) + 7) // 8, "little")
    return bytes([len(packed)]) + packed + b"\0"


def whole() -> Iterator[tuple[str, bytes]]:
    """Pictures of every kind, which must be read."""
    image = garment()
    alpha = image.copy()
    alpha.putalpha(Image.linear_gradient("L").resize(image.size))
    for form in FORMATS:
        yield f"plain.{form}", save(image, form)
        for name, colour in (("white", "white"), ("black", "black"), ("grey", (128, 128, 128)), ("red", (200, 20, 30))):
            yield f"{name}.{form}", save(Image.new("RGB", (50, 40), colour), form)
        for size in ((1, 1), (2, 2), (1, 300), (300, 1), (28, 28), (449, 448), (1000, 30)):
            yield f"{size[0]}x{size[1]}.{form}", save(garment(*size), form)
        if form != "WEBP":  # whose pictures have at most 16,383 pixels on an edge
            yield f"1x20000.{form}", save(garment(1, 20000), form)
            yield f"20000x1.{form}", save(garment(20000, 1), form)
        grey = image.convert("L")
        yield f"greys.{form}", save(grey, form)
        yield f"grey 28x28.{form}", save(grey.resize((28, 28)), form)
        if form != "JPEG":
            yield f"one bit.{form}", save(image.convert("1"), form)
            yield f"palette.{form}", save(image.quantize(16), form)
        for way in range(1, 9) if form in ("JPEG", "PNG", "WEBP") else ():
            yield f"turned {way}.{form}", save(image, form, exif=exif(way))
        if form in ("GIF", "PNG", "WEBP"):
            frames = [Image.new("RGB", image.size, colour) for colour in ("red", "blue")]
            yield f"animated.{form}", save(image, form, save_all=True, append_images=frames)
            yield f"alpha.{form}", save(alpha, form)
    yield "progressive.JPEG", save(image, "JPEG", progressive=True)
    yield "progressive of one grey.JPEG", save(Image.new("RGB", (100, 100), (128, 128, 128)), "JPEG", progressive=True)
    yield "ink.JPEG", save(image.convert("CMYK"), "JPEG")
    yield "ink, progressive.JPEG", save(image.convert("CMYK"), "JPEG", progressive=True)
    yield "three in one.JPEG", save(image, "MPO", save_all=True, append_images=[image, image])
    plain = save(image, "JPEG")
    yield "restarts.JPEG", save(image, "JPEG", restart_marker_rows=1)
    yield "film behind it.JPEG", plain + b"\xff\xda\xff\xd8 ftypmp42" * 1000
    yield (
        "broken EXIF.JPEG",
        plain[:2] + segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 900) + plain[2:],
    )
    yield "EXIF of itself.JPEG", plain[:2] + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0\0\0\x08\0\0\0") + plain[2:]
    yield "profile of nothing.JPEG", plain[:2] + segment(0xE2, b"ICC_PROFILE\0\x01\x09" + bytes(9)) + plain[2:]
    yield "wrong album.JPEG", plain[:2] + segment(0xE2, b"MPF\0II*\0\xff\xff\xff\x7f" + bytes(50)) + plain[2:]
    yield "comments.JPEG", plain[:2] + segment(0xFE, b"\xff\xd9" * 30000) * 100 + plain[2:]
    yield from whole_pngs(image)
    four = lzw(1, 2, 3, 0)
    yield "frame within.GIF", gif((40, 40), (5, 6, 2, 2), four)
    yield "frame beyond.GIF", gif((1, 1), (5, 6, 2, 2), four)
    yield "interlaced.GIF", save(image.quantize(16), "GIF", interlace=1)
    yield "transparent.GIF", save(image.quantize(16), "GIF", transparency=3)
    yield "comments.GIF", save(image, "GIF", comment=b"<script>alert(1)</script>" * 2000)
    yield "lossless.WEBP", save(image, "WEBP", lossless=True)
    yield "lossless with alpha.WEBP", save(alpha, "WEBP", lossless=True)
    yield (
        "many frames.WEBP",
        save(image, "WEBP", save_all=True, append_images=[garment(60, 80).rotate(i) for i in range(30)]),
    )
    yield "wide.WEBP", save(Image.new("RGB", (16383, 900), "white"), "WEBP", method=0)
    with_alpha = bytearray(save(alpha, "BMP"))
    yield "alpha.BMP", bytes(with_alpha)
    with_alpha[30:34] = struct.pack("<I", 3)
    yield "masks of nothing.BMP", bytes(with_alpha[:54]) + bytes(12) + bytes(with_alpha[54:])
    yield "upside down.BMP", save(image, "BMP")[:22] + struct.pack("<i", -80) + save(image, "BMP")[26:]


def whole_pngs(image: Image.Image) -> Iterator[tuple[str, bytes]]:
    """PNGs of every colour type, and with what lies about around the pixels."""
    grey16 = Image.fromarray(np.arange(0, 65536, 16).astype(np.uint16).reshape(64, 64))
    yield "16 bits.PNG", save(grey16, "PNG")
    for colour, values in ((2, 3), (4, 2), (6, 4)):
        yield f"16 bits of {values}.PNG", png((9, 9), 16, colour, rows(bytes([0]) + b"\x80\x01" * 9 * values, 9))
    yield (
        "16 bits, one transparent.PNG",
        png((9, 9), 16, 2, rows(bytes([0]) + b"\x80\x01" * 27, 9), chunk(b"tRNS", b"\x80\x01" * 3)),
    )
    for depth in (1, 2, 4, 8, 16):
        packed = rows(bytes([0]) + b"\x1b" * depth, 8)
        yield f"{depth} bits of grey, one transparent.PNG", png((8, 8), depth, 0, packed, chunk(b"tRNS", b"\0\x01"))
    yield "palette with alphas.PNG", save(image.quantize(16), "PNG", transparency=bytes(range(0, 256, 16)))
    yield "palette, one transparent.PNG", save(image.quantize(16), "PNG", transparency=3)
    yield "alpha and grey.PNG", save(image.convert("LA"), "PNG")
    passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4)]
    data = zlib.compress(b"".join((b"\0" + bytes(range(wide))) * high for wide, high in passes))
    yield "interlaced.PNG", png((8, 8), 8, 0, data, interlaced=1)
    plain = save(image, "PNG")
    bomb = rows(bytes(1_000_000), 60)
    yield "60 MB of text.PNG", plain[:33] + chunk(b"zTXt", b"Comment\0\0" + bomb) * 3 + plain[33:]
    yield "60 MB of language.PNG", plain[:33] + chunk(b"iTXt", b"XML\0\1\0en\0x\0" + bomb) + plain[33:]
    yield "60 MB of profile.PNG", plain[:33] + chunk(b"iCCP", b"sRGB\0\0" + bomb) + plain[33:]
    yield "wrong profile.PNG", plain[:33] + chunk(b"iCCP", b"sRGB\0\7" + bomb[:99]) + plain[33:]
    yield "wrong animation.PNG", plain[:33] + chunk(b"acTL", bytes(8)) + chunk(b"acTL", b"\xff" * 8) + plain[33:]
    yield "wrong EXIF.PNG", plain[:33] + chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12" * 99) + plain[33:]
    yield "behind the end.PNG", plain + b"<script>" * 1000
    yield "200 GB behind the pixels.PNG", png((28, 28), 8, 0, rows(bytes(10_000_000), 40))
    packed = zlib.compress(bytes(301 * 300), 0)
    pieces = [chunk(b"IDAT", packed[i : i + 3]) for i in range(0, len(packed), 3)]
    yield "30,000 pieces.PNG", png((300, 300), 8, 0, b"", *pieces)


def damaged() -> Iterator[tuple[str, bytes]]:
    """Pictures of which a part is missing or wrong in a way that can be told."""
    image = garment()
    for form in FORMATS:
        content = save(image, form)
        for part in (1, 5, 12, 25, 50, 75, 90, 97):
            yield f"{part}% of it.{form}", content[: max(4, len(content) * part // 100)]
        if form != "GIF":  # whose last byte ends the file, not the picture
            yield f"all but a byte.{form}", content[:-1]
    for name, options in (
        ("plain", {}),
        ("progressive", {"progressive": True}),
        ("restarts", {"restart_marker_rows": 1}),
    ):
        content = save(garment(300, 400), "JPEG", **options)
        first = content.index(b"\xff\xda")
        second = content.find(b"\xff\xda", first + 2)
        end = second if second > 0 else len(content)
        yield f"half, with an end, {name}.JPEG", content[: (first + end) // 2] + b"\xff\xd9"
    content = save(garment(300, 400), "PNG")
    for at in (20, 40, 500, 5000, len(content) - 20):
        yield f"wrong byte at {at}.PNG", content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]
    yield "too few rows.PNG", png((28, 28), 8, 0, rows(bytes(29), 14))
    yield "too few rows, interlaced.PNG", png((28, 28), 8, 0, rows(bytes(29), 14), interlaced=1)
    yield "no header.PNG", content[:8] + content[33:]
    yield "no data.PNG", content[:33] + chunk(b"IEND", b"")
    yield "no colours.PNG", png((8, 8), 7, 5, rows(bytes(9), 8))
    yield "early end.GIF", gif((50, 50), (0, 0, 50, 50), lzw(1, 2, 3))
    yield "no data.GIF", gif((50, 50), (0, 0, 50, 50), b"\x00")
    yield "no frame.GIF", b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b";"
    yield "no length.JPEG", b"\xff\xd8\xff\xe0\0\0\xff\xd9"
    yield "no frame.JPEG", b"\xff\xd8" + segment(0xDA, b"\1\1\0\0\x3f\0") + b"abc\xff\xd9"
    plain = save(image, "JPEG")
    start = plain.index(b"\xff\xc0")
    length = struct.unpack_from(">H", plain, start + 2)[0] + 2
    frame = plain[start : start + length]
    yield "two frames.JPEG", plain[:start] + frame + plain[start:]
    yield "no rows.JPEG", plain[: start + 5] + bytes(2) + plain[start + 7 :]
    yield "of 12 bits.JPEG", plain[: start + 4] + b"\x0c" + plain[start + 5 :]
    yield "arithmetic.JPEG", plain[: start + 1] + b"\xc9" + plain[start + 2 :]
    yield "lossless.JPEG", plain[: start + 1] + b"\xc3" + plain[start + 2 :]
    yield "no samples.JPEG", plain[: start + 11] + b"\0" + plain[start + 12 :]
    bmp = save(image, "BMP")
    yield "run lengths.BMP", bmp[:30] + struct.pack("<I", 1) + bmp[34:]
    yield "7 bits.BMP", bmp[:28] + struct.pack("<H", 7) + bmp[30:]


def bombs() -> Iterator[tuple[str, bytes]]:
    """Small files that ask for much time or memory."""
    huge = (20000, 20000)
    yield "20000x20000.PNG", png(huge, 8, 2, rows(bytes(60001), 100))
    yield "20000x20000 of bits.PNG", png(huge, 1, 0, rows(bytes(2501), 20000))
    yield "largest.PNG", png((2**31 - 1, 2**31 - 1), 16, 6, b"")
    yield "2000000x26.PNG", png((2_000_001, 26), 8, 0, rows(bytes(2_000_002), 26))
    yield "largest.GIF", gif((65535, 65535), (0, 0, 2, 2), lzw(1, 2, 3, 0))
    yield "frame of the largest.GIF", gif((2, 2), (65535, 65535, 65535, 65535), lzw(1, 2, 3, 0))
    yield (
        "largest.WEBP",
        b"RIFF"
        + struct.pack("<I", 22)
        + b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\x02"
        + b"\xff" * 3
        + (b"\xff\x3f\x00" * 2)[:6],
    )
    yield (
        "16383x16383.WEBP",
        b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<I", 9) + b"\x2f\xfe\xff\xff\x0f" + bytes(13),
    )
    bmp = save(Image.new("RGB", (9, 9)), "BMP")
    yield "20000x20000.BMP", bmp[:18] + struct.pack("<ii", *huge) + bmp[26:]
    yield "least rows.BMP", bmp[:18] + struct.pack("<ii", 9, -(2**31)) + bmp[26:]
    yield "fewer than no columns.BMP", bmp[:18] + struct.pack("<ii", -9, 9) + bmp[26:]
    plain = save(Image.new("L", (64, 64), 100), "JPEG")
    start = plain.index(b"\xff\xc0")
    yield "65500x65500.JPEG", plain[: start + 5] + struct.pack(">HH", 65500, 65500) + plain[start + 9 :]
    content = save(Image.new("L", (2000, 2000), 100), "JPEG", progressive=True)
    last = content[content.rindex(b"\xff\xda") : -2]
    yield "50,000 scans.JPEG", content[:-2] + last * 50_000 + b"\xff\xd9"
    yield "a million segments.JPEG", plain[:2] + b"\xff\xfe\0\2" * 1_000_000 + plain[2:]
    picture = save(garment(), "PNG")
    yield "a million chunks.PNG", picture[:33] + chunk(b"IDAT", b"") * 1_000_000 + picture[33:]
    yield (
        "a million blocks.GIF",
        b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"!\xfe" + b"\1a" * 1_000_000 + b"\0;",
    )
    whole_webp = save(garment(), "WEBP")
    parts = b"abcd\0\0\0\0" * 1_000_000
    yield (
        "a million chunks.WEBP",
        b"RIFF" + struct.pack("<I", len(whole_webp) - 8 + len(parts)) + whole_webp[8:] + parts,
    )
    yield "19 MB of marks.JPEG", b"\xff\xd8" + b"\xff" * 19_000_000


def within() -> Iterator[tuple[str, bytes]]:
    """The most that is allowed; these are read, and must not take too long either."""
    yield "52 million.PNG", png((8000, 6500), 8, 2, rows(b"\4" + b"\1" * 24000, 6500))
    yield "32 million of 64 bits.PNG", png((6400, 5000), 16, 6, rows(b"\4" + b"\1" * 51200, 5000))
    yield "52 million.JPEG", save(Image.new("L", (8000, 6500), 90), "JPEG", progressive=True)


def no_pictures() -> Iterator[tuple[str, bytes]]:
    """Files of other kinds, some under a picture's name."""
    yield "empty", b""
    yield "a byte", b"\xff"
    yield "text.png", b"This is a picture of an ankle boot.\n" * 50
    yield "BMW.txt", b"BMW makes cars and motorcycles, and this is a text on them."
    yield "page.jpg", b"<!DOCTYPE html><html><body>404</body></html>"
    yield "script.svg", b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "bare.svg", b"\xef\xbb\xbf<svg onload='alert(1)'/>"
    yield "photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
    yield "photo.heif", b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(500)
    yield "photo.avif", b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + bytes(500)
    yield "film.mp4", b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(500)
    yield "film.webm", b"\x1a\x45\xdf\xa3" + bytes(500)
    yield "paper.pdf", b"%PDF-1.7\n" + bytes(500)
    yield "program.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file showpage"
    yield "layers.psd", b"8BPS\0\1" + bytes(500)
    yield "archive.zip", b"PK\3\4" + bytes(500)
    yield "names.ico", b"\0\0\1\0\1\0" + bytes(500)
    yield "scan.tiff", save(garment(), "TIFF")
    yield "circle.tiff", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"
    yield "tiff.jpg", save(garment(), "TIFF", compression="tiff_deflate")
    yield "zeros", bytes(5000)
    yield "noise", np.random.default_rng(1).integers(0, 256, 5000, np.uint8).tobytes()
    yield "over the limit.jpg", save(garment(), "JPEG") + bytes(20_000_000)
    yield "only a beginning.jpg", b"\xff\xd8\xff"
    yield "only a beginning.png", b"\x89PNG\r\n\x1a\n"
    yield "only a beginning.gif", b"GIF89a"
    yield "only a beginning.webp", b"RIFF\x0a\0\0\0WEBPVP8 "
    yield "only a beginning.bmp", b"BM" + bytes(12) + b"\x28\0\0\0"


def mutated() -> Iterator[tuple[str, bytes]]:
    """Pictures with some bits flipped, bytes cut out, or parts swapped."""
    rng = np.random.default_rng(7)
    for form in FORMATS:
        content = save(garment(), form)
        for i in range(8):
            flipped = bytearray(content)
            for at in rng.integers(2, len(content), 1 + i):
                flipped[at] ^= 1 << int(rng.integers(8))
            yield f"flipped {i}.{form}", bytes(flipped)
        for i in range(3):
            begin, length = int(rng.integers(10, len(content))), int(rng.integers(1, 40))
            yield f"cut out {i}.{form}", content[:begin] + content[begin + length :]
            header = bytearray(content)
            header[int(rng.integers(4, 60))] = int(rng.integers(256))
            yield f"wrong header {i}.{form}", bytes(header)
        a, b, c = sorted(int(at) for at in rng.integers(10, len(content), 3))
        yield f"swapped.{form}", content[:a] + content[b:c] + content[a:b] + content[c:]


def files() -> Iterator[File]:
    """All of them, one at a time, as together they are large."""
    for found, ends in (
        (whole(), "picture"), (damaged(), "error"), (bombs(), "error"),
        (within(), "picture"), (no_pictures(), "error"), (mutated(), "either"),
    ):  # fmt: skip
        yield from (File(name, content, ends) for name, content in found)  # type: ignore[arg-type]


def writes(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an audited event is one that no picture may bring about."""
    if event == "open":
        return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    return event in ("subprocess.Popen", "os.system", "os.fork", "os.exec", "socket.connect", "warnings.warn")


def peak(anew: bool = False) -> int:
    """The most memory that this process has taken, in kilobytes, since it was asked for anew; Linux only, else 0."""
    if not Path("/proc/self/clear_refs").exists():
        return 0
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    return int(re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0])


def main() -> None:
    """Open each file and bring it to 28×28, watched."""
    import torch

    from model.errors import PictureError
    from model.picture import open_picture
    from model.preprocess import prepare

    torch.set_num_threads(1)
    prepare(open_picture(save(garment(), "WEBP")))  # whatever is imported late is there now
    events: list[str] = []
    sys.addaudithook(lambda event, arguments: events.append(event) if writes(event, arguments) else None)
    for file in files():
        print(json.dumps({"begins": file.name}), flush=True)
        found: dict[str, Any] = {"name": file.name, "ends": "picture", "expected": file.ends}
        memory, begun = peak(anew=True), time.process_time()
        events.clear()
        try:
            image = open_picture(file.content)
        except PictureError as error:
            found |= {"ends": "error", "said": [error.say("en"), error.say("zh")]}
        else:
            found |= {"mode": image.mode, "size": image.size}
        found["seconds"] = time.process_time() - begun
        found["memory"] = peak() - memory
        if found["ends"] == "picture":
            x = prepare(image).x
            found["x"] = [*x.shape, str(x.dtype), float(x.min()), float(x.max())]
        found["prepared"] = time.process_time() - begun
        print(json.dumps({**found, "events": events}), flush=True)


if __name__ == "__main__":
    main()
