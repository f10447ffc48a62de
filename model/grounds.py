"""What garments lie on or stand before in the examples, and the shade of cloth, all of it noise and waves."""

from __future__ import annotations

import numpy as np

from model.shading import SIDE, grid, hexadecimal, lit, noise, swollen, turned

Rng = np.random.Generator


def wood(rng: Rng) -> np.ndarray:
    """Floor boards, from the left to the right, each with its own tone and grain."""
    y, x = grid()
    picture = np.zeros((SIDE, SIDE, 3))
    board = np.floor(y * 5 + 0.35).astype(int)
    tone = 1 + 0.07 * rng.standard_normal(8)[board]
    grain = 0.05 * noise(rng, 1.1, 60) + 0.05 * noise(rng, 5, 90)
    waves = 0.035 * np.sin(60 * (y + 0.02 * noise(rng, 30, 120)) + 9 * rng.standard_normal(8)[board])
    seam = np.abs(y * 5 + 0.35 - np.round(y * 5 + 0.35)) / 5 * SIDE
    joint = np.abs(x - (0.2 + 0.6 * rng.random(8))[board]) * SIDE
    gap = np.minimum(np.clip(seam / 1.6, 0.45, 1), np.clip(joint / 1.4, 0.55, 1))
    picture += hexadecimal("b98a5a") * ((tone + grain + waves) * gap * (1.06 - 0.16 * y))[..., None]
    return picture


def rug(rng: Rng) -> np.ndarray:
    """A woven rug: threads over and under, and a few stripes."""
    y, x = grid()
    across, down = np.sin(x * SIDE * np.pi / 4), np.sin(y * SIDE * np.pi / 3)
    weave = 0.07 * across * down + 0.05 * noise(rng, 1.2, 3) + 0.05 * noise(rng, 25, 25)
    stripe = np.clip(3 - np.abs((y + 0.004 * noise(rng, 4, 4)) * 6 % 1 - 0.5) * 14, 0, 1)
    colour = hexadecimal("d9cfbb") * (1 - stripe[..., None]) + hexadecimal("bfae90") * stripe[..., None]
    return np.asarray(colour * (1 + weave)[..., None])


def studio(rng: Rng, colour: str, floor: float) -> np.ndarray:
    """A seamless background, a little darker towards the edges and beneath."""
    y, x = grid()
    edge = 0.05 * ((x - 0.5) ** 2 + (y - 0.45) ** 2) * 2
    return np.asarray(
        hexadecimal(colour) * (1 - edge - 0.05 * np.clip((y - floor) * 6, 0, 1) + 0.002 * noise(rng, 9, 9))[..., None]
    )


def cloth(rng: Rng, mask: np.ndarray, folds: float, turn: float, weave: float = 0.03) -> np.ndarray:
    """The shade of cloth that lies there: rounded at the edge, with long folds and short wrinkles in one direction."""
    long = turned(noise(rng, 26, 9), turn)
    ridges = turned(np.maximum(noise(rng, 34, 6), 0.4), turn)
    relief = swollen(mask, 9) * 0.7 + folds * (3.4 * long + 3 * ridges + 0.7 * noise(rng, 7, 7))
    return lit(relief, 0.62) + 0.02 * noise(rng, 60, 60) + weave * noise(rng, 0.7, 0.7)
