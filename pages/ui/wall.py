"""What a page is on a wall: its screens, one idea each, and the parts of it that can be hidden.

The elements of a screen and of a part are marked in the page's own component (``data-screen``, ``data-part``).
"""

from __future__ import annotations

PAGES = ("", "templates", "classify", "evaluate", "concepts", "runs", "data")
"""The pages in their order, as in the address: "" is Train."""

# The words of a screen are `screen_<place>_<name>` in assets/text, section lectern, those of a part `part_<name>`.
SCREENS: dict[str, tuple[str, ...]] = {
    "templates": ("templates", "curves", "matrix", "picture"),
    "classify": ("picture", "steps", "verdict", "evidence", "history"),
    "evaluate": ("matrix", "classes", "images", "evidence"),
    "runs": ("table", "details", "map", "map_curves", "curves", "differences", "templates"),
    "data": ("classes", "pictures"),
    "softmax": ("live", "facts", "code"),
    "entropy": ("bars", "curve", "facts", "code", "code_2"),
    "indexing": ("array", "facts", "code", "code_2"),
    "step": ("picture", "update", "check", "facts", "code", "code_2"),
    "lockstep": ("runs", "templates", "difference", "facts", "code", "code_2", "code_3"),
    "pitfalls": ("training", "lines", "facts", "code"),
    "optimum": ("least", "left", "never", "facts", "code", "code_2", "code_3"),
    "predict": ("sketch", "typed", "facts", "code"),
}
"""The screens of a page that are more than one, in their order; those of a section of Concepts by its name."""

PARTS: dict[str, tuple[str, ...]] = {
    "train": ("loss", "accuracy", "curves", "templates", "names"),
    "templates": ("accuracy", "curves", "templates", "names", "matrix", "verdict", "labels"),
    "classify": ("verdict", "evidence", "names", "labels"),
    "evaluate": ("accuracy", "matrix", "labels", "evidence"),
    "runs": ("loss", "accuracy", "templates", "names", "matrix"),
    "data": ("names", "labels"),
    "softmax": ("results",),
    "entropy": ("results", "curves"),
    "indexing": ("results",),
    "step": ("results",),
    "lockstep": ("results", "curves", "templates"),
    "pitfalls": ("results", "curves"),
    "optimum": ("results", "curves"),
}
"""What can be hidden of a page, or of a section of Concepts; a part that is hidden is so on every page that has it."""


def place(page: str, section: str) -> str:
    """Where the screens and parts of a page are found: by its address, or by the section of Concepts."""
    return section if page == "concepts" else page or "train"


def hidden(param: str | None) -> list[str]:
    """The parts that a URL hides; what is none is left out."""
    known = {part for parts in PARTS.values() for part in parts}
    return [part for part in dict.fromkeys((param or "").split(",")) if part in known]
