"""What is learnt with the book's settings, seeds 0 to 4: ``python tests/bench_accuracy.py``, part of ``make bench``.

Needs real Fashion-MNIST in the data folder.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model.concise import make_model
from model.data import FashionData, load_fashion_mnist
from model.garments import GARMENTS_FILE, load_garments
from model.metrics import evaluate_accuracy
from model.softmax import SoftmaxRegression
from model.train import Hyperparameters, Step, train

SEEDS = range(5)


def learn(data: FashionData, **settings: int | str) -> tuple[SoftmaxRegression, Step]:
    """A trained model and its last step."""
    hyperparameters = Hyperparameters(**settings)  # type: ignore[arg-type]
    model = make_model(hyperparameters.implementation, hyperparameters.seed, hyperparameters.init_std)
    *_, last = train(model, data, hyperparameters)
    return model, last


def row(name: str, values: list[float]) -> str:
    """The mean, and each seed's value."""
    return f"  {name}: mean {np.mean(values):.4f}; seeds 0-4: " + " ".join(f"{value:.4f}" for value in values)


def main() -> None:
    """Print each figure with what it should reach."""
    torch.set_num_threads(1)
    real = load_fashion_mnist()
    for implementation in ("scratch", "concise"):
        lasts = [learn(real, seed=seed, implementation=implementation)[1] for seed in SEEDS]
        print(
            f"{implementation}, real data, lr 0.1, 10 epochs, batch 256 (to reach: .4475 ± .004, .848 ± .003, .80-.85)"
        )
        print(row("train loss", [last.train_loss for last in lasts]))
        print(row("train acc", [last.train_acc for last in lasts]))
        print(row("test acc", [last.test_acc or 0.0 for last in lasts]), flush=True)
    (scratch, _), (concise, _) = (learn(real, num_epochs=1, implementation=name) for name in ("scratch", "concise"))
    difference = float((scratch.W - concise.W).abs().max())
    print(f"scratch and concise after one epoch: largest difference of W {difference:.1e} (to reach: at most 1e-4)")
    began = time.perf_counter()
    garments = load_garments()
    print(f"Garments ready in {time.perf_counter() - began:.2f} s (at most 2), {GARMENTS_FILE.stat().st_size:,} bytes")
    on_real = [
        evaluate_accuracy(learn(garments, seed=seed)[0].logits, real.test_images, real.test_labels) for seed in SEEDS
    ]
    print("trained on Garments, tested on the real test set (to reach: mean .825, none under .815)")
    print(row("test acc", on_real))


if __name__ == "__main__":
    main()
