"""The script and the notebook of a run: in a process of their own, with torch alone, they give the run again."""

from __future__ import annotations

import ast
import dataclasses
import gzip
import hashlib
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from run_makers import diverged, trained

from model.__main__ import main
from model.data import RAW_FILES, FashionData, parse_idx, read_checked
from model.errors import DataError
from model.idx_files import write_idx_files
from model.kept import Kept
from model.script import FOLDER, notebook, recorded, script
from pages.ui.text import LANGUAGES, Text

SAVE = "\nif len(sys.argv) > 2:\n    torch.save([W, b], sys.argv[2])\n"


@pytest.fixture(scope="module")
def folder(few: FashionData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The few images as four files."""
    folder = tmp_path_factory.mktemp("idx")
    write_idx_files(few, folder)
    return folder


@pytest.fixture
def few_runs(few_garments: FashionData) -> dict[str, Kept]:
    """Runs that ended in each way, of both implementations."""
    return {
        "scratch": trained(few_garments),
        "concise": trained(few_garments, implementation="concise", batch_size=96),
        "stopped in an epoch": trained(few_garments, 13, batch_size=96, seed=7, init_std=0.3),
        "stopped at an epoch's end": trained(few_garments, 10, implementation="concise"),
        "paused": trained(few_garments, 3, "paused", lr=2.0),
        "not begun": trained(few_garments, 0, "paused"),
        "far off": trained(few_garments, lr=10.0, batch_size=32, num_epochs=5),
    }


KINDS = (
    "scratch",
    "concise",
    "stopped in an epoch",
    "stopped at an epoch's end",
    "paused",
    "not begun",
    "far off",
)


def run_script(text: str, folder: Path, place: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run it in a fresh process, away from the app: nothing of it can be imported."""
    path = place / "run.py"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", str(path), str(folder), *map(str, arguments)]
    return subprocess.run(command, cwd=place, capture_output=True, text=True)


def figures(out: str) -> dict[str, float]:
    """What a script says it reached, by its last lines."""
    return {name: float(value) for name, value in re.findall(r"^(\w+ \w+) ([\d.naif]+), recorded", out, re.MULTILINE)}


def offs(out: str) -> list[float]:
    """By how much it says that its figures are off."""
    return [float(value) for value in re.findall(r": off by (.*)$", out, re.MULTILINE)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_gives_the_run_again(few_runs: dict[str, Kept], kind: str, folder: Path, tmp_path: Path) -> None:
    kept = few_runs[kind]
    ended = run_script(script(kept) + SAVE, folder, tmp_path, tmp_path / "weights.pt")
    assert ended.stderr == ""
    found, expected = figures(ended.stdout), recorded(kept)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert abs(found[name] - value) <= 1e-6, name
    assert offs(ended.stdout) == [0.0] * len(expected)
    assert ended.stdout.count("epoch ") == math.ceil(kept.progress.step / math.ceil(1000 / len_batch(kept)))
    W, b = torch.load(tmp_path / "weights.pt")
    assert torch.equal(W, kept.weights.W)
    assert torch.equal(b, kept.weights.b)


def len_batch(kept: Kept) -> int:
    return kept.hyperparameters.batch_size


def test_what_is_recorded_is_what_the_run_says(few_runs: dict[str, Kept]) -> None:
    finished, stopped = few_runs["scratch"], few_runs["stopped in an epoch"]
    assert tuple(recorded(finished).values()) == finished.epochs[-1][1:]
    assert recorded(stopped)["train acc"] == stopped.trace[-1].train_acc
    assert recorded(stopped)["test acc"] == stopped.epochs[0].test_acc
    assert recorded(few_runs["not begun"]) == {}


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_the_real_thing_is_had_again(real: FashionData, implementation: str, tmp_path: Path) -> None:
    kept = trained(real, num_epochs=10, batch_size=256, implementation=implementation)
    write_idx_files(real, tmp_path / "idx")
    ended = run_script(script(kept), tmp_path / "idx", tmp_path)
    assert len(kept.epochs) == 10
    for name, value in recorded(kept).items():
        assert abs(figures(ended.stdout)[name] - value) <= 1e-6, name


def test_a_run_that_diverged_ends_there_with_its_last_finite_weights(
    few_garments: FashionData, folder: Path, tmp_path: Path
) -> None:
    kept = diverged(few_garments)
    text = script(kept)
    assert "last_step = 2  # the run: diverged" in text
    assert re.search(r'"train loss": float\("(inf|nan)"\)', text)
    overflowing = text.replace("generator=generator) * init_std", "generator=generator) * 3e38")
    assert overflowing != text
    ended = run_script(overflowing + SAVE, folder, tmp_path, tmp_path / "weights.pt")
    assert ended.stderr == ""
    first = ended.stdout.splitlines()[0]
    assert re.match("epoch 1: train loss (inf|nan), ", first)
    assert "test acc" not in first
    W, _ = torch.load(tmp_path / "weights.pt")
    assert not bool(W.isnan().any())


def test_other_data_are_refused_in_one_sentence(few_garments: FashionData, tmp_path: Path, folder: Path) -> None:
    text = script(dataclasses.replace(trained(few_garments, 0), checksum="0" * 64))
    ended = run_script(text, folder, tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{folder} does not hold the run's data: its SHA-256 differs.\n"
    ended = run_script(text, tmp_path / "nowhere", tmp_path)
    assert ended.stderr == f"train-images-idx3-ubyte.gz is not in {tmp_path / 'nowhere'}: name the folder with it.\n"


def test_unpacked_files_are_read_too_and_where_torchvision_puts_them(
    few_runs: dict[str, Kept], folder: Path, tmp_path: Path
) -> None:
    raw = tmp_path / FOLDER
    raw.mkdir(parents=True)
    for path in folder.iterdir():
        (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    (tmp_path / "run.py").write_text(script(few_runs["paused"]))
    command = [sys.executable, "-I", "run.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert offs(ended.stdout) == [0.0] * 2, ended.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_is_tidy_and_needs_torch_alone(few_runs: dict[str, Kept], kind: str, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(script(few_runs[kind]))
    rules = "E,F,W,I,N,UP,B,A,C4,SIM,RET,PTH,RUF,D1"
    allowed = "N803,N806,RUF001,RUF002,RUF003,D105,D107"
    for command in (["check", "--select", rules, "--ignore", allowed], ["format", "--check"]):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--target-version=py311", "run.py"],
            cwd=tmp_path, capture_output=True, text=True,
        )  # fmt: skip
        assert ruff.returncode == 0, ruff.stdout
    tree = ast.parse(script(few_runs[kind]))
    imported = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert imported - sys.stdlib_module_names == {"torch"}


def test_it_has_the_books_names(few_runs: dict[str, Kept]) -> None:
    both = {"accuracy", "evaluate_accuracy", "Accumulator", "train_epoch_ch3", "train_ch3", "load_data_fashion_mnist"}
    for kind, names in (("scratch", {"softmax", "cross_entropy", "sgd"}), ("concise", set())):
        tree = ast.parse(script(few_runs[kind]))
        defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert both | names <= defined
    for word in ("nn.Sequential(nn.Flatten(), nn.Linear(784, 10))", "nn.CrossEntropyLoss", "torch.optim.SGD"):
        assert word in script(few_runs["concise"])
        assert word not in script(few_runs["scratch"])


def test_the_docstring_says_where_the_data_are(few_runs: dict[str, Kept], few_garments: FashionData) -> None:
    kept = few_runs["scratch"]
    assert "python -m model data --data garments --export FOLDER" in script(kept)
    real = script(dataclasses.replace(kept, data="fashion-mnist"))
    assert "torchvision.datasets.FashionMNIST(" in real
    assert "garments" not in real.lower()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["scratch", "concise"])
def test_the_notebook_is_valid_and_its_cells_give_the_run_again(
    few_runs: dict[str, Kept], kind: str, language: str, folder: Path, tmp_path: Path
) -> None:
    content = notebook(few_runs[kind], Text(language))
    document: Any = nbformat.reads(content.decode(), as_version=nbformat.NO_CONVERT)
    nbformat.validate(document)
    code = [cell.source for cell in document.cells if cell.cell_type == "code"]
    words = "\n".join(cell.source for cell in document.cells if cell.cell_type == "markdown")
    assert bool(re.search("[\u4e00-\u9fff]", words)) == (language == "zh")
    assert not re.search("[\u4e00-\u9fff]", "".join(code))
    raw = tmp_path / FOLDER
    raw.parent.mkdir(parents=True)
    raw.symlink_to(folder)
    ended = run_script("\n\n".join(code), folder, tmp_path)
    assert offs(ended.stdout) == [0.0] * 3, ended.stderr
    assert json.loads(content)["metadata"]["kernelspec"]["name"] == "python3"


def test_the_four_files_are_those_of_torchvision(few: FashionData, folder: Path, tmp_path: Path) -> None:
    from torchvision.datasets.mnist import read_image_file, read_label_file

    assert {path.name for path in folder.iterdir()} == {f"{file.name}.gz" for file in RAW_FILES}
    arrays = [parse_idx(gzip.decompress((folder / f"{file.name}.gz").read_bytes())) for file in RAW_FILES]
    np.testing.assert_array_equal(arrays[0].reshape(-1, 784), few.train_pixels.numpy())
    np.testing.assert_array_equal(arrays[3], few.test_labels.numpy())
    for file in RAW_FILES:
        (tmp_path / file.name).write_bytes(gzip.decompress((folder / f"{file.name}.gz").read_bytes()))
    images = read_image_file(str(tmp_path / RAW_FILES[2].name))
    assert torch.equal(images.view(-1, 784), (few.test_images * 255).round().byte())
    assert torch.equal(read_label_file(str(tmp_path / RAW_FILES[1].name)), few.train_labels)


def test_real_data_are_written_as_they_were_published(real: FashionData, tmp_path: Path) -> None:
    for path, file in zip(write_idx_files(real, tmp_path), RAW_FILES, strict=True):
        unpacked = tmp_path / file.name
        unpacked.write_bytes(gzip.decompress(path.read_bytes()))
        read_checked(unpacked, file)
        assert hashlib.md5(unpacked.read_bytes()).hexdigest() == file.md5


def test_files_that_are_there_are_never_replaced(few: FashionData, tmp_path: Path) -> None:
    there = tmp_path / "t10k-labels-idx1-ubyte"
    there.write_bytes(b"mine")
    with pytest.raises(DataError, match="is there already and is not replaced"):
        write_idx_files(few, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there.name]
    with pytest.raises(DataError, match="cannot be written"):
        write_idx_files(few, Path("/proc/nowhere"))


def test_the_command_writes_the_data_in_use(
    few_garments: FashionData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("model.garments.load_garments", lambda: few_garments)
    threads = torch.get_num_threads()
    assert main(["data", "--data", "garments", "--export", str(tmp_path / "out")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(list((tmp_path / "out").iterdir())) == 4
    assert main(["data", "--data", "garments", "--export", str(tmp_path / "out")]) == 1
    assert "is not replaced" in capsys.readouterr().err
    torch.set_num_threads(threads)
