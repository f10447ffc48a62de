"""Three of the examples: a pullover, a pair of jeans, and the line drawing of a dress."""

from __future__ import annotations

import numpy as np
from PIL import Image

from model.grounds import Rng, cloth, rug, wood
from model.shading import (
    SIDE,
    blurred,
    curve,
    filled,
    finished,
    grid,
    hexadecimal,
    lay,
    lined,
    lit,
    mirrored,
    noise,
    places,
    swollen,
)  # fmt: skip


def pullover(rng: Rng) -> Image.Image:
    """A knitted pullover, laid on a wooden floor."""
    picture = wood(rng)
    sleeve = places(
        "600 235, 665 250, 720 330, 775 500, 835 700, 845 755, 845 755, "
        "755 785, 755 785, 735 720, 685 560, 640 440, 600 350"
    )
    body = places("575 185, 630 215, 675 245, 685 310, 668 400, 662 550, 668 720, 672 845, 672 845, 580 860")
    knit = 1 + 0.05 * np.sin(grid()[1] * SIDE * np.pi / 2.5)
    for side in (1, -1):
        arm = [(0.5 + side * (x - 0.5), y + 0.012 * (side < 0)) for x, y in sleeve]
        mask = filled(curve(arm))
        picture = lay(picture, mask, "4a5a74", cloth(rng, mask, 0.8, 15 * side), 0.5)
        cuff = mask * filled([(0.5 + side * (x - 0.5), y) for x, y in places("700 730, 870 685, 900 800, 700 830")])
        picture = lay(picture, cuff, "3c4a61", (knit + 0.03 * noise(rng, 1, 1)) * lit(swollen(cuff, 5), 0.5))
    mask = filled(curve(mirrored(body)))
    picture = lay(picture, mask, "4d5d78", cloth(rng, mask, 0.85, 4), 0.42)
    hem = mask * (grid()[0] > 0.795)
    picture = lay(picture, hem, "3e4c64", (knit + 0.03 * noise(rng, 1, 1)) * lit(blurred(hem, 3) * 6, 0.4))
    for side in (1, -1):
        seam = lined(curve([(0.5 + side * d, y) for d, y in places("165 240, 152 330, 163 420")], False), 0.005)
        picture = lay(picture, 0.55 * seam * mask, "252f40")
    inside = filled(curve(places("430 190, 500 175, 570 190, 545 222, 500 238, 455 222")))
    picture = lay(picture, inside, "2b3548", 1 + 0.04 * noise(rng, 2, 2))
    collar = curve(places("427 187, 455 226, 500 243, 545 226, 573 187"), False)
    band = lined(collar, 0.026)
    picture = lay(
        picture, band, "3e4c64", lit(swollen(band, 5), 0.6) * (1 + 0.05 * np.sin(grid()[1] * SIDE * 1.6)), 0.25, 3
    )
    return finished(picture, rng)


def trouser(rng: Rng) -> Image.Image:
    """Blue jeans, laid on a rug."""
    picture = rug(rng)
    half = places(
        "600 85, 600 85, 607 130, 628 250, 650 450, 652 650, 655 915, "
        "655 915, 545 925, 545 925, 538 700, 525 500, 502 330"
    )
    y, x = grid()
    twill = 0.05 * np.sin((x + 1.4 * y) * SIDE * np.pi / 1.9) + 0.05 * noise(rng, 3, 0.8)
    for side in (-1, 1):
        leg = [(0.5 + side * (px - 0.5) + 0.006 * side, py) for px, py in half] + [(0.5 - 0.004 * side, 0.085)]
        mask = filled(curve([*leg, (0.5 - 0.004 * side, 0.085)]))
        worn = 0.16 * np.exp(-(((np.abs(x - 0.5) - 0.088) / 0.035) ** 2)) * np.exp(-(((y - 0.42) / 0.22) ** 2))
        shade = (cloth(rng, mask, 0.9, 4 * side) + twill) * (1 + worn)
        picture = lay(picture, mask, "5c7190", shade, 0.5)
        hem = lined([(0.5 + side * 0.05, 0.905), (0.5 + side * 0.156, 0.897)], 0.0035, 0.012)
        picture = lay(picture, 0.8 * hem * mask, "b98d52")
        seam = lined(curve([(0.5 + side * (px - 0.509), py) for px, py in half[2:6]], False), 0.003, 0.01)
        picture = lay(picture, 0.4 * seam, "2a3b57")
        pocket = curve([(0.5 + side * dx, dy) for dx, dy in places("50 125, 60 165, 117 200")], False)
        picture = lay(picture, 0.7 * blurred(lined(pocket, 0.006), 1), "1c2a42")
        picture = lay(
            picture, 0.8 * lined([(px - side * 0.004, py + 0.008) for px, py in pocket], 0.003, 0.01), "b98d52"
        )
    band = filled(places("400 83, 600 83, 605 122, 395 122"))
    picture = lay(picture, band, "566a89", (lit(swollen(band, 5), 0.5) + twill), 0.25, 3)
    for px in (0.425, 0.5, 0.575):
        loop = filled([(px - 0.006, 0.08), (px + 0.006, 0.08), (px + 0.006, 0.128), (px - 0.006, 0.128)])
        picture = lay(picture, loop * (px != 0.5), "60769a", lit(swollen(loop, 3), 0.4), 0.3, 2)
    fly = curve(places("527 125, 527 200, 519 245, 502 262"), False)
    picture = lay(picture, 0.8 * lined(fly, 0.003, 0.01), "b98d52")
    picture = lay(picture, 0.7 * blurred(lined([(0.501, 0.125), (0.501, 0.33)], 0.005), 0.8), "1c2a42")
    button = filled([(0.5 + 0.011 * np.cos(a), 0.103 + 0.011 * np.sin(a)) for a in np.arange(0, 6.28, 0.2)])
    return finished(lay(picture, button, "a08a60", lit(swollen(button, 3), 0.7), 0.4, 2), rng)


def dress(rng: Rng) -> Image.Image:
    """A line drawing of a dress."""
    picture = np.ones((SIDE, SIDE, 3)) * hexadecimal("fbfaf6") * (1 + 0.006 * noise(rng, 2, 2))[..., None]
    half = places(
        "555 90, 600 85, 600 85, 605 160, 632 225, 632 225, 607 300, 590 380, "
        "590 380, 650 560, 705 740, 745 895, 745 895, 660 918, 580 928"
    )
    neck = places("445 90, 455 145, 500 175, 545 145, 555 90")
    outline = curve(mirrored([*half, (0.5, 0.931)])[: 2 * len(half) + 2], False)
    lines = [(outline, 0.009), (curve(neck, False), 0.009)]
    lines += [
        (curve(places("410 380, 500 392, 590 380"), False), 0.007),
        (curve(places("412 402, 500 414, 588 402"), False), 0.005),
    ]
    for top, middle, low in ((0.45, 0.41, 0.36), (0.485, 0.47, 0.455), (0.525, 0.545, 0.56), (0.56, 0.6, 0.65)):
        lines.append((curve([(top, 0.415), (middle, 0.63), (low, 0.87)], False), 0.004))
    for points, width in lines:
        shake = 0.0022 * np.cumsum(rng.standard_normal((len(points), 2)), axis=0) / np.sqrt(len(points))
        line = lined([(px + sx, py + sy) for (px, py), (sx, sy) in zip(points, shake, strict=True)], width)
        picture = lay(picture, np.clip(line * (0.9 + 0.06 * noise(rng, 1, 1)), 0, 1), "26262a")
    return finished(picture, rng, 0.006)
