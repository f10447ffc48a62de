"""A run's files, by their addresses: GET /runs/<run id>/<what>. Who has the id may have them, but not name and note."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from model import export
from model.errors import RunError, StudioError
from model.keeping import keep
from model.kept import Kept
from model.run_card import run_card
from model.script import notebook, script
from pages.ui import resources, runs_list
from pages.ui.owner import OWNER_COOKIE, owner_of
from pages.ui.text import LANGUAGES, Text


@dataclass(frozen=True)
class Asked:
    """What somebody asks for: ``name`` and ``note`` are known to the run's owner only."""

    kept: Kept
    text: Text
    dark: bool
    name: str = ""
    note: str = ""


def chart_json(asked: Asked) -> str:
    """The chart as Plotly's JSON, from which the browser draws PNG and SVG."""
    from pages.ui.figures import animator_figure  # Plotly takes a second to load

    kept = asked.kept
    drawn: str = animator_figure(kept.epochs, kept.trace, kept.hyperparameters.num_epochs, asked.dark).to_json()
    return drawn


def chart_html(asked: Asked) -> str:
    """The chart as one page that needs no server and no network: Plotly is in it."""
    import plotly.io

    title, text = html.escape(asked.name or asked.text("files.chart_title")), asked.text
    figure = json.loads(chart_json(asked))
    options = {"include_plotlyjs": True, "full_html": False, "validate": False, "config": {"displaylogo": False}}
    chart = plotly.io.to_html(figure, **options)
    ground, ink = ("#141518", "#ececea") if asked.dark else ("#ffffff", "#1b1b1d")
    return (
        f'<!DOCTYPE html>\n<html lang="{text.language}"><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f'<body style="background: {ground}; color: {ink}">{chart}</body></html>\n'
    )


Make = Callable[[Asked], bytes | str]
FILES: dict[str, tuple[str, Make]] = {
    "weights.safetensors": ("application/octet-stream", lambda asked: export.weights_safetensors(asked.kept)),
    "weights.npz": ("application/octet-stream", lambda asked: export.weights_npz(asked.kept)),
    "curves.csv": ("text/csv", lambda asked: export.curves_csv(asked.kept)),
    "curves.json": ("application/json", lambda asked: export.curves_json(asked.kept)),
    "card.md": ("text/markdown", lambda asked: run_card(asked.kept, asked.text, asked.name, asked.note)),
    "script.py": ("text/x-python", lambda asked: script(asked.kept)),
    "notebook.ipynb": ("application/x-ipynb+json", lambda asked: notebook(asked.kept, asked.text)),
    "run.zip": ("application/zip", lambda asked: export.whole_run(asked.kept, asked.text, asked.name, asked.note)),
    "chart.html": ("text/html", chart_html),
    "chart.json": ("application/json", chart_json),
}
"""What there is of a run: its kind, and what makes it."""


def kept_run(run_id: str) -> Kept:
    """The run as it is in memory, where it may be further, or in the store; RunError or StoreError where it is not."""
    try:
        return keep(resources.trainer().get(run_id))
    except RunError:
        return resources.keeper().runs.load(run_id)[0]


def file_stem(kept: Kept, name: str, number: int | None) -> str:
    """A file's name without its ending: the run's number, and its name or else its learning rate, in plain letters."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:40].strip("-._") or f"lr{kept.hyperparameters.lr:g}"
    return "-".join(["run", *([str(number)] if number else []), words])


def described(kept: Kept, owner: str) -> tuple[str, str, int | None]:
    """The name, note and number that its owner gave the run; for others none, and no number while it is not kept."""
    if owner != kept.owner:
        return "", "", None
    try:
        summary = runs_list.find(kept.id, owner)
    except StudioError:
        return "", "", None
    return summary.name, summary.note, summary.number or None


def _answer(request: Request, text: Text) -> Response:
    kept, what = kept_run(request.path_params["run_id"]), request.url.path.rpartition("/")[2]
    owner = owner_of(request.cookies.get(OWNER_COOKIE, ""))
    name, note, number = described(kept, owner)
    media_type, make = FILES[what]
    content = make(Asked(kept, text, request.query_params.get("theme") == "dark", name, note))
    stem, (kind, _, ending) = file_stem(kept, name, number), what.rpartition(".")
    file = f"{stem}.{ending}" if kind in ("run", "script", "notebook") else f"{stem}-{kind}.{ending}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{file}"'})


async def run_downloads(request: Request) -> Response:
    """One file; 404 with the reason where there is no such run, in the language of ``?lang=``."""
    language = request.query_params.get("lang", "")
    text = Text(language if language in LANGUAGES else LANGUAGES[0])
    try:
        response = await run_in_threadpool(_answer, request, text)
    except StudioError as error:
        response = Response(text.error(error), status_code=404, media_type="text/plain")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
