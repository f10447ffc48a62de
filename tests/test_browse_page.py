"""The Data page in Streamlit's own test runner: what the browser is given, the URL, and the files."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from conftest import STUDIO
from streamlit.testing.v1 import AppTest

from model.data import TEXT_LABELS, FashionData
from pages.ui import browse

pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture
def data(few_garments: FashionData) -> FashionData:
    return few_garments


def pixels(data: FashionData, split: str) -> np.ndarray:
    """The bytes of all images, (n, 784)."""
    test = np.rint(data.test_images.numpy().astype(float) * 255).astype(np.uint8)
    return np.asarray(data.train_pixels) if split == "train" else test


def labels(data: FashionData, split: str) -> np.ndarray:
    array: np.ndarray = (data.train_labels if split == "train" else data.test_labels).numpy()
    return array


def visit(query: dict[str, str] | None = None) -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    for name, value in (query or {}).items():
        at.query_params[name] = value
    at.run()
    return opened(at, "data.py")


def opened(at: AppTest, page: str) -> AppTest:
    at.switch_page(page).run()
    assert not at.exception
    return at


def given(at: AppTest) -> dict[str, Any]:
    """What the component is given."""
    found = [json.loads(element.proto.json) for element in at.get("bidi_component") if element.proto.json]
    (component,) = (data for data in found if "split" in data)
    return dict(component)


def pictures(at: AppTest) -> np.ndarray:
    return np.frombuffer(base64.b64decode(given(at)["page"]["pixels"]), np.uint8).reshape(-1, 784)


def place(at: AppTest) -> tuple[Any, ...]:
    view = given(at)["view"]
    return view["label"], view["position"], view["opened"]


def say(at: AppTest, turn: int = 1, **view: Any) -> AppTest:
    """As the component does when a person goes somewhere."""
    at.session_state["data_browse"] = {"view": {"label": None, "position": 0, "opened": False, **view, "turn": turn}}
    at.run()
    assert not at.exception
    return at


def refused(at: AppTest) -> int | None:
    number: int | None = given(at)["refused"]
    return number


@pytest.mark.parametrize("split", ["train", "test"])
def test_counts_means_and_pictures_are_those_of_the_data(data: FashionData, split: str) -> None:
    at = visit({"data_split": split})
    count = np.bincount(labels(data, split), minlength=10)
    assert given(at)["counts"] == count.tolist()
    means = np.frombuffer(base64.b64decode(given(at)["means"]), np.uint8).reshape(10, 784)
    expected = np.stack([pixels(data, split)[labels(data, split) == label].mean(axis=0) for label in range(10)])
    assert np.abs(means - expected).max() <= 0.5 + 1e-4  # a byte is the nearest one to the mean
    assert (pictures(at) == pixels(data, split)[:50]).all()
    assert given(at)["page"]["indices"] == list(range(50))
    assert given(at)["page"]["classes"] == labels(data, split)[:50].tolist()


@pytest.mark.parametrize("split", ["train", "test"])
def test_a_class_is_paged_in_the_order_of_its_indices(data: FashionData, split: str) -> None:
    at = visit({"data_split": split})
    where = np.flatnonzero(labels(data, split) == 6)
    seen: list[int] = []
    for turn, first in enumerate(range(0, len(where), 50), start=1):
        say(at, turn, label=6, position=first)
        page = given(at)["page"]
        assert page["first"] == first
        assert page["classes"] == [6] * len(page["indices"])
        assert (pictures(at) == pixels(data, split)[page["indices"]]).all()
        seen += page["indices"]
    assert seen == where.tolist()


def test_never_more_than_a_page_is_sent(data: FashionData) -> None:
    at = visit()
    for turn, view in enumerate(({}, {"position": 999}, {"label": 2}, {"position": 60, "opened": True}), start=1):
        say(at, turn, **view)
        assert len(pictures(at)) <= 50


def test_a_position_beyond_the_list_is_its_last(data: FashionData) -> None:
    count = int((labels(data, "train") == 4).sum())
    assert place(say(visit(), label=4, position=10**9)) == (4, count - 1, False)


def test_an_index_opens_its_picture_and_keeps_a_class_that_fits(data: FashionData) -> None:
    index = int(np.flatnonzero(labels(data, "train") == 5)[60])
    at = say(visit(), label=5, index=index)
    assert place(at) == (5, 60, True)
    assert given(at)["page"]["indices"][10] == index
    say(at, 2, label=4, index=index)
    assert place(at) == (None, index, True)
    assert at.query_params["data_index"] == str(index)
    assert "data_class" not in at.query_params


def test_an_index_beyond_the_data_is_refused_and_nothing_moves(data: FashionData) -> None:
    at = say(visit(), label=3, position=55)
    say(at, 2, label=3, position=55, index=1000)
    assert refused(at) == 1000
    assert place(at) == (3, 55, False)
    say(at, 3, label=3, position=0)
    assert refused(at) is None
    assert refused(visit({"data_index": "200", "data_split": "test"})) == 200
    assert refused(visit({"data_index": "199", "data_split": "test"})) is None


def test_the_url_leads_to_the_same_place(data: FashionData) -> None:
    at = say(visit({"data_split": "train"}), label=1, position=73, unit="byte")
    assert at.query_params == {"data_class": "1", "data_from": "50", "data_unit": "byte"}
    again = visit(dict(at.query_params))
    assert place(again) == (1, 50, False)
    assert given(again)["view"]["unit"] == "byte"
    say(at, 2, label=1, position=73, opened=True)
    assert place(visit(dict(at.query_params))) == (1, 73, True)


@pytest.mark.parametrize(
    "query",
    [
        {"data_split": "xx", "data_class": "10", "data_from": "-50", "data_index": "1.5", "data_unit": "pixel"},
        {"data_class": "shirt", "data_from": "1e3", "data_index": "９"},
        {"data_class": "-1", "data_from": "", "data_index": "9" * 5000},
    ],
)
def test_nonsense_in_the_url_is_ignored(query: dict[str, str]) -> None:
    at = visit(query)
    assert place(at) == (None, 0, False)
    assert (given(at)["split"], given(at)["view"]["unit"], refused(at)) == ("train", "value", None)


@pytest.mark.parametrize("said", [{"view": "x"}, {"view": {"turn": "x", "label": [], "position": {}, "opened": 1}}, {}])
def test_nonsense_from_a_browser_is_ignored(said: dict[str, Any]) -> None:
    at = visit()
    at.session_state["data_browse"] = said
    at.run()
    assert not at.exception
    assert place(at) == (None, 0, False)


def test_another_page_and_back_finds_the_place() -> None:
    at = say(visit({"data_split": "test"}), label=8, position=3, opened=True)
    params = dict(at.query_params)
    opened(at, "train.py")
    at.query_params.clear()  # as a browser does on the way to another page
    opened(at, "data.py")
    assert place(at) == (8, 3, True)
    assert given(at)["split"] == "test"
    assert dict(at.query_params) == params


def test_another_split_begins_at_its_first_picture_of_the_same_class(data: FashionData) -> None:
    at = say(visit(), label=7, position=12, opened=True)
    at.button_group(key="data_split").set_value("test").run()
    assert place(at) == (7, 0, False)
    assert given(at)["page"]["indices"] == np.flatnonzero(labels(data, "test") == 7)[:50].tolist()
    assert at.query_params["data_split"] == "test"


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_npz_file_holds_means_counts_and_labels(data: FashionData, split: str) -> None:
    file = np.load(io.BytesIO(browse.class_file(data, split)))
    assert set(file) == {"mean_images", "class_counts", "text_labels"}
    expected = [pixels(data, split)[labels(data, split) == label].mean(axis=0) / 255 for label in range(10)]
    assert file["mean_images"].dtype == np.float32
    assert np.allclose(file["mean_images"].reshape(10, 784), expected, atol=1e-6)
    assert file["class_counts"].tolist() == np.bincount(labels(data, split), minlength=10).tolist()
    assert file["text_labels"].tolist() == list(TEXT_LABELS)


def test_the_file_is_not_made_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(browse, "class_file", lambda data, split: made.append(split))
    assert visit().download_button(key="data_npz").label == "Save means and counts (NPZ)"
    assert made == []


def test_chinese_has_its_own_words() -> None:
    at = visit({"lang": "zh"})
    assert given(at)["labels"][0] == "T恤"
    assert given(at)["words"]["all"] == "全部类别"
    assert at.button_group(key="data_split").label == "图像"
