"""From a picture to 28×28, as Fashion-MNIST's own pictures were made; every stage on the way is kept to be shown.

A linear classifier sees templates, so a garment must lie where the templates have it: trimmed, its longest edge 28
pixels, centred, bright on black (Xiao, Rasul and Vollgraf, arXiv 1708.07747, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from PIL import Image

from model.backdrop import Backdrop, backdrop
from model.cutout import Cutout, cutout
from model.picture import upright
from model.placing import FLAT, lightness, place, prepared_tone, turned_upright, width_of

Kind = Literal["studio", "flat lay", "line art", "28×28"]
KINDS: tuple[Kind, ...] = ("studio", "flat lay", "line art", "28×28")
EDGE = 224
"""Pixels of the longer edge at which a garment is sought."""

SMALL = 0.7
"""A garment before a plain backdrop is looked at more closely if it takes less than this part of the longer edge."""
SEAM = 0.15


@dataclass(frozen=True)
class Corrections:
    """What a person sets by hand; None leaves it to the pipeline.

    ``crop`` is left, top, right and bottom as fractions of the picture; ``turn`` quarter turns to the left;
    ``negate`` whether dark becomes bright; ``width`` the factor on the garment's width.
    """

    crop: tuple[float, float, float, float] | None = None
    kind: Kind | None = None
    turn: int | None = None
    negate: bool | None = None
    width: float | None = None


@dataclass(frozen=True, eq=False)
class Stage:
    """One picture on the way.

    ``name`` is the step and ``how`` the way it was done here; both together name its words. ``picture`` is uint8:
    (h, w, 3) in colour, or (h, w) values from 0, the ground, to 255. ``values`` are for the words.
    """

    name: str
    how: str
    picture: np.ndarray
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A picture as the model sees it: ``x`` (784,) float32 in [0, 1], and how it came about.

    ``naive`` is what a plain resize to 28×28 gives. ``negated``, ``turn`` and ``width`` are what was done.
    """

    kind: Kind
    stages: tuple[Stage, ...]
    x: torch.Tensor
    naive: torch.Tensor
    negated: bool
    turn: int = 0
    width: float = 1.0


def prepare(image: Image.Image, corrections: Corrections | None = None) -> Prepared:
    """Bring ``image`` of any mode and size to 28×28."""
    wanted = corrections or Corrections()
    whole = upright(image)
    picture = cropped(whole, wanted.crop)
    naive = _tensor(np.asarray(picture.convert("L").resize((28, 28), Image.Resampling.BILINEAR)) / np.float32(255))
    if whole.size == (28, 28) and wanted.crop is None:
        return _as_it_is(picture, naive, wanted)
    plain = None if wanted.kind is None else wanted.kind != "flat lay"
    line_art = None if wanted.kind is None else wanted.kind == "line art"
    rgb, ground, found = _sought(picture, plain, line_art)
    how = "as_is" if rgb.shape[:2] == picture.size[::-1] else "resized"
    first = Stage("photo", how, rgb, {"edge": max(rgb.shape[:2])})
    closer = around(found.mask) if ground.plain else None
    if closer:
        rgb, ground, found = _sought(cropped(picture, closer), True, line_art)
    negated = not (ground.plain and ground.dark) if wanted.negate is None else wanted.negate
    light, flat = lightness(rgb, found, ground.plain and wanted.kind != "studio", negated)
    kind: Kind = "line art" if flat else "studio" if ground.plain else "flat lay"
    stages = [first, *_seeking(rgb, ground.distance, found, flat, "closer" if closer else "border")]
    return _placed(kind, stages, naive, light, found.mask, negated, wanted)


def pixels(image: Image.Image) -> np.ndarray:
    """What ``prepare`` makes of ``image``, alone: (28, 28) float32 in [0, 1]."""
    return prepare(image).x.view(28, 28).numpy()


def _placed(
    kind: Kind,
    stages: list[Stage],
    naive: torch.Tensor,
    light: np.ndarray,
    mask: np.ndarray,
    negated: bool,
    wanted: Corrections,
) -> Prepared:
    worn = kind == "flat lay"
    turn = wanted.turn
    if turn is None:
        turn = turned_upright(light, mask) if worn else 0
    light, mask = np.rot90(light, turn), np.rot90(mask, turn)
    fitted = place(light, mask, 1.0)
    width, way = (wanted.width, "by_hand") if wanted.width else width_of(mask) if worn else (1.0, "as_is")
    narrowed = place(light, mask, width)
    x = prepared_tone(narrowed) if worn else narrowed
    how = "turned" if turn else "negated" if negated else "kept"
    stages += [
        Stage("fitted", how, _levels(fitted), {"turn": 90 * turn}),
        Stage("narrowed", way, _levels(narrowed), {"width": width}),
        Stage("tone", "moved" if worn else "as_is", _levels(x)),
    ]
    return Prepared(kind, tuple(stages), _tensor(x), naive, negated, turn, width)


def _sought(picture: Image.Image, plain: bool | None, line_art: bool | None) -> tuple[np.ndarray, Backdrop, Cutout]:
    rgb = np.asarray(_reduced(picture))
    ground = backdrop(rgb, plain)
    return rgb, ground, cutout(rgb, ground, line_art)


def around(mask: np.ndarray) -> tuple[float, float, float, float] | None:
    """The part of the picture with a small garment and a seam of backdrop; None where the garment is not small."""
    (h, w), rows, columns = mask.shape, np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    size = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    if size > SMALL * max(h, w):
        return None
    seam = SEAM * size
    left, right, top, bottom = columns[0] - seam, columns[-1] + 1 + seam, rows[0] - seam, rows[-1] + 1 + seam
    return max(0, left / w), max(0, top / h), min(1, right / w), min(1, bottom / h)


def _seeking(rgb: np.ndarray, distance: np.ndarray, found: Cutout, flat: bool, seen: str) -> list[Stage]:
    far = distance / max(1e-6, float(np.percentile(distance, 99)))
    cloth = np.uint8(round(255 * (1 - FLAT))) if flat else rgb
    cut = np.where(found.mask[..., None], cloth, np.uint8(255)).repeat(3 if flat else 1, axis=2)
    way = "flat" if flat else "grabcut" if found.grabcut else "plain"
    return [
        Stage("distance", seen, _levels(far)),
        Stage("mask", found.how, found.first.astype(np.uint8) * 255),
        Stage("cutout", way, cut),
    ]


def _as_it_is(picture: Image.Image, naive: torch.Tensor, wanted: Corrections) -> Prepared:
    # Such a picture is taken for one of the data set's, or for its negative: there the ground is black.
    grey = np.asarray(picture.convert("L")).astype(np.float32) / 255
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    negated = bool(np.median(edge) > 0.5) if wanted.negate is None else wanted.negate
    x = np.rot90(1 - grey if negated else grey, wanted.turn or 0)
    if wanted.width:
        x = place(x, np.ones_like(x, bool), wanted.width)
    shown = Stage("photo", "as_is", np.asarray(picture), {"edge": 28})
    how = "turned" if wanted.turn else "negated" if negated else "kept"
    stages = shown, Stage("fitted", how, _levels(x), {"turn": 90 * (wanted.turn or 0)})
    return Prepared("28×28", stages, _tensor(x), naive, negated, wanted.turn or 0, wanted.width or 1.0)


def cropped(picture: Image.Image, crop: tuple[float, float, float, float] | None) -> Image.Image:
    """The part of ``picture`` that ``crop`` names, at least one pixel of it."""
    if crop is None:
        return picture
    w, h = picture.size
    left, top = min(w - 1, round(crop[0] * w)), min(h - 1, round(crop[1] * h))
    return picture.crop((left, top, max(left + 1, round(crop[2] * w)), max(top + 1, round(crop[3] * h))))


def _reduced(picture: Image.Image) -> Image.Image:
    scale = EDGE / max(picture.size)
    if scale >= 1:
        return picture
    w, h = (max(1, round(side * scale)) for side in picture.size)
    return picture.resize((w, h), Image.Resampling.BOX)


def _levels(values: np.ndarray) -> np.ndarray:
    levels: np.ndarray = (np.clip(values, 0, 1) * 255).round().astype(np.uint8)
    return levels


def _tensor(x: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(x, np.float32).reshape(784))
