"""What the stage of Classify is given, and what it asks for: encoding, words, messages in their order."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image, ImageDraw

from model.preprocess import KINDS, Stage
from pages.ui import pictures
from pages.ui.classify_asks import TURN, decode_pixels, take
from pages.ui.classify_stage import KIND_LINES, Eyes, encode_stage, stage_data
from pages.ui.frames import encode_floats
from pages.ui.pictures import MOST, Picture
from pages.ui.session import Session
from pages.ui.text import LANGUAGES, Text

W = torch.randn(10, 784, generator=torch.Generator().manual_seed(1)) * 0.1
EYES = Eyes("weights", W, torch.linspace(-1, 1, 10), "why these")


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session's state."""
    kept: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", kept)
    return kept


def shirt(edge: int = 120) -> Image.Image:
    image = Image.new("RGB", (edge, edge), "white")
    ImageDraw.Draw(image).polygon(
        [(20, 30), (60, 20), (100, 30), (85, 60), (80, 110), (40, 110), (35, 60)], fill="navy"
    )
    return image


def three() -> list[Picture]:
    for i in range(3):
        pictures.add(Picture(f"{i}.png", "upload", shirt(), true=i))
    return pictures.pictures()


def data(language: str = "en") -> dict[str, Any]:
    session = Session("me", Text(language), False, None)
    made = stage_data(session, pictures.shown(), pictures.pictures(), lambda _: EYES)
    json.dumps(made, allow_nan=False)
    return made


def floats(encoded: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(encoded), "<f4")


def pixels(values: torch.Tensor) -> str:
    return encode_floats(values)


def test_without_a_picture_there_is_nothing_to_explain() -> None:
    made = data()
    assert (made["picture"], made["model"], made["history"], made["removed"], made["turn"]) == (
        None,
        None,
        [],
        False,
        0,
    )


def test_parts_are_chosen_on_the_whole_picture() -> None:
    """A small garment is looked at more closely; the first step is still the picture that a part is told of."""
    image = Image.new("RGB", (400, 300), "white")
    image.paste(shirt(), (0, 0))
    pictures.add(Picture("small", "upload", image))
    first, second, *_ = data()["picture"]["stages"]
    assert (first["width"], first["height"]) == (224, 168)
    shown = np.frombuffer(base64.b64decode(first["pixels"]), np.uint8).reshape(168, 224, 3)
    assert (shown[80:] == 255).all() and (shown[:, 80:] == 255).all() and shown.min() < 100
    assert (first["line"], second["line"]) == ("Longest edge 224.", "Zoomed in: distance to the border.")


def test_a_picture_of_28_by_28_is_not_said_to_be_trimmed() -> None:
    pictures.add(Picture("small", "upload", Image.new("L", (28, 28))))
    assert [stage["line"] for stage in data()["picture"]["stages"]] == [
        "As it was given.",
        "Grey kept: nothing is moved.",
    ]


def test_what_is_sent_is_what_there_is() -> None:
    *_, picture = three()
    made = data()
    assert made["picture"]["id"] == picture.id
    np.testing.assert_array_equal(floats(made["picture"]["x"]), picture.prepared.x.numpy())
    np.testing.assert_array_equal(floats(made["picture"]["naive"]), picture.prepared.naive.numpy())
    np.testing.assert_array_equal(floats(made["model"]["W"]).reshape(10, 784), W.numpy())
    np.testing.assert_array_equal(floats(made["model"]["b"]), EYES.b.numpy())
    for stage, sent in zip(picture.prepared.stages, made["picture"]["stages"], strict=True):
        shape = (sent["height"], sent["width"], 3) if sent["form"] == "colour" else (sent["height"], sent["width"])
        received = np.frombuffer(base64.b64decode(sent["pixels"]), np.uint8).reshape(shape)
        np.testing.assert_array_equal(received, stage.picture)


def test_the_history_is_the_newest_first_with_float64_logits() -> None:
    given = three()
    given[0].edited = torch.zeros(784)
    entries = data()["history"]
    assert [(entry["name"], entry["true"]) for entry in entries] == [("2.png", 2), ("1.png", 1), ("0.png", 0)]
    o = W.double().numpy() @ given[2].x.double().numpy() + EYES.b.double().numpy()
    np.testing.assert_allclose(entries[0]["o"], o, rtol=1e-12)
    np.testing.assert_allclose(entries[2]["o"], EYES.b.double())  # a painted picture as it was painted


def test_weights_that_are_not_finite_are_sent_as_json() -> None:
    three()
    broken = Eyes("broken", torch.full((10, 784), torch.nan), torch.zeros(10))
    session = Session("me", Text("en"), False, None)
    made = stage_data(session, pictures.shown(), pictures.pictures(), lambda _: broken)
    json.dumps(made, allow_nan=False)
    assert made["history"][0]["o"] == [None] * 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_every_step_has_its_words(language: str) -> None:
    text = Text(language)
    assert {text(KIND_LINES[kind]) for kind in KINDS}
    assert set(KIND_LINES) == set(KINDS)
    three()
    for stage in data(language)["picture"]["stages"]:
        assert stage["title"]
        assert stage["line"]
        assert "{" not in stage["line"]


@pytest.mark.parametrize(
    ("how", "width", "line"),
    [("narrowed", 0.8, "Width × 0.8, as when worn."), ("by_hand", 1.25, "Width × 1.25, by hand.")],
)
def test_a_line_has_the_values_of_its_step(how: str, width: float, line: str) -> None:
    stage = Stage("narrowed", how, np.zeros((28, 28), np.uint8), {"width": width})
    assert encode_stage(Text("en"), stage)["line"] == line


def test_messages_are_done_once_and_in_their_order(state: dict[str, Any]) -> None:
    first, second, third = three()
    take([{"turn": 1, "show": first.id}, {"turn": 2, "remove": third.id}])
    assert (pictures.shown(), pictures.pictures(), state[TURN]) == (first, [first, second], 2)
    take([{"turn": 2, "remove": first.id}, {"turn": 3, "restore": True}])  # the first is done already
    assert pictures.pictures() == [first, second, third]
    assert pictures.shown() is first
    assert data()["turn"] == 3


def test_a_removed_picture_comes_back_to_its_place_and_is_shown_again() -> None:
    first, second, third = three()
    pictures.show(second.id)
    for picture in (second, first):
        pictures.remove(picture.id)
    assert pictures.shown() is third
    assert data()["removed"]
    pictures.restore()
    pictures.restore()
    assert pictures.pictures() == [first, second, third]
    assert pictures.shown() is second
    assert not data()["removed"]
    pictures.restore()  # there is nothing more


def test_a_removed_picture_waits_until_there_is_room() -> None:
    pictures.remove(three()[0].id)
    while len(pictures.pictures()) < MOST:
        pictures.add(Picture("more.png", "upload", shirt()))
    assert not pictures.restorable()
    pictures.restore()
    assert len(pictures.pictures()) == MOST


def test_painted_pixels_are_kept_and_given_up() -> None:
    *_, picture = three()
    painted = torch.linspace(0, 1, 784)
    take([{"turn": 1, "id": picture.id, "edited": pixels(painted)}])
    assert torch.equal(picture.x, painted)
    np.testing.assert_array_equal(floats(data()["picture"]["edited"]), painted.numpy())
    take([{"turn": 2, "id": picture.id, "edited": None}])
    assert torch.equal(picture.x, picture.prepared.x)


def test_pixels_stay_between_0_and_1() -> None:
    received = decode_pixels(pixels(torch.linspace(-5, 5, 784)), None)
    assert received is not None
    assert [float(received.min()), float(received.max())] == [0, 1]


@pytest.mark.parametrize(
    "encoded", ["", "?", 3, None, pixels(torch.zeros(3)), pixels(torch.full((784,), torch.nan))], ids=repr
)
def test_what_are_no_pixels_changes_nothing(encoded: object) -> None:
    before = torch.zeros(784)
    assert decode_pixels(encoded, before) is before


def test_a_part_is_looked_at_and_the_whole_again() -> None:
    *_, picture = three()
    picture.edited = torch.zeros(784)
    take([{"turn": 1, "id": picture.id, "crop": [0.1, 0.2, 0.9, 1]}])
    assert picture.corrections.crop == (0.1, 0.2, 0.9, 1.0)
    assert picture.edited is None
    assert list(data()["picture"]["crop"]) == [0.1, 0.2, 0.9, 1]
    take([{"turn": 2, "id": picture.id, "crop": None}])
    assert picture.corrections.crop is None


@pytest.mark.parametrize(
    "asked",
    [
        None, 7, "show", {}, [None], [{"show": 1}], [{"turn": 9, "show": "1"}], [{"turn": 9, "remove": -1}],
        [{"turn": 9, "id": 10**9, "edited": None}], [{"turn": 9, "crop": [0, 0, 1, 1]}],
        [{"turn": "9", "restore": True}],
    ],
)  # fmt: skip
def test_nonsense_is_passed_over(asked: object) -> None:
    given = three()
    take(asked)
    assert pictures.pictures() == given
    assert pictures.shown() is given[-1]


@pytest.mark.parametrize("crop", [3, [], [0, 0, 1], [0, 0, 2, 1], [0.5, 0, 0.5, 1], [0, "0", 1, 1], [float("nan")] * 4])
def test_a_part_that_is_none_is_passed_over(crop: object) -> None:
    *_, picture = three()
    take([{"turn": 1, "id": picture.id, "crop": crop}])
    assert picture.corrections.crop is None
