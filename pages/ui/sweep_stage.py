"""A sweep as one component: how far it is, its heat map, and the curves of all its runs (assets/sweep)."""

from __future__ import annotations

from functools import cache
from typing import Any

import streamlit as st

from model.data import FashionData
from model.errors import StudioError
from model.sweep import Cell, Grid, best_of, lesson, seconds_per_epoch
from model.sweeps import Sweep, to_train
from model.train import Hyperparameters
from pages.ui import resources, runs_view, sweep_view
from pages.ui.component import asked, component
from pages.ui.frames import finite
from pages.ui.session import Session, show_run, tell, untell
from pages.ui.sweep_words import lesson_words, number, setting_names, time_words, title
from pages.ui.text import section

KEY = "runs_sweep_stage"
PAGE_KEY = "runs_sweep_page"
PAGES = ("train", "templates", "evaluate")
_component = component("sweep")


@cache
def _per_epoch(implementation: str, batch_size: int, data: FashionData) -> float:
    return seconds_per_epoch(Hyperparameters(implementation=implementation, batch_size=batch_size), data)


def seconds_of(settings: Hyperparameters, data: str) -> float:
    """About how long a run takes at full speed; StudioError where it cannot be trained."""
    epoch = _per_epoch(settings.implementation, settings.batch_size, resources.data_set(data))
    return settings.num_epochs * epoch


def seconds_left(sweep: Sweep, cells: list[Cell]) -> float | None:
    """Seconds until the last run's end, at the speed of the runs so far; None before the first step."""
    try:
        expected = [seconds_of(cell.settings, sweep.grid.data) for cell in cells]
    except StudioError:
        return None
    ahead = {settings for settings, _ in sweep.ahead} | {cell.settings for cell in cells if cell.run == sweep.now}
    done = sum(all_ * cell.step / cell.num_steps for cell, all_ in zip(cells, expected, strict=True) if cell.num_steps)
    left = sum(
        all_ * (1 - (cell.step / cell.num_steps if cell.state in ("running", "paused") else 0))
        for cell, all_ in zip(cells, expected, strict=True)
        if cell.settings in ahead
    )
    spent = sum(cell.seconds for cell in cells)
    return left * spent / done if done and spent else None


def draw(session: Session, sweep: Sweep) -> None:
    """Draw the stage; what a person asks for on it is done before the next drawing."""
    _component(
        key=KEY,
        data=stage_data(session, sweep),
        on_ask_change=lambda: _take(session, sweep, asked(KEY, dict)),
    )


def stage_data(session: Session, sweep: Sweep) -> dict[str, Any]:
    """What the component is given: words, axes, cells with their curves, and how the sweep stands."""
    text, grid = session.text, sweep.grid
    cells = resources.sweeper().cells(sweep)
    best = best_of(cells)
    names = setting_names(text)
    left = seconds_left(sweep, cells) if sweep.state == "running" else None
    mine = sweep.owner == session.owner
    return {
        "words": section(text.language, "sweep"),
        "sweep": sweep.id,
        "mine": mine,
        "title": title(text, sweep),
        "number": sweep.number,
        "begun": sweep.id == st.session_state.get(sweep_view.BEGUN_KEY),
        "state": sweep.state,
        "axes": [{"name": names[name], "values": [*map(number, values)]} for name, values in _axes(grid)],
        "varying": len(grid.varying),
        "places": [_place(grid, cell.settings) for cell in cells],
        "cells": [_encode(cell) for cell in cells],
        "best": cells.index(best) if best else None,
        "now": next((i for i, cell in enumerate(cells) if cell.run and cell.run == sweep.now), None),
        "ended": sum(not to_train(cell) for cell in cells),
        "left": time_words(text, left) if left is not None else None,
        "epochs": grid.base.num_epochs,
        "lesson": lesson_words(text, grid, lesson(grid, cells)),
        "error": text.error(sweep.problem) if sweep.problem and mine else None,
    }


def _axes(grid: Grid) -> list[tuple[str, tuple[Any, ...]]]:
    """Columns, rows and tables: the axes that vary first."""
    return sorted(grid.axes.items(), key=lambda axis: len(axis[1]) == 1)


def _place(grid: Grid, settings: Hyperparameters) -> list[int]:
    return [values.index(getattr(settings, name)) for name, values in _axes(grid)]


def _encode(cell: Cell) -> dict[str, Any]:
    curve = resources.sweeper().curve(cell.run) if cell.run else []
    return {
        "run": cell.run,
        "state": cell.state,
        "acc": cell.test_acc,
        "overshot": cell.overshot,
        "step": cell.step,
        "steps": cell.num_steps,
        "seconds": round(cell.seconds, 2),
        "points": [[epoch, *map(finite, values)] for epoch, *values in curve],
    }


def _take(session: Session, sweep: Sweep, asked: object) -> None:
    untell()
    try:
        match asked:
            case {"act": "stop"}:
                resources.sweeper().stop(session.owner, sweep.id)
            case {"act": "go_on"}:
                resources.sweeper().go_on(session.owner, sweep.id)
            case {"run": str(run_id), "page": str(page)} if page in PAGES:
                show_run(resources.keeper().find(run_id))
                st.session_state[PAGE_KEY] = page
            case {"details": str(run_id)} if runs_view.is_id(run_id):
                runs_view.set_opened(run_id)
    except StudioError as error:
        tell(error)
    st.session_state[sweep_view.WHOLE_KEY] = True
