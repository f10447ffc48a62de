"""Concepts: predict, then reveal. Its answer depends on the run that was begun."""

from __future__ import annotations

from pages.ui.idea_predict import answer

__all__ = ["answer"]
