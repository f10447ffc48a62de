"""What lies around a garment: whether it is plain, and how far each pixel's colour is from it.

Colours are CIE Lab, where equal distances look about equally different: L* from 0 to 100, a* and b* around 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

STRIP = 0.04
"""The border strip's width, as a part of the picture's shorter edge."""
PLAIN = 2.5
"""A studio's backdrop: three quarters of the border strip are within this distance, in Lab, of one smooth slope."""
DARK = 35
"""L* below which a plain backdrop is dark, so that what lies on it is already light on dark."""
CLUSTERS = 3
SMALLEST_CLUSTER = 0.08
"""A part of the border strip that has fewer pixels than this is taken for a piece of the garment."""
TOLERANCE = np.diag([16.0, 9.0, 9.0])
"""Added to a cluster's covariance: light varies more than hue."""

cv2.setNumThreads(1)  # a picture takes less than 0.1 s; the other core is for whoever trains


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What surrounds the garment, for a picture of h × w pixels.

    ``distance`` (h, w): from the backdrop's colours; ``noise``: what the backdrop itself has of it. ``plain``: a
    studio's, with its distance in Lab; otherwise in standard deviations of the nearest of up to three colours.
    """

    plain: bool
    dark: bool
    distance: np.ndarray
    noise: float


def backdrop(rgb: np.ndarray, plain: bool | None = None) -> Backdrop:
    """The backdrop of ``rgb`` (h, w, 3) uint8; ``plain`` where a person has said so."""
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    strip = border(lab.shape[:2])
    rest, noise = without_slope(lab, strip)
    dark = float(np.median(lab[strip][:, 0])) < DARK
    if noise < PLAIN if plain is None else plain:
        distance = np.linalg.norm(cv2.GaussianBlur(rest, (0, 0), 0.7), axis=2)
        return Backdrop(True, dark, distance, noise)
    return Backdrop(False, dark, from_clusters(cv2.GaussianBlur(lab, (0, 0), 1.2), strip), 0.0)


def border(shape: tuple[int, ...]) -> np.ndarray:
    """The strip along the edges of a picture of ``shape`` (h, w): (h, w) bool."""
    width = max(1, round(STRIP * min(shape)))
    strip = np.ones(shape, bool)
    strip[width:-width, width:-width] = False
    return strip


def without_slope(lab: np.ndarray, strip: np.ndarray) -> tuple[np.ndarray, float]:
    """``lab`` less the slope that fits its border strip best, and the third quartile of what the strip has left.

    A paper roll gets darker towards an edge, which no single colour fits. A garment may reach into the strip: the
    fifth of it that fits worst is left out, and the slope fitted again.
    """
    h, w = strip.shape
    y, x = np.mgrid[:h, :w]
    A = np.stack([np.ones(h * w), x.ravel() / w - 0.5, y.ravel() / h - 0.5], axis=1)
    colours, inside = lab.reshape(-1, 3).astype(np.float64), strip.ravel()
    Ab, seen = A[inside], colours[inside]
    error = np.linalg.norm(seen - np.median(seen, axis=0), axis=1)
    for _ in range(3):
        good = error <= np.percentile(error, 80)
        slope = np.linalg.lstsq(Ab[good], seen[good], rcond=None)[0]
        error = np.linalg.norm(seen - Ab @ slope, axis=1)
    return (colours - A @ slope).reshape(h, w, 3).astype(np.float32), float(np.percentile(error, 75))


def from_clusters(lab: np.ndarray, strip: np.ndarray) -> np.ndarray:
    """Each pixel's Mahalanobis distance to the nearest of the border's main colours, (h, w)."""
    seen = lab[strip]
    cv2.setRNGSeed(0)  # the same picture has the same verdict each time
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    k = min(CLUSTERS, len(seen))
    # Colours are given as channels: OpenCV would take the one row that a single pixel makes for three pixels.
    _, nearest, _ = cv2.kmeans(seen[:, None], k, None, criteria, 2, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    clusters = [seen[nearest[:, 0] == i].astype(np.float64) for i in range(k)]
    large = [cluster for cluster in clusters if len(cluster) >= SMALLEST_CLUSTER * len(seen)]
    distances = [_squared_distance(lab, cluster) for cluster in large]
    nearest_distance: np.ndarray = np.sqrt(np.maximum(np.min(distances, axis=0), 0))
    return nearest_distance


def _squared_distance(lab: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    spread = np.cov(cluster.T) if len(cluster) > 3 else np.zeros((3, 3))
    d = lab - cluster.mean(axis=0)
    squared: np.ndarray = np.einsum("hwi,ij,hwj->hw", d, np.linalg.inv(spread + TOLERANCE), d)
    return squared
