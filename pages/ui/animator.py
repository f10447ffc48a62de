"""The stage of the Train page as one component: read-out, chart, progress and templates (assets/animator)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from model.data import FashionData
from model.live_run import LiveRun
from model.softmax import init_params
from model.train import Hyperparameters, num_batches
from pages.ui import resources
from pages.ui.component import component
from pages.ui.frames import encode_pictures, encode_templates
from pages.ui.text import Text, section, text_labels

NUM_EXAMPLES = 60_000
"""Training images of either data set, for a page that has neither."""

_component = component("animator")


def stage_data(
    text: Text,
    run: LiveRun | None,
    settings: Hyperparameters,
    data: FashionData | None,
    error: str | None,
    mine: bool,
) -> dict[str, Any]:
    """What the component is given: the words, the settings shown, the untrained templates, and the run to follow."""
    shown = run.hyperparameters if run else settings
    num_examples = len(data.train_labels) if data else NUM_EXAMPLES
    W, _ = init_params(shown.seed, shown.init_std)
    return {
        "words": section(text.language, "stage"),
        "labels": text_labels(text.language),
        "settings": asdict(shown),
        "data": text(f"data.{data.name}") if data else "",
        "num_steps": num_batches(num_examples, shown.batch_size) * shown.num_epochs,
        "untrained": encode_templates(W),
        "pictures": encode_pictures(resources.one_of_each(data)) if data else "",
        "error": error,
        "language": text.language,
        "mine": mine,
        "run": run.id if run else None,
        "state": run.state if run else "idle",
    }


def animator(data: dict[str, Any]) -> None:
    """Draw the stage; the page is run again when the run changes its state by itself."""
    _component(key="train_animator", data=data, on_state_change=lambda: None)
