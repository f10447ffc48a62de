"""Predict, then reveal: a sketch, and then the real run over it."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="predict",
    title="predict.title",
    lead="predict.lead",
    try_this="predict.try_this",
    formula=r"\tfrac{1}{T} \textstyle\sum_{t=1}^{T} \lvert \mathrm{sketch}_t - \mathrm{run}_t \rvert",
    component=component("concepts/predict"),
)
