"""The server's few routes beside Streamlit's own. Nothing here loads torch before the server listens."""

from __future__ import annotations

import gzip
import importlib
import importlib.metadata
import importlib.util
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from pages.ui.health import healthz

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"

COMPONENTS = (
    "animator", "film", "evaluate", "browse", "classify", "paste", "sketchpad", "examples", "runs", "compare",
    "files", "sweep", "share", "concepts", "lectern",
)  # fmt: skip

RUN_FILES = (
    "weights.safetensors", "weights.npz", "curves.csv", "curves.json", "card.md", "script.py", "notebook.ipynb",
    "run.zip", "chart.html", "chart.json",
)  # fmt: skip
"""What there is of a run: by name, as Streamlit asks for other things below the address of the Runs page."""


@cache
def plotly_script() -> tuple[bytes, bytes]:
    """Plotly's own script from the installed package, plain and packed; packed once, not for each visitor."""
    spec = importlib.util.find_spec("plotly")
    assert spec
    assert spec.origin
    script = (Path(spec.origin).parent / "package_data" / "plotly.min.js").read_bytes()
    return script, gzip.compress(script, compresslevel=4)


async def plotly(request: Request) -> Response:
    """GET /lib/plotly/plotly.min.js: 4.7 MB, or 1.6 MB packed, and 304 for a browser that has it."""
    etag = f'"plotly-{importlib.metadata.version("plotly")}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    plain, packed = await run_in_threadpool(plotly_script)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})
    return Response(plain, media_type="text/javascript", headers=headers)


def late(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler ``name`` of the module of that name in pages/ui, imported at its first request."""

    async def handler(request: Request) -> Response:
        module = await run_in_threadpool(importlib.import_module, f"pages.ui.{name}")  # torch comes with it
        try:
            response: Response = await getattr(module, name)(request)
        except ClientDisconnect:  # in the middle of what was sent: nobody is left to read an answer
            return Response(status_code=400)
        return response

    return handler


class Fresh(StaticFiles):
    """Files that a browser asks for again after an update: with ``no-cache`` it keeps them and asks if they changed."""

    def file_response(self, *arguments: Any, **keywords: Any) -> Response:
        """The file, or 304."""
        response = super().file_response(*arguments, **keywords)
        response.headers["Cache-Control"] = "no-cache"
        return response


ROUTES: list[BaseRoute] = [
    Route("/lib/plotly/plotly.min.js", plotly),
    *(Mount(f"/lib/{name}", Fresh(directory=ASSETS / name)) for name in COMPONENTS),
    Route("/live/{run_id}", late("live")),
    *(Route(f"/runs/{{run_id}}/{what}", late("run_downloads")) for what in RUN_FILES),
    Route("/follow/{lecture_id}", late("follow"), methods=["GET", "POST"]),
    Route("/runs/{run_id}/described", late("describing"), methods=["POST"]),
    Route("/film/{model_id}", late("film")),
    *(Route(f"/film/{{model_id}}/{what}", late("film")) for what in ("near", "npz", "picture")),
    Route("/ideas/{section}", late("ideas")),
    Route("/ideas/{section}/run", late("idea_runs")),
    Route("/ideas/{section}/notebook", late("idea_notebook")),
    Route("/ideas/predict/reveal", late("idea_predict"), methods=["POST"]),
    Route("/healthz", healthz),
]
