"""A sweep's grid: which learning rates, batch sizes and initial spreads are tried together, and what came of each."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from model.concise import make_model
from model.data import FashionData
from model.errors import BadSetting
from model.kept import State
from model.train import Hyperparameters, num_batches, train

AXES = ("lr", "batch_size", "init_std")
"""What may vary, in the order in which it is shown: columns first, then rows, then one table after the other."""

MOST_CELLS = 60

MEASURED_FOR = 0.03
"""Seconds of training from which the time of a whole sweep is told."""


@dataclass(frozen=True)
class Grid:
    """The settings of a sweep: each lr with each batch size and each initial std; all else is ``base``'s.

    The values are put in ascending order, each once. BadSetting where an axis has none, where one is outside its
    limits, or where there are more than ``MOST_CELLS`` cells. ``data`` names the data set.
    """

    base: Hyperparameters
    data: str
    lrs: tuple[float, ...]
    batch_sizes: tuple[int, ...]
    init_stds: tuple[float, ...]

    def __post_init__(self) -> None:
        for field in ("lrs", "batch_sizes", "init_stds"):
            object.__setattr__(self, field, tuple(sorted(set(getattr(self, field)))))
        for name, values in self.axes.items():
            if not values:
                raise BadSetting("sweep_empty", name=name)
        if len(self) > MOST_CELLS:
            raise BadSetting("sweep_large", value=len(self), limit=MOST_CELLS)
        self.cells()  # each checks its own limits

    def __len__(self) -> int:
        return len(self.lrs) * len(self.batch_sizes) * len(self.init_stds)

    @property
    def axes(self) -> dict[str, tuple[Any, ...]]:
        """The values by the setting that they are of, in the order of ``AXES``."""
        return dict(zip(AXES, (self.lrs, self.batch_sizes, self.init_stds), strict=True))

    @property
    def varying(self) -> list[str]:
        """The settings of which there is more than one value."""
        return [name for name, values in self.axes.items() if len(values) > 1]

    def cells(self) -> list[Hyperparameters]:
        """The settings of each run, in the order in which they are trained: all lr of the first batch size first."""
        return [
            replace(self.base, lr=lr, batch_size=batch_size, init_std=init_std)
            for init_std in self.init_stds
            for batch_size in self.batch_sizes
            for lr in self.lrs
        ]

    def to_json(self) -> str:
        """The grid as it is kept."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(content: str) -> Grid:
        """What ``to_json`` made."""
        values = json.loads(content)
        axes = (tuple(values[name]) for name in ("lrs", "batch_sizes", "init_stds"))
        return Grid(Hyperparameters(**values["base"]), values["data"], *axes)


class Cell(NamedTuple):
    """A cell of the grid and its newest run: ``run`` and ``state`` are None where there is none.

    ``overshot``: whether its loss exploded or it diverged; ``test_acc``: of its last epoch so far.
    """

    settings: Hyperparameters
    run: str | None = None
    state: State | None = None
    step: int = 0
    num_steps: int = 0
    seconds: float = 0.0
    overshot: bool = False
    test_acc: float | None = None

    @property
    def result(self) -> float | None:
        """The final test accuracy; None unless it was trained to its end."""
        return self.test_acc if self.state == "finished" else None


class Lesson(NamedTuple):
    """What the numbers say along ``axis``: the best cell, its neighbours there, and the values that overshot.

    ``lower`` and ``upper`` are None where there is no such cell, or it has no result; ``at_end``: "lower" or "upper"
    where the best is the axis's last on that side.
    """

    axis: str
    best: Cell
    lower: Cell | None
    upper: Cell | None
    at_end: str | None
    overshot: list[float]


def best_of(cells: Sequence[Cell]) -> Cell | None:
    """The cell with the highest final test accuracy; of equal ones the first."""
    return max((cell for cell in cells if cell.result is not None), key=lambda cell: cell.result or 0.0, default=None)


def lesson(grid: Grid, cells: Sequence[Cell]) -> Lesson | None:
    """What can be said so far; None before two cells have a result."""
    best = best_of(cells)
    if best is None or sum(cell.result is not None for cell in cells) < 2:
        return None
    axis = grid.varying[0]
    values, by_settings = grid.axes[axis], {cell.settings: cell for cell in cells}
    i = values.index(getattr(best.settings, axis))
    beside = [
        by_settings[replace(best.settings, **{axis: values[k]})] if 0 <= k < len(values) else None
        for k in (i - 1, i + 1)
    ]
    lower, upper = (cell if cell and cell.result is not None else None for cell in beside)
    at_end = "lower" if i == 0 else "upper" if i == len(values) - 1 else None
    overshot = sorted({getattr(cell.settings, axis) for cell in cells if cell.overshot})
    return Lesson(axis, best, lower, upper, at_end, overshot)


def seconds_per_epoch(settings: Hyperparameters, data: FashionData) -> float:
    """How long an epoch takes here and now, from a few steps; BadSetting if a batch would exceed the data."""
    per_epoch = num_batches(len(data.train_labels), settings.batch_size)
    steps = train(make_model(settings.implementation, settings.seed, settings.init_std), data, settings)
    taken, began = 0, time.monotonic()
    for step in steps:
        if step.step == 1 and per_epoch > 1:  # the first one also gets what it needs from far away
            began = time.monotonic()
            continue
        taken += 1
        if time.monotonic() > began + MEASURED_FOR or step.step >= per_epoch:
            break
    return (time.monotonic() - began) / max(taken, 1) * per_epoch
