"""Softmax by hand: logits, their exp, the partition, the probabilities, and where float32 ends (d2l 3.4.4, 3.7.2)."""

from __future__ import annotations

from typing import Any

import torch

from model.ideas.code import script
from model.ideas.values import Values, choice, number, numbers, ready
from model.softmax import softmax

LOGITS = 200.0
"""The largest logit that is offered: far beyond what float32's exp can hold."""

DEFAULTS = {"o": "1,2,0.5,-1", "c": "0", "t": "1", "stable": "0"}
"""``o`` the logits, ``c`` what is added to all of them, ``t`` what all are multiplied by; ``stable`` is 1 where the
maximum is subtracted first."""


def softmax_as_written(o: torch.Tensor) -> torch.Tensor:
    """The book's first form: exp(o) over its sum, nothing subtracted. Above 88.72 float32's exp is inf (3.6.2)."""
    o_exp = torch.exp(o)
    return o_exp / o_exp.sum(1, keepdim=True)


CODE = (softmax, softmax_as_written)

CALLS = """
o = {t!r} * torch.tensor([{o}]) + {c!r}
print(o.exp(), o.exp().sum())
print(softmax_as_written(o))
print(softmax(o))
"""


def answer(values: Values) -> dict[str, Any]:
    """Each number from the logits to the probabilities, in float32.

    ``o`` the logits moved and scaled; ``exp`` and ``partition`` as the first form has them, ``written`` what comes of
    it; ``shifted``, ``shifted_exp``, ``shifted_partition`` and ``y_hat`` the stable form's; ``moved`` what the shift
    changes in y_hat at most; ``sharper`` and ``softer`` the largest probability of three times and a third of the
    logits; ``last`` the largest number whose exp float32 holds, ``beyond`` the exp of the whole number above it;
    ``tiny`` the least whose exp has all of float32's digits.
    """
    given = numbers(values, "o", range(2, 11), -LOGITS, LOGITS)
    c, t = number(values, "c", -LOGITS, LOGITS), number(values, "t", 0.0, 10.0)
    o = t * torch.tensor([given]) + c
    choice(values, "stable", ("0", "1"))
    last = torch.tensor(torch.finfo(torch.float32).max).log()
    last = last if last.exp().isfinite() else torch.nextafter(last, torch.tensor(0.0))  # the log is rounded upwards
    shifted = o - o.amax(dim=1, keepdim=True)
    return ready(
        {
            "o": o[0],
            "exp": o.exp()[0],
            "partition": o.exp().sum(),
            "written": softmax_as_written(o)[0],
            "written_sum": softmax_as_written(o).sum(),
            "shifted": shifted[0],
            "shifted_exp": shifted.exp()[0],
            "shifted_partition": shifted.exp().sum(),
            "max": o.amax(),
            "y_hat": softmax(o)[0],
            "y_hat_sum": softmax(o).sum(),
            "moved": (softmax(o) - softmax(o - c)).abs().max(),
            "sharper": softmax(3 * o).max(),
            "softer": softmax(o / 3).max(),
            "last": last,
            "tiny": torch.tensor(torch.finfo(torch.float32).tiny).log(),
            "last_exp": last.exp(),
            "beyond": (last.ceil()).exp(),
            "defaults": DEFAULTS,
            "script": script("Softmax by hand.", CODE, CALLS.format(o=given, c=c, t=t)),
        }
    )
