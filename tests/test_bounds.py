"""The bounds on what one person, one address and everybody may ask of the server, each by going beyond it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from model import limits
from model.buckets import Buckets, Places
from model.errors import RunError, sentences
from model.haste import Haste
from model.limits import Most, Rate
from pages.ui import notices, own_requests, upload_gate, windows
from pages.ui.messages import is_understood
from pages.ui.owner import OWNER_COOKIE, owner_of

ME, YOU = "a-person-in-the-tests-x", "another-in-the-tests-xy"


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_tokens_come_back_with_time_and_never_more_than_there_were() -> None:
    clock = Clock()
    buckets = Buckets(Rate(3, 2), clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert buckets.take("b") == 0  # another's are their own
    clock.now = 0.5
    assert [buckets.take("a"), buckets.take("a")] == [0, 0.5]
    clock.now = 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_what_is_owed_is_waited_for_in_its_order() -> None:
    buckets = Buckets(Rate(2, 4), clock=Clock())
    assert [buckets.owe("a") for _ in range(5)] == [0, 0, 0.25, 0.5, 0.75]
    assert Buckets(Rate(2, 4), clock=Clock()).owe("a", 100) == 0  # what is larger than a bucket asks for a full one


def test_a_register_of_persons_forgets_those_who_were_seen_longest_ago() -> None:
    buckets = Buckets(Rate(1, 0.001), most=3, clock=Clock())
    for name in "abcadeafa":
        buckets.take(name)
    assert len(buckets) == 3
    assert buckets.take("a") > 0  # who comes again and again is not forgotten by it
    assert buckets.take("b") == 0


def test_places_are_counted_by_person_address_and_in_all() -> None:
    places = Places(Most(2, 3, 4))
    for person, address in (("a", "x"), ("a", "x"), ("b", "x")):
        assert places.full(person, address) is None
        places.enter(person, address)
    assert (places.full("a", "y"), places.full("b", "x"), places.full("b", "y")) == ("each", "address", None)
    assert places.full("a", "x", spare=1) is None
    places.enter("c", "y")
    assert places.full("d", "z") == "in_all"
    for person, address in (("a", "x"), ("a", "x"), ("b", "x"), ("c", "y")):
        places.leave(person, address)
    assert (len(places), places.full("a", "x")) == (0, None)


@pytest.mark.parametrize(("value", "expected"), [("7", 7), ("007", 7), ("0", 5), ("-1", 5), ("x", 5), ("9" * 5000, 5)])
def test_an_operator_sets_a_bound_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: int
) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_WINDOWS", value)
    assert limits.number("WINDOWS", 5) == expected


def test_a_school_behind_one_address_stays_within_every_bound() -> None:
    """40 students, each with three windows, a slider dragged at ten messages a second and all pressing Train."""
    students = 40
    assert students * 3 <= min(limits.WINDOWS.address, limits.WINDOWS.in_all)
    assert students * 10 <= limits.MESSAGES_PER_ADDRESS.per_second
    assert students * 3 <= limits.NEW_WINDOWS_PER_ADDRESS.burst
    assert students <= limits.NEW_RUNS_IN_ALL.burst
    assert students * limits.LIVE_EACH <= limits.LIVE_IN_ALL
    assert students <= min(limits.STREAMS.address, limits.STREAMS.in_all)
    assert students * 60 <= limits.REQUESTS_PER_ADDRESS.burst  # a page's scripts


def test_a_thousand_runs_at_once_are_thirty() -> None:
    haste, begun = Haste(), 0
    said = set()
    for _ in range(1000):
        try:
            haste.run("me")
            begun += 1
        except RunError as error:
            said.add(error.key)
    assert (begun, said) == (limits.NEW_RUNS.burst, {"runs_too_fast"})
    haste.run("you")


def test_sweeps_are_counted_too() -> None:
    haste = Haste()
    for _ in range(round(limits.SWEEPS.burst)):
        haste.sweep("me")
    with pytest.raises(RunError, match=r"^10 sweeps can be begun .* wait 30 s, then press again.$"):
        haste.sweep("me")


def scope_of(path: str, cookie: str = ME, address: str = "10.0.0.1", method: str = "GET", **headers: str) -> Scope:
    named = {"cookie": f"{OWNER_COOKIE}={cookie}", "host": "studio"} | headers
    return {
        "type": "http", "method": method, "path": path, "query_string": b"", "scheme": "http", "client": (address, 1),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()],
    }  # fmt: skip


async def answer(app: ASGIApp, scope: Scope) -> tuple[int, dict[str, str], str]:
    """Status, headers and body."""
    sent: list[Message] = []
    asked: list[bool] = []

    async def receive() -> Message:
        if asked:
            await asyncio.Event().wait()  # it stays connected
        asked.append(True)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return (
        sent[0]["status"],
        headers,
        b"".join(message.get("body", b"") for message in sent[1:]).decode(errors="replace"),
    )


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that answers 204 to everything."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def ask(app: ASGIApp, *scopes: Scope) -> list[tuple[int, dict[str, str], str]]:
    async def all_of_them() -> list[tuple[int, dict[str, str], str]]:
        return [await answer(app, scope) for scope in scopes]

    return asyncio.run(all_of_them())


@pytest.fixture
def few_requests(monkeypatch: pytest.MonkeyPatch) -> ASGIApp:
    monkeypatch.setattr(own_requests, "REQUESTS", Rate(3, 0.1))
    monkeypatch.setattr(own_requests, "REQUESTS_PER_ADDRESS", Rate(5, 0.1))
    return own_requests.OwnRequests(fine)


def test_requests_over_the_bound_are_told_when_to_come_again(few_requests: ASGIApp) -> None:
    answers = ask(few_requests, *[scope_of("/film/pretrained")] * 4, scope_of("/film/pretrained", YOU))
    assert [status for status, *_ in answers] == [204, 204, 204, 429, 204]
    _, headers, body = answers[3]
    assert headers["retry-after"] == "10"
    assert body == sentences()["requests_too_fast"].format(limit=0, seconds=10)


def test_an_address_has_a_bound_of_its_own_whatever_its_cookies(few_requests: ASGIApp) -> None:
    scopes = [scope_of("/lib/x.js", f"a-forged-cookie-{i:06}") for i in range(6)]
    assert [status for status, *_ in ask(few_requests, *scopes)] == [204] * 5 + [429]
    assert ask(few_requests, scope_of("/lib/x.js", address="10.0.0.2"))[0][0] == 204


@pytest.mark.parametrize("path", ["/ideas/softmax", "/follow/a-lecture"])
def test_a_refusal_is_json_where_it_is_read_so_and_in_the_readers_language(few_requests: ASGIApp, path: str) -> None:
    many = ask(few_requests, *[scope_of(path, accept_language="zh-CN")] * 4)
    assert [status for status, *_ in many] == [204, 204, 204, 429]
    assert json.loads(many[3][2])["error"] == sentences("zh")["requests_too_fast"].format(limit=0, seconds=10)


def test_what_is_not_our_own_is_not_counted(few_requests: ASGIApp) -> None:
    assert {status for status, *_ in ask(few_requests, *[scope_of("/static/index.js")] * 20)} == {204}


def test_streams_are_bounded_while_they_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_requests, "STREAMS", Most(2, 3, 4))
    over = asyncio.Event()

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await over.wait()
        await fine(scope, receive, send)

    async def try_it() -> list[int]:
        gate = own_requests.OwnRequests(stream)
        open_ = [asyncio.create_task(answer(gate, scope_of("/live/x"))) for _ in range(2)]
        await asyncio.sleep(0)
        third = await answer(gate, scope_of("/live/x"))
        other = asyncio.create_task(answer(gate, scope_of("/live/x", YOU)))
        await asyncio.sleep(0)
        address = await answer(gate, scope_of("/live/x", "a-third-in-the-tests-xy"))
        over.set()
        await asyncio.gather(*open_, other)
        assert third[2].startswith("2 live views are open in your browser and 2 may be")
        return [third[0], address[0], (await answer(gate, scope_of("/live/x")))[0]]

    assert asyncio.run(try_it()) == [429, 429, 204]


def socket(cookie: str = ME, address: str = "10.0.0.1") -> Scope:
    return {**scope_of("/_stcore/stream", cookie, address), "type": "websocket", "scheme": "ws", "subprotocols": []}


async def listen(scope: Scope, receive: Receive, send: Send) -> None:
    """Streamlit in small: takes a connection and its messages, and says each back."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "bytes": message["bytes"]})
    await send({"type": "websocket.send", "bytes": b"late"})  # what was under way as the connection ended


def message(number: int, size: int = 0, **state: Any) -> bytes:
    """A page's message, of at least so many bytes, with one widget's state if there is any."""
    said = BackMsg()
    said.rerun_script.query_string = f"{number}".ljust(max(1, size - 4))
    if state:
        said.rerun_script.widget_states.widgets.append(WidgetState(id=state.pop("id", "$$ID-w"), **state))
    content: bytes = said.SerializeToString()
    return content


class Wire:
    """One connection, driven by hand."""

    def __init__(self, app: ASGIApp, scope: Scope) -> None:
        self.incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.sent: list[Message] = []
        self.gone = False
        self.incoming.put_nowait({"type": "websocket.connect"})
        self.task: asyncio.Task[None] = asyncio.create_task(self._run(app, scope))

    async def _run(self, app: ASGIApp, scope: Scope) -> None:
        await app(scope, self.incoming.get, self._send)

    async def _send(self, message: Message) -> None:
        if self.gone:
            raise OSError
        self.sent.append(message)

    def say(self, content: bytes | str) -> None:
        self.incoming.put_nowait(
            {"type": "websocket.receive", "text" if isinstance(content, str) else "bytes": content}
        )

    async def end(self) -> None:
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self.task


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The seconds that messages were made to wait, which pass at once."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(windows, "asyncio", SimpleNamespace(sleep=sleep))
    yield slept


def test_windows_are_bounded_and_their_places_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOWS", Most(2, 4, 5))
    monkeypatch.setattr(windows, "WINDOWS_SPARE", 1)

    async def try_it() -> None:
        gate = windows.Windows(listen)
        page = scope_of("/", accept="text/html")
        mine = [Wire(gate, socket()) for _ in range(2)]
        await settle()
        assert gate._no_room(page) is None  # one that is loaded anew
        mine.append(Wire(gate, socket()))
        refused = Wire(gate, socket())
        await settle()
        assert refused.sent == [{"type": "websocket.close", "code": 1013, "reason": ""}]
        status, headers, body = await answer(gate, page)
        assert (status, headers["retry-after"]) == (503, "10")
        assert "3 windows of this app are open in your browser and 2 may be; close some of them" in body
        assert gate._no_room(scope_of("/", YOU, accept="text/html")) is None
        for wire in mine:
            await wire.end()
        assert (len(gate.places), gate._no_room(page)) == (0, None)

    asyncio.run(try_it())


def test_new_windows_come_at_a_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "NEW_WINDOWS", Rate(3, 0.001))

    async def try_it() -> list[str]:
        gate, last = windows.Windows(listen), []
        for _ in range(5):
            wire = Wire(gate, socket())
            await settle()
            last.append(wire.sent[0]["type"])
            if not wire.task.done():
                await wire.end()
        return last

    assert asyncio.run(try_it()) == ["websocket.accept"] * 3 + ["websocket.close"] * 2


def test_messages_that_come_too_fast_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setattr(windows, "MESSAGES", Rate(4, 1e-3))

    async def try_it() -> list[Message]:
        wire = Wire(windows.Windows(listen), socket())
        for i in range(6):
            wire.say(message(i))
        await wire.end()
        return wire.sent

    sent = asyncio.run(try_it())
    assert [each["bytes"] for each in sent[1:7]] == [message(i) for i in range(6)]  # all, and in their order
    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:] == [pytest.approx(1000, rel=0.01), pytest.approx(2000, rel=0.01)]


def test_messages_are_weighed_too(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setattr(windows, "MESSAGE_BYTES", Rate(100, 1))

    async def try_it() -> None:
        wire = Wire(windows.Windows(listen), socket())
        for _ in range(3):
            wire.say(message(0, 90))
        await wire.end()

    asyncio.run(try_it())
    assert waits == [0, pytest.approx(80, abs=1), pytest.approx(170, abs=1)]


def test_a_flood_is_closed_and_told_on_the_next_page(monkeypatch: pytest.MonkeyPatch, waits: list[float]) -> None:
    monkeypatch.setattr(windows, "MESSAGES", Rate(2, 1e-3))
    monkeypatch.setattr(windows, "FLOOD", 3)

    async def try_it() -> list[Message]:
        wire = Wire(windows.Windows(listen), socket())
        for _ in range(9):
            wire.say(message(0))
        await wire.task
        return wire.sent

    sent = asyncio.run(try_it())
    assert [each["type"] for each in sent] == ["websocket.accept", *["websocket.send"] * 5, "websocket.close"]
    assert sent[-1]["code"] == 1008
    told = notices.take(owner_of(ME))
    assert told is not None
    assert told.key == "messages_flood"
    assert notices.take(owner_of(ME)) is None


async def listen_by_starlette(scope: Scope, receive: Receive, send: Send) -> None:
    """The same as Streamlit has it: whoever cannot be told anything is still listened to, until they are gone."""
    connection = WebSocket(scope, receive, send)
    await connection.accept()
    with suppress(WebSocketDisconnect):
        while True:
            content = await connection.receive_bytes()
            with suppress(WebSocketDisconnect):
                await connection.send_bytes(content)


def test_who_goes_in_the_middle_of_an_answer_has_gone_and_no_more() -> None:
    """Starlette takes an answer that did not arrive for the server's own close, and the next message for a fault."""

    async def try_it() -> None:
        gate = windows.Windows(listen_by_starlette)
        wire = Wire(gate, socket())
        wire.say(message(0))
        await settle()
        assert [each["type"] for each in wire.sent] == ["websocket.accept", "websocket.send"]
        wire.gone = True
        for i in range(3):
            wire.say(message(i))
        await wire.end()
        assert (len(wire.sent), len(gate.places)) == (2, 0)

    asyncio.run(try_it())


NO_MESSAGES: dict[str, bytes | str] = {
    "garbage": b"\xff" * 100,
    "nothing": b"",
    "text": "hello",
    "no widget": message(0, id="runs_open", string_value="x"),
    "infinite": message(0, double_value=math.inf),
    "no number": message(0, double_array_value={"data": [1.0, math.nan]}),
    "deep": message(0, json_trigger_value="[" * 100_000),
    "deep state": message(0, json_value='{"a":' * 60 + "1" + "}" * 60),
}
MESSAGES = {
    "a press": message(0, trigger_value=True),
    "a slider": message(0, double_array_value={"data": [0.1, 1e308]}),
    "brackets in a text": message(0, json_trigger_value='[{"value": "' + "[" * 1000 + '\\\\\\"[["}]'),
    "many things beside each other": message(0, json_value="[" + "[1]," * 1000 + "2]"),
    "no JSON": message(0, json_value="]]]]"),
}


@pytest.mark.parametrize("what", NO_MESSAGES)
def test_what_no_page_sends_ends_its_connection_with_one_sentence(what: str) -> None:
    async def try_it() -> list[Message]:
        wire = Wire(windows.Windows(listen), socket())
        wire.say(message(1))
        wire.say(NO_MESSAGES[what])
        wire.say(message(2))
        await wire.task
        return wire.sent

    sent = asyncio.run(try_it())
    assert [each["type"] for each in sent] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert sent[-1]["code"] == 1007
    told = notices.take(owner_of(ME))
    assert told is not None
    assert told.key == "message_bad"


@pytest.mark.parametrize("what", MESSAGES)
def test_what_a_page_could_send_is_passed_on(what: str) -> None:
    assert is_understood({"type": "websocket.receive", "bytes": MESSAGES[what]})


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    """A runtime with a window of mine, called "mine", one of another's, and their files."""
    manager = MemoryUploadedFileManager("/_stcore/upload_file")
    cookies = {"mine": ME, "yours": YOU}
    clients = {
        name: SimpleNamespace(client_context=SimpleNamespace(cookies={OWNER_COOKIE: cookie}))
        for name, cookie in cookies.items()
    }
    runtime = SimpleNamespace(uploaded_file_mgr=manager, get_client=clients.get)
    monkeypatch.setattr("streamlit.runtime.exists", lambda: True)
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: runtime)
    return manager


def put(session_id: str, size: int = 1000, cookie: str = ME, method: str = "PUT") -> Scope:
    path = f"/_stcore/upload_file/{session_id}/a-file"
    return scope_of(path, cookie, method=method, content_length=str(size))


@pytest.mark.usefixtures("uploads")
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_files_go_to_and_from_ones_own_windows_only(method: str) -> None:
    gate = upload_gate.UploadGate(fine)
    scopes = [put("mine", method=method), put("yours", method=method), put("gone", method=method)]
    answers = ask(gate, *scopes, put("mine", cookie="", method=method))
    assert [status for status, *_ in answers] == [204, 403, 403, 403]
    assert answers[1][2] == sentences()["upload_foreign"]


@pytest.mark.usefixtures("uploads")
@pytest.mark.parametrize(
    ("name", "value", "key"),
    [("UPLOADS", Rate(2, 0.001), "uploads_too_fast"), ("UPLOAD_BYTES", Rate(2500, 1), "uploads_too_large")],
)
def test_uploads_are_counted_and_weighed(monkeypatch: pytest.MonkeyPatch, name: str, value: Rate, key: str) -> None:
    monkeypatch.setattr(upload_gate, name, value)
    gate = upload_gate.UploadGate(fine)
    answers = ask(gate, put("mine"), put("mine"), put("mine"), put("yours", cookie=YOU))
    assert [status for status, *_ in answers] == [204, 204, 429, 204]
    assert int(answers[2][1]["retry-after"]) > 0
    told = notices.take(owner_of(ME))
    assert told is not None
    assert (told.key, told.say()) == (key, answers[2][2])


@pytest.mark.parametrize(
    ("name", "holder", "expected"), [("UPLOADS_HELD_EACH", "mine", [429, 204]), ("UPLOADS_HELD", "other", [429, 429])]
)
def test_what_is_held_in_memory_is_bounded(
    monkeypatch: pytest.MonkeyPatch, uploads: MemoryUploadedFileManager, name: str, holder: str, expected: list[int]
) -> None:
    monkeypatch.setattr(upload_gate, name, 3000)
    gate = upload_gate.UploadGate(fine)
    uploads.add_file(holder, UploadedFileRec("f", "n", "t", bytes(2500)))
    assert [status for status, *_ in ask(gate, put("mine"), put("yours", cookie=YOU))] == expected
    uploads.remove_file(holder, "f")
    assert [status for status, *_ in ask(gate, put("mine"), put("yours", cookie=YOU))] == [204, 204]


@pytest.mark.usefixtures("uploads")
def test_files_under_way_are_held_too_and_one_of_no_size_counts_as_the_largest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_gate, "UPLOADS_HELD", 30 * 1024 * 1024)
    go_on = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await go_on.wait()
        await fine(scope, receive, send)

    async def try_it() -> list[int]:
        gate = upload_gate.UploadGate(slow)
        unsaid = scope_of("/_stcore/upload_file/mine/a-file", method="PUT", transfer_encoding="chunked")
        first = asyncio.create_task(answer(gate, unsaid))
        await asyncio.sleep(0)
        second = await answer(gate, put("yours", 15 * 1024 * 1024, YOU))
        go_on.set()
        return [(await first)[0], second[0], (await answer(gate, put("yours", 15 * 1024 * 1024, YOU)))[0]]

    assert asyncio.run(try_it()) == [204, 429, 204]


def test_every_sentence_of_a_bound_names_the_limit_and_the_remedy() -> None:
    keys = [
        "runs_too_fast", "runs_too_fast_all", "sweeps_too_fast", "too_many_pinned", "too_many_windows",
        "too_many_windows_address", "too_many_windows_all", "messages_flood", "requests_too_fast", "too_many_streams",
        "uploads_too_fast", "uploads_too_large", "uploads_held",
    ]  # fmt: skip
    checks: list[Callable[[str], Any]] = [lambda s: "{limit}" in s, lambda s: "; " in s, lambda s: s.endswith(".")]
    assert [key for key in keys if not all(check(sentences()[key]) for check in checks)] == []
