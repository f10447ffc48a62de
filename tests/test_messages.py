"""What a browser may say to Classify without being our page: nothing breaks, nothing grows, nothing is lost."""

from __future__ import annotations

import base64
import io
import json
import sys
from typing import Any

import numpy as np
import pytest
import streamlit
from bad_pictures import bombs, damaged, no_pictures
from PIL import Image

from pages.ui import paste, pictures, sketchpad
from pages.ui.classify_asks import take
from pages.ui.pictures import Picture
from pages.ui.sketch import DEEPEST, LARGEST, Sketch
from pages.ui.text import Text


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures of a session, without one."""
    state: dict[str, Any] = {}
    monkeypatch.setattr("streamlit.session_state", state)
    return state.setdefault("classify_pictures", [])  # type: ignore[no-any-return]


def png(size: int = 300, place: tuple[int, int] = (50, 50)) -> bytes:
    drawing = Image.new("RGBA", (size, size))
    drawing.paste("black", (*place, place[0] + 90, place[1] + 120))
    buffer = io.BytesIO()
    drawing.save(buffer, format="PNG")
    return buffer.getvalue()


def stroke(points: int = 3) -> dict[str, Any]:
    return {"type": "Path", "path": [["Q", 1.0, 2.0, 3.0, float(i)] for i in range(points)]}


def test_a_canvas_that_sends_no_picture_changes_nothing(kept: list[Picture]) -> None:
    sketch = Sketch()
    sketch.hear([stroke()], png(), "drawing")
    picture, image = kept[0], kept[0].image
    for content in (content for group in (damaged(), bombs(), no_pictures()) for _, content in group):
        sketch.hear([stroke(), stroke()], content, "drawing")
    assert kept == [picture]
    assert picture.image is image
    assert len(sketch.steps) == 2


@pytest.mark.parametrize("objects", [None, 7, "objects", {}, {"0": 1}, True], ids=repr)
def test_what_is_no_list_of_objects_is_passed_over(kept: list[Picture], objects: object) -> None:
    sketch = Sketch()
    sketch.hear(objects, png(), "drawing")
    assert (kept, len(sketch.steps)) == ([], 1)


def nested(depth: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(depth):
        found = [found]
    return found


def test_what_is_too_deep_or_too_large_is_passed_over(kept: list[Picture]) -> None:
    sketch = Sketch()
    for objects in (nested(DEEPEST + 1), nested(900), [{"a": nested(500)}], [list(range(LARGEST + 1))]):
        sketch.hear(objects, png(), "drawing")
    assert (kept, len(sketch.steps), sketch.heard) == ([], 1, None)
    sketch.hear([stroke(points=2000)], png(), "drawing")
    assert len(kept) == 1


def test_objects_of_any_kind_are_only_counted_and_given_back(kept: list[Picture]) -> None:
    sketch = Sketch()
    odd: list[Any] = [None, "x", 1.5, {}, [], {"path": None}]
    for i in range(len(odd)):
        sketch.hear(odd[: i + 1], png(place=(i, i)), "drawing")
    assert len(kept) == 1
    sketch.undo("drawing")
    assert sketch.told == odd[:-1]


def test_a_stroke_is_kept_once_however_often_it_is_said(kept: list[Picture]) -> None:
    """Each message brings all objects: a hundred strokes as a hundred lists of their own took 276 MB."""
    sketch, strokes = Sketch(), [stroke(i + 1) for i in range(20)]
    for i in range(20):
        sketch.hear(json.loads(json.dumps(strokes[: i + 1])), png(), "drawing")
    assert len({id(each) for step in sketch.steps for each in step.objects}) == 20
    assert sketch.steps[-1].objects == strokes


def test_strokes_after_an_undone_one_are_those_that_were_drawn(kept: list[Picture]) -> None:
    sketch = Sketch()
    for objects in ([stroke(1)], [stroke(1), stroke(2)]):
        sketch.hear(objects, png(), "drawing")
    sketch.undo("drawing")
    sketch.hear([stroke(1), stroke(5)], png(), "drawing")
    assert sketch.steps[-1].objects == [stroke(1), stroke(5)]


def drawing(*strokes: dict[str, Any]) -> dict[str, Any]:
    """What the canvas says with these strokes on it."""
    picture = base64.b64encode(png(place=(len(strokes), 0))).decode()
    return {"drawing": {"raw": {"objects": list(strokes)}, "data": f"data:image/png;base64,{picture}"}}


def test_a_stroke_that_comes_with_undo_is_the_one_that_is_undone(kept: list[Picture]) -> None:
    sketch = Sketch()
    sketch.hear([stroke(1)], png(), "drawing")
    image = np.asarray(kept[0].image)
    streamlit.session_state[sketchpad.KEY] = drawing(stroke(1), stroke(2))
    sketchpad._undo(sketch, "drawing")
    assert sketch.told == [stroke(1)]
    sketch.hear([stroke(1), stroke(2)], png(place=(2, 0)), "drawing")  # said until the canvas knows
    assert sketch.steps[-1].objects == [stroke(1)]
    assert len(kept) == 1
    assert np.array_equal(np.asarray(kept[0].image), image)


def test_a_stroke_that_comes_with_clear_is_on_the_old_sheet(kept: list[Picture]) -> None:
    sketch = Sketch()
    streamlit.session_state[sketchpad.KEY] = drawing(stroke(1))
    sketchpad._clear(sketch, "drawing")
    sketch.hear([stroke(1)], png(place=(1, 0)), "drawing")
    assert sketch.told == sketch.steps[-1].objects == []
    sketchpad._undo(sketch, "drawing")
    assert sketch.told == [stroke(1)]
    assert len(kept) == 1


@pytest.mark.parametrize("said", [None, {}, {"drawing": None}, {"drawing": {"raw": 3, "data": "x"}}], ids=repr)
def test_a_button_without_a_drawing_undoes_what_was_heard(kept: list[Picture], said: object) -> None:
    sketch = Sketch()
    sketch.hear([stroke(1)], png(), "drawing")
    streamlit.session_state[sketchpad.KEY] = said
    sketchpad._undo(sketch, "drawing")
    assert (sketch.told, kept) == ([], [])


def test_a_picture_that_was_removed_keeps_no_more_than_itself(kept: list[Picture]) -> None:
    picture = Picture("a.png", "upload", Image.new("RGB", (60, 60), "white"))
    pictures.add(picture)
    x = picture.prepared.x
    pictures.remove(picture.id)
    assert picture._prepared is None
    pictures.restore()
    assert picture.prepared.x.equal(x)


@pytest.mark.parametrize(
    "asked",
    [
        [{"turn": 1, "crop": [0, 0, 10**400, 1]}],
        [{"turn": 1, "crop": [-(10**400), 0, 1, 1]}],
        [{"turn": 1, "crop": [0, 0, float("inf"), 1]}],
        [{"turn": 1, "crop": [0, float("nan"), 1, 1]}],
        [{"turn": 1, "crop": [[0], 0, 1, 1]}],
        [{"turn": 1, "edited": 10**400}],
        [{"turn": 1, "edited": {"a": []}}],
        [{"turn": 1, "edited": "é" * 5000}],
        [{"turn": 1, "show": [], "remove": {}}],
        [{"turn": float("nan"), "restore": 1}],
        nested(500),
    ],
    ids=range(11),
)
def test_what_the_stage_asks_for_in_vain(kept: list[Picture], asked: object) -> None:
    picture = Picture("a.png", "upload", Image.new("RGB", (60, 60), "white"))
    pictures.add(picture)
    for each in asked if isinstance(asked, list) else []:
        if isinstance(each, dict):
            each["id"] = picture.id
    take(asked)
    assert kept == [picture]
    assert (picture.corrections.crop, picture.edited) == (None, None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(None, []), (7, []), ([], []), ({"a": 1}, []), ("", [b""]), ("?", [b""]), ("é", [b""]), ("YWI=", [b"ab"])],
    ids=repr,
)
def test_a_paste_is_bytes_or_nothing(monkeypatch: pytest.MonkeyPatch, said: object, expected: list[bytes]) -> None:
    heard: list[bytes] = []
    monkeypatch.setattr(paste, "_component", lambda on_pasted_change, **_: on_pasted_change())
    monkeypatch.setattr(streamlit, "session_state", {paste.KEY: {"pasted": said}})
    paste.paste_field(Text("en"), True, heard.append)
    assert heard == expected


@pytest.mark.parametrize(
    "said",
    [
        {"drawing": "a word"}, {"drawing": [1]}, {"drawing": {"raw": "a word", "data": 7}}, {"drawing": 1},
        {"drawing": {"raw": [1], "data": None}}, {"drawing": {"raw": {"objects": 3}, "data": "no data URL"}},
        {"drawing": {"raw": {"objects": [1]}, "data": "data:image/png;base64,?"}}, {"backgroundFit": 3},
        {"drawing": {"raw": {"objects": [1]}, "data": "data:image/png;base64,QUJD"}}, {"backgroundFit": {}},
    ],
    ids=range(10),
)  # fmt: skip
def test_a_canvas_that_says_nonsense_is_passed_over(
    kept: list[Picture], monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    """The package reads what it hears as if its own words were in it."""
    monkeypatch.delitem(sys.modules, "streamlit_drawable_canvas", raising=False)
    monkeypatch.setattr("streamlit.components.v2.component", lambda *_, **__: lambda **_: said)
    monkeypatch.setitem(streamlit.session_state, "classify_tool", "freedraw")
    monkeypatch.setitem(streamlit.session_state, "classify_brush", "6")
    sketch = Sketch()
    sketchpad._canvas(sketch, "drawing")
    assert (kept, len(sketch.steps)) == ([], 1)
    monkeypatch.delitem(sys.modules, "streamlit_drawable_canvas")  # the next to import it is given the real one
