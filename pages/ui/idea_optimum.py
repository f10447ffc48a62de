"""Concepts, the optimum: which runs it stands beside, and the images that all models get wrong, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any

from model.data import FashionData, is_present
from model.errors import StudioError
from model.ideas import optimum
from model.ideas.linear_models import Linear, book_run
from model.live_run import LiveRun
from pages.ui import resources
from pages.ui.frames import encode_pictures
from pages.ui.my_runs import Entry, my_runs, shared
from pages.ui.text import Text

BOOK = {"book-fashion-mnist": resources.FASHION_MNIST, "book-garments": resources.GARMENTS}
"""For who has no run: a run with the settings of the pretrained weights, on each of the data sets."""

MOST = 12
"""Runs of one's own that say of the test images what they are, the newest."""


def answer(values: Mapping[str, str], owner: str, language: str) -> dict[str, Any]:
    """What the section shows this person; StudioError where it cannot be."""
    text = Text(language)
    mine = [entry for entry in my_runs(owner) if entry.test_acc is not None]
    titles = {entry.id: entry.title(text) for entry in mine} | book_titles(text)
    chosen = values["m"] or next(iter(titles))
    run = run_of(chosen)
    titles.setdefault(chosen, shared(run).title(text))
    model = book_model(run.data)
    titles[model.name] = text("models.pretrained") if model.name == "pretrained" else titles[model.name]
    others = [model, *ended([entry for entry in mine if entry.data == run.data.name])]
    shown = optimum.answer(values, run.data, run, others)
    for said in shown["models"]:
        said["name"] = titles.get(said["name"], text("optimum.optimum"))
    indices = [image["index"] for image in shown["images"]]
    return shown | {
        "chosen": chosen,
        "choices": [[id_, title] for id_, title in titles.items() if id_ != "pretrained"],
        "data_name": text(f"data.{run.data.name}"),
        "going_on": run.state == "running",
        "pictures": encode_pictures(run.data.test_images[indices]),
    }


def book_titles(text: Text) -> dict[str, str]:
    """The names of the runs with the book's settings, on the data sets that are here."""
    here = {id_: name for id_, name in BOOK.items() if name == resources.GARMENTS or is_present()}
    best_first = sorted(here, key=lambda id_: here[id_] != resources.default_data())
    return {id_: text("optimum.book", data=text(f"data.{here[id_]}")) for id_ in best_first}


def run_of(chosen: str) -> LiveRun:
    """The run with this id, or that with the book's settings."""
    if chosen in BOOK:
        return book_run(resources.data_set(BOOK[chosen]), resources.pretrained().hyperparameters)
    return resources.keeper().find(chosen)


@cache
def book_model(data: FashionData) -> Linear:
    """The pretrained weights where these are their data, else the same settings on these."""
    checkpoint = resources.pretrained()
    if checkpoint.data == data.name:
        return Linear("pretrained", checkpoint.W, checkpoint.b)
    run = book_run(data, checkpoint.hyperparameters)
    name = next(id_ for id_, name in BOOK.items() if name == data.name)
    return Linear(name, run.weights.W, run.weights.b)


def ended(entries: list[Entry]) -> list[Linear]:
    """The models of these runs, as far as they have ended."""
    models: list[Linear] = []
    for entry in entries[: 2 * MOST]:
        with suppress(StudioError):  # one that cannot be read is not among them
            if len(models) < MOST and (run := resources.keeper().find(entry.id)).ended:
                models.append(_model(run.id, run.step))
    return models


@lru_cache(1000)
def _model(run_id: str, step: int) -> Linear:
    weights = resources.keeper().find(run_id).weights
    return Linear(run_id, weights.W, weights.b)
