"""Concepts, the optimum: which runs it stands beside, and the images that all models get wrong, as bytes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from model.data import FashionData, is_present
from model.errors import DataError, StudioError
from model.ideas import optimum
from model.ideas.linear_models import Linear, book_run
from model.ideas.optimum_script import Trained, script
from model.live_run import LiveRun
from model.optimum import L2, load_optimum
from model.train import num_batches
from pages.ui import resources
from pages.ui.frames import encode_pictures
from pages.ui.my_runs import Entry, my_runs, shared
from pages.ui.text import Text

BOOK = {"book-fashion-mnist": resources.FASHION_MNIST, "book-garments": resources.GARMENTS}
"""For who has no run: a run with the settings of the pretrained weights, on each of the data sets."""

MOST = 12
"""Runs of one's own that say of the test images what they are, the newest."""


_measured: WeakSet[FashionData] = WeakSet()
_measuring: WeakKeyDictionary[FashionData, threading.Thread] = WeakKeyDictionary()


def answer(values: Mapping[str, str], owner: str, language: str, data: str | None = None) -> dict[str, Any]:
    """What the section shows this person; StudioError where it cannot be.

    Until all images of the data set have been measured, ``measuring`` and no numbers; ``problem``, a sentence, where
    there is no optimum to be shown.
    """
    text = Text(language)
    known = my_runs(owner)
    mine = [entry for entry in known if entry.test_acc is not None]
    titles = {entry.id: entry.title(text) for entry in mine} | book_titles(text, data)
    chosen = values["m"] or first_readable(list(titles))
    run = None
    if chosen in BOOK:
        on = resources.data_set(BOOK[chosen])
    else:
        run = resources.keeper().find(chosen)
        on = run.data
        titles.setdefault(chosen, next((entry for entry in known if entry.id == chosen), shared(run)).title(text))
    names = titles | {"optimum": text("optimum.optimum"), "pretrained": text("models.pretrained")}
    asked = ended([entry for entry in mine if entry.data == on.name])
    l2, problem = L2, None
    try:
        l2 = load_optimum(on).l2
    except DataError as error:
        problem = text.error(error)
    offered = {
        "chosen": chosen,
        "choices": [[id_, title] for id_, title in titles.items()],
        "script": script(on, l2, compared(on, run, titles[chosen]), models(on, asked, names)),
    }
    if problem:
        return offered | {"problem": problem}
    if not measured(on):
        return offered | {"measuring": True}
    run = run or book_run(on, resources.pretrained().hyperparameters)
    shown = optimum.answer(values, on, run, [book_model(on), *(_model(run.id, run.step) for run in asked)])
    for said in shown["models"]:
        said["name"] = names[said["name"]]
    indices = [image["index"] for image in shown["images"]]
    return {
        **shown,
        **offered,
        "data_name": text(f"data.{on.name}"),
        "going_on": run.state == "running",
        "pictures": encode_pictures(on.test_images[indices]),
    }


def compared(on: FashionData, run: LiveRun | None, title: str) -> Trained:
    """How the run came about that is compared, as far as it has whole epochs; None: that with the book's settings."""
    if run is None:
        return by_the_book(on)._replace(name=title)
    return Trained(title, run.hyperparameters, len(run.epochs) * run.steps_per_epoch)


def models(on: FashionData, asked: list[LiveRun], names: Mapping[str, str]) -> list[Trained]:
    """How the models came about that stand beside the optimum."""
    book = by_the_book(on)
    own = [Trained(names[run.id], run.hyperparameters, run.weights.step) for run in asked]
    return [book._replace(name=names[book.name]), *own]


def by_the_book(data: FashionData) -> Trained:
    """The settings of the pretrained weights on these data, by the name that ``book_model`` has."""
    checkpoint = resources.pretrained()
    settings = checkpoint.hyperparameters
    here = next(id_ for id_, name in BOOK.items() if name == data.name)
    steps = num_batches(len(data.train_labels), settings.batch_size) * settings.num_epochs
    return Trained("pretrained" if checkpoint.data == data.name else here, settings, steps)


def first_readable(ids: list[str]) -> str:
    """The first of these runs that can be read: the data of one's newest may no longer be here."""
    for run_id in ids:
        with suppress(StudioError):
            if run_id in BOOK or resources.keeper().find(run_id):
                return run_id
    return ids[-1]


def measured(data: FashionData) -> bool:
    """Whether all that takes seconds is known of these data; if not, a thread is at it."""
    if data not in _measured and data not in _measuring:
        _measuring[data] = threading.Thread(target=_measure, args=(data,), name="optimum", daemon=True)
        _measuring[data].start()
    return data in _measured


def _measure(data: FashionData) -> None:
    try:
        optimum.known(data)
        book_run(data, resources.pretrained().hyperparameters)
        book_model(data)
        _measured.add(data)
    finally:
        del _measuring[data]


def book_titles(text: Text, data: str | None) -> dict[str, str]:
    """The names of the runs with the book's settings, on the data sets that are here, that on ``data`` first."""
    here = {id_: name for id_, name in BOOK.items() if name == resources.GARMENTS or is_present()}
    chosen_first = sorted(here, key=lambda id_: here[id_] != (data or resources.default_data()))
    return {id_: text("optimum.book", data=text(f"data.{here[id_]}")) for id_ in chosen_first}


@cache
def book_model(data: FashionData) -> Linear:
    """The pretrained weights where these are their data, else the same settings on these."""
    checkpoint = resources.pretrained()
    if checkpoint.data == data.name:
        return Linear("pretrained", checkpoint.W, checkpoint.b)
    run = book_run(data, checkpoint.hyperparameters)
    return Linear(by_the_book(data).name, run.weights.W, run.weights.b)


def ended(entries: list[Entry]) -> list[LiveRun]:
    """Those of these runs that have ended."""
    runs: list[LiveRun] = []
    for entry in entries[: 2 * MOST]:
        with suppress(StudioError):  # one that cannot be read is not among them
            if len(runs) < MOST and (run := resources.keeper().find(entry.id)).ended:
                runs.append(run)
    return runs


@lru_cache(1000)
def _model(run_id: str, step: int) -> Linear:
    weights = resources.keeper().find(run_id).weights
    return Linear(run_id, weights.W, weights.b)
