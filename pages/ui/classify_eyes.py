"""The weights that look at a picture on the Classify page: those chosen, or the pretrained ones for its kind."""

from __future__ import annotations

from collections.abc import Callable

from model.classify import unsure, weights_for
from pages.ui.classify_stage import Eyes
from pages.ui.models import Model
from pages.ui.pictures import Picture
from pages.ui.text import Text


def eyes_of(text: Text, model: Model, name: str) -> Callable[[Picture], Eyes]:
    """What looks at each picture if ``model``, which is called ``name``, is chosen."""
    if model.run:
        weights = model.run.weights  # of this moment: the run may go on
        chosen = Eyes(name, weights.W, weights.b, _trained_on(text, model))
        return lambda picture: chosen
    return lambda picture: pretrained(text, picture)


def pretrained(text: Text, picture: Picture) -> Eyes:
    """The weights that the app carries for a picture of this kind, and why these."""
    photo = picture.prepared.kind == "flat lay"
    weights = weights_for(picture.prepared.kind)
    which = "photos" if photo else "plain"
    return Eyes(text(f"classify.pretrained_{which}"), weights.W, weights.b, text(f"classify.why_{which}"))


def doubt(text: Text, picture: Picture) -> str | None:
    """Why the picture may show no garment, in a sentence; None where nothing speaks for that."""
    if not unsure(picture.prepared):
        return None
    found = all(stage.how != "ellipse" for stage in picture.prepared.stages)
    return text("classify.unsure" if found else "classify.nothing")


def _trained_on(text: Text, model: Model) -> str | None:
    run = model.run
    if run and not run.ended:
        return text("classify.going_on", step=f"{run.weights.step:,}", steps=f"{run.num_steps:,}")
    return None if model.data == "fashion-mnist" else text("classify.other_data", data=text(f"data.{model.data}"))
