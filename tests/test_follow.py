"""GET and POST /follow/<id>: who may lead, what followers are told, the limits, and what is refused in one sentence."""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from conftest import STUDIO
from starlette.requests import Request
from starlette.responses import Response
from streamlit.testing.v1 import AppTest

from model import lectures as limits
from model.lectures import Lectures, View
from model.trainer import Trainer
from pages.ui import follow
from pages.ui.owner import OWNER_COOKIE, owner_of
from pages.ui.routes import late

COOKIE = "the-lecturers-own-cookie"
LECTURE = follow.id_for(owner_of(COOKIE))
EMPTY: dict[str, Any] = {
    "run": None,
    "model": None,
    "section": None,
    "screen": None,
    "hidden": [],
    "view": {},
    "at": None,
}


@pytest.fixture(autouse=True)
def lectures(monkeypatch: pytest.MonkeyPatch) -> Lectures:
    monkeypatch.setattr(follow, "lectures", Lectures())
    return follow.lectures


def request(method: str, lecture_id: str, body: bytes = b"", query: str = "", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    sent = [{"type": "http.request", "body": body[i : i + 1000], "more_body": True} for i in range(0, len(body), 1000)]
    messages = iter([*sent, {"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Any:
        return next(messages)

    scope = {
        "type": "http", "method": method, "path_params": {"lecture_id": lecture_id}, "query_string": query.encode(),
        "headers": given,
    }  # fmt: skip
    return Request(scope, receive)


def answer(asked: Request) -> tuple[int, Any]:
    async def ask() -> Response:
        return await follow.follow(asked)

    response = asyncio.run(ask())
    return response.status_code, json.loads(bytes(response.body) or "null")


def post(said: Any, lecture_id: str = LECTURE, cookie: str | None = COOKIE, **headers: str) -> tuple[int, Any]:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    cookies = {} if cookie is None else {"cookie": f"{OWNER_COOKIE}={cookie}"}
    return answer(request("POST", lecture_id, body, **cookies, host="studio:1", **headers))


def word(page: str = "data", **more: Any) -> dict[str, Any]:
    return {"tab": "one", "shown": {"page": page, **more}}


def test_the_lecturer_shows_a_page(lectures: Lectures) -> None:
    assert post(word()) == (200, {"followers": 0})
    assert lectures.view(LECTURE) == View("led", {"page": "data", **EMPTY})
    lectures.follow(LECTURE, lambda: None)
    assert post(word()) == (200, {"followers": 1})
    assert post({"tab": "one", "over": "rest"})[0] == 200
    assert lectures.view(LECTURE).state == "away"
    assert post({"tab": "one", "over": "end"})[0] == 200
    assert lectures.view(LECTURE).state == "ended"


def test_the_id_is_the_same_after_a_restart_and_tells_nothing_of_the_cookie() -> None:
    source = (
        f"from pages.ui.follow import id_for\nfrom pages.ui.owner import owner_of\nprint(id_for(owner_of({COOKIE!r})))"
    )
    again = subprocess.run(
        [sys.executable, "-c", source], cwd=Path(STUDIO).parent.parent, capture_output=True, text=True
    )
    assert again.stdout.strip() == LECTURE
    assert follow.is_id(LECTURE)
    digest = hashlib.sha256(COOKIE.encode()).hexdigest()
    assert LECTURE not in digest
    assert not any(part in digest for part in (LECTURE[:6], bytes(LECTURE, "ascii").hex()[:12]))
    assert follow.id_for(owner_of(COOKIE + "x")) != LECTURE


def test_the_route_needs_no_torch() -> None:
    source = "import sys\nimport pages.ui.follow\nsys.exit('torch' in sys.modules or 'streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", source], cwd=Path(STUDIO).parent.parent).returncode == 0


@pytest.mark.parametrize("cookie", [None, "", "a-follower's-cookie", LECTURE, owner_of(COOKIE)])
def test_nobody_else_can_lead(lectures: Lectures, cookie: str | None) -> None:
    status, said = post(word(), cookie=cookie)
    assert status == 403
    assert said["error"] == "Not shown: only the lecturer can lead with this link; open Share for a link of your own."
    assert post({"tab": "one", "over": "end"}, cookie=cookie)[0] == 403
    assert lectures.view(LECTURE) == View("nobody")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://studio:2"}, 403),
        ({"origin": "null"}, 403),
        ({"sec_fetch_site": "cross-site", "origin": "http://studio:1"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"origin": "http://studio:1"}, 200),
        ({"sec_fetch_site": "same-origin", "origin": "https://behind-a-proxy"}, 200),
        ({}, 200),
    ],
)
def test_another_sites_page_cannot_lead(lectures: Lectures, headers: dict[str, str], status: int) -> None:
    assert post(word(), **headers)[0] == status
    assert lectures.view(LECTURE).state == ("led" if status == 200 else "nobody")


@pytest.mark.parametrize(
    "lecture_id", ["x", "", "a" * 21, "a" * 23, "é" * 22, "../../../../etc/passwd", "a" * 21 + "\n"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_nonsense_id_is_told_in_one_sentence(method: str, lecture_id: str) -> None:
    status, said = answer(request(method, lecture_id, b"{}", cookie=f"{OWNER_COOKIE}={COOKIE}"))
    assert status == 404
    assert said["error"].startswith(f"There is no lecture {lecture_id[:32]}: the link is cut short")
    assert len(said["error"]) < 150
    assert "链接不完整" in answer(request(method, lecture_id, query="lang=zh"))[1]["error"]


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b"{", b"\xff", b"[" * 5000, b"1", {"tab": "one"}, {"shown": {"page": ""}}, {"tab": 1, "shown": {}},
     {"tab": "one", "shown": []}, {"tab": "one", "shown": {"page": "https://evil.example"}},
     {"tab": "one", "shown": {"page": None}}, {"tab": "<b>", "shown": {"page": ""}}],
)  # fmt: skip
def test_what_is_no_word_of_a_page_is_refused(lectures: Lectures, said: Any) -> None:
    status, answered = post(said)
    assert status == 400
    assert answered["error"].endswith("load this page again.")
    assert lectures.view(LECTURE) == View("nobody")


def test_a_word_may_be_so_long(lectures: Lectures) -> None:
    fits = json.dumps(word()).encode()
    assert post(fits + b" " * (follow.LARGEST - len(fits)))[0] == 200
    status, said = post(fits + b" " * (follow.LARGEST - len(fits) + 1))
    assert (status, str(follow.LARGEST) in said["error"]) == (413, True)
    assert post(b"x" * 10_000_000)[0] == 413


def test_only_names_and_values_that_a_page_can_have_come_through(lectures: Lectures) -> None:
    view = {"data_class": "3", "Data": "x", "data_from": "9" * (follow.LONGEST + 1), "a-b": "x", "data_unit": 3}
    at = {"model": "m", "step": 7, "playing": True, "note": "secret"}
    post(
        word(
            run="<script>",
            model="pretrained",
            section="a b",
            view=view,
            at=at,
            hidden=["templates", "x", 3],
            name="Ann",
        )
    )
    assert lectures.view(LECTURE).shown == {
        "page": "data", **EMPTY, "model": "pretrained", "hidden": ["templates"], "view": {"data_class": "3"},
        "at": {"model": "m", "step": 7, "playing": True},
    }  # fmt: skip
    many = {"x" + "y" * i: "v" for i in range(30)} | {"z" + "y" * i: "v" for i in range(30)}
    assert len(follow.clean({"page": "", "view": many})["view"]) == follow.MOST_VALUES
    for moment in ({"model": "m", "step": -1, "playing": False}, {"model": "m", "step": True, "playing": False}, 7):
        assert follow.clean({"page": "", "at": moment})["at"] is None


def test_of_the_runs_page_nothing_is_told() -> None:
    shown = {"page": "runs", "run": "abc", "view": {"runs_open": "abc"}, "hidden": ["templates"]}
    assert follow.clean(shown) == {"page": "runs"}


def test_another_tab_leads_until_the_lead_is_taken_back() -> None:
    post(word())
    other = {**word("templates"), "tab": "two"}
    status, said = post(other)
    assert (status, said["key"]) == (409, "lecture_elsewhere")
    assert post({**other, "take": True})[0] == 200
    assert post(word())[0] == 409


def test_too_many_are_told_so(lectures: Lectures) -> None:
    async def stream() -> follow.Stream:
        return follow.Stream(LECTURE)

    for _ in range(limits.MOST_EACH):
        asyncio.run(stream())
    status, said = answer(request("GET", LECTURE))
    assert (status, said["key"]) == (503, "lecture_full")
    assert "tries again by itself" in said["error"]
    for i in range(limits.MOST_LECTURES):
        lectures.lead(str(i), "tab", {})
    assert post(word())[0] == 503


def events(count: int, meanwhile: list[Any]) -> list[Any]:
    """The first events of a stream, with what the lecturer says after each."""

    async def take() -> list[Any]:
        stream = follow.Stream(LECTURE)
        told: list[Any] = []
        source: AsyncIterator[str] = stream.events()
        async for event in source:
            if event.startswith("data: "):
                told.append(json.loads(event[6:]))
                if len(told) == count:
                    break
                for say in meanwhile[len(told) - 1]:
                    say()
        await source.aclose()  # type: ignore[attr-defined]
        return told

    return asyncio.run(take())


def test_a_follower_is_told_each_change_and_of_many_at_once_the_last() -> None:
    def page(name: str) -> Any:
        return lambda: follow.lectures.lead(LECTURE, "one", {"page": name})

    last = [page("a"), page("b"), page("c")]
    told = events(4, [[page("x")], last, [lambda: follow.lectures.end(LECTURE, "one")]])
    assert [event["state"] for event in told] == ["nobody", "led", "led", "ended"]
    assert [event["shown"] for event in told] == [None, {"page": "x"}, {"page": "c"}, {"page": "c"}]


def test_a_silent_stream_says_only_that_it_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    async def take() -> list[str]:
        source = follow.Stream(LECTURE).events()
        return [await anext(source) for _ in range(5)]

    monkeypatch.setattr(follow, "HEARTBEAT", 0.0)
    monkeypatch.setattr(follow, "LOOK", 0.01)
    assert asyncio.run(take())[2:] == [": alive\n\n"] * 3


def test_a_stream_ends_when_the_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    async def take() -> list[str]:
        return [event async for event in follow.Stream(LECTURE).events()]

    monkeypatch.setattr(follow, "closing", lambda: True)
    assert asyncio.run(take()) == ["retry: 1500\n\n"]


def test_who_hangs_up_follows_no_more() -> None:
    async def hang_up() -> tuple[int, int]:
        stream = follow.Stream(LECTURE)
        during = follow.lectures.lead(LECTURE, "one", {})

        async def receive() -> Any:
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        await stream({"type": "http", "asgi": {"spec_version": "2.0"}}, receive, send)
        return during, follow.lectures.lead(LECTURE, "one", {})

    assert asyncio.run(hang_up()) == (1, 0)


@pytest.mark.parametrize("name", ["follow", "describing", "idea_predict"])
def test_who_hangs_up_in_the_middle_of_what_is_sent_raises_nothing(name: str) -> None:
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(messages)

    begun = request("POST", LECTURE, cookie=f"{OWNER_COOKIE}={COOKIE}", host="studio:1")

    async def ask() -> Response:
        return await late(name)(Request(begun.scope, receive))

    assert asyncio.run(ask()).status_code == 400
    assert list(messages) == []  # it was read to there


def test_to_ask_for_the_head_alone_follows_nobody() -> None:
    assert answer(request("HEAD", LECTURE)) == (200, None)
    assert follow.lectures.lead(LECTURE, "one", {}) == 0


def visit(**query: str) -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception
    return at


def keys(at: AppTest) -> set[str | None]:
    return {
        element.key
        for kind in ("button", "slider", "select_slider", "selectbox", "button_group")
        for element in at.get(kind)
    }


def test_a_followers_train_page_has_nothing_that_plays_a_run(server: Trainer) -> None:
    assert {"train_main", "train_lr", "train_pace"} <= keys(visit())
    led = visit(follow=LECTURE)
    assert {key for key in keys(led) if key and key.startswith("train_")} == set()
    assert led.query_params["follow"] == LECTURE


def test_the_link_opens_where_the_lecturer_is(server: Trainer, lectures: Lectures) -> None:
    shown = follow.clean({"page": "templates", "model": "pretrained", "view": {"templates_view": "start"}})
    lectures.lead(LECTURE, "one", shown)
    at = visit(follow=LECTURE)
    assert at.title[0].value == "Templates through time"
    assert at.session_state["templates_view"] == "start"
    assert at.query_params["follow"] == LECTURE


def test_a_nonsense_link_says_so_and_follows_nobody(server: Trainer) -> None:
    at = visit(follow="nonsense")
    assert "follow" not in at.query_params
    assert "train_main" in keys(at)
    assert at.session_state["told"].key == "no_lecture"


def test_a_lecturers_picture_is_not_shared(server: Trainer, lectures: Lectures) -> None:
    lectures.lead(LECTURE, "one", follow.clean({"page": "classify"}))
    at = visit(follow=LECTURE)
    assert [element.value for element in at.markdown if "not shared" in element.value]
    assert not [key for key in keys(at) if key and key.startswith(("classify_", "studio_model"))]
