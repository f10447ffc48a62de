"""How good a linear model can be: the optimum, and what is left to it."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="optimum",
    title="optimum.title",
    lead="optimum.lead",
    try_this="optimum.try_this",
    formula=r"\min_{W,\,b}\ \tfrac{1}{n} \textstyle\sum_i l_i + \tfrac{\lambda}{2} (\|W\|^2 + \|b\|^2)",
    component=component("concepts/optimum"),
)
