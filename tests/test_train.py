"""Training: the book's semantics, its published curve, and both implementations against each other."""

from __future__ import annotations

import dataclasses
import math
from functools import cache

import numpy as np
import pytest
import torch

from model.concise import make_model
from model.data import FashionData
from model.errors import BadSetting
from model.softmax import SoftmaxRegressionScratch
from model.train import LIMITS, Hyperparameters, Step, num_batches, train

# d2l-zh's slides for section 3.6: lr 0.1, 10 epochs, batch 256.
PUBLISHED_TRAIN_LOSS = [0.7866, 0.5715, 0.5256, 0.5013, 0.4850, 0.4732, 0.4656, 0.4574, 0.4522, 0.4475]
PUBLISHED_TRAIN_ACC = (0.7483, 0.8476)


def run(data: FashionData, **settings: float | str) -> tuple[SoftmaxRegressionScratch, list[Step]]:
    hyperparameters = Hyperparameters(**settings)  # type: ignore[arg-type]
    model = make_model(hyperparameters.implementation, hyperparameters.seed, hyperparameters.init_std)
    return model, list(train(model, data, hyperparameters))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def book_runs(real: FashionData) -> dict[str, list[list[Step]]]:
    """Five seeds of each implementation with the book's settings: each epoch's last step."""

    @cache
    def epochs(implementation: str, seed: int) -> list[Step]:
        _, steps = run(real, implementation=implementation, seed=seed)
        return [step for step in steps if step.test_acc is not None]

    return {name: [epochs(name, seed) for seed in range(5)] for name in ("scratch", "concise")}


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_the_published_curve(book_runs: dict[str, list[list[Step]]], implementation: str) -> None:
    runs = book_runs[implementation]
    loss = np.mean([[step.train_loss for step in epochs] for epochs in runs], axis=0)
    acc = np.mean([[step.train_acc for step in epochs] for epochs in runs], axis=0)
    np.testing.assert_allclose(loss, PUBLISHED_TRAIN_LOSS, atol=0.006)
    assert loss[-1] == pytest.approx(0.4475, abs=0.004)
    assert acc[0] == pytest.approx(PUBLISHED_TRAIN_ACC[0], abs=0.006)
    assert acc[-1] == pytest.approx(0.848, abs=0.003)
    assert all(0.80 <= epochs[-1].test_acc <= 0.85 for epochs in runs if epochs[-1].test_acc)


def test_scratch_and_concise_agree_after_an_epoch(garments: FashionData) -> None:
    scratch, _ = run(garments, num_epochs=1)
    concise, _ = run(garments, num_epochs=1, implementation="concise")
    untrained = make_model("scratch", 0, 0.01)
    assert float((scratch.W - untrained.W).abs().max()) > 0.05
    assert float((scratch.W - concise.W).abs().max()) <= 1e-4
    assert float((scratch.b - concise.b).abs().max()) <= 1e-4


def test_an_epoch_is_235_batches_and_the_last_has_96(garments: FashionData) -> None:
    assert num_batches(60_000, 256) == 235
    seen: list[int] = []

    class Counting(SoftmaxRegressionScratch):
        def step(self, X: torch.Tensor, y: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
            seen.append(len(X))
            return super().step(X, y, lr)

    model = make_model("scratch", 0, 0.01)
    steps = list(train(Counting(model.W, model.b), garments, Hyperparameters(num_epochs=1)))
    assert seen == [256] * 234 + [96]
    assert [step.step for step in steps] == list(range(1, 236))


def test_every_image_is_used_once_an_epoch_in_another_order(few: FashionData) -> None:
    orders: list[list[float]] = []

    class Recording(SoftmaxRegressionScratch):
        def step(self, X: torch.Tensor, y: torch.Tensor, lr: float) -> tuple[torch.Tensor, torch.Tensor]:
            orders[-1].extend(X.sum(dim=1).tolist())
            return super().step(X, y, lr)

    model = make_model("scratch", 0, 0.01)
    steps = train(Recording(model.W, model.b), few, Hyperparameters(num_epochs=2, batch_size=300))
    for _ in range(2):
        orders.append([])
        for _ in range(4):
            next(steps)
    sums = sorted(few.train_images().sum(dim=1).tolist())
    assert sorted(orders[0]) == pytest.approx(sums)
    assert sorted(orders[1]) == pytest.approx(sums)
    assert orders[0] != orders[1]


def test_train_metrics_are_running_averages_while_w_changes(few: FashionData) -> None:
    """Recomputed from a second model that is stepped by hand with torch's own loss and optimiser."""
    _, steps = run(few, num_epochs=2, batch_size=300, lr=0.5)
    model = make_model("scratch", 0, 0.01)
    linear = torch.nn.Linear(784, 10)
    with torch.no_grad():
        linear.weight.copy_(model.W)
        linear.bias.copy_(model.b)
    optimizer = torch.optim.SGD(linear.parameters(), lr=0.5)
    generator = torch.Generator().manual_seed(2**31)
    expected = []
    for _ in range(2):
        losses, correct = [], []
        for batch in torch.randperm(1000, generator=generator).split(300):
            X, y = few.train_images()[batch], few.train_labels[batch]
            o = linear(X)
            loss = torch.nn.functional.cross_entropy(o, y, reduction="none")
            losses += loss.tolist()
            correct += (o.argmax(dim=1) == y).tolist()
            optimizer.zero_grad()
            loss.mean().backward()
            optimizer.step()
            expected.append((np.mean(losses), np.mean(correct)))
    assert [(step.train_loss, step.train_acc) for step in steps] == [pytest.approx(pair, abs=1e-5) for pair in expected]
    with torch.no_grad():
        test_acc = (linear(few.test_images).argmax(dim=1) == few.test_labels).float().mean()
    assert steps[-1].test_acc == pytest.approx(float(test_acc))
    assert [step.test_acc is not None for step in steps] == [False, False, False, True] * 2


def test_the_same_seed_gives_the_same_run_and_another_another(few: FashionData) -> None:
    assert run(few, num_epochs=1, batch_size=100)[1] == run(few, num_epochs=1, batch_size=100)[1]
    assert run(few, num_epochs=1, batch_size=100)[1] != run(few, num_epochs=1, batch_size=100, seed=1)[1]


def test_stopping_is_not_asking_for_the_next_step(few: FashionData) -> None:
    model = make_model("scratch", 0, 0.01)
    steps = train(model, few, Hyperparameters(num_epochs=5, batch_size=100))
    next(steps)
    after_one = model.W.clone()
    steps.close()  # type: ignore[attr-defined]
    assert torch.equal(model.W, after_one)


def test_diverging_is_said_and_goes_on(garments: FashionData) -> None:
    _, steps = run(garments, num_epochs=2, lr=10)
    assert any(step.diverging for step in steps)
    assert not any(step.diverged for step in steps)
    first, second = (step.train_loss for step in steps if step.test_acc is not None)
    assert 5 * steps[0].loss < first
    assert second < first


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
def test_a_loss_that_is_not_finite_ends_the_run_with_the_last_finite_weights(
    few: FashionData, implementation: str
) -> None:
    model = make_model(implementation, 0, 0.01)
    steps = train(model, few, Hyperparameters(num_epochs=3, batch_size=100, implementation=implementation))
    next(steps)
    model.W[3, 100] = 3e38  # the next logits overflow
    W = model.W.clone()
    (last,) = list(steps)
    assert last.diverged
    assert last.step == 2
    assert not math.isfinite(last.loss)
    assert torch.equal(model.W, W)


def test_weights_that_are_not_finite_end_the_run_although_the_loss_is(few: FashionData) -> None:
    class Bright(FashionData):
        def batch(self, indices: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            X, y = super().batch(indices)
            return torch.full_like(X, 3e38), y

    data = Bright(**{field.name: getattr(few, field.name) for field in dataclasses.fields(few)})
    model = make_model("scratch", 0, 0.0)
    last = list(train(model, data, Hyperparameters(lr=1000, batch_size=1000, init_std=0.0)))[-1]
    assert last.diverged
    assert math.isfinite(last.loss)
    assert bool(model.W.isfinite().all())


@pytest.mark.parametrize("name", list(LIMITS))
def test_each_limit_is_held_and_named(name: str) -> None:
    low, high = LIMITS[name]
    for value in (low, high):
        Hyperparameters(**{name: value})  # type: ignore[arg-type]
    for value in (low - 1, high + 1, math.nan):
        with pytest.raises(BadSetting) as caught:
            Hyperparameters(**{name: value})  # type: ignore[arg-type]
        assert name in str(caught.value)
        assert str(value) in str(caught.value)


@pytest.mark.parametrize("name", ["num_epochs", "batch_size", "seed"])
def test_a_count_is_a_whole_number(name: str) -> None:
    with pytest.raises(BadSetting, match=rf"{name} = 2\.5 is not a whole number"):
        Hyperparameters(**{name: 2.5})  # type: ignore[arg-type]


def test_a_batch_over_the_data_is_refused_before_the_first_step(few: FashionData) -> None:
    with pytest.raises(BadSetting, match=r"1001 .* 1,000"):
        train(make_model("scratch", 0, 0.01), few, Hyperparameters(batch_size=1001))


def test_an_unknown_implementation_is_refused() -> None:
    with pytest.raises(BadSetting, match="jax"):
        Hyperparameters(implementation="jax")


def test_sklearn_finds_a_like_accuracy(garments: FashionData) -> None:
    """An independent SGD on the same loss lands near ours: the data and the metric mean the same thing."""
    from sklearn.linear_model import SGDClassifier

    sgd = SGDClassifier(loss="log_loss", alpha=1e-6, max_iter=2, tol=None, random_state=0)
    sgd.fit(garments.train_images()[:20_000].numpy(), garments.train_labels[:20_000].numpy())
    theirs = sgd.score(garments.test_images.numpy(), garments.test_labels.numpy())
    ours = run(garments, num_epochs=3)[1][-1].test_acc
    assert ours == pytest.approx(theirs, abs=0.06)
