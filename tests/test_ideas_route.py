"""GET /ideas/<section>: the same numbers as the page's, and one sentence where a value cannot be."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import STUDIO
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from pages.ui.ideas import IDEAS, answer, ideas


def get(section: str, **params: str) -> tuple[int, Any]:
    """The status and what the body says."""
    query = urlencode(params).encode()
    scope = {"type": "http", "path_params": {"section": section}, "query_string": query, "headers": []}
    response = asyncio.run(ideas(Request(scope)))
    return response.status_code, json.loads(bytes(response.body) or "null")


@pytest.mark.parametrize("name", list(IDEAS))
def test_the_numbers_come_as_json(server: object, name: str) -> None:
    status, found = get(name, data="garments")
    assert status == 200
    assert found == json.loads(json.dumps(answer(name, {}, "garments"), allow_nan=False))
    assert found["script"]


def test_what_cannot_be_is_one_sentence_in_the_readers_language(server: object) -> None:
    english = {"error": "t = 99 is outside 0 to 10; choose a value within these limits."}
    assert get("softmax", t="99") == (400, english)
    assert "99 超出 0 到 10" in get("softmax", t="99", lang="zh")[1]["error"]
    assert "choose one of" in get("step", data="x")[1]["error"]


@pytest.mark.parametrize("t", ["1_0", "１", "nan", "1e999", ""])
def test_a_number_is_what_a_browser_reads_as_one(server: object, t: str) -> None:
    assert get("softmax", t=t) == (400, {"error": f"t = {t} is outside 0 to 10; choose a value within these limits."})


def test_a_long_value_is_cut_in_its_sentence(server: object) -> None:
    for name in ("t", "stable"):
        assert len(get("softmax", **{name: "9" * 5000})[1]["error"]) < 120


def test_there_is_no_other_section(server: object) -> None:
    assert get("nowhere") == (404, None)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", list(IDEAS))
def test_each_section_opens_on_its_own_address(server: object, name: str, language: str) -> None:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    at.query_params["lang"] = language
    at.run().switch_page("concepts/page.py")
    at.query_params["section"] = name
    at.run()
    assert not at.exception
    assert at.selectbox(key="concepts_section").value == name
    assert at.code
