"""The Classify page in Streamlit's test runner: which weights look at which picture, and corrections by hand."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from conftest import STUDIO
from PIL import Image, ImageDraw
from scipy.special import softmax
from streamlit.testing.v1 import AppTest

from model.checkpoint import PRETRAINED, PRETRAINED_PHOTOS, Checkpoint, load_checkpoint
from model.data import FashionData
from model.preprocess import Corrections, prepare
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui.pictures import Picture

pytestmark = pytest.mark.usefixtures("server")

PLAIN, PHOTOS = load_checkpoint(PRETRAINED), load_checkpoint(PRETRAINED_PHOTOS)


def flat_lay() -> Image.Image:
    """A dark shirt on a chequered floor."""
    image = Image.new("RGB", (240, 300))
    draw = ImageDraw.Draw(image)
    for i in range(0, 240, 20):
        for j in range(0, 300, 20):
            draw.rectangle((i, j, i + 19, j + 19), fill=(200, 150, 90) if (i + j) // 20 % 2 else (225, 195, 150))
    right = [(150, 40), (220, 120), (190, 145), (170, 115), (170, 260)]
    left = [(240 - x, y) for x, y in reversed(right)]
    draw.polygon([*right, *left], fill=(20, 30, 60))
    return image


def studio() -> Image.Image:
    """A shaded shoe on white."""
    shade = np.linspace(30, 170, 240)[None, :].repeat(120, axis=0).astype(np.uint8)
    mask = Image.new("L", (240, 120))
    ImageDraw.Draw(mask).polygon([(10, 100), (20, 70), (110, 50), (140, 20), (220, 30), (230, 100)], fill=255)
    image = Image.new("L", (340, 240), 255)
    image.paste(Image.fromarray(shade), (50, 60), mask)
    return image.convert("RGB")


def outline() -> Image.Image:
    image = Image.new("RGB", (280, 280), "white")
    points = [(90, 20), (190, 20), (220, 250), (160, 250), (140, 90), (120, 250), (60, 250), (90, 20)]
    ImageDraw.Draw(image).line(points, fill="black", width=5, joint="curve")
    return image


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def visit(*files: Image.Image, **query: str) -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    at.run()
    at.switch_page("classify.py").run()
    if files:
        given = [(f"{i}.png", png(file), "image/png") for i, file in enumerate(files)]
        at.file_uploader(key="classify_upload").set_value(given).run()
    assert not at.exception
    return at


def stage(at: AppTest) -> dict[str, Any]:
    """What the stage was given last."""
    found = [e for e in at.get("bidi_component") if e.proto.component_name == "softmax_studio.classify"]
    data: dict[str, Any] = json.loads(found[-1].proto.json)
    return data


def floats(encoded: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(encoded), "<f4")


def shown(at: AppTest) -> Picture:
    picture: Picture = at.session_state["classify_pictures"][-1]
    return picture


@pytest.mark.parametrize(
    ("image", "kind", "weights"),
    [(flat_lay(), "flat lay", PHOTOS), (studio(), "studio", PLAIN), (outline(), "line art", PLAIN)],
    ids=["flat lay", "studio", "line art"],
)
def test_the_pretrained_weights_are_those_for_the_kind(image: Image.Image, kind: str, weights: Checkpoint) -> None:
    data = stage(visit(image))
    assert data["picture"]["kind"] == kind
    np.testing.assert_array_equal(floats(data["model"]["W"]).reshape(10, 784), weights.W.numpy())
    np.testing.assert_array_equal(floats(data["model"]["b"]), weights.b.numpy())
    assert ("for photos" in data["model"]["note"]) == (weights is PHOTOS)


def test_each_picture_of_the_history_is_judged_by_the_weights_for_its_kind() -> None:
    at = visit(flat_lay(), studio())
    for entry, image, weights in zip(
        reversed(stage(at)["history"]), (flat_lay(), studio()), (PHOTOS, PLAIN), strict=True
    ):
        x = prepare(image).x.numpy().astype(np.float64)
        o = weights.W.numpy().astype(np.float64) @ x + weights.b.numpy()
        np.testing.assert_allclose(softmax(entry["o"]), softmax(o), atol=1e-9)


def test_a_run_looks_at_pictures_of_every_kind(server: Trainer, few_garments: FashionData) -> None:
    run = server.create("me", Hyperparameters(), few_garments, "full")
    run._record(next(run.steps))
    run.weights = run._weights_now()
    at = visit(flat_lay(), run=run.id)
    np.testing.assert_array_equal(floats(stage(at)["model"]["W"]).reshape(10, 784), run.weights.W.numpy())
    assert stage(at)["model"]["note"] == "This run is at step 1 of 40."
    run.state = "stopped"
    assert stage(at.run())["model"]["note"] == "These weights were trained on Garments."


def test_a_run_that_is_gone_is_said_and_the_page_goes_on() -> None:
    assert "There is no run gone here" in stage(visit(studio(), run="gone"))["error"]


def test_a_blank_picture_is_doubted() -> None:
    at = visit(Image.new("RGB", (200, 200), "white"))
    assert "Nothing was found" in stage(at)["picture"]["unsure"]
    assert stage(visit(flat_lay()))["picture"]["unsure"] is None


def hand(at: AppTest, name: str) -> Any:
    """The field for this correction."""
    return next(each for each in (*at.selectbox, *at.slider) if str(each.key).startswith(f"classify_hand_{name}_"))


def test_the_fields_show_what_was_done_and_correct_it() -> None:
    at = visit(flat_lay())
    found = prepare(flat_lay())
    assert hand(at, "kind").value == "flat lay"
    assert hand(at, "width").value == pytest.approx(found.width, abs=0.005)
    hand(at, "width").set_value(0.5).run()
    hand(at, "turn").set_value(1).run()
    hand(at, "negate").set_value(False).run()
    wanted = Corrections(turn=1, negate=False, width=0.5)
    np.testing.assert_array_equal(floats(stage(at)["picture"]["x"]), prepare(flat_lay(), wanted).x.numpy())
    hand(at, "kind").set_value("studio").run()
    assert stage(at)["picture"]["kind"] == "studio"
    at.button(key="classify_automatic").click().run()
    np.testing.assert_array_equal(floats(stage(at)["picture"]["x"]), found.x.numpy())
    assert at.button(key="classify_automatic").disabled


def test_a_field_that_shows_something_else_is_another_field() -> None:
    """A browser also sends what a field held before: no picture may take that for a correction."""
    at = visit(flat_lay(), studio())
    before = hand(at, "kind").key, hand(at, "width").key
    at.session_state["classify_shown"] = at.session_state["classify_pictures"][0].id
    at.run()
    after = hand(at, "kind").key, hand(at, "width").key
    assert set(before).isdisjoint(after)
    hand(at, "width").set_value(0.61).run()
    assert (hand(at, "kind").key, hand(at, "width").key) == after  # the field that was set stays, and so does its focus
    assert [each.corrections.width for each in at.session_state["classify_pictures"]] == [0.61, None]


def test_each_picture_keeps_its_corrections() -> None:
    at = visit(flat_lay(), studio())
    hand(at, "width").set_value(0.6).run()
    first, second = at.session_state["classify_pictures"]
    assert (first.corrections, second.corrections) == (Corrections(), Corrections(width=0.6))
    at.session_state["classify_shown"] = first.id
    at.run()
    assert hand(at, "width").value == pytest.approx(prepare(flat_lay()).width, abs=0.005)


def test_that_only_the_newest_are_kept_is_said() -> None:
    at = visit(studio())
    assert stage(at)["notes"] == []
    at.session_state["classify_pictures"] = [Picture(str(i), "upload", studio()) for i in range(40)]
    assert stage(at.run())["notes"] == ["40 pictures are kept, the newest: save what is older."]


def test_a_small_picture_has_no_other_kind(few_garments: FashionData) -> None:
    pixels = (few_garments.test_images[0].reshape(28, 28).numpy() * 255).round().astype(np.uint8)
    at = visit(Image.fromarray(pixels))
    assert hand(at, "kind").disabled
    np.testing.assert_array_equal(floats(stage(at)["picture"]["x"]), pixels.reshape(784).astype(np.float32) / 255)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("projector", ["0", "1"])
def test_the_page_runs_in_every_language_and_for_the_projector(language: str, projector: str) -> None:
    at = visit(flat_lay(), lang=language, projector=projector)
    assert stage(at)["projector"] == (projector == "1")
