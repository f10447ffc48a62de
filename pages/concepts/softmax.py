"""Softmax, by hand: from logits to probabilities."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="softmax",
    title="softmax.title",
    lead="softmax.lead",
    try_this="softmax.try_this",
    formula=r"\hat{y}_j = \exp(o_j) \,/\, \textstyle\sum_k \exp(o_k)",
    component=component("concepts/softmax"),
)
