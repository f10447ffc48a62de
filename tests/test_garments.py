"""Garments: the asset, what is drawn from it, and the fit against independent oracles."""

from __future__ import annotations

import gzip
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal
from sklearn.decomposition import PCA

from model.data import RAW_FILES, find_file, is_present, raw_folder
from model.errors import DataError
from model.garments import GARMENTS_FILE, GarmentsModel, fit, load, load_garments, sample, save, undo_clipping
from model.mppca import Mixture, fit_mixture, log_joint
from model.softmax import SoftmaxRegressionScratch, init_params


@pytest.fixture(scope="module")
def model() -> GarmentsModel:
    return load(GARMENTS_FILE)


@pytest.fixture(scope="module")
def drawn(model: GarmentsModel) -> list[np.ndarray]:
    return sample(model)


@pytest.fixture(scope="module")
def real() -> list[np.ndarray]:
    """The four real arrays, read without the app's own reader: IDX headers have 16 bytes for images, 8 for labels."""
    if not is_present():
        pytest.skip("real Fashion-MNIST is not in the data folder (SOFTMAX_STUDIO_DATA)")
    arrays = []
    for file in RAW_FILES:
        path = find_file(raw_folder(), file)
        assert path is not None
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        header, width = (16, 784) if "images" in file.name else (8, 1)
        arrays.append(np.frombuffer(content, np.uint8, offset=header).reshape(-1, width).squeeze())
    return arrays


def low_rank(rng: np.random.Generator, n: int, d: int, q: int, noise: float) -> np.ndarray:
    """n points around a q-dimensional affine subspace of d dimensions."""
    spread = rng.standard_normal((n, q)) * np.arange(q + 1, 1, -1)
    return np.asarray(spread @ rng.standard_normal((q, d)) + rng.normal(3, 1, d) + noise * rng.standard_normal((n, d)))


def test_asset_is_small() -> None:
    assert GARMENTS_FILE.stat().st_size <= 1_200_000


def test_samples_are_balanced_shuffled_and_in_range(drawn: list[np.ndarray]) -> None:
    for images, labels, n in zip(drawn[::2], drawn[1::2], (60000, 10000), strict=True):
        assert images.shape == (n, 784)
        assert labels.shape == (n,)
        assert images.dtype == labels.dtype == np.uint8
        assert np.bincount(labels).tolist() == [n // 10] * 10
        assert np.bincount(labels[:1000], minlength=10).min() > 50
        assert (labels[10:] == labels[:-10]).mean() < 0.15
        assert images.min() == 0
        assert images.max() == 255
        assert 0.47 < (images == 0).mean() < 0.53, "half of a real image's pixels are background"
    assert {image.tobytes() for image in drawn[0]}.isdisjoint(image.tobytes() for image in drawn[2])


def test_samples_depend_on_the_seed_alone(model: GarmentsModel) -> None:
    small = sample(model, 3, 300, 45)
    assert [len(a) for a in small] == [300, 300, 45, 45]
    assert np.ptp(np.bincount(small[3])) == 1
    for a, b in zip(small, sample(model, 3, 300, 45), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (small[0] != sample(model, 4, 300, 45)[0]).any()
    other = sample(model, 3, 45, 45)
    np.testing.assert_array_equal(small[2], other[2])
    assert (other[0] != other[2]).any()


def test_load_garments_hands_out_the_samples(drawn: list[np.ndarray]) -> None:
    data = load_garments()
    assert (data.name, data.source) == ("garments", str(GARMENTS_FILE))
    tensors = (data.train_images(), data.train_labels, data.test_images, data.test_labels)
    for tensor, array in zip(tensors, drawn, strict=True):
        scale, dtype = (255, torch.float32) if array.ndim == 2 else (1, torch.int64)
        assert tensor.dtype == dtype
        np.testing.assert_array_equal(np.rint(tensor.numpy() * scale), array)


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "text", "folder", "npy", "cut", "flipped", "method", "member", "shape"]
)
def test_a_damaged_asset_is_told(damage: str, model: GarmentsModel, tmp_path: Path) -> None:
    path, whole = tmp_path / "garments.npz", GARMENTS_FILE.read_bytes()
    arrays = asdict(model)
    if damage == "folder":
        path.mkdir()
    elif damage == "npy":
        with path.open("wb") as file:
            np.save(file, arrays["means"])
    elif damage in ("member", "shape"):
        means = arrays.pop("means")
        np.savez(path, **arrays, **({"means": means[:, :7]} if damage == "shape" else {}))
    elif damage != "missing":
        half = len(whole) // 2
        flipped = whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]
        field = whole.index(b"PK\x01\x02") + 10  # the first member's compression method, in the zip's directory
        method = whole[:field] + b"\x63" + whole[field + 1 :]
        contents = {"empty": b"", "text": b"hello", "cut": whole[:half], "flipped": flipped, "method": method}
        path.write_bytes(contents[damage])
    with pytest.raises(DataError) as caught:
        load_garments(path)
    assert caught.value.key == "garments_damaged"
    assert all(str(path) in caught.value.say(language) for language in ("en", "zh"))


def test_one_analyser_is_probabilistic_pca() -> None:
    X = low_rank(np.random.default_rng(1), 500, 20, 3, 0.5)
    mixture, R, _ = fit_mixture(X, 1, 3, np.random.default_rng(0))
    pca = PCA(3).fit(X)
    to_ml = (len(X) - 1) / len(X)  # scikit-learn divides by n - 1
    np.testing.assert_allclose(R, 1)
    np.testing.assert_allclose(mixture.means[0], pca.mean_)
    np.testing.assert_allclose(mixture.noise[0], to_ml * pca.noise_variance_, rtol=1e-6)
    W = mixture.W[0]
    expected = pca.components_.T * to_ml * (pca.explained_variance_ - pca.noise_variance_) @ pca.components_
    np.testing.assert_allclose(W @ W.T, expected, atol=1e-6 * expected.max())


def test_log_joint_is_the_normal_density() -> None:
    rng = np.random.default_rng(2)
    X = rng.standard_normal((7, 5))
    weights, noise = np.array([0.3, 0.7]), np.array([0.2, 0.5])
    mixture = Mixture(weights, rng.standard_normal((2, 5)), rng.standard_normal((2, 5, 2)), noise)
    for j, column in enumerate(log_joint(X, mixture).T):
        C = mixture.W[j] @ mixture.W[j].T + noise[j] * np.eye(5)
        np.testing.assert_allclose(column, np.log(weights[j]) + multivariate_normal(mixture.means[j], C).logpdf(X))


@pytest.mark.parametrize("seed", range(5))
def test_em_never_loses_likelihood_and_finds_the_clusters(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.concatenate([low_rank(rng, n, 12, 2, 0.3) + 40 * i for i, n in enumerate((100, 200, 300))])
    mixture, R, log_likelihoods = fit_mixture(X, 3, 2, rng)
    assert np.diff(log_likelihoods).min() > -1e-9
    assert len(log_likelihoods) == 20
    np.testing.assert_allclose(R.sum(axis=1), 1)
    np.testing.assert_allclose(mixture.weights.sum(), 1)


def test_undo_clipping_gives_the_moments_back() -> None:
    m, s = np.array([-0.3, 0.0, 0.2, 0.6]), np.array([0.2, 0.3, 0.4, 0.1])
    clipped = np.random.default_rng(0).normal(m, s, (1_000_000, 4)).clip(0)
    location, spread = undo_clipping(clipped.mean(axis=0), (clipped**2).mean(axis=0))
    np.testing.assert_allclose(location, m, atol=3e-3)
    np.testing.assert_allclose(spread, s, atol=3e-3)
    assert [float(a[0]) for a in undo_clipping(np.zeros(1), np.zeros(1))] == [0, 0]


def test_fit_repeats_itself_and_survives_the_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    labels = np.repeat(np.arange(10), 30)
    images = (rng.random((300, 784)) * 20 * (labels[:, None] + 1) * (np.arange(784) < 300)).astype(np.uint8)
    fitted = fit(images, labels, 1)
    save(fitted, tmp_path / "a.npz")
    save(fit(images, labels, 1), tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    drawn = sample(fitted, train=2000, test=10)
    for a, b in zip(drawn, sample(load(tmp_path / "a.npz"), train=2000, test=10), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not drawn[0][:, 300:].any()
    for label in range(10):
        ours, theirs = drawn[0][drawn[1] == label, :300], images[labels == label, :300]
        np.testing.assert_allclose(ours.mean(), theirs.mean(), rtol=0.015)
        np.testing.assert_allclose(ours.std(axis=0).mean(), theirs.std(axis=0).mean(), rtol=0.08)


def test_class_means_are_the_real_ones(drawn: list[np.ndarray], real: list[np.ndarray]) -> None:
    ours, theirs = ([a[0][a[1] == label].mean(axis=0) for label in range(10)] for a in (drawn, real))
    errors = np.abs(np.array(ours) - np.array(theirs))
    assert errors.mean() < 1.2, "grey levels"
    assert errors.max() < 8


def test_what_is_learnt_on_garments_serves_on_real_images(real: list[np.ndarray]) -> None:
    data, generator = load_garments(), torch.Generator().manual_seed(0)
    model = SoftmaxRegressionScratch(*init_params(0, 0.01))
    for _ in range(10):
        for batch in torch.randperm(60000, generator=generator).split(256):
            X, y = data.batch(batch)
            model.step(X, y, 0.1)
    y_hat = model.logits(torch.from_numpy(real[2].astype(np.float32) / 255)).argmax(dim=1).numpy()
    assert (y_hat == real[3]).mean() >= 0.815
