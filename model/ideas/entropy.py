"""Entropy and cross-entropy as lengths of codes: H(p), H(p, q), and the surplus KL between them (d2l 3.4.7)."""

from __future__ import annotations

import math
from typing import Any

import torch

from model.errors import BadSetting
from model.ideas.code import script
from model.ideas.values import Values, choice, numbers, ready, whole
from model.softmax import cross_entropy

HEIGHT = 100.0
CLASSES = range(2, 7)
UNITS = {"bits": math.log(2), "nats": 1.0}
"""How many nats each unit has."""

DEFAULTS = {"p": "50,25,12.5,12.5", "q": "25,25,25,25", "y": "0", "unit": "bits"}
"""``p`` and ``q`` bars as high as they were dragged, ``y`` the label that is looked at, ``unit`` bits or nats."""


def shares(heights: list[float]) -> torch.Tensor:
    """A distribution, (q,) float32, from bars of any height."""
    return torch.tensor([height / sum(heights) for height in heights])


def code_lengths(q: torch.Tensor) -> torch.Tensor:
    """How many nats a class costs in the code that is best for q: -ln q_j, short for what q expects often."""
    return -torch.log(q)


def expected_length(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """H(p, q) = Σ p_j (-ln q_j): what a class costs on average if p is true and q's code is used.

    A class that never comes, p_j = 0, costs nothing, even if its code is endless: xlogy(0, 0) is 0.
    """
    return 0 - torch.xlogy(p, q).sum()  # not -0 where it is 0


def divergence(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor:
    """KL(p ‖ q) = H(p, q) - H(p): what is paid on top for using q's code and not p's own."""
    return (torch.xlogy(p, p) - torch.xlogy(p, q)).sum()


CODE = (cross_entropy, shares, code_lengths, expected_length, divergence)

CALLS = """
nats = {nats!r}  # in one of our units, {unit}
p, q = shares({p}), shares({q})
print("code lengths", code_lengths(q) / nats)
print("H(p)", expected_length(p, p) / nats)
print("H(p, q)", expected_length(p, q) / nats)
print("KL", divergence(p, q) / nats)
print("cross_entropy", cross_entropy(q.unsqueeze(0), torch.tensor([{y}])) / nats)
"""


def answer(values: Values) -> dict[str, Any]:
    """Both distributions, what each class costs in either's code, and the sums, all in the chosen unit.

    ``lengths`` -log q_j and ``products`` p_j of them; ``own_lengths``, ``own_products`` the same of p's own code;
    ``loss`` the app's cross-entropy of q at the label, in this unit, ``nats_loss`` in nats; ``one_hot`` whether p is
    at the label alone; ``endless`` the classes that come and for which q has no code; ``curve`` the points of -log q.
    """
    heights_p, heights_q = (numbers(values, name, CLASSES, 0.0, HEIGHT) for name in ("p", "q"))
    if len(heights_p) != len(heights_q):
        raise BadSetting("bad_pair", p=len(heights_p), q=len(heights_q))
    y, unit = whole(values, "y", 0, len(heights_p) - 1), choice(values, "unit", tuple(UNITS))
    for name, heights in (("p", heights_p), ("q", heights_q)):
        if not any(heights):
            raise BadSetting("no_distribution", name=name)
    p, q = shares(heights_p), shares(heights_q)
    nats = UNITS[unit]
    loss = cross_entropy(q.unsqueeze(0), torch.tensor([y]))[0]
    grid = torch.linspace(0.0, 1.0, 201)[1:]
    calls = CALLS.format(p=heights_p, q=heights_q, y=y, unit=unit, nats=nats)
    return ready(
        {
            "p": p,
            "q": q,
            "lengths": code_lengths(q) / nats,
            "products": 0 - torch.xlogy(p, q) / nats,
            "own_lengths": code_lengths(p) / nats,
            "own_products": 0 - torch.xlogy(p, p) / nats,
            "entropy": expected_length(p, p) / nats,
            "cross": expected_length(p, q) / nats,
            "kl": divergence(p, q) / nats,
            "most": expected_length(*[torch.full_like(p, 1 / len(p))] * 2) / nats,
            "loss": loss / nats,
            "nats_loss": loss,
            "one_hot": bool(p[y] == 1),
            "endless": ((p > 0) & (q == 0)).nonzero().flatten(),
            "curve": {"q": grid, "length": code_lengths(grid) / nats},
            "defaults": DEFAULTS,
            "script": script("Entropy and cross-entropy as lengths of codes.", CODE, calls),
        }
    )
