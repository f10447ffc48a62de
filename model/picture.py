"""A picture from the bytes that a person gives: upright, in colour, on white; or one sentence on what is wrong.

Nothing is written or logged, and no state of the process is touched: several threads may do it at once.
"""

from __future__ import annotations

import io
from math import ceil, floor

import numpy as np
from PIL import Image, ImageChops

from model.containers import orientation
from model.errors import PictureError
from model.formats import contents, png_is_whole
from model.jpeg import GREY, with_noise

LARGEST_BYTES = 20_000_000
"""Bytes that a picture file may have."""

LONGEST = 448
"""Pixels of a picture's longer edge; of one that has more, they are averaged."""

STRIP = 4_000_000
"""Pixels that are turned into colour on white at once, to spare the memory of a second whole picture."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture of each EXIF orientation upright."""


def open_picture(content: bytes) -> Image.Image:
    """The picture in a JPEG, PNG, GIF, WebP or BMP file, as ``upright`` gives it; PictureError says why it is none."""
    if not content:
        raise PictureError("picture_empty")
    if len(content) > LARGEST_BYTES:
        raise PictureError("picture_bytes", bytes=len(content), limit=LARGEST_BYTES)
    form, found = contents(content)
    try:
        image = _decoded(form, found.content)
        if _is_cut(form, found.content, image):
            raise ValueError("the data end early")
        return _turned(_reduced(image), found.orientation)
    except Exception:  # a decoder raises whatever it likes; its words are for programmers
        raise PictureError("picture_damaged", form=form) from None


def upright(image: Image.Image) -> Image.Image:
    """``image`` in RGB: turned as its EXIF data say, on white, and its longer edge at most 448 pixels."""
    return _turned(_reduced(image), orientation(image.info.get("exif", b"")))


def _decoded(form: str, content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content), formats=(form,))
    if min(image.size) > LONGEST:
        # A JPEG is decoded at a half to an eighth of its size; twice what is needed leaves the averaging to us.
        scale = 2 * LONGEST / max(image.size)
        image.draft(None, (ceil(image.width * scale), ceil(image.height * scale)))
    image.load()
    if form == "PNG":
        _rescale_transparent_colour(image, content[24])
    elif form == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")  # its fourth channel is unused
    return image


def _rescale_transparent_colour(image: Image.Image, depth: int) -> None:
    # Pillow brings pixels to 8 bits, yet leaves the colour that counts as transparent in the file's own depth.
    colour = image.info.get("transparency")
    if isinstance(colour, tuple):
        image.info["transparency"] = tuple(value >> max(0, depth - 8) & 255 for value in colour)
    elif isinstance(colour, int) and image.mode == "L":
        image.info["transparency"] = colour % (1 << depth) * 255 // ((1 << depth) - 1)


def _is_cut(form: str, content: bytes, image: Image.Image) -> bool:
    """Whether the end of the picture is missing though the file has its end: some decoders say nothing then."""
    last = image.getpixel((image.width - 1, image.height - 1))
    if form == "PNG":
        return (not np.any(last) or "interlace" in image.info) and not png_is_whole(content)
    if form == "JPEG" and (last if isinstance(last, tuple) else (last,)) in GREY:
        return ImageChops.difference(image, _decoded(form, with_noise(content))).getbbox() is not None
    return False


def _reduced(image: Image.Image) -> Image.Image:
    """``image`` in RGB on white with a longer edge of at most 448, each pixel the mean of those it stands for."""
    scale = min(1, LONGEST / max(image.size))
    width, height = (max(1, round(side * scale)) for side in image.size)
    low, high = _range(image)
    reduced = Image.new("RGB", (width, height))
    step = height / image.height
    rows = max(1, int(STRIP * step / image.width))
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        begin, end = top / step, min(image.height, bottom / step)
        strip = _on_white(image.crop((0, floor(begin), image.width, ceil(end))), low, high)
        if strip.size != (width, bottom - top):
            box = (0, begin - floor(begin), image.width, end - floor(begin))
            strip = strip.resize((width, bottom - top), Image.Resampling.BOX, box)
        reduced.paste(strip, (0, top))
    return reduced


def _range(image: Image.Image) -> tuple[float, float]:
    """The values that are black and white."""
    if image.mode not in ("I", "F"):
        return 0, 65535 if image.mode.startswith("I;16") else 255
    values = np.asarray(image)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 255.0)
    if image.mode == "I" and low >= 0 and high <= 65535:
        return 0, 255 if high <= 255 else 65535
    return (low, high) if low < high else (0, 255)


def _on_white(image: Image.Image, low: float, high: float) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=low, posinf=high, neginf=low)
        grey = np.clip((values - low) * (255 / (high - low)), 0, 255).round().astype(np.uint8)
        transparent = image.info.get("transparency")
        if isinstance(transparent, int):
            grey[np.asarray(image) == transparent] = 255
        return Image.fromarray(grey).convert("RGB")
    if image.mode == "La":
        image = image.convert("LA")
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _turned(image: Image.Image, way: int) -> Image.Image:
    return image.transpose(TURNS[way]) if way in TURNS else image
