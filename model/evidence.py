"""Why one class and not another: the logit gap of two classes, pixel by pixel.

    o_a - o_c = Σ x ⊙ (W_a - W_c) + (b_a - b_c)

For a linear model this is not an approximation: the map *is* the decision (d2l 0.17.5, section 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True, eq=False)
class Evidence:
    """What speaks for class ``a`` against class ``c``: ``map`` (784,) by pixel, float64, and ``bias``, b_a - b_c."""

    a: int
    c: int
    map: torch.Tensor
    bias: float

    @property
    def gap(self) -> float:
        """The logit gap o_a - o_c: the map's sum plus the bias."""
        return float(self.map.sum()) + self.bias


def evidence(x: torch.Tensor, W: torch.Tensor, b: torch.Tensor, a: int, c: int) -> Evidence:
    """The evidence in the image ``x`` (784,) for class ``a`` against class ``c``; W (10, 784), b (10,)."""
    W, b = W.double(), b.double()
    return Evidence(a, c, x.double() * (W[a] - W[c]), float(b[a] - b[c]))
