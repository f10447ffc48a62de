"""Which screens the Runs page has on a wall: those with something to show."""

from __future__ import annotations

OF_DETAILS = ("details",)
OF_A_SWEEP = ("map", "map_curves")
OF_SEVERAL = ("curves", "differences", "templates")


def screens_to_show(details: bool, compared: int, sweep: bool) -> tuple[str, ...]:
    """The table always; then what is open, and what is compared where two runs or more are."""
    return (
        "table",
        *(OF_DETAILS if details else ()),
        *(OF_A_SWEEP if sweep else ()),
        *(OF_SEVERAL if compared > 1 else ()),
    )
