"""What one person must not get at of another's, and what no other site's page may do: each by trying it."""

from __future__ import annotations

import asyncio
import json
import math
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send
from test_bounds import ME, YOU, Wire, ask, fine, listen, scope_of, settle, socket

from model.data import FashionData
from model.errors import RunError
from model.history import Query
from model.live_run import LiveRun
from model.sweep import Grid
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import headers, owner, resources
from pages.ui.gates import GATES
from pages.ui.origin import OwnOrigin, foreign
from pages.ui.owner import NOBODY, OWNER_COOKIE, is_ours, owner_of
from pages.ui.refusals import client_of
from pages.ui.routes import ROUTES, RUN_FILES

ROOT = Path(__file__).resolve().parent.parent
MINE, YOURS = owner_of(ME), owner_of(YOU)
SECRET = "a-name-of-my-own"
FORGED = {
    "none": None, "empty": "", "short": "a", "huge": "a" * 8000, "odd": "a-person'in,the;tests", "letters": "ä" * 22,
    "digits": "²" * 22, "path": "../../../../../../etc", "line": "a-person\nin-the-tests-x", "space": " " * 22,
}  # fmt: skip


@pytest.fixture(scope="module")
def routes() -> ASGIApp:
    """The app's own routes behind its own gates, without Streamlit's."""
    built: ASGIApp = Starlette(routes=ROUTES)
    for gate in reversed(GATES):
        built = gate.cls(built, *gate.args, **gate.kwargs)
    return built


@pytest.fixture
def run(server: Trainer, few_garments: FashionData) -> LiveRun:
    """A run of mine with a name and a note."""
    made = resources.keeper().create(MINE, Hyperparameters(num_epochs=1), few_garments, "full")
    server.stop(made)
    resources.keeper().save(at_once=True)
    resources.keeper().describe(MINE, made.id, name=SECRET, note=SECRET)
    return made


def test_who_has_a_runs_link_gets_its_numbers_and_not_what_its_owner_wrote(routes: ASGIApp, run: LiveRun) -> None:
    for what in RUN_FILES:
        if what == "run.zip":  # packed: its parts are the same ones
            continue
        mine, yours = ask(routes, *(scope_of(f"/runs/{run.id}/{what}", cookie) for cookie in (ME, YOU)))
        assert (mine[0], yours[0]) == (200, 200)
        assert SECRET not in yours[2] + str(yours[1])
        assert MINE not in yours[2]
    assert SECRET in ask(routes, scope_of(f"/runs/{run.id}/card.md", ME))[0][2]


@pytest.mark.parametrize("forged", FORGED)
def test_a_cookie_that_is_none_of_ours_is_nobodys(routes: ASGIApp, run: LiveRun, forged: str) -> None:
    cookie = FORGED[forged]
    assert not is_ours(cookie or "")
    assert owner_of(cookie or "") == NOBODY
    scope = scope_of(f"/runs/{run.id}/card.md")
    scope["headers"] = [
        (b"host", b"studio"),
        *([] if cookie is None else [(b"cookie", f"{OWNER_COOKIE}={cookie}".encode())]),
    ]
    status, _, body = ask(routes, scope)[0]
    assert status == 200
    assert SECRET not in body
    assert client_of(scope).person == "at 10.0.0.1"
    page = {**scope, "path": "/", "headers": [*scope["headers"], (b"accept", b"text/html")]}
    assert OWNER_COOKIE in ask(owner.Owner(fine), page)[0][1].get("set-cookie", "")


def test_the_cookies_that_are_given_are_ours_and_differ() -> None:
    values = [
        re.match(rf"{OWNER_COOKIE}=([^;]+); HttpOnly; SameSite=Lax", owner.new_cookie(secure=False)) for _ in "ab"
    ]
    first, second = (found[1] for found in values if found)
    assert is_ours(first)
    assert first != second
    assert owner.new_cookie(secure=True).endswith("; Secure")


def post(path: str, content: dict[str, str], cookie: str = YOU, **named: str) -> tuple[Scope, bytes]:
    return scope_of(path, cookie, method="POST", **named), json.dumps(content).encode()


async def send_body(app: ASGIApp, scope: Scope, body: bytes) -> int:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize("cookie", [YOU, "", "short"])
def test_a_stranger_describes_nothing(routes: ASGIApp, run: LiveRun, cookie: str) -> None:
    scope, body = post(f"/runs/{run.id}/described", {"name": "stolen", "note": "stolen"}, cookie)
    assert asyncio.run(send_body(routes, scope, body)) == 400
    assert resources.keeper().history.summary(run.id).name == SECRET
    mine, body = post(f"/runs/{run.id}/described", {"name": "renamed"}, ME)
    assert asyncio.run(send_body(routes, mine, body)) == 204


@pytest.mark.usefixtures("server")
def test_no_person_lists_changes_or_continues_what_is_anothers(run: LiveRun, few_garments: FashionData) -> None:
    keeper, sweeper = resources.keeper(), resources._sweeper(resources.keeper())
    assert keeper.history.listing(YOURS, Query())[0] == []
    assert keeper.history.listing(NOBODY, Query())[0] == []
    with pytest.raises(RunError, match=r"^Not changed: only their owner"):
        keeper.delete(YOURS, [run.id])
    with pytest.raises(RunError, match=r"^Not changed: only their owner"):
        keeper.history.undelete(YOURS, [run.id])
    with pytest.raises(RunError, match=r"^Not changed: only their owner"):
        keeper.describe(YOURS, run.id, pinned=True)
    sweep = sweeper.begin(MINE, Grid(Hyperparameters(num_epochs=1), "garments", (0.1,), (256,), (0.01,)))
    for act in (sweeper.stop, sweeper.go_on, sweeper.delete, sweeper.undelete):
        with pytest.raises(RunError, match=r"^There is no sweep"):
            act(YOURS, sweep.id)
    assert sweeper.listing(YOURS) == []
    sweeper.stop(MINE, sweep.id)


def test_ids_cannot_be_guessed(routes: ASGIApp, run: LiveRun) -> None:
    assert len(run.id) >= 22  # 128 random bits
    near = [
        run.id[:-1],
        run.id[:-1] + ("A" if run.id[-1] != "A" else "B"),
        run.id.swapcase(),
        "%",
        "_",
        "*",
        "' OR 1=1",
    ]
    for guess in near:
        answers = ask(
            routes, scope_of(f"/runs/{guess}/card.md"), scope_of(f"/live/{guess}"), scope_of(f"/film/{guess}")
        )
        assert [status for status, *_ in answers] == [404, 204, 404]


@pytest.mark.parametrize(
    "path",
    [
        "/lib/animator/../../pyproject.toml", "/lib/animator/%2e%2e/%2e%2e/pyproject.toml", "/lib/../app.py",
        "/lib/animator/..%2f..%2fapp.py", "/lib/animator//etc/passwd", "/lib/animator/\\..\\..\\app.py",
        "/lib/animator/\0", "/lib/animator/", "/lib/animator", "/lib/text/en.toml", "/lib/animator/" + "a" * 5000,
        "/runs/../app.py/card.md",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_what_is_served(routes: ASGIApp, path: str) -> None:
    status, _, body = ask(routes, scope_of(path))[0]
    assert status in (307, 404)
    assert "streamlit" not in body


METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE")
PATHS = (
    "/healthz", "/lib/plotly/plotly.min.js", "/lib/animator/animator.js", "/live/x", "/film/x", "/film/x/near",
    "/ideas/softmax", "/ideas/softmax/run", "/ideas/softmax/notebook", "/ideas/predict/reveal", "/runs/x/described",
    "/runs/x/card.md",
)  # fmt: skip


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("path", PATHS)
def test_every_method_has_a_sane_answer(routes: ASGIApp, path: str) -> None:
    posts = path.endswith(("/reveal", "/described"))
    for method in METHODS:
        status, said, body = ask(routes, scope_of(path, method=method))[0]
        if method in ("GET", "HEAD") and not posts:
            assert status in (200, 204, 404)
        elif method == "POST" and posts:
            assert status in (200, 400, 409)
        else:
            assert status == 405
            assert said["allow"]
        assert "Traceback" not in body
        assert "access-control-allow-origin" not in said


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_what_a_browser_may_do_with_it(routes: ASGIApp, path: str) -> None:
    said = ask(routes, scope_of(path))[0][1]
    assert said["x-content-type-options"] == "nosniff"
    assert said["referrer-policy"] == "same-origin"
    assert said["cross-origin-resource-policy"] == "same-origin"
    assert said["x-frame-options"] == "SAMEORIGIN"
    assert said["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert "camera=(self)" in said["permissions-policy"]
    assert "strict-transport-security" not in said
    assert "strict-transport-security" in ask(routes, {**scope_of(path), "scheme": "https"})[0][1]


def test_a_page_may_load_from_its_own_host_alone() -> None:
    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    def policy(host: str) -> str:
        return ask(headers.Headers(page), scope_of("/", host=host))[0][1]["content-security-policy"]

    assert "connect-src 'self' ws://studio:8501 wss://studio:8501 " in policy("studio:8501")
    for part in policy("studio").split("; "):
        assert not re.search(r"(https?:|\*)", part)
    assert "evil" not in policy("a; script-src https://evil")


STRANGERS = {
    "another site": {"origin": "https://evil.example"},
    "another port": {"origin": "http://studio:9000"},
    "no origin of a site": {"origin": "null"},
    "nonsense": {"origin": "http://["},
    "said by the browser": {"sec_fetch_site": "cross-site"},
    "another name of this site": {"sec_fetch_site": "same-site"},
}
FRIENDS = {
    "a program": {}, "our page": {"origin": "http://studio"}, "behind a proxy": {"origin": "https://studio"},
    "said by the browser": {"origin": "http://studio", "sec_fetch_site": "same-origin"},
}  # fmt: skip


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("path", ["/runs/x/described", "/ideas/predict/reveal", "/_stcore/upload_file/a/b"])
def test_another_sites_page_changes_nothing(routes: ASGIApp, who: str, path: str) -> None:
    status, _, body = ask(routes, scope_of(path, method="POST", **STRANGERS[who]))[0]
    assert status == 403
    assert "only this app's own pages may send it; open the app itself." in body


@pytest.mark.parametrize("who", FRIENDS)
def test_our_own_pages_and_programs_may_ask(who: str) -> None:
    assert foreign(scope_of("/", method="POST", **FRIENDS[who])) is None


@pytest.mark.parametrize("who", STRANGERS)
def test_another_sites_page_has_no_connection(who: str) -> None:
    async def try_it() -> list[str]:
        scope = {**socket(), "headers": scope_of("/", **STRANGERS[who])["headers"]}
        wire = Wire(OwnOrigin(listen), scope)
        await settle()
        return [message["type"] for message in wire.sent]

    assert asyncio.run(try_it()) == ["websocket.close"]


def test_streamlits_own_protections_are_on() -> None:
    config = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    for line in ("enableXsrfProtection = true", "enableCORS = true", "enableStaticServing = false"):
        assert line in config
    for line in ("corsAllowedOrigins", "enableAgentApi", "enableWebsocketCompression", "developmentMode"):
        assert line not in config


def test_requirements_are_pinned() -> None:
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"-r requirements\.txt|[\w.\[\]-]+==\d[\w.]*", line), f"{path.name}: {line}"


KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{36}|\bgithub_pat_\w{20}|\bxox[abprs]-[\w-]{10}"
    r"|\bglpat-[\w-]{20}|\bsk-[\w-]{32}|\bAIza[\w-]{35}|\bpypi-[\w-]{50}|\beyJ[\w-]{20,}\.[\w-]{20,}\."
    r"|[a-z]+://[^/\s:@\"'{<]+:[^/\s:@\"'{<]{7,}@"
)
ASSIGNED = re.compile(
    r"(?i)\b\w*(?:secret|token|passw(?:or)?d|api_?key|access_?key)\w*\b[\"']?\s*[:=]\s*[\"']([\w+/=.-]{16,})[\"']"
)
PATHS_OF_A_MACHINE = re.compile(r"(?<![\w.~])/(?:home|root|Users)/\w+")


def entropy(text: str) -> float:
    """Bits a character."""
    shares = [text.count(letter) / len(text) for letter in set(text)]
    return -sum(share * math.log2(share) for share in shares)


def secrets_in(text: str) -> list[str]:
    """What looks like a key, a token, a password in an address, or a path of somebody's machine."""
    found = [match.group() for pattern in (KEYS, PATHS_OF_A_MACHINE) for match in pattern.finditer(text)]
    return found + [match.group() for match in ASSIGNED.finditer(text) if entropy(match[1]) > 3.5]


def tracked() -> Iterator[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return (ROOT / name for name in listed.stdout.split("\0") if name)


def test_no_secret_is_in_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout: it has no list of its files")
    found = {}
    for path in tracked():
        if path.is_file() and (secrets := secrets_in(path.read_bytes().decode("utf-8", "ignore"))):
            found[path.name] = secrets
    assert found == {}


@pytest.mark.parametrize(
    "secret",
    ["-----BEGIN RSA " + "PRIVATE KEY-----", "AKIA" + "Q3EGRIBK5RVEXAMP", "ghp_" + "a1B2" * 9, "glpat-" + "x" * 20,
     'API_KEY = "' + 'q8Zr2LmX0vTn5KpW7yBc"', "password: '" + "hT7xQ2mN9vK4pLz8w'", "postgres://me" + ":hunter2@db/x",
     "/ho" + "me/somebody/studio", "/ro" + "ot/studio"],
)  # fmt: skip
def test_a_secret_would_be_found(secret: str) -> None:
    assert secrets_in(f"x = 1\n{secret}\n") != []


@pytest.mark.parametrize(
    "harmless",
    ['cookie = "a-person-in-the-tests-x"', "token_urlsafe(16)", "https://d2l.ai/chapter/home/page", "/homepage/x",
     "sqlite:////srv/studio/runs.sqlite3", 'token = "the-same-the-same-the-same"'[:20], "a/root/b"],
)  # fmt: skip
def test_what_is_no_secret_is_let_be(harmless: str) -> None:
    assert secrets_in(harmless) == []
