"""Entropy and cross-entropy as lengths of codes."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="entropy",
    title="entropy.title",
    lead="entropy.lead",
    try_this="entropy.try_this",
    formula=r"H(p, q) = -\textstyle\sum_j p_j \log q_j = H(p) + \mathrm{KL}(p \,\|\, q)",
    component=component("concepts/entropy"),
)
