"""What ``make check`` makes of pip-audit's words: a vulnerability fails, a missing network does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from audit import SKIPPED, verdict

FINE = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}]}
UNKNOWN = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch (2.15.0)"}


def said(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_vulnerability_fails_and_is_named() -> None:
    assert verdict(1, said(FINE, BAD, UNKNOWN), "Found 1 known vulnerability") == (
        1,
        "pillow 1.0: PYSEC-1, fixed in 1.1, 2.0",
    )


def test_none_is_said_with_how_many_were_looked_at() -> None:
    assert verdict(0, said(FINE, UNKNOWN), "") == (0, "pip-audit: no known vulnerability in 1 of 2 packages")


@pytest.mark.parametrize(
    ("code", "output", "errors"),
    [
        (1, "", "ERROR:pip_audit._cli:HTTPSConnectionPool(host='x', port=443): Max retries exceeded with url: /y"),
        (1, "", "pip_audit._service.interface.ConnectionError: Could not connect to the vulnerability feed"),
        (0, said(UNKNOWN, UNKNOWN), ""),
    ],
)
def test_where_nothing_can_be_known_it_is_skipped_with_a_word(code: int, output: str, errors: str) -> None:
    assert verdict(code, output, errors) == (0, SKIPPED)


@pytest.mark.parametrize(
    ("code", "output", "errors"),
    [(1, "", "No module named pip_audit"), (2, "", "usage: pip-audit"), (0, "{}", ""), (0, "no JSON", "")],
)
def test_what_went_wrong_otherwise_is_no_skip(code: int, output: str, errors: str) -> None:
    assert verdict(code, output, errors)[0] == 1
