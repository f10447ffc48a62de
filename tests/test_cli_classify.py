"""``python -m model classify``: an answer or one sentence for each picture, in order, whatever is among them."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from bad_pictures import exif, garment, save
from PIL import Image

from model.__main__ import main
from model.checkpoint import Checkpoint, save_checkpoint
from model.classify import weights_for
from model.data import TEXT_LABELS
from model.picture import LARGEST_BYTES, open_picture
from model.preprocess import KINDS, prepare
from model.train import Hyperparameters

ROOT = Path(__file__).resolve().parent.parent


class Ran:
    """How the command ended, and what it wrote."""

    def __init__(self, code: object, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command in this process."""
    threads = torch.get_num_threads()

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code: object
        try:
            code = main(["classify", *map(str, arguments)])
        except SystemExit as ended:
            code = ended.code
        return Ran(code, *capsys.readouterr())

    yield run
    torch.set_num_threads(threads)


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Path]:
    """One of several formats each, and one that is damaged."""
    found = {
        "shirt.jpg": save(garment(300, 400), "JPEG", exif=exif(6)),
        "一双鞋.png": save(garment(), "PNG"),
        "small.gif": save(garment(28, 28).convert("L"), "GIF"),
        "broken.jpg": save(garment(), "JPEG")[:500],
        "text.png": b"no picture",
    }
    for name, content in found.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in found}


def weights(path: Path) -> Checkpoint:
    """Weights of which the bias decides: a dress."""
    b = torch.arange(10) == 3
    saved = Checkpoint(torch.full((10, 784), 1e-4), 9.0 * b, Hyperparameters(), "few", 1)
    save_checkpoint(path, saved)
    return saved


def probabilities(path: Path, chosen: Checkpoint | None = None) -> list[float]:
    """The ten as they are worked out by hand."""
    prepared = prepare(open_picture(path.read_bytes()))
    chosen = chosen or weights_for(prepared.kind)
    o = (chosen.W.double() @ prepared.x.double() + chosen.b.double()).tolist()
    total = sum(math.exp(value - max(o)) for value in o)
    return [math.exp(value - max(o)) / total for value in o]


def test_json_is_one_object_a_picture(run: Any, pictures: dict[str, Path]) -> None:
    good = [pictures[name] for name in ("shirt.jpg", "一双鞋.png", "small.gif")]
    ended = run("--json", *good)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.isascii()
    for path, found in zip(good, ended.objects, strict=True):
        assert list(found) == ["image", "label", "probabilities", "kind"]
        assert found["image"] == str(path)
        assert list(found["probabilities"]) == list(TEXT_LABELS)
        expected = probabilities(path)
        assert list(found["probabilities"].values()) == pytest.approx(expected, abs=1e-12)
        assert sum(found["probabilities"].values()) == pytest.approx(1)
        assert found["label"] == TEXT_LABELS[expected.index(max(expected))]
        assert found["kind"] == prepare(open_picture(path.read_bytes())).kind
        assert found["kind"] in KINDS


def test_a_picture_that_cannot_be_read_does_not_stop_the_others(run: Any, pictures: dict[str, Path]) -> None:
    ended = run("--json", *pictures.values())
    assert (ended.code, ended.err) == (1, "")
    assert [found["image"] for found in ended.objects] == [str(path) for path in pictures.values()]
    errors = {Path(found["image"]).name: found["error"] for found in ended.objects if "error" in found}
    assert list(errors) == ["broken.jpg", "text.png"]
    assert "damaged" in errors["broken.jpg"]
    assert "not a picture" in errors["text.png"]
    assert all(list(found) == ["image", "error"] for found in ended.objects if "error" in found)


def test_plain_answers_are_a_line_each(run: Any, pictures: dict[str, Path]) -> None:
    ended = run(*pictures.values())
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert len(lines) == 3
    for name, line in zip(("shirt.jpg", "一双鞋.png", "small.gif"), lines, strict=True):
        ranked = sorted(zip(probabilities(pictures[name]), TEXT_LABELS, strict=True), reverse=True)
        said = ", ".join(f"{label} {p:.0%}" for p, label in ranked[:3])
        assert line == f"{pictures[name]}: {said} ({prepare(open_picture(pictures[name].read_bytes())).kind})"
    assert [line.partition(": ")[0] for line in ended.err.splitlines()] == [
        str(pictures["broken.jpg"]), str(pictures["text.png"]),
    ]  # fmt: skip


def test_other_weights_can_be_named(run: Any, pictures: dict[str, Path], tmp_path: Path) -> None:
    saved = weights(tmp_path / "w.safetensors")
    found = run("--json", "--weights", tmp_path / "w.safetensors", pictures["shirt.jpg"]).objects[0]
    assert found["label"] == "dress"
    assert list(found["probabilities"].values()) == pytest.approx(probabilities(pictures["shirt.jpg"], saved))


def test_weights_that_cannot_be_read_are_told_before_any_picture(
    run: Any, pictures: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a picture was opened first")

    monkeypatch.setattr("model.classify_command.open_picture", never)
    for path in (tmp_path / "none", pictures["shirt.jpg"], tmp_path):
        ended = run("--json", "--weights", path, pictures["shirt.jpg"])
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.count("\n") == 1
        assert str(path) in ended.err


@pytest.mark.parametrize("place", ["folder", "missing.png", "pipe", "/dev/zero", "-", "x" * 300, "a/b.png", "secret"])
@pytest.mark.parametrize("form", [["--json"], []])
def test_what_is_no_readable_file_is_one_sentence(run: Any, tmp_path: Path, place: str, form: list[str]) -> None:
    path = tmp_path / place
    if place == "folder":
        path.mkdir()
    elif place == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes with a name on this machine")
        os.mkfifo(path)
    elif place == "secret":
        path.write_bytes(save(garment(), "PNG"))
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this person may read everything")
    ended = run(*form, path if place != "-" else "-")
    assert ended.code == 1
    said = ended.objects[0]["error"] if form else ended.err.rstrip("\n")
    assert "cannot be read (" in said
    assert said.endswith(".")
    assert "\n" not in said
    assert said.count(str(path) if place != "-" else "- ") == 1
    assert (ended.err if form else ended.out) == ""


def test_a_file_over_the_limit_is_not_read(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(LARGEST_BYTES * 1000)  # holds nothing, and takes no room

    def never(*_: object) -> None:
        raise AssertionError("it was opened")

    monkeypatch.setattr(Path, "open", never)
    assert "20,000,000,000 bytes" in run("--json", path).objects[0]["error"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text on this machine")
def test_names_of_any_bytes_are_told(run: Any, tmp_path: Path) -> None:
    for raw in (b"\xff\xfe.png", b"line\nbreak.png", b"\x1b[31mred.png"):
        name = os.fsdecode(bytes(tmp_path) + b"/" + raw)
        Path(name).write_bytes(save(garment(), "PNG"))
        ended = run("--json", name, name + "x")
        assert [found["image"] for found in ended.objects] == [name, name + "x"]
        ended = run(name, name + "x")
        assert len(ended.out.splitlines()) == len(ended.err.splitlines()) == 1
        assert (ended.out + ended.err).replace("\n", "").isprintable()


def test_bad_arguments_are_told_in_one_line(run: Any) -> None:
    for arguments in ((), ("--json",), ("--weights",), ("a.png", "--fast")):
        ended = run(*arguments)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.count("\n") == 1


def test_the_app_carries_weights_for_each_kind() -> None:
    for kind in KINDS:
        assert weights_for(kind).W.shape == (10, 784)
        assert weights_for(kind) is weights_for(kind)


def test_it_runs_from_a_terminal_whatever_its_encoding(pictures: dict[str, Path], tmp_path: Path) -> None:
    Image.new("L", (28, 28), 200).save(tmp_path / "grey.png")
    names = [str(pictures["一双鞋.png"]), str(tmp_path / "grey.png"), str(pictures["text.png"])]
    for form in (["--json"], []):
        ended = subprocess.run(
            [sys.executable, "-m", "model", "classify", *form, *names],
            cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert len(ended.stdout.splitlines()) == (3 if form else 2)
