"""A real server and connections made by hand: floods, foreign windows and runs, and messages that no page sends."""

from __future__ import annotations

import io
import itertools
import json
import re
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import NOWHERE
from PIL import Image
from protocol import PATIENCE
from server import serve
from streamlit.components.v2.bidi_component.constants import EVENT_DELIM
from streamlit.proto.Common_pb2 import DoubleArray, FileUploaderState, SInt64Array, StringArray, UploadedFileInfo
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.session_state import STREAMLIT_INTERNAL_KEY_PREFIX
from visitor import Window
from websockets.exceptions import ConnectionClosed, InvalidStatus

from model.errors import sentences
from model.limits import NEW_RUNS
from pages.ui.owner import OWNER_COOKIE, owner_of
from pages.ui.wall import PAGES

ME, YOU = "a-person-in-the-tests-x", "another-in-the-tests-xy"
LONG = "train_num_epochs=50&train_pace=talk"
XSRF = "2|00000000|abcdef|1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("raw")


@pytest.fixture(scope="module")
def url(place: Path) -> Iterator[str]:
    """A server; a traceback in its log fails the tests."""
    with serve(place / "server.log", **NOWHERE) as url:
        yield url
    assert "Traceback" not in (place / "server.log").read_text()


def runs_of(place: Path, cookie: str) -> list[tuple[str, str]]:
    with sqlite3.connect(place / "runs.sqlite3") as store:
        return store.execute("select id, state from runs where owner = ?", [owner_of(cookie)]).fetchall()


def trigger(widget: str, value: object) -> WidgetState:
    """What a component sends by ``setTriggerValue``; a text is sent as it is, so that it need not be JSON."""
    payload = value if isinstance(value, str) else json.dumps([{"event": "ask", "value": value}])
    return WidgetState(id=f"{STREAMLIT_INTERNAL_KEY_PREFIX}_{widget}{EVENT_DELIM}events", json_trigger_value=payload)


def closed(window: Window) -> int | None:
    """The code with which the server closed the connection; None if it has not within a while."""
    try:
        while True:
            window.connection.recv(PATIENCE)
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else None
    except TimeoutError:
        return None


def heard_until(window: Window, holds: Callable[[Window], bool]) -> None:
    """Take in what the server says until this holds; TimeoutError where the server has nothing more to say."""
    while not holds(window):
        window.learn(window.connection.recv(PATIENCE, decode=False))


def test_a_thousand_clicks_on_train_are_a_few_runs_and_others_go_on(url: str, place: Path) -> None:
    with Window(url, cookie=ME) as hasty, Window(url, cookie=YOU) as calm:
        hasty.rerun()
        calm.rerun()
        for i in range(1000):
            hasty.send("train_reset" if i % 2 else "train_main")
        calm.rerun("train_main")
        assert calm.exceptions == []
        assert len(runs_of(place, YOU)) == 1
        hasty.rerun()
        assert hasty.exceptions == []
        assert 0 < len(runs_of(place, ME)) <= NEW_RUNS.burst + NEW_RUNS.per_second * 60


def test_two_clicks_on_train_are_one_run_though_they_come_as_two_messages(url: str, place: Path) -> None:
    me = "a-person-who-clicks-twice"
    with Window(url, LONG, cookie=me) as window:
        window.rerun()
        window.send("train_main")
        window.rerun("train_main")
        window.rerun()
        assert window.exceptions == []
        assert window.run
        assert len(runs_of(place, me)) == 1


def test_a_click_that_other_messages_follow_at_once_is_not_lost(url: str) -> None:
    for i in range(10):
        with Window(url, LONG, cookie=f"a-person-overtaken-nr-{i}") as window:
            window.rerun()
            for key, holds in (
                ("train_main", lambda window: "run=" in window.query and window.enabled["train_reset"]),
                ("train_reset", lambda window: "run=" not in window.query),
            ):
                window.send(key)
                for _ in range(3):
                    window.send()
                heard_until(window, holds)
            assert window.exceptions == []


def test_a_viewer_neither_stops_nor_resets_anothers_run(url: str, place: Path) -> None:
    with (
        Window(url, LONG, cookie="the-first-lecturer-xyz") as first,
        Window(url, cookie="the-second-lecturer-xy") as second,
    ):
        first.rerun()
        first.rerun("train_main")
        run = first.run
        second.query = f"run={run}"
        second.rerun()
        for key in ("train_main", "train_stop", "train_step", "train_one_epoch"):
            second.rerun(key)  # its buttons are disabled: only a message made by hand presses them
        stage = trigger(second.widgets["studio_lectern"], {"act": "stop", "delete": [run], "resume": run})
        second.rerun(stage)
        assert second.exceptions == []
        deadline = time.monotonic() + 30
        while (run, "running") not in runs_of(place, "the-first-lecturer-xyz"):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        first.rerun("train_main")  # Pause still does what it says
        assert first.exceptions == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_no_file_goes_to_or_from_anothers_window(url: str, method: str) -> None:
    with Window(url, cookie=ME) as window:
        window.rerun()
        headers = {"Cookie": f"{OWNER_COOKIE}={YOU}; _streamlit_xsrf={XSRF}", "X-Xsrftoken": XSRF}
        where = f"{url}/_stcore/upload_file/{window.session}/a-file"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(urllib.request.Request(where, b"x", headers, method=method))
        assert refused.value.code == 403
        assert "files go only into your own" in refused.value.read().decode()
        with urllib.request.urlopen(where) as page:  # nothing is read there: it is the app's page, as at any address
            assert page.headers["Content-Type"].startswith("text/html")


def chosen(url: str, window: Window, name: str) -> WidgetState:
    """A picture that is uploaded into a window, as a browser does, and the state of the uploader that tells of it."""
    file = io.BytesIO()
    Image.new("L", (28, 28), 200).save(file, "PNG")
    where = f"{url}/_stcore/upload_file/{window.session}/{name}"
    boundary = b"--x\r\nContent-Disposition: form-data; name=f; filename=%s.png\r\n\r\n%s\r\n--x--\r\n"
    headers = {
        "Cookie": f"{OWNER_COOKIE}={ME}; _streamlit_xsrf={XSRF}", "X-Xsrftoken": XSRF,
        "Content-Type": "multipart/form-data; boundary=x",
    }  # fmt: skip
    put = urllib.request.Request(where, boundary % (name.encode(), file.getvalue()), headers, method="PUT")
    with urllib.request.urlopen(put) as answer:
        assert answer.status == 204
    info = UploadedFileInfo(file_id=name, name=f"{name}.png", size=len(file.getvalue()))
    return WidgetState(
        id=window.widgets["classify_upload"], file_uploader_state_value=FileUploaderState(uploaded_file_info=[info])
    )


def test_a_picture_is_its_persons_alone(url: str) -> None:
    query = "model=pretrained&classify_source=upload"
    with (
        Window(url, query, "classify", cookie=ME) as mine,
        Window(url, query, "classify", cookie=YOU) as theirs,
    ):
        mine.rerun()
        before = theirs.rerun()
        picture = chosen(url, mine, "my-own-picture")
        heard = b"".join(message.SerializeToString() for message in mine.rerun(picture))
        assert b"my-own-picture.png" in heard
        elsewhere = picture
        elsewhere.id = theirs.widgets["classify_upload"]  # by a message made by hand
        for said in (theirs.rerun(), theirs.rerun(elsewhere), before):
            assert b"my-own-picture.png" not in b"".join(message.SerializeToString() for message in said)
        for address in set(re.findall(rb"/media/[\w.]+", heard)):  # none: only what everybody is shown has an address
            assert address in b"".join(message.SerializeToString() for message in before)
        assert mine.exceptions + theirs.exceptions == []


@pytest.mark.parametrize("content", [b"\xff" * 100, b"", "text"], ids=["garbage", "nothing", "text"])
def test_what_is_no_message_ends_its_connection_alone(url: str, content: bytes | str) -> None:
    with Window(url, cookie=ME) as bad, Window(url, cookie=YOU) as good:
        bad.connection.send(content)
        assert closed(bad) == 1007
        good.rerun()
        assert good.exceptions == []
    with Window(url, cookie=ME) as again:
        stages = [str(m) for m in again.rerun() if m.HasField("delta")]
        assert any("was none that its page sends" in stage for stage in stages)


@pytest.mark.parametrize(
    "asked",
    [
        "x", "[1, null, {}]", "]]", {"projector": {"a": [1]}, "screen": 5, "hidden": 7, "go": ["x"]}, [1], 7, None,
        {"screen": "\ud800", "hidden": ["\ud800"]}, {"hidden": [["templates"]], "go": "nowhere"}, float("nan"), 10**400,
    ],
    ids=repr,
)  # fmt: skip
def test_a_component_may_say_anything(url: str, asked: object) -> None:
    with Window(url, cookie=ME) as window:
        window.rerun()
        window.rerun(trigger(window.widgets["studio_lectern"], asked))
        window.rerun(WidgetState(id=window.widgets["train_main"][:-4] + "gone", trigger_value=True))
        assert window.exceptions == []


WRONG: list[dict[str, Any]] = [
    {"string_value": "not-for-the-log"}, {"int_array_value": SInt64Array(data=[7, 10**9])},
    {"json_value": '{"a": [1]}'}, {"double_array_value": DoubleArray(data=[1e300])}, {"bytes_value": b"\x00"},
    {"string_array_value": StringArray(data=["x", "y", "z"])}, {"file_uploader_state_value": FileUploaderState()},
]  # fmt: skip


@pytest.fixture(scope="module")
def misled(place: Path) -> Iterator[tuple[str, Path]]:
    """A server that may log what it was made to raise, and its log."""
    with serve(place / "misled.log", **NOWHERE) as url:
        yield url, place / "misled.log"


@pytest.mark.parametrize("where", PAGES)
def test_a_widget_told_what_it_never_says_is_one_sentence(misled: tuple[str, Path], where: str) -> None:
    url, log = misled
    said, me = [], f"{where or 'train'}-says-what-it-never-does"  # in all pages more windows than one person may open
    with Window(url, cookie=YOU) as good:
        good.rerun()
        with Window(url, place=where, cookie=me) as first:
            first.rerun()
            widgets = list(first.widgets.values())
        for widget, wrong in zip(widgets, itertools.cycle(WRONG), strict=False):
            with Window(url, place=where, cookie=me) as bad:  # a new one: what it sends stays with it
                bad.rerun()
                bad.rerun(WidgetState(id=widget, **wrong))
                said += bad.exceptions
        with Window(url, place=where, cookie=me) as again:
            again.rerun()
            good.rerun()
            assert again.exceptions + good.exceptions == []
    assert set(said) <= {sentences()["page_failed"]}
    assert said or where != ""
    written = log.read_text()
    assert "not-for-the-log" not in written
    assert all(line.startswith("{") for line in written.splitlines() if "raceback" in line)


def test_another_sites_page_opens_no_window(url: str) -> None:
    with pytest.raises(InvalidStatus), Window(url, cookie=ME, origin="http://localhost:1"):
        pass
    with Window(url, cookie=ME, origin=url) as window:
        window.rerun()
        assert window.exceptions == []
