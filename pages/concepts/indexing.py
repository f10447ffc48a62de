"""Indexing and shapes of a small array."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="indexing",
    title="indexing.title",
    lead="indexing.lead",
    try_this="indexing.try_this",
    formula=r"l_i = -\ln \hat{y}_{i,\,y_i}",
    component=component("concepts/indexing"),
)
