"""What a section of Concepts shows of its values: GET /ideas/<section>, and the same for the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from model.errors import BadSetting, StudioError
from model.ideas import entropy, indexing, lockstep, pitfalls, softmax, step
from pages.ui import resources
from pages.ui.frames import encode_pictures, encode_templates

IDEAS: dict[str, ModuleType] = {
    "softmax": softmax, "entropy": entropy, "indexing": indexing, "step": step, "lockstep": lockstep,
    "pitfalls": pitfalls,
}  # fmt: skip
"""The sections in their order."""

ON_DATA = ("step", "lockstep", "pitfalls")
"""Those that look at images."""


def answer(name: str, values: Mapping[str, str], data: str | None) -> dict[str, Any]:
    """The section's numbers for these values, on the data set of this name; StudioError where one cannot be."""
    idea = IDEAS[name]
    values = idea.DEFAULTS | {key: value for key, value in values.items() if key in idea.DEFAULTS}
    if name not in ON_DATA:
        found: dict[str, Any] = idea.answer(values)
        return found
    if data not in (None, resources.FASHION_MNIST, resources.GARMENTS):
        options = f"{resources.FASHION_MNIST}, {resources.GARMENTS}"
        raise BadSetting("bad_choice", name="data", value=data, options=options)
    found = idea.answer(values, resources.data_set(data or resources.default_data()))
    return pictures(found) if name == "step" else found


def pictures(found: dict[str, Any]) -> dict[str, Any]:
    """One step with its pictures as bytes: the image, the gradient, and W's row before and after on one scale."""
    rows = torch.tensor([found["before"], found["after"]])
    return {key: value for key, value in found.items() if key not in ("before", "after")} | {
        "x": encode_pictures(torch.tensor(found["x"])),
        "gradient": encode_templates(torch.tensor(found["gradient"])),
        "rows": encode_templates(rows),
    }


async def ideas(request: Request) -> Response:
    """GET /ideas/<section>?<values>: the numbers; 400 with one sentence where a value cannot be."""
    params = dict(request.query_params)
    if request.path_params["section"] not in IDEAS:
        return Response(status_code=404)
    try:
        found = await run_in_threadpool(answer, request.path_params["section"], params, params.get("data"))
    except StudioError as error:
        return JSONResponse({"error": error.say("zh" if params.get("lang") == "zh" else "en")}, status_code=400)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})
