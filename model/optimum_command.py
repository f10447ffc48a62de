"""``python -m model optimum``: the least train loss of a linear model, found anew."""

from __future__ import annotations

import sys
from pathlib import Path

from model.checkpoint import check_place
from model.data import FashionData
from model.optimum import find_optimum, measure, optimum_file, save_optimum
from model.terminal import say

SELDOM = 50
"""Evaluations between two lines of progress where they are not shown on a terminal."""


def run_optimum(data: FashionData, out: Path | None = None) -> None:
    """Find the optimum on ``data``, keep it in ``out`` or in the project, and print what it measures."""
    path = out or optimum_file(data.name)
    check_place(path)
    say(f"{data.name}: {len(data.train_labels):,} images; L-BFGS in float64")

    def told(evaluation: int, J: float, norm: float) -> None:
        if sys.stderr.isatty() or evaluation % SELDOM == 0:
            line = f"evaluation {evaluation}: loss with L2 {J:.9f}, gradient {norm:.1e}"
            say(f"\r{line}" if sys.stderr.isatty() else line, end="" if sys.stderr.isatty() else "\n")

    optimum = find_optimum(data, told=told)
    save_optimum(path, optimum)
    say(f"\n{optimum.iterations} iterations, {optimum.evaluations} evaluations")
    for name, value in {"l2": optimum.l2, **measure(optimum, data)}.items():
        print(f"{name.replace('_', ' ')}: {value:.10g}")
    print(f"{path}: {path.stat().st_size:,} bytes", flush=True)
