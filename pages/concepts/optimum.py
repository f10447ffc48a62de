"""Concepts: how good can a linear model be? Its answer depends on whose runs are compared."""

from __future__ import annotations

from pages.ui.idea_optimum import answer

__all__ = ["answer"]
