"""The evidence adds up to the decision: the map's sum and the bias are the logit gap."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.evidence import evidence


@given(st.integers(0, 2**31 - 1), st.floats(1e-3, 10), st.integers(0, 9), st.integers(0, 9))
def test_the_gap_is_the_logits_difference(seed: int, std: float, a: int, c: int) -> None:
    random = np.random.default_rng(seed)
    x, W, b = random.random(784), random.normal(size=(10, 784)) * std, random.normal(size=10)
    tensors = [torch.from_numpy(part.astype(np.float32)) for part in (x, W, b)]
    found = evidence(tensors[0], tensors[1], tensors[2], a, c)
    x, W, b = (part.astype(np.float32).astype(np.float64) for part in (x, W, b))
    o = W @ x + b
    np.testing.assert_allclose(found.gap, o[a] - o[c], atol=1e-9 * max(1.0, std))
    np.testing.assert_allclose(found.map, x * (W[a] - W[c]))
    assert found.bias == b[a] - b[c]


def test_a_dark_pixel_is_no_evidence() -> None:
    x = torch.zeros(784)
    x[100] = 1.0
    found = evidence(x, torch.randn(10, 784), torch.zeros(10), 3, 5)
    assert found.map.nonzero()[:, 0].tolist() == [100]
