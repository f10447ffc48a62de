"""From scratch and concise, trained in lockstep."""

from __future__ import annotations

from pages.ui.component import component
from pages.ui.concept import Concept

CONCEPT = Concept(
    name="lockstep",
    title="lockstep.title",
    lead="lockstep.lead",
    try_this="lockstep.try_this",
    formula=r"W \leftarrow W - \frac{\eta}{|B|} \textstyle\sum_{i \in B} (\hat{y}_i - y_i)\, x_i^\top",
    component=component("concepts/lockstep"),
)
