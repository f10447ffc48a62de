"""GET /ideas/<section>/notebook: what is on the screen of a section of Concepts, as a notebook."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from model.errors import StudioError
from model.ideas.notebook import notebook
from model.script import GARMENTS, NAMED
from pages.ui.ideas import IDEAS, answer
from pages.ui.owner import OWNER_COOKIE, owner_of
from pages.ui.text import Text


def make(section: str, params: dict[str, str], owner: str) -> bytes:
    """The notebook for the values of a URL; StudioError where one cannot be."""
    text = Text("zh" if params.get("lang") == "zh" else "en")
    script: str = answer(section, params, params.get("data"), owner, text.language)["script"]
    lead = [text(f"{section}.lead")]
    if NAMED in script:
        own = f"--data {GARMENTS}" in script
        lead.append(text("files.notebook_from_garments" if own else "files.notebook_from_files"))
    return notebook(text(f"{section}.title"), "\n\n".join(lead), script)


async def idea_notebook(request: Request) -> Response:
    """The file; 400 with one sentence where a value cannot be."""
    section, params = request.path_params["section"], dict(request.query_params)
    if section not in IDEAS:
        return Response(status_code=404)
    try:
        content = await run_in_threadpool(make, section, params, owner_of(request.cookies.get(OWNER_COOKIE, "")))
    except StudioError as error:
        return JSONResponse({"error": error.say("zh" if params.get("lang") == "zh" else "en")}, status_code=400)
    headers = {"Content-Disposition": f'attachment; filename="{section}.ipynb"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/x-ipynb+json", headers=headers)
