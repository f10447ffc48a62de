"""Concepts, predict then reveal: the run that reveals the curve is a real one, kept like those of the Train page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from model.data import FashionData, is_present
from model.errors import DataError, RunError, StoreError, StudioError
from model.ideas import predict
from model.live_run import LiveRun
from pages.ui import resources
from pages.ui.bodies import body_of
from pages.ui.idea_data import data_named
from pages.ui.owner import OWNER_COOKIE, owner_of
from pages.ui.text import Text

HASTE = 2.0
"""Times as fast as the slow pace: half a second an epoch, to be watched over the sketch."""

LARGEST = 16_384
"""Bytes of a message; the values have fewer."""


def answer(values: Mapping[str, str], owner: str, language: str, data_name: str | None = None) -> dict[str, Any]:
    """The sketch beside the run, where that has the settings shown; StudioError where a value is out of bounds.

    ``problem``: a sentence where the run is gone. What was drawn is not lost with it.
    """
    text = Text(language)
    data = data_of(values, data_name)
    run, problem = None, None
    try:
        run = run_of(values, data)
    except (DataError, RunError, StoreError) as gone:
        problem = text.error(gone)
    shown = predict.answer(values, data, run.epochs if run else ())
    here = [resources.GARMENTS, *([resources.FASHION_MNIST] if is_present() else [])]
    return shown | {
        "problem": problem,
        "run": {"id": run.id, "state": run.state, "mine": run.owner == owner} if run else None,
        "choices": [[name, text(f"data.{name}")] for name in sorted(here)],
        "data_name": text(f"data.{data.name}"),
    }


def data_of(values: Mapping[str, str], otherwise: str | None = None) -> FashionData:
    """The data set named in the values, or otherwise; by default the server's own choice."""
    return data_named(values["d"] or otherwise, "d")


def run_of(values: Mapping[str, str], data: FashionData) -> LiveRun | None:
    """The run named in the values, if it was one with these settings: any other reveals something else."""
    if not values["r"]:
        return None
    run = resources.keeper().find(values["r"])
    same = run.hyperparameters == predict.settings_of(values) and run.data.name == data.name
    return run if same else None


def reveal(values: Mapping[str, str], owner: str) -> str:
    """Begin the run; its id."""
    run = resources.keeper().create(owner, predict.settings_of(values), data_of(values), "slow")
    run.pacing.haste = HASTE
    resources.trainer().play(run)
    return run.id


async def idea_predict(request: Request) -> Response:
    """POST /ideas/predict/reveal with the values as JSON: the run's id, or what is wrong in one sentence.

    The cookie is SameSite: another site's page cannot send it along.
    """
    content = await body_of(request, LARGEST)
    if content is None:
        return Response(status_code=413)
    language = "zh" if request.query_params.get("lang") == "zh" else "en"
    try:
        given = json.loads(content)
        values = predict.DEFAULTS | {k: v for k, v in given.items() if k in predict.DEFAULTS and isinstance(v, str)}
        run = await run_in_threadpool(reveal, values, owner_of(request.cookies.get(OWNER_COOKIE, "")))
    except StudioError as error:
        return JSONResponse({"error": error.say(language)}, status_code=409)
    except (ValueError, AttributeError, RecursionError):
        return Response(status_code=400)
    return JSONResponse({"run": run})
