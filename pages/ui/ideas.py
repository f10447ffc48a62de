"""What a section of Concepts shows of its values: GET /ideas/<section>, and the same for the page itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import torch
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from model.errors import StudioError
from model.ideas import entropy, indexing, lockstep, optimum, pitfalls, predict, softmax, step
from pages.ui import idea_optimum, idea_predict
from pages.ui.frames import encode_pictures, encode_templates
from pages.ui.idea_data import data_named
from pages.ui.owner import OWNER_COOKIE, owner_of

IDEAS: dict[str, ModuleType] = {
    "softmax": softmax, "entropy": entropy, "indexing": indexing, "step": step, "lockstep": lockstep,
    "pitfalls": pitfalls, "optimum": optimum, "predict": predict,
}  # fmt: skip
"""The sections in their order."""

ON_DATA = ("step", "lockstep", "pitfalls")
"""Those that look at images."""

OF_A_PERSON = {"optimum": idea_optimum.answer, "predict": idea_predict.answer}
"""Those that look at a person's runs."""


def answer(
    name: str, values: Mapping[str, str], data: str | None, owner: str = "", language: str = "en"
) -> dict[str, Any]:
    """The section's numbers for these values, on the data set of this name; StudioError where one cannot be."""
    idea = IDEAS[name]
    values = idea.DEFAULTS | {key: value for key, value in values.items() if key in idea.DEFAULTS}
    if name in OF_A_PERSON:
        return OF_A_PERSON[name](values, owner, language, data)
    if name not in ON_DATA:
        found: dict[str, Any] = idea.answer(values)
        return found
    found = idea.answer(values, data_named(data))
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
    owner, language = owner_of(request.cookies.get(OWNER_COOKIE, "")), "zh" if params.get("lang") == "zh" else "en"
    try:
        section = request.path_params["section"]
        found = await run_in_threadpool(answer, section, params, params.get("data"), owner, language)
    except StudioError as error:
        return JSONResponse({"error": error.say(language)}, status_code=400)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})
