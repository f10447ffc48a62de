"""What the tests share: the data sets, and small pieces of them."""

from __future__ import annotations

import pytest
import torch

from model.data import FashionData, is_present, load_fashion_mnist
from model.garments import load_garments

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def garments() -> FashionData:
    """The embedded data set."""
    return load_garments()


@pytest.fixture(scope="session")
def real() -> FashionData:
    """Real Fashion-MNIST; where it is not, what needs it is skipped with the way to get it."""
    if not is_present():
        pytest.skip("Fashion-MNIST is not in the data folder; get it with: python -m model data --fetch")
    return load_fashion_mnist()


@pytest.fixture(scope="session")
def few(garments: FashionData) -> FashionData:
    """1,000 training and 200 test images, for what needs no more."""
    return FashionData(
        "few", "test", garments.train_pixels[:1000], garments.train_labels[:1000],
        garments.test_images[:200], garments.test_labels[:200],
    )  # fmt: skip
