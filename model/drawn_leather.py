"""Three of the examples: a sneaker, a handbag, and a pair of loafers from above."""

from __future__ import annotations

import numpy as np
from PIL import Image

from model.grounds import Rng, studio, wood
from model.shading import (
    SIDE,
    blurred,
    curve,
    filled,
    finished,
    grid,
    lay,
    lined,
    lit,
    noise,
    places,
    swollen,
)  # fmt: skip


def sneaker(rng: Rng) -> Image.Image:
    """A sneaker from the side, on white."""
    y, x = grid()
    picture = studio(rng, "f6f6f5", 0.7)
    ground = filled(curve(places("100 675, 300 662, 700 662, 900 672, 880 692, 500 700, 130 695")))
    picture = picture * (1 - 0.5 * blurred(ground, 5, 14))[..., None]
    upper = places(
        "95 610, 100 570, 140 530, 220 502, 320 475, 420 415, 500 345, 555 295, 600 268, 615 285, 650 335, "
        "720 355, 790 335, 835 285, 868 272, 882 300, 877 400, 892 500, 900 610, 900 610, 500 630, 95 610"
    )
    mask = filled(curve(upper))
    mesh = 0.035 * np.sin(x * SIDE * 1.9) * np.sin(y * SIDE * 1.9) + 0.012 * noise(rng, 1, 1)
    shade = lit(swollen(mask, 22) * 1.1 + 0.8 * noise(rng, 12, 14), 0.6)
    picture = lay(picture, mask, "8c949c", shade + mesh)
    inside = filled(curve(places("600 270, 660 262, 750 270, 868 274, 830 300, 790 340, 720 360, 650 340")))
    picture = lay(picture, inside, "4d5359", 1 - 0.3 * blurred(inside, 6))
    parts = [
        (places("95 610, 100 570, 140 530, 205 507, 240 550, 250 625, 170 630"), "e9e9e6"),
        (places("900 610, 893 500, 881 440, 830 450, 760 520, 740 620, 740 630"), "3d4f66"),
        (places("350 455, 430 405, 500 345, 560 290, 600 268, 625 300, 560 370, 500 435, 420 510"), "3d4f66"),
        (places("877 290, 883 330, 878 410, 852 400, 842 330, 850 280"), "3d4f66"),
    ]
    for points, colour in parts:
        part = filled(curve(points)) * np.clip(mask + blurred(mask, 2), 0, 1)
        edge = np.clip(part - blurred(part, 2.2) * 0.75, 0, 1)
        picture = lay(picture, part, colour, lit(swollen(mask, 22) + swollen(part, 5) * 0.5, 0.55) + 0.3 * edge, 0.3, 2)
    for start, wide, colour in ((0.5, 0.075, "d8d6cf"), (0.6, 0.02, "3d4f66")):
        ends = ((start, 0.615), (start + wide, 0.615), (start + 0.85 * wide + 0.09, 0.43), (start + 0.09, 0.43))
        band = filled(ends) * mask
        picture = lay(picture, band, colour, lit(swollen(mask, 22) + swollen(band, 4) * 0.6, 0.5), 0.25, 2)
    for k in range(5):
        px, py = 0.385 + 0.05 * k, 0.462 - 0.0415 * k
        lace = lined(curve([(px - 0.02, py - 0.028), (px + 0.01, py - 0.012), (px + 0.045, py + 0.035)], False), 0.017)
        picture = lay(picture, lace, "f4f4f1", lit(swollen(lace, 4) * 1.2, 0.6), 0.45, 2)
    sole = filled(
        curve(
            places(
                "85 600, 85 600, 300 618, 600 612, 912 598, 912 598, "
                "918 640, 905 675, 700 683, 400 683, 150 677, 90 650"
            )
        )
    )
    picture = lay(picture, sole, "e6e6e3", lit(swollen(sole, 9), 0.5) + 0.008 * noise(rng, 1, 3), 0.35, 3)
    picture = lay(picture, 0.5 * lined(curve(places("90 632, 400 650, 700 648, 915 630"), False), 0.004), "9b9b97")
    tread = sole * (y > 0.668) * (np.sin(x * SIDE * 0.45) > -0.2)
    return finished(lay(picture, tread, "55585c"), rng, 0.006)


def bag(rng: Rng) -> Image.Image:
    """A handbag of brown leather, on grey."""
    y, _ = grid()
    picture = studio(rng, "b9bcbf", 0.76)
    ground = filled(places("200 800, 800 800, 830 825, 170 825"))
    picture = picture * (1 - 0.5 * blurred(ground, 6, 16))[..., None]
    leather = 0.02 * noise(rng, 1.6, 1.6) + 0.03 * noise(rng, 18, 24)
    arc = curve(places("335 420, 345 300, 400 190, 500 150, 600 190, 655 300, 665 420"), False)
    for width, shift, colour in ((0.03, -0.012, "3f2415"), (0.034, 0.0, "6b3f22")):
        handle = lined([(px + shift, py + 2 * shift) for px, py in arc], width)
        picture = lay(picture, handle, colour, lit(swollen(handle, 6) * 1.5, 0.6) + leather, 0.25, 5)
    body = curve(
        places(
            "250 385, 500 375, 750 385, 785 420, 805 580, 822 750, 815 800, "
            "770 817, 500 822, 230 817, 185 800, 178 750, 195 580, 215 420"
        )
    )
    mask = filled(body)
    relief = swollen(mask, 18) * 1.1 + 1.5 * noise(rng, 20, 26)
    picture = lay(picture, mask, "7a4827", lit(relief, 0.6) + leather - 0.18 * np.clip((y - 0.55) * 2, 0, 1), 0.35)
    picture = lay(
        picture,
        0.75 * lined([(0.5 + (px - 0.5) * 0.94, 0.6 + (py - 0.6) * 0.93) for px, py in body], 0.0035, 0.013),
        "c79a66",
    )
    flap = filled(
        curve(
            places(
                "205 385, 240 368, 500 358, 760 368, 795 385, 790 500, "
                "740 585, 620 615, 500 620, 380 615, 260 585, 210 500"
            )
        )
    )
    picture = lay(
        picture, flap, "86502c", lit(swollen(flap, 14) * 0.9 + 1.2 * noise(rng, 22, 30), 0.6) + leather, 0.55, 6
    )
    edge = curve(places("225 500, 270 570, 380 598, 500 602, 620 598, 730 570, 775 500"), False)
    picture = lay(picture, 0.75 * lined(edge, 0.0035, 0.013), "c79a66")
    for px, py in places("335 425, 665 425, 500 600"):
        r = 0.022 if py < 0.5 else 0.032
        metal = filled(curve([(px - r, py - r), (px + r, py - r), (px + r, py + r), (px - r, py + r)]))
        picture = lay(picture, metal, "b9a26a", lit(swollen(metal, 6) * 1.5, 0.9), 0.5, 3)
    return finished(picture, rng, 0.008)


def shoes(rng: Rng) -> Image.Image:
    """A pair of loafers from above, on boards: a view that Fashion-MNIST does not have."""
    picture = np.rot90(wood(rng)) * np.array([0.72, 0.74, 0.78])
    for side in (-1, 1):

        def at(points: list[tuple[float, float]], side: int = side) -> list[tuple[float, float]]:
            return [(0.5 + side * (0.165 + px + 0.12 * (0.5 - py)), py + 0.012 * side) for px, py in points]

        mask = filled(
            curve(
                at(
                    places(
                        "0 130, 70 165, 112 280, 105 420, 85 550, 92 700, 80 830, "
                        "0 870, -75 830, -85 700, -68 550, -90 420, -100 280, -70 165"
                    )
                )
            )
        )
        leather = 0.02 * noise(rng, 1.5, 1.5) + 0.02 * noise(rng, 14, 14)
        picture = lay(picture, mask, "5a2f22", lit(swollen(mask, 16) * 1.3, 0.65) + leather, 0.6, 9)
        gloss = np.exp(-(((grid()[1] - at([(-0.03, 0.24)])[0][0]) / 0.035) ** 2) - ((grid()[0] - 0.25) / 0.06) ** 2)
        picture = lay(picture, 0.3 * gloss * mask, "e0b9a4")
        picture = lay(
            picture,
            0.6 * lined(curve(at(places("-75 400, -55 270, 0 215, 60 270, 85 400")), False), 0.006),
            "2a130d",
        )
        opening = filled(curve(at(places("0 500, 52 530, 55 660, 50 780, 0 820, -48 780, -50 660, -46 530"))))
        picture = lay(picture, opening, "1d1512", 1.2 - 0.9 * blurred(opening, 7))
        insole = filled(curve(at(places("0 620, 35 650, 36 750, 0 800, -34 750, -36 650"))))
        picture = lay(picture, blurred(insole, 3), "a98a66", 1 - 0.25 * blurred(insole, 8))
        strap = filled(curve(at(places("-88 410, 0 395, 100 410, 96 462, 0 450, -82 462")))) * mask
        picture = lay(picture, strap, "4c261b", lit(swollen(strap, 6) * 1.2 + swollen(mask, 16), 0.6) + leather, 0.5, 3)
        slit = lined(curve(at(places("-40 432, 5 424, 50 432")), False), 0.009)
        picture = lay(picture, slit, "160b08")
    return finished(picture, rng)
