"""Indexing a small array: the book's own results, numpy's for any other, torch's errors, and the script."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from model.errors import BadSetting
from model.ideas.indexing import DEFAULTS, answer, expressions

NAMES = tuple(expressions(torch.zeros(1, 2), torch.zeros(1, dtype=torch.long)))


def of(**values: str) -> dict[str, Any]:
    return answer({**DEFAULTS, **values})


def result(name: str, **values: str) -> dict[str, str]:
    found = of(f=name, **values)
    return next(result for result in found["results"] if result["name"] == name)


def numbers(text: str) -> Any:
    """What torch printed, as numpy's: nothing but numbers, brackets and tensor(...) is read."""
    names = {"tensor": lambda value, dtype=None: np.array(value), "nan": np.nan, "inf": np.inf, "torch": torch}
    return eval(text, {"__builtins__": {}}, names)  # of our own answer


def test_the_book() -> None:
    """Section 3.6.4: y_hat[[0, 1], y] is [0.1, 0.5], and cross_entropy [2.3026, 0.6931]."""
    assert result("book")["text"] == "tensor([0.1000, 0.5000])"
    assert result("picked")["text"] == "tensor([0.1000, 0.5000])"
    assert result("loss")["text"] == "tensor([2.3026, 0.6931])"
    assert of(f="book")["groups"] == of(f="loss")["groups"] == [[0], [5]]


def test_what_each_returns_is_said_as_torch_says_it() -> None:
    assert [result(name)["text"] for name in ("range", "len", "numel", "shape")] == [
        "range(0, 2)", "2", "6", "torch.Size([2, 3])",
    ]  # fmt: skip
    assert [result(name)["kind"] for name in ("range", "numel", "argmax", "right", "sum0")] == [
        "range", "int", "torch.int64", "torch.bool", "torch.float32",
    ]  # fmt: skip
    shapes = {name: result(name)["shape"] for name in ("columns", "sum0", "sum1", "keepdim", "shares")}
    assert shapes == {"columns": "(2, 2)", "sum0": "(3,)", "sum1": "(2,)", "keepdim": "(2, 1)", "shares": "(2, 3)"}


def test_what_is_shown_is_what_is_run() -> None:
    """The text of each, run on the same array, gives the same: it is read from the function."""
    y_hat, y = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]), torch.tensor([0, 2])
    from model.softmax import cross_entropy

    for found in of()["results"]:
        if "error" not in found:
            assert (
                repr(eval(found["source"], {"y_hat": y_hat, "y": y, "cross_entropy": cross_entropy})) == found["text"]
            )
    assert [found["name"] for found in of()["results"]] == list(NAMES)


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(2, 5).flatmap(
            lambda columns: st.tuples(
                st.lists(
                    st.lists(st.integers(-99, 99), min_size=columns, max_size=columns), min_size=rows, max_size=rows
                ),
                st.lists(st.integers(0, columns - 1), min_size=rows, max_size=rows),
            )
        )
    )
)
def test_numpy_says_the_same(case: tuple[list[list[int]], list[int]]) -> None:
    rows, labels = case
    values = {"a": ";".join(",".join(map(str, row)) for row in rows), "y": ",".join(map(str, labels))}
    a, y = np.array(rows, dtype=float), np.array(labels)
    texts = {found["name"]: found.get("text", "") for found in of(**values)["results"]}
    np.testing.assert_array_equal(numbers(texts["picked"]), a[np.arange(len(a)), y])
    np.testing.assert_array_equal(numbers(texts["columns"]), a[:, y])
    np.testing.assert_array_equal(numbers(texts["argmax"]), a.argmax(axis=1))
    np.testing.assert_array_equal(numbers(texts["sum0"]), a.sum(axis=0))
    np.testing.assert_array_equal(numbers(texts["keepdim"]), a.sum(axis=1, keepdims=True))
    assert numbers(texts["numel"]) == a.size


def test_the_cells_that_are_lit_are_those_that_make_the_result() -> None:
    """Changing a cell of no group leaves the result as it is; changing one of a group changes that element."""
    y_hat, y = torch.tensor([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5], [0.9, 0.7, 0.8]]), torch.tensor([0, 2, 1])
    values = {"a": "0.1,0.3,0.6;0.3,0.2,0.5;0.9,0.7,0.8", "y": "0,2,1"}
    for name in ("picked", "columns", "loss", "sum0", "sum1", "keepdim"):
        groups, before = of(f=name, **values)["groups"], expressions(y_hat, y)[name]().flatten()
        assert len(groups) == len(before)
        for place, (i, group) in itertools.product(range(9), enumerate(groups)):
            moved = y_hat.clone()
            moved.view(-1)[place] += 0.05
            assert (expressions(moved, y)[name]().flatten()[i] != before[i]) == (place in group), (name, place)
    assert of(f="argmax", **values)["groups"] == [[2], [5], [6]]
    assert of(f="len", **values)["groups"] == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]


def test_without_keepdim_the_shapes_do_not_fit_or_fit_wrongly() -> None:
    assert result("flat") == {
        "name": "flat", "source": "y_hat / y_hat.sum(axis=1)", "error": "RuntimeError",
        "message": "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1",
    }  # fmt: skip
    assert of(f="flat")["note"] == "sizes"
    square = {"a": "1,3;2,6", "y": "0,1"}
    found = of(f="flat", **square)
    assert found["note"] == "wrong_sums"
    a = np.array([[1, 3], [2, 6]], dtype=float)
    np.testing.assert_allclose(numbers(result("flat", **square)["text"]), a / a.sum(axis=1), atol=1e-4)
    np.testing.assert_allclose(numbers(result("shares", **square)["text"]).sum(axis=1), 1, atol=1e-4)
    assert found["groups"] == [[0, 2], [1, 3]]
    assert of(f="flat", a="1,3", y="0")["note"] == "one_row"


def test_a_label_outside_the_columns_is_torchs_index_error() -> None:
    for name in ("book", "picked", "loss", "columns"):
        found = of(f=name, y="0,3")
        assert found["note"] == "outside"
        assert found["groups"] == []
        assert found["outside"] == [1]
        assert result(name, y="0,3")["error"] == "IndexError"
    assert result("picked", y="0,3")["message"] == "index 3 is out of bounds for dimension 1 with size 3"
    assert of(f="picked", y="0,-1")["note"] == "from_the_end"
    assert of(f="picked", y="0,-1")["groups"] == [[0], [5]]
    assert of(f="argmax", y="0,-1")["note"] == ""


def test_the_books_two_rows_are_two() -> None:
    three = {"a": "1,2;3,4;5,6", "y": "0,1,0"}
    assert "shape mismatch" in result("book", **three)["message"]
    assert of(f="book", **three)["note"] == of(f="book", a="1,2", y="0")["note"] == "two_rows"
    assert of(f="book", a="1,2", y="7")["note"] == "outside"


def test_the_loss_of_what_has_no_log() -> None:
    assert result("loss", a="0,1;-1,2", y="0,0")["text"] == "tensor([inf, nan])"
    assert of(f="loss", a="0,1;-1,2", y="0,0")["note"] == "no_log"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"a": "1,2;3"}, "y_hat has 1 numbers; give 2 to 5"),
        ({"a": "1,2;3,4,5"}, "The rows of y_hat have 2, 3 numbers"),
        ({"a": ";".join(["1,2"] * 5)}, "y_hat has 5 rows"),
        ({"a": "1,2;3,__import__('os')"}, "is outside -100 to 100"),
        ({"a": "1,inf;3,4"}, "y_hat = inf is outside"),
        ({"y": "1"}, "y_hat has 2 rows and y has 1 labels"),
        ({"y": "1,0.5"}, "y = 0.5 is not a whole number"),
        ({"y": "1,10"}, "y = 10 is outside -9 to 9"),
        ({"f": "y_hat.tolist()"}, "is not among the choices"),
    ],
)
def test_what_cannot_be_is_said(values: dict[str, str], words: str) -> None:
    with pytest.raises(BadSetting, match=words.replace("(", r"\(")):
        of(**values)


def test_the_script_prints_or_raises_the_same(tmp_path: Path) -> None:
    for name in ("loss", "keepdim", "shape", "flat"):
        found = of(f=name)
        (tmp_path / "indexing.py").write_text(found["script"], encoding="utf-8")
        ended = subprocess.run([sys.executable, "-I", "indexing.py"], cwd=tmp_path, capture_output=True, text=True)
        if "error" in result(name):
            assert ended.stderr.rstrip().endswith(f"{result(name)['error']}: {result(name)['message']}")
        else:
            assert ended.stdout.rstrip() == result(name)["text"]
