"""Concepts: one step of gradient descent on one image."""

from __future__ import annotations

from typing import Any

import torch

from pages.ui.frames import encode_pictures, encode_templates


def encode(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with its pictures as bytes: the image, the gradient, and W's row before and after on one scale."""
    rows = torch.tensor([answer["before"], answer["after"]])
    return answer | {
        "x": encode_pictures(torch.tensor(answer["x"])),
        "gradient": encode_templates(torch.tensor(answer["gradient"])),
        "rows": encode_templates(rows),
        "before": None,
        "after": None,
    }
