"""Where pictures come from, in Streamlit's own test runner: files, test images, examples; and that nothing is kept."""

from __future__ import annotations

import io
import itertools
import logging
import math
import tempfile
from collections import UserDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import STUDIO, TOOLS
from PIL import Image
from streamlit.testing.v1 import AppTest

from model.data import FashionData
from model.examples import EXAMPLES, draw
from pages.ui.pictures import SOURCES, Picture
from pages.ui.ready_pictures import FOLDER
from pages.ui.sketch import Sketch, on_paper

pytestmark = pytest.mark.usefixtures("server")

UPLOAD, INDEX, CLASS = "classify_upload", "classify_test_index", "classify_test_class"


def picture_file(colour: str = "red", size: tuple[int, int] = (60, 80), form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, format=form)
    return buffer.getvalue()


def visit(source: str = "upload", lang: str = "en") -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    at.query_params["lang"] = lang
    at.run()
    at.query_params["classify_source"] = source
    return opened(at, "classify.py")


def opened(at: AppTest, page: str) -> AppTest:
    at.switch_page(page).run()
    assert not at.exception
    return at


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def kept(at: AppTest) -> list[Picture]:
    return list(at.session_state["classify_pictures"]) if "classify_pictures" in at.session_state else []


def names(at: AppTest) -> list[str]:
    return [picture.name for picture in kept(at)]


def shown(at: AppTest) -> Picture:
    return next(picture for picture in kept(at) if picture.id == at.session_state["classify_shown"])


def captions(at: AppTest) -> str:
    return "\n".join(caption.value.replace("\\", "") for caption in at.caption)


def upload(at: AppTest, *files: tuple[str, bytes]) -> AppTest:
    at.file_uploader(key=UPLOAD).set_value([(name, content, "image/png") for name, content in files])
    return run(at)


def press(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return run(at)


def test_several_files_are_added_and_the_last_is_shown() -> None:
    at = upload(visit(), ("a.png", picture_file()), ("b.jpg", picture_file(form="JPEG")))
    assert names(at) == ["a.png", "b.jpg"]
    assert shown(at).name == "b.jpg"
    assert {picture.source for picture in kept(at)} == {"upload"}


def test_a_rerun_and_another_page_neither_add_nor_lose_a_picture() -> None:
    at = upload(visit(), ("a.png", picture_file()))
    before = [picture.id for picture in kept(at)]
    at = opened(opened(run(run(at)), "data.py"), "classify.py")
    assert [picture.id for picture in kept(at)] == before
    at = upload(at, ("a.png", picture_file("blue")))  # the same name again is another file
    assert names(at) == ["a.png", "a.png"]


@pytest.mark.parametrize(("lang", "colon"), [("en", ": "), ("zh", "：")])
def test_a_file_that_is_no_picture_is_named_until_the_next_one(lang: str, colon: str) -> None:
    at = upload(visit(lang=lang), ("good.png", picture_file()), ("note_*.png", b"no picture"), ("empty.png", b""))
    assert names(at) == ["good.png"]
    said = captions(at)
    assert f"note_*.png{colon}" in said
    assert f"empty.png{colon}" in said
    assert captions(run(at)) == said
    at = upload(at, ("better.png", picture_file()))
    assert f"note_*.png{colon}" not in captions(at)
    assert names(at) == ["good.png", "better.png"]


def test_nothing_uploaded_is_written_or_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    caplog.set_level(logging.DEBUG)
    before = {path.name for path in Path().iterdir()}
    at = upload(visit(), ("my-secret.png", picture_file(size=(900, 1200))), ("my-secret-note.png", b"secret"))
    assert names(at) == ["my-secret.png"]
    store = list(tmp_path.glob("runs.sqlite3*"))  # of runs: no picture comes there
    assert set(tmp_path.iterdir()) == set(store)
    assert not any(secret in path.read_bytes() for path in store for secret in (b"secret", b"\x89PNG"))
    assert {path.name for path in Path().iterdir()} - before <= TOOLS
    assert "secret" not in caplog.text


def test_the_source_is_kept_across_pages_and_in_the_url() -> None:
    at = visit("test")
    assert at.selectbox(key="classify_source").value == "test"
    at = opened(opened(at, "data.py"), "classify.py")
    assert at.selectbox(key="classify_source").value == "test"
    assert at.query_params["classify_source"] == "test"
    assert visit("nonsense").selectbox(key="classify_source").value == SOURCES[0]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_drawn(source: str, lang: str) -> None:
    at = visit(source, lang)
    assert not at.exception
    assert kept(at) == []


def test_a_test_image_comes_with_its_label(few_garments: FashionData) -> None:
    at = visit("test")
    at.number_input(key=INDEX).set_value(4)
    picture = shown(run(at))
    assert (picture.name, picture.source, picture.true) == ("test image 4", "test", int(few_garments.test_labels[4]))
    pixels = np.rint(few_garments.test_images[4].numpy() * 255).astype(np.uint8).reshape(28, 28)
    assert picture.image.mode == "L"
    assert np.array_equal(np.asarray(picture.image), pixels)


def test_the_same_test_image_is_not_added_twice() -> None:
    at = visit("test")
    for index in (4, 5, 4):
        at.number_input(key=INDEX).set_value(index)
        at = run(at)
    assert names(at) == ["test image 4", "test image 5"]
    assert shown(at).name == "test image 4"
    at = opened(opened(at, "data.py"), "classify.py")
    assert at.number_input(key=INDEX).value == 4
    assert names(at) == ["test image 4", "test image 5"]


def test_any_image_of_a_class(few_garments: FashionData) -> None:
    at = visit("test")
    at.selectbox(key=CLASS).set_value("8")
    for _ in range(3):
        at = press(at, "classify_test_any")
    assert {picture.true for picture in kept(at)} == {8}
    index = int(shown(at).name.split()[-1])
    assert at.number_input(key=INDEX).value == index
    assert int(few_garments.test_labels[index]) == 8


def test_an_example_is_shown_and_not_added_twice() -> None:
    at = visit("example")
    for name in ("bag", "dress", "bag"):
        at = press(at, f"classify_example_{name}")
    assert names(at) == ["bag", "dress"]
    assert shown(at).name == "bag"
    assert shown(at).true is None


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_what_the_project_draws(name: str) -> None:
    path = FOLDER / f"{name}.jpg"
    assert path.stat().st_size < 60_000
    with Image.open(path) as stored:
        drawn, read = np.asarray(draw(name), np.int16), np.asarray(stored.convert("RGB"), np.int16)
    assert drawn.shape == read.shape == (480, 480, 3)
    assert np.abs(drawn - read).mean() < 5  # what JPEG leaves of the grain


def png(*strokes: tuple[int, int, int, int], ink: str = "black") -> bytes:
    drawing = Image.new("RGBA", (300, 300))
    for stroke in strokes:
        drawing.paste(ink, stroke)
    buffer = io.BytesIO()
    drawing.save(buffer, format="PNG")
    return buffer.getvalue()


def test_paper_is_white_and_blank_paper_is_no_picture() -> None:
    drawn = on_paper(png((10, 10, 50, 50)))
    assert drawn
    assert drawn.mode == "RGB"
    assert drawn.getpixel((0, 0)) == (255, 255, 255)
    assert drawn.getpixel((20, 20)) == (0, 0, 0)
    assert on_paper(png()) is None
    assert on_paper(png((10, 10, 50, 50), ink="white")) is None


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Picture]:
    """The pictures of a session, without one."""
    state: dict[str, object] = {}
    monkeypatch.setattr("pages.ui.pictures.st.session_state", state)
    return state.setdefault("classify_pictures", [])  # type: ignore[return-value]


def test_a_drawing_is_one_picture_and_clearing_begins_another(drawn: list[Picture]) -> None:
    sketch = Sketch()
    sketch.hear(["a"], png((0, 0, 9, 9)), "drawing 1")
    first, image = drawn[0], drawn[0].image
    sketch.hear(["a", "b"], png((0, 0, 9, 9), (20, 20, 40, 40)), "drawing 1")
    assert drawn == [first]
    assert first.image is not image
    sketch.hear(["a", "b"], png(), "drawing 1")  # said again
    assert drawn == [first]
    sketch.clear()
    assert sketch.told == []
    sketch.hear([], png(), "drawing 2")
    sketch.hear(["c"], png((5, 5, 9, 9)), "drawing 2")
    assert [picture.name for picture in drawn] == ["drawing 1", "drawing 2"]


def test_strokes_and_the_clearing_are_taken_back(drawn: list[Picture]) -> None:
    sketch = Sketch()
    one, two = png((0, 0, 9, 9)), png((0, 0, 9, 9), (20, 20, 40, 40))
    sketch.hear(["a"], one, "drawing 1")
    sketch.hear(["a", "b"], two, "drawing 1")
    sketch.clear()
    turn = sketch.turn
    sketch.undo("")
    assert (sketch.told, sketch.turn) == (["a", "b"], turn + 1)
    sketch.hear(["a", "b"], two, "drawing 2")
    sketch.undo("")
    assert sketch.told == ["a"]
    assert len(drawn) == 1
    assert drawn[0].image.getpixel((30, 30)) == (255, 255, 255)
    sketch.undo("")
    sketch.undo("")
    assert (sketch.told, drawn) == ([], [])
    sketch.hear(["c"], one, "drawing 2")
    assert [picture.name for picture in drawn] == ["drawing 2"]


class Ended(BaseException):
    """As Streamlit ends a run of the script when another message comes: where it next asks for the session."""


class Ending(UserDict[str, Any]):
    """A session that ends the script when it has been asked so many times."""

    left = math.inf

    def __getitem__(self, name: str) -> Any:
        self._asked()
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: object) -> None:
        self._asked()
        super().__setitem__(name, value)

    def _asked(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Ended


@pytest.mark.parametrize("strokes", [0, 1])
def test_a_stroke_whose_script_is_ended_anywhere_is_heard_by_the_next_one(
    monkeypatch: pytest.MonkeyPatch, strokes: int
) -> None:
    paper = [png((0, 0, 9, 9)), png((0, 0, 9, 9), (20, 20, 40, 40))]
    for asked in itertools.count():
        state = Ending()
        monkeypatch.setattr("pages.ui.pictures.st.session_state", state)
        sketch = Sketch()
        for i in range(strokes):
            sketch.hear(["a", "b"][: i + 1], paper[i], "a drawing")
        state.left = asked
        objects = ["a", "b"][: strokes + 1]
        try:
            sketch.hear(objects, paper[strokes], "a drawing")
        except Ended:
            pass
        else:
            break
        state.left = math.inf
        sketch.hear(objects, paper[strokes], "a drawing")
        assert [step.objects for step in sketch.steps] == [["a", "b"][:i] for i in range(strokes + 2)]
        (picture,) = state["classify_pictures"]
        assert (picture.image.getpixel((30, 30)) == (0, 0, 0)) == (strokes == 1)
        sketch.undo("a drawing")
        assert sketch.told == ["a", "b"][:strokes]
        assert len(state["classify_pictures"]) == strokes
    assert asked > 0
