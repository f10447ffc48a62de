"""The command line: results on standard output, words on standard error, and one line for whatever is wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.__main__ import main
from model.bench import bench, write_raw
from model.checkpoint import load_checkpoint
from model.concise import make_model
from model.data import RAW_FILES, FashionData, RawFile, from_arrays, load_fashion_mnist, parse_idx
from model.train import Hyperparameters, Step, train

ROOT = Path(__file__).resolve().parent.parent
KEYS = ["epoch", "train_loss", "train_acc", "test_acc"]


@dataclass
class Ended:
    """How a command ended, and what it wrote."""

    code: object
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, float]]:
        """Standard output as JSON, a line each."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Runs a command in this process; Fashion-MNIST is not there."""
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path / "empty"))
    threads = torch.get_num_threads()

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        code: object
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as ended:
            code = ended.code
        return Ended(code, *capsys.readouterr())

    yield run
    torch.set_num_threads(threads)


@pytest.fixture
def small(few: FashionData, monkeypatch: pytest.MonkeyPatch) -> FashionData:
    """1,200 images in place of Garments."""
    monkeypatch.setattr("model.garments.load_garments", lambda: few)
    return few


@pytest.fixture
def tiny_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, FashionData]:
    """A data folder with 500 images in place of Fashion-MNIST, packed, and what is in it."""
    rng = np.random.default_rng(0)
    counts = (400, 400, 100, 100)
    arrays = [
        rng.integers(0, 256 if i % 2 == 0 else 10, (n, 28, 28) if i % 2 == 0 else n, np.uint8)
        for i, n in enumerate(counts)
    ]
    write_raw(from_arrays("x", "y", arrays), tmp_path)
    raw, files = tmp_path / "FashionMNIST" / "raw", []
    for file in RAW_FILES:
        content = (raw / file.name).read_bytes()
        (raw / file.name).unlink()
        packed = gzip.compress(content)
        (raw / f"{file.name}.gz").write_bytes(packed)
        files.append(RawFile(file.name, len(packed), *(hashlib.md5(part).hexdigest() for part in (packed, content))))
    for module in ("model.data", "model.__main__"):
        monkeypatch.setattr(f"{module}.RAW_FILES", tuple(files))
    return tmp_path, from_arrays("fashion-mnist", "FashionMNIST/raw", arrays)


def one_line(ended: Ended, code: int) -> str:
    """What a command said that ended with ``code``: nothing but one line on standard error."""
    assert ended.code == code
    assert ended.out == ""
    assert re.fullmatch(r"[^\r\n]+\n", ended.err), ended.err
    assert "Traceback" not in ended.err
    return ended.err


def expected(data: FashionData, settings: Hyperparameters) -> list[dict[str, float]]:
    """What training gives with these settings, an epoch each."""
    model = make_model(settings.implementation, settings.seed, settings.init_std)
    steps = [step for step in train(model, data, settings) if step.test_acc is not None]
    return [{name: getattr(step, name) for name in KEYS} for step in steps]


def test_json_is_one_object_an_epoch_and_nothing_else(run: Run, small: FashionData) -> None:
    ended = run("train", "--data", "garments", "--epochs", 3, "--json")
    assert ended.code == 0
    assert [list(record) for record in ended.records] == [KEYS] * 3
    assert [record["epoch"] for record in ended.records] == [1, 2, 3]
    assert all(isinstance(record[name], float) for record in ended.records for name in KEYS[1:])
    assert ended.records == expected(small, Hyperparameters(num_epochs=3))
    assert ended.out.endswith("}\n")


def test_progress_goes_to_standard_error(run: Run, small: FashionData) -> None:
    ended = run("train", "--data", "garments", "--epochs", 1, "--json")
    assert "few: 1,000 + 200 images" in ended.err
    assert re.search(r"\d+\.\d+ s\n$", ended.err)
    assert "{" not in ended.err


def test_plain_results_are_a_line_an_epoch(run: Run, small: FashionData) -> None:
    ended = run("train", "--data", "garments", "--epochs", 2)
    assert ended.code == 0
    number = r"\d\.\d{4}"
    pattern = rf"epoch (\d): train loss ({number}), train acc ({number}), test acc ({number})"
    found = [re.fullmatch(pattern, line) for line in ended.out.splitlines()]
    values = [[float(text) for text in line.groups()] for line in found if line]
    rows = [list(record.values()) for record in expected(small, Hyperparameters(num_epochs=2))]
    assert np.shape(values) == (2, 4)
    np.testing.assert_allclose(values, rows, atol=5.1e-5)


def test_every_option_reaches_the_training(run: Run, small: FashionData, tmp_path: Path) -> None:
    """Each option on its own changes the result, and to what the training gives with it."""
    plain = expected(small, Hyperparameters(num_epochs=1))
    for name, option, value in (
        ("lr", "--lr", 0.7),
        ("num_epochs", "--epochs", 2),
        ("batch_size", "--batch-size", 64),
        ("seed", "--seed", 5),
        ("init_std", "--init-std", 0.2),
        ("implementation", "--implementation", "concise"),
    ):
        settings = Hyperparameters(**{"num_epochs": 1, name: value})  # type: ignore[arg-type]
        arguments = ["--epochs", 1] if name != "num_epochs" else []
        out = tmp_path / f"{name}.safetensors"
        ended = run("train", "--data", "garments", "--json", "--out", out, *arguments, option, value)
        assert ended.records == expected(small, settings)
        assert ended.records != plain or name == "implementation"
        assert load_checkpoint(out).hyperparameters == settings


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_the_weights_saved_give_the_last_test_accuracy(
    run: Run, small: FashionData, tmp_path: Path, implementation: str
) -> None:
    out = tmp_path / "w.safetensors"
    ended = run(
        "train", "--data", "garments", "--epochs", 3, "--lr", 0.5, "--implementation", implementation, "--json",
        "--out", out,
    )  # fmt: skip
    assert ended.code == 0
    assert str(out) in ended.err
    checkpoint = load_checkpoint(out)
    assert checkpoint.hyperparameters == Hyperparameters(lr=0.5, num_epochs=3, implementation=implementation)
    assert (checkpoint.data, checkpoint.step) == ("few", 12)
    logits = small.test_images.numpy() @ checkpoint.W.numpy().T + checkpoint.b.numpy()
    accuracies = [record["test_acc"] for record in ended.records]
    assert (logits.argmax(axis=1) == small.test_labels.numpy()).mean() == pytest.approx(accuracies[-1])
    assert accuracies[-1] != accuracies[0]


def test_a_run_that_diverges_says_so_and_saves_finite_weights(
    run: Run, few: FashionData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Broken(FashionData):
        def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            X, y = super().batch(indices)
            return torch.full_like(X, 3e38), y

    broken = Broken("broken", "test", few.train_pixels, few.train_labels, few.test_images, few.test_labels)
    monkeypatch.setattr("model.garments.load_garments", lambda: broken)
    out = tmp_path / "w.safetensors"
    ended = run(
        "train", "--data", "garments", "--json", "--lr", 1000, "--init-std", 0, "--batch-size", 1000, "--out", out
    )
    assert (ended.code, ended.out) == (0, "")
    assert "Diverged at step 1" in ended.err
    assert not load_checkpoint(out).W.any()


BAD = {
    "no command": [],
    "unknown command": ["fly"],
    "unknown option": ["train", "--momentum", "0.9"],
    "one word too many": ["train", "now"],
    "lr is not a number": ["train", "--lr", "fast"],
    "lr nan": ["train", "--lr", "nan"],
    "lr inf": ["train", "--lr", "inf"],
    "lr 0": ["train", "--lr", "0"],
    "lr negative": ["train", "--lr", "-0.1"],
    "lr 1001": ["train", "--lr", "1001"],
    "lr is missing": ["train", "--lr"],
    "epochs 0": ["train", "--epochs", "0"],
    "epochs 1001": ["train", "--epochs", "1001"],
    "epochs 2.5": ["train", "--epochs", "2.5"],
    "batch size 0": ["train", "--batch-size", "0"],
    "batch size over the data": ["train", "--batch-size", "1001", "--data", "garments"],
    "batch size over any data": ["train", "--batch-size", "60001"],
    "unknown data": ["train", "--data", "cifar"],
    "unknown implementation": ["train", "--implementation", "jax"],
    "negative seed": ["train", "--seed", "-1"],
    "huge seed": ["train", "--seed", str(2**31)],
    "init std nan": ["train", "--init-std", "nan"],
    "init std negative": ["train", "--init-std", "-1"],
    "bench of no rounds": ["bench", "--rounds", "0"],
    "bench of rounds that are no number": ["bench", "--rounds", "many"],
    "bench of unknown data": ["bench", "--data", "cifar"],
    "assets into a folder that is not there": ["build-assets", "--folder", "no/such/folder"],
}


@pytest.mark.parametrize("kind", list(BAD))
def test_bad_arguments_are_told_in_one_line(kind: str, run: Run, small: FashionData) -> None:
    line = one_line(run(*BAD[kind]), 2)
    if BAD[kind][2:] and "over" not in kind:
        assert BAD[kind][-1].lstrip("-") in line or BAD[kind][-2].lstrip("-") in line


def test_a_batch_over_the_data_names_the_datas_size(run: Run, small: FashionData) -> None:
    assert "1,000" in one_line(run("train", "--data", "garments", "--batch-size", 1001), 2)
    assert run("train", "--data", "garments", "--batch-size", 1000, "--epochs", 1).code == 0


def test_bad_arguments_come_before_missing_data(run: Run) -> None:
    assert "lr" in one_line(run("train", "--data", "fashion-mnist", "--lr", "nan"), 2)


def test_help_is_a_result(run: Run) -> None:
    ended = run("--help")
    assert (ended.code, ended.err) == (0, "")
    assert all(command in ended.out for command in ("train", "data", "bench", "build-assets"))


def test_fashion_mnist_that_is_not_there_is_one_line(run: Run, tmp_path: Path) -> None:
    line = one_line(run("train", "--data", "fashion-mnist", "--json"), 1)
    assert "train-images-idx3-ubyte.gz" in line
    assert str(tmp_path / "empty") in line
    assert "python -m model data --fetch" in line
    for command in ("bench", "--data", "fashion-mnist"), ("build-assets", "--folder", tmp_path):
        assert "train-images-idx3-ubyte.gz" in one_line(run(*command), 1)


def test_fashion_mnist_is_trained_on_where_it_is(
    run: Run, tiny_files: tuple[Path, FashionData], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder, data = tiny_files
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(folder))
    for name in ("auto", "fashion-mnist"):
        ended = run("train", "--data", name, "--epochs", 2, "--json", "--out", tmp_path / "w")
        assert ended.records == expected(data, Hyperparameters(num_epochs=2))
        assert "fashion-mnist: 400 + 100 images" in ended.err
        assert "Garments" not in ended.err
        assert load_checkpoint(tmp_path / "w").data == "fashion-mnist"


@pytest.mark.parametrize("damage", ["empty", "one missing", "one corrupt", "one cut short"])
def test_auto_falls_back_to_garments_and_says_so(
    damage: str, run: Run, small: FashionData, tiny_files: tuple[Path, FashionData], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = tiny_files
    labels = folder / "FashionMNIST" / "raw" / f"{RAW_FILES[1].name}.gz"
    if damage == "one missing":
        labels.unlink()
    elif damage != "empty":
        content = labels.read_bytes()
        labels.write_bytes(content[:-1] if damage == "one cut short" else bytes(len(content)))
    if damage != "empty":
        monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(folder))
    for arguments in ((), ("--data", "auto")):
        ended = run("train", "--epochs", 1, "--json", *arguments)
        assert ended.code == 0
        assert ended.records == expected(small, Hyperparameters(num_epochs=1))
        reason, fallback, *_ = ended.err.splitlines()
        assert (RAW_FILES[0].name if damage == "empty" else labels.name) in reason
        assert "Garments" in fallback
    assert one_line(run("train", "--data", "fashion-mnist"), 1).rstrip() == reason


def test_data_tells_each_files_state(
    run: Run, tiny_files: tuple[Path, FashionData], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = tiny_files
    raw = folder / "FashionMNIST" / "raw"
    names = [raw / f"{file.name}.gz" for file in RAW_FILES]
    names[1].unlink()
    names[2].write_bytes(b"damaged")
    names[3].with_suffix("").write_bytes(gzip.decompress(names[3].read_bytes()))
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(folder))
    ended = run("data")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert len(lines) == 5
    assert lines[0] == f"{RAW_FILES[0].name}: {16 + 400 * 784:,} bytes, MD5 right"
    assert lines[1] == f"{RAW_FILES[1].name}: missing"
    assert lines[2].startswith(f"{RAW_FILES[2].name}: {names[2]} (7 bytes)")
    assert "MD5" in lines[2]
    assert "right" not in lines[2]
    assert lines[3] == f"{RAW_FILES[3].name}: {8 + 100} bytes, MD5 right"
    assert str(folder) in lines[4]


def test_data_of_an_empty_folder_are_missing(run: Run) -> None:
    ended = run("data")
    assert (ended.code, ended.err) == (0, "")
    assert [line.partition(": ")[2] for line in ended.out.splitlines()[:4]] == ["missing"] * 4


def test_a_fetch_that_fails_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_MIRROR", "http://127.0.0.1:1/")  # nothing listens there
    ended = run("data", "--fetch")
    assert (ended.code, ended.out) == (1, "")
    *_, progress, sentence = re.split(r"[\r\n]+", ended.err.strip())
    assert progress.endswith("failed")
    assert "http://127.0.0.1:1/" in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("place", ["none/w.safetensors", "file/w.safetensors", ".", "x" * 300])
def test_a_place_that_cannot_be_written_is_told_before_the_training(
    place: str, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    def never(*_: object) -> None:
        raise AssertionError("the data were read or trained on first")

    monkeypatch.setattr("model.__main__.load_data", never)
    monkeypatch.setattr("model.__main__.train", never)
    line = one_line(run("train", "--out", tmp_path / place), 1)
    assert str(tmp_path / place) in line
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_an_interrupted_training_ends_in_a_line(
    run: Run, small: FashionData, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupted(*arguments: Any) -> Iterator[Step]:
        yield from list(train(*arguments))[:4]
        raise KeyboardInterrupt

    monkeypatch.setattr("model.__main__.train", interrupted)
    ended = run("train", "--data", "garments", "--json", "--out", tmp_path / "w")
    assert ended.code == 130
    assert ended.records == expected(small, Hyperparameters(num_epochs=1))
    assert ended.err.splitlines()[-1] == "Interrupted."
    assert list(tmp_path.iterdir()) == []


def test_bad_settings_leave_the_old_weights(run: Run, small: FashionData, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("kept")
    run("train", "--data", "garments", "--batch-size", 1001, "--out", tmp_path / "w")
    run("train", "--data", "fashion-mnist", "--out", tmp_path / "w")
    assert (tmp_path / "w").read_text() == "kept"


def test_bench_prints_its_lines(run: Run, small: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    def fake(data: FashionData, rounds: int) -> Iterator[str]:
        yield f"{data.name} {rounds}"
        yield "second"

    monkeypatch.setattr("model.bench.bench", fake)
    ended = run("bench", "--data", "garments", "--rounds", 2)
    assert (ended.code, ended.out) == (0, "few 2\nsecond\n")
    assert run("bench", "--data", "garments").out == "few 5\nsecond\n"


@pytest.mark.filterwarnings("ignore:This DataLoader will create", "ignore:Converting a tensor")
def test_bench_times_each_contender_and_compares_them(few: FashionData) -> None:
    first, *lines = bench(few, rounds=1, repeats=1)
    assert "few" in first
    times = [re.fullmatch(r"  (\S+) +(\d+\.\d{3}) s an epoch", line) for line in lines[:4]]
    assert [line and line[1] for line in times] == ["scratch", "concise", "bare", "d2l"]
    ratios = [re.fullmatch(r"  (\S+ / \S+): (\d+\.\d\d) x \(from .* to .*; to reach: .*\)", line) for line in lines[4:]]
    assert [line and line[1] for line in ratios] == ["d2l / scratch", "d2l / concise", "scratch / bare"]
    assert all(line and float(line[2]) > 0 for line in ratios)


def test_benchs_files_hold_the_data(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    arrays = [
        rng.integers(0, 256, (30, 28, 28), np.uint8), rng.integers(0, 10, 30, np.uint8),
        rng.integers(0, 256, (20, 28, 28), np.uint8), rng.integers(0, 10, 20, np.uint8),
    ]  # fmt: skip
    write_raw(from_arrays("x", "y", arrays), tmp_path)
    for file, array in zip(RAW_FILES, arrays, strict=True):
        content = (tmp_path / "FashionMNIST" / "raw" / file.name).read_bytes()
        np.testing.assert_array_equal(parse_idx(content), array)


def test_benchs_files_of_the_real_data_are_the_published_ones(
    real: FashionData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_raw(real, tmp_path)
    again = load_fashion_mnist(tmp_path)  # which checks the sums
    assert torch.equal(again.test_images, real.test_images)


def process(tmp_path: Path, *arguments: str) -> Ended:
    """``python -m model`` as a process of its own, with no Fashion-MNIST."""
    environment = {**os.environ, "SOFTMAX_STUDIO_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "model", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def test_the_module_runs_from_a_terminal(tmp_path: Path, garments: FashionData) -> None:
    out = tmp_path / "w.safetensors"
    ended = process(tmp_path, "train", "--epochs", "1", "--json", "--out", str(out))
    assert ended.code == 0
    assert [list(record) for record in ended.records] == [KEYS]
    assert "Garments" in ended.err
    checkpoint = load_checkpoint(out)
    logits = garments.test_images.numpy() @ checkpoint.W.numpy().T + checkpoint.b.numpy()
    accuracy = (logits.argmax(axis=1) == garments.test_labels.numpy()).mean()
    assert ended.records[0]["test_acc"] == pytest.approx(accuracy, abs=2e-4)


def test_who_stops_reading_gets_no_traceback(tmp_path: Path) -> None:
    """As ``python -m model train | head -1`` does."""
    environment = {**os.environ, "SOFTMAX_STUDIO_DATA": str(tmp_path)}
    command = [sys.executable, "-m", "model", "train", "--epochs", "1000"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stderr
        assert child.stdout.readline().startswith(b"epoch 1:")
        child.stdout.close()
        said = child.stderr.read()
    assert child.returncode == 1
    assert b"BrokenPipe" not in said


def test_the_module_says_what_is_wrong_in_a_terminal(tmp_path: Path) -> None:
    assert "required: command" in one_line(process(tmp_path), 2)
    assert "train-images-idx3-ubyte.gz" in one_line(process(tmp_path, "train", "--data", "fashion-mnist"), 1)
