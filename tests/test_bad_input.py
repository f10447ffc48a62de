"""What no page of the app sends: nonsense in every parameter of an address and in every message of a component.

One sentence or a silent default each; never an exception, and nothing of it in the log.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator

import pytest
from conftest import STUDIO
from streamlit.testing.v1 import AppTest

from model.errors import StudioError
from pages.ui import (
    ideas,
    wall,
)
from pages.ui.evaluation_choice import CHOICES as EVALUATE
from pages.ui.ideas import IDEAS
from pages.ui.settings import KEYS
from pages.ui.sketchpad import CHOICES as DRAW

NONSENSE = {
    "empty": "",
    "long": "9" * 10_000,
    "NUL": "a\0b",
    "emoji": "🧦👨‍👩‍👧",
    "right to left": "\u202eabc\u2066\u200f",
    "HTML": '<img src=x onerror="alert(1)">&amp;</script>',
    "Markdown": "[x](javascript:alert(1)) **b** $x$ {0} {a.b} %s :material/stop:",
    "path": "../../../etc/passwd",
    "encoded": "%2e%2e%2f%00%ff",
    "SQL": "' OR 1=1; --",
    "below": "-1",
    "beyond": "99999999999999999999",
    "NaN": "nan",
    "inf": "1e999",
    "digits of no code page": "٣²①",
    "list": "1,2,,nan;;-0,0x10",
    "lines": "a\r\nSet-Cookie: b\tc",
}

PAGES = {"": "train.py", **{f"{name}": f"{name}.py" for name in wall.PAGES if name not in ("", "concepts")}}
PARAMS = [
    "lang", "projector", "screen", "hide", "run", "model", "sweep", "at", "follow", "embed", "embed_options",
    *KEYS.values(), "train_data", "train_pace", "templates_view", "templates_beside", "classify_source",
    *DRAW, "classify_test_index", "classify_test_class", "evaluate_data", "evaluate_unit", *EVALUATE,
    "runs_search", "runs_data", "runs_state", "runs_sort", "runs_page", "runs_chosen", "runs_open", "data_class",
    "data_index", "data_from", "data_unit", "data_split", "no_parameter_of_ours",
]  # fmt: skip


def visit(place: str, section: str, params: dict[str, str | list[str]]) -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    at.context["locale"] = "en-US"
    for name, value in params.items():
        at.query_params[name] = value
    if section:
        at.query_params["section"] = section
    at.switch_page(PAGES.get(place, "concepts/page.py"))
    return at.run()


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails where an exception is logged."""
    with caplog.at_level(logging.WARNING):
        yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


@pytest.mark.usefixtures("server", "quiet")
@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("place", PAGES, ids=lambda name: name or "train")
def test_nonsense_in_every_parameter_of_a_page(place: str, nonsense: str) -> None:
    at = visit(place, "", dict.fromkeys(PARAMS, NONSENSE[nonsense]))
    assert [error.value for error in at.exception] == []


@pytest.mark.usefixtures("server", "quiet")
@pytest.mark.parametrize("nonsense", ["long", "HTML", "NaN"])
@pytest.mark.parametrize("section", [*IDEAS, "<no section>"])
def test_nonsense_in_every_value_of_a_concept(section: str, nonsense: str) -> None:
    values = [f"{section}_{name}" for name in IDEAS[section].DEFAULTS] if section in IDEAS else []
    at = visit("concepts", section, dict.fromkeys([*PARAMS, *values], NONSENSE[nonsense]))
    assert [error.value for error in at.exception] == []
    again = at.run()  # what was made of it is in the address now
    assert [error.value for error in again.exception] == []


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("section", IDEAS)
def test_a_value_of_a_concept_that_is_nonsense_is_one_sentence(section: str) -> None:
    for nonsense, name in itertools.product(NONSENSE.values(), IDEAS[section].DEFAULTS):
        try:
            ideas.answer(section, {name: nonsense}, None)
        except StudioError as error:
            assert error.say().endswith(".")
            assert len(error.say()) < 500, name  # the value is told, but not the whole of it


@pytest.mark.usefixtures("server", "quiet")
@pytest.mark.parametrize("place", PAGES, ids=lambda name: name or "train")
def test_a_parameter_that_stands_twice_counts_once(place: str) -> None:
    at = visit(place, "", {name: ["nan", "<b>", "1"] for name in PARAMS})
    assert [error.value for error in at.exception] == []


@pytest.mark.usefixtures("server")
def test_a_run_that_is_nonsense_is_told_in_one_sentence() -> None:
    at = visit("", "", {"run": NONSENSE["HTML"]})
    told = at.session_state["told"]
    assert (
        told.say() == f"There is no run {NONSENSE['HTML'][:32]} here: it may have been pruned, or the link is cut "
        "short; press Train for a new one."
    )
    assert "run" not in at.query_params
