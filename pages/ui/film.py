"""The films' routes: snapshots for the scrubber, the weights of a moment, and the test pictures it is tried on."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from model.data import FashionData
from model.errors import StudioError
from model.evaluation import nearest
from model.snapshots import Weights
from pages.ui import models
from pages.ui.frames import encode_pictures, finite

BYTES = "application/octet-stream"
NEAREST = 6
"""Pictures on either side: those that a template scores highest, and lowest."""


def _now(model: models.Model) -> Weights | None:
    """The weights of this moment, where they stand still: while a run goes on, its snapshots are enough."""
    return None if model.run and model.run.state == "running" else model.weights


def film_bytes(model: models.Model, start: int) -> bytes:
    """The film from its ``start``-th snapshot on."""
    state = model.run.state if model.run else "finished"  # before the frames, which may be newer but never older
    return model.film.frames(_now(model), start).to_bytes(state)


def near(model: models.Model, step: int, label: int) -> dict[str, Any]:
    """The test images that one template scores highest and lowest, with their scores, at a moment of the film."""
    data, weights = model.film.data, model.film.until(step, _now(model))
    highest, lowest, scores = nearest(weights.W[label], float(weights.b[label]), data.test_images, NEAREST)
    images = highest + lowest
    return {
        "step": weights.step,
        "highest": len(highest),
        "images": images,
        "labels": data.test_labels[images].tolist(),
        "scores": [finite(score) for score in scores[images].tolist()],
        "pictures": encode_pictures(data.test_images[images]),
    }


def npz(model: models.Model, step: int) -> bytes:
    """W, b and the step at a moment of the film as one .npz file; ``exact`` is false where W comes from a snapshot."""
    now = _now(model)
    weights = model.film.until(step, now)
    buffer = io.BytesIO()
    np.savez(buffer, W=weights.W.numpy(), b=weights.b.numpy(), step=weights.step, exact=weights is now)
    return buffer.getvalue()


def picture(data: FashionData, index: int) -> bytes:
    """A test picture: one byte for its label, then 784 grey values."""
    levels = (data.test_images[index] * 255).round().byte()
    return bytes([int(data.test_labels[index])]) + levels.numpy().tobytes()


def _number(request: Request, name: str, most: int) -> int:
    """A whole number from the address, brought to 0 to ``most``; what is not one counts as 0."""
    value = request.query_params.get(name, "")
    return min(int(value), most) if value.isascii() and value.isdigit() and len(value) < 12 else 0


def _answer(what: str, request: Request) -> Response:
    model = models.find(request.path_params["model_id"])
    step = _number(request, "at", 2**31)
    if what == "near":
        return Response(json.dumps(near(model, step, _number(request, "label", 9))), media_type="application/json")
    if what == "npz":
        headers = {"Content-Disposition": f'attachment; filename="weights-step-{step}.npz"'}
        return Response(npz(model, step), media_type=BYTES, headers=headers)
    if what == "picture":
        data = model.film.data
        return Response(picture(data, _number(request, "index", len(data.test_labels) - 1)), media_type=BYTES)
    return Response(film_bytes(model, _number(request, "from", 10**6)), media_type=BYTES)


async def film(request: Request) -> Response:
    """GET /film/<model id>[/near | /picture | /npz]: 404 with the reason where there is no such model."""
    try:
        response = await run_in_threadpool(_answer, request.url.path.rpartition("/")[2], request)
    except StudioError as error:
        response = Response(error.say("en"), status_code=404, media_type="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
