"""Cloth and leather drawn by arithmetic: smooth outlines, a relief under a slanting light, grain, and soft shadows.

Places are fractions of the picture's side, x to the right and y down; pictures are float arrays (side, side, 3) in
[0, 1]. Everything random comes from one generator, so that the same seed gives the same picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

SIDE = 480
FINE = 3
"""Outlines are drawn this many times larger and then reduced, which smooths their edges."""

LIGHT = (-0.55, -0.85)
Point = tuple[float, float]


def hexadecimal(colour: str) -> np.ndarray:
    """A colour such as "8a5a33" as three numbers in [0, 1]."""
    return np.array([int(colour[i : i + 2], 16) for i in (0, 2, 4)]) / 255


def places(text: str) -> list[Point]:
    """Points from thousandths of the side: "500 85, 600 120" is (0.5, 0.085) and (0.6, 0.12)."""
    return [(int(x) / 1000, int(y) / 1000) for x, y in (pair.split() for pair in text.split(","))]


def curve(points: Sequence[Point], closed: bool = True, steps: int = 14) -> list[Point]:
    """A smooth line through the points (Catmull and Rom's, by chord length); a point said twice is a corner."""
    p = np.array([points[-1], *points, *points[:2]] if closed else [points[0], *points, points[-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    line: list[Point] = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        before, length, after = (float(np.hypot(*step)) for step in (b - a, c - b, d - c))
        if length:
            start, end = (c - a) / (before + length) * length, (d - b) / (length + after) * length
            part = b + start * t + (3 * (c - b) - 2 * start - end) * t**2 + (2 * (b - c) + start + end) * t**3
            line += [(float(x), float(y)) for x, y in part]
    return line


def mirrored(half: Sequence[Point], axis: float = 0.5) -> list[Point]:
    """An outline from its right half, from the top down, and the same mirrored."""
    return [*half, *((2 * axis - x, y) for x, y in reversed(half))]


def filled(points: Sequence[Point]) -> np.ndarray:
    """How much of each pixel lies inside the outline, (side, side) in [0, 1]."""
    image = Image.new("L", (SIDE * FINE, SIDE * FINE))
    ImageDraw.Draw(image).polygon([(x * SIDE * FINE, y * SIDE * FINE) for x, y in points], fill=255)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX)) / 255


def lined(points: Sequence[Point], width: float, dash: float = 0) -> np.ndarray:
    """The same for a line of this width; ``dash`` is the length of a stitch, 0 for an unbroken line."""
    image = Image.new("L", (SIDE * FINE, SIDE * FINE))
    draw = ImageDraw.Draw(image)
    path = np.array(points) * SIDE * FINE
    along = np.concatenate([[0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    places = np.arange(0, along[-1], 1.0)
    x, y = (np.interp(places, along, path[:, i]) for i in (0, 1))
    r = width * SIDE * FINE / 2
    for place, px, py in zip(places, x, y, strict=True):
        if not dash or place / (SIDE * FINE) % dash < dash * 0.62:
            draw.ellipse((px - r, py - r, px + r, py + r), fill=255)
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX)) / 255


def blurred(values: np.ndarray, radius: float, across: float | None = None) -> np.ndarray:
    """A Gaussian blur, its standard deviation in pixels: downwards, and ``across`` if it is another there."""
    across = radius if across is None else across
    pad = int(3 * max(radius, across)) + 1
    wide = np.pad(values, pad, mode="edge")
    fy, fx = (np.fft.fftfreq(n) for n in wide.shape)
    kernel = np.exp(-2 * np.pi**2 * ((radius * fy[:, None]) ** 2 + (across * fx[None, :]) ** 2))
    return np.asarray(np.fft.ifft2(np.fft.fft2(wide) * kernel).real[pad:-pad, pad:-pad])


def noise(rng: np.random.Generator, down: float, across: float) -> np.ndarray:
    """Smooth noise with mean 0 and standard deviation 1; its grain in pixels, downwards and across."""
    fy, fx = (np.fft.fftfreq(SIDE)[:, None], np.fft.fftfreq(SIDE)[None, :])
    kernel = np.exp(-2 * np.pi**2 * ((down * fy) ** 2 + (across * fx) ** 2))  # as blurred, but without edges
    values = np.fft.ifft2(np.fft.fft2(rng.standard_normal((SIDE, SIDE))) * kernel).real
    return np.asarray((values - values.mean()) / values.std())


def turned(values: np.ndarray, degrees: float) -> np.ndarray:
    """A texture turned about the middle, the corners taken from a larger repetition of it."""
    n = SIDE // 2
    image = Image.fromarray(np.pad(values, n, mode="reflect").astype(np.float32), mode="F")
    return np.asarray(image.rotate(degrees, Image.Resampling.BILINEAR))[n : n + SIDE, n : n + SIDE].astype(float)


def grid() -> tuple[np.ndarray, np.ndarray]:
    """y and x of every pixel as fractions."""
    place = (np.arange(SIDE) + 0.5) / SIDE
    return np.meshgrid(place, place, indexing="ij")


def lit(relief: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """How bright a relief (its heights in pixels) is under the slanting light: 1 where it is level."""
    gy, gx = np.gradient(relief)
    slope = (gx * LIGHT[0] + gy * LIGHT[1]) / np.sqrt(1 + gx**2 + gy**2)
    return np.asarray(1 + strength * slope)


def swollen(mask: np.ndarray, width: float) -> np.ndarray:
    """A relief that rises from the outline inwards over ``width`` pixels, as cloth or a shoe does."""
    inside = np.clip(2 * blurred(mask, width) - 1, 0, 1) * mask
    return np.asarray(width * np.sqrt(inside))


def lay(
    picture: np.ndarray,
    mask: np.ndarray,
    colour: np.ndarray | str,
    shade: np.ndarray | float = 1.0,
    shadow: float = 0.0,
    reach: float = 7.0,
) -> np.ndarray:
    """The picture with something laid on it: its shadow first, down and to the right, then its colour times shade."""
    paint = hexadecimal(colour) if isinstance(colour, str) else colour
    if shadow:
        far = np.roll(blurred(mask, reach), (int(reach * 0.8), int(reach * 0.55)), (0, 1))
        near = blurred(mask, 2)
        picture = picture * (1 - shadow * np.maximum(far, 0.8 * near) * (1 - mask))[..., None]
    layer = np.clip(paint * np.broadcast_to(shade, mask.shape)[..., None], 0, 1)
    return np.asarray(picture * (1 - mask[..., None]) + layer * mask[..., None])


def finished(picture: np.ndarray, rng: np.random.Generator, grain: float = 0.012) -> Image.Image:
    """The picture as a camera gives it: a little soft, with the sensor's noise."""
    soft = np.stack([blurred(picture[..., c], 0.6) for c in range(3)], axis=-1)
    noisy = soft + grain * rng.standard_normal((SIDE, SIDE, 1)) + grain / 2 * rng.standard_normal(soft.shape)
    return Image.fromarray((np.clip(noisy, 0, 1) * 255).round().astype(np.uint8))
