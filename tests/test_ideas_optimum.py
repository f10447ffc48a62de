"""The optimum: against scikit-learn's and autograd's numbers, and what is said of runs beside it."""

from __future__ import annotations

import dataclasses
import functools
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import cross_entropy

from model.__main__ import main
from model.checkpoint import PRETRAINED, load_checkpoint
from model.data import FashionData
from model.errors import BadSetting, DataError
from model.ideas import optimum
from model.ideas.linear_models import Linear, book_run, end_losses, never_right, train_losses
from model.ideas.optimum_script import Trained, script
from model.idx_files import write_idx_files
from model.live_run import LiveRun
from model.optimum import find_optimum, load_optimum, measure, optimum_file, save_optimum, with_ones
from model.snapshots import Weights
from model.softmax import init_params
from model.train import Hyperparameters

STRONG = 1e-3
"""An L2 with which a thousand images need a second."""


@pytest.fixture(scope="module")
def short_run(garments: FashionData) -> LiveRun:
    """Three epochs on all of Garments."""
    return book_run(garments, Hyperparameters(num_epochs=3))


def pretrained() -> Linear:
    checkpoint = load_checkpoint(PRETRAINED)
    return Linear("pretrained", checkpoint.W, checkpoint.b)


def test_lbfgs_finds_what_scikit_learn_finds(few: FashionData) -> None:
    found = find_optimum(few, STRONG, (60, 60))
    X, y = with_ones(few.train_images()).numpy(), few.train_labels.numpy()
    other = LogisticRegression(C=1 / (len(y) * STRONG), fit_intercept=False, tol=1e-9, max_iter=5000).fit(X, y)
    o = torch.from_numpy(X @ other.coef_.T)
    assert measure(found, few)["train_loss"] == pytest.approx(float(cross_entropy(o, few.train_labels)), abs=1e-7)
    theta = torch.cat([found.W, found.b.unsqueeze(1)], dim=1).numpy()
    assert np.abs(theta - other.coef_).max() < 1e-3
    assert found.gradient_norm < 1e-7


@pytest.mark.parametrize("name", ["garments", "real"])
def test_what_is_kept_is_the_optimum(name: str, request: pytest.FixtureRequest) -> None:
    data: FashionData = request.getfixturevalue(name)
    kept = load_optimum(data)
    measured = measure(kept, data)
    theta = torch.cat([kept.W, kept.b.unsqueeze(1)], dim=1).requires_grad_()
    X = with_ones(data.train_images())
    loss = cross_entropy(X @ theta.T, data.train_labels)
    (loss + kept.l2 / 2 * theta.square().sum()).backward()
    assert theta.grad is not None
    assert measured["train_loss"] == pytest.approx(loss.item(), abs=1e-12)
    assert measured["gradient_norm"] == pytest.approx(theta.grad.norm().item(), rel=1e-3)
    assert measured["gradient_norm"] == pytest.approx(kept.gradient_norm, rel=0.5)  # sums in another order
    assert measured["gap"] == pytest.approx(measured["gradient_norm"] ** 2 / 2 / kept.l2)
    assert measured["gap"] < 1e-5  # a tenth of the last decimal shown
    assert measured["train_acc"] == float((torch.argmax(X @ theta.T, dim=1) == data.train_labels).double().mean())
    assert 0.75 < measured["test_acc"] < measured["train_acc"]


def test_a_step_in_any_direction_leads_up(garments: FashionData) -> None:
    kept = load_optimum(garments)
    X, y = with_ones(garments.train_images()), garments.train_labels
    theta = torch.cat([kept.W, kept.b.unsqueeze(1)], dim=1)

    def objective(theta: torch.Tensor) -> float:
        return float(cross_entropy(X @ theta.T, y) + kept.l2 / 2 * theta.square().sum())

    generator = torch.Generator().manual_seed(0)
    for size in (1e-2, 1e-1):
        direction = torch.randn(theta.shape, generator=generator, dtype=torch.float64)
        assert objective(theta + size * direction) > objective(theta)


def test_the_file_says_how_it_was_found(few: FashionData, tmp_path: Path) -> None:
    found, again = (find_optimum(few, STRONG, (20,)) for _ in range(2))
    save_optimum(tmp_path / "a", found)
    save_optimum(tmp_path / "b", again)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    kept = load_optimum(few, tmp_path / "a")
    for field in dataclasses.fields(found):
        expected = getattr(found, field.name)
        same = torch.equal if isinstance(expected, torch.Tensor) else lambda a, b: a == b
        assert same(getattr(kept, field.name), expected)


def test_an_optimum_of_other_images_is_refused(few: FashionData, garments: FashionData, tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        load_optimum(few, optimum_file("garments"))
    assert refused.value.key == "optimum_other_data"
    (tmp_path / "broken").write_bytes(optimum_file("garments").read_bytes()[:5000])
    for path in tmp_path / "broken", tmp_path / "nothing":
        with pytest.raises(DataError) as refused:
            load_optimum(garments, path)
        assert refused.value.key == "optimum_damaged"
        assert str(path) in str(refused.value)


def test_the_command_keeps_an_optimum(
    few: FashionData, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("model.__main__.load_data", lambda name: few)
    monkeypatch.setattr(
        "model.optimum_command.find_optimum", functools.partial(find_optimum, l2=STRONG, rounds=(20, 30))
    )
    threads = torch.get_num_threads()
    assert main(["optimum", "--out", str(tmp_path / "o")]) == 0
    torch.set_num_threads(threads)
    out = capsys.readouterr().out
    loss = measure(load_optimum(few, tmp_path / "o"), few)["train_loss"]
    assert f"train loss: {loss:.10g}" in out
    assert "l2: 0.001" in out


def test_losses_of_many_models_at_once(few: FashionData) -> None:
    weights = [Weights(0, *init_params(seed, 0.1)) for seed in range(3)]
    losses = train_losses(weights, few, together=300)
    for moment, loss in zip(weights, losses, strict=True):
        o = few.train_images().double() @ moment.W.double().T + moment.b.double()
        assert loss == pytest.approx(float(cross_entropy(o, few.train_labels)), abs=1e-6)


def test_the_loss_at_an_epochs_end_is_that_of_its_weights(short_run: LiveRun) -> None:
    ends = end_losses(short_run)
    assert list(ends) == [1, 2, 3]
    o = short_run.data.train_images() @ short_run.weights.W.T + short_run.weights.b
    assert ends[3] == pytest.approx(float(cross_entropy(o, short_run.data.train_labels)), abs=1e-4)
    assert end_losses(short_run) == ends


def test_never_right_is_where_all_are_wrong(real: FashionData) -> None:
    kept = load_optimum(real)
    models = [Linear("optimum", kept.W, kept.b), pretrained()]
    wrong, said = never_right(models, real)
    X, y = real.test_images.numpy().astype(np.float64), real.test_labels.numpy()
    verdicts = [(X @ model.W.numpy().T + model.b.numpy()).argmax(axis=1) for model in models]
    expected = np.flatnonzero((verdicts[0] != y) & (verdicts[1] != y))
    assert sorted(wrong.tolist()) == expected.tolist()
    assert (said.numpy() == np.array(verdicts)).mean() > 0.9999  # float32 decides a tie otherwise
    z = X[wrong] @ kept.W.numpy().T + kept.b.numpy()
    p = np.exp(z - z.max(axis=1, keepdims=True))
    sure = (p / p.sum(axis=1, keepdims=True)).max(axis=1)
    assert (np.diff(sure) <= 1e-12).all()


def test_the_answer_is_made_of_these(garments: FashionData, short_run: LiveRun) -> None:
    others = [pretrained(), Linear("run", short_run.weights.W, short_run.weights.b)]
    shown = optimum.answer(optimum.DEFAULTS, garments, short_run, others)
    least = measure(load_optimum(garments), garments)["train_loss"]
    assert shown["train_loss"] == least
    for point, row in zip(short_run.epochs, shown["left"], strict=True):
        assert row["average_left"] == pytest.approx(point.train_loss - least)
        assert row["end_left"] == pytest.approx(row["end"] - least)
        assert row["end"] > least
    assert [model["name"] for model in shown["models"]] == ["optimum", "pretrained", "run"]
    assert shown["models"][2]["right"] == round(short_run.epochs[-1].test_acc * 10_000)
    assert shown["never"] > 0
    assert shown["agree"] <= shown["never"]
    assert len(shown["images"]) == min(optimum.PAGE, shown["never"])
    for image in shown["images"]:
        assert image["true"] == int(garments.test_labels[image["index"]])
        assert image["true"] not in image["said"]


def test_all_pages_together_hold_every_image_once(garments: FashionData, short_run: LiveRun) -> None:
    others = [pretrained()]
    first = optimum.answer({"page": "1"}, garments, short_run, others)
    pages = [optimum.answer({"page": str(i + 1)}, garments, short_run, others) for i in range(first["pages"])]
    indices = [image["index"] for page in pages for image in page["images"]]
    assert len(indices) == len(set(indices)) == first["never"]
    assert optimum.answer({"page": str(first["pages"] + 1)}, garments, short_run, others)["page"] == first["pages"]
    for page in ("0", "501", "x", "1.5"):
        with pytest.raises(BadSetting):
            optimum.answer({"page": page}, garments, short_run, others)


def test_the_script_prints_the_screen(few: FashionData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds, settings = (40, 40), Hyperparameters(num_epochs=2, batch_size=100)
    concise = Hyperparameters(implementation="concise", num_epochs=1, batch_size=300, seed=5, lr=0.3)
    save_optimum(tmp_path / "o", find_optimum(few, STRONG, rounds))
    monkeypatch.setattr(optimum, "load_optimum", functools.partial(load_optimum, path=tmp_path / "o"))
    run, other = book_run(few, settings), book_run(few, concise)
    models = [Linear(name, run.weights.W, run.weights.b) for name, run in (("a run's", run), ("another", other))]
    shown = optimum.answer(optimum.DEFAULTS, few, run, models)

    write_idx_files(few, tmp_path / "idx")
    made = [Trained("a run's", settings, run.step), Trained("another", concise, other.step)]
    (tmp_path / "idea.py").write_text(script(few, STRONG, made[0], made, rounds), encoding="utf-8")
    command = [sys.executable, "-I", "idea.py", "idx"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ended.stderr == ""
    printed = dict(re.findall(r"^(\w+ \w+) ([\d.e-]+)$", ended.stdout, re.MULTILINE))
    for name in ("train loss", "train acc", "test acc"):
        assert float(printed[name]) == pytest.approx(shown[name.replace(" ", "_")], abs=1e-9)
    assert float(printed["gradient norm"]) < 1e-5
    table = re.findall(
        r"^epoch (\d+) average (\S+) left (\S+) at its end (\S+) left (\S+)$", ended.stdout, re.MULTILINE
    )
    assert len(table) == settings.num_epochs
    for row, numbers in zip(shown["left"], table, strict=True):
        expected = [row[name] for name in ("epoch", "average", "average_left", "end", "end_left")]
        assert [float(number) for number in numbers] == pytest.approx(expected, abs=1e-4)  # a snapshot has twelve bits
    right = re.findall(r"^(\d+) right: (.+)$", ended.stdout, re.MULTILINE)
    assert [int(count) for count, _ in right] == [model["right"] for model in shown["models"]]
    assert [name for _, name in right[1:]] == ["a run's", "another"]
    none = re.search(r"^(\d+) that none gets right, the first of them (.+)$", ended.stdout, re.MULTILINE)
    assert none
    assert int(none[1]) == shown["never"] > 0
    assert none[2] == str([image["index"] for image in shown["images"]])
