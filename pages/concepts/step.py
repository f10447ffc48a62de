"""One step of gradient descent on one image."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="step",
    title="step.title",
    lead="step.lead",
    try_this="step.try_this",
    formula=r"W \leftarrow W - \eta\, (\hat{y} - y)\, x^\top",
    component=component("concepts/step"),
)
