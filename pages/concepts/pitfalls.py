"""The pitfalls lab: what goes wrong, why, and the cure."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="pitfalls",
    title="pitfalls.title",
    lead="pitfalls.lead",
    try_this="pitfalls.try_this",
    formula=r"L = \frac{1}{n} \textstyle\sum_{i=1}^{n} l_i",
    component=component("concepts/pitfalls"),
)
