"""Mixtures of probabilistic principal-component analysers, fitted by expectation-maximisation (EM).

Tipping and Bishop, "Mixtures of Probabilistic Principal Component Analysers", Neural Computation 11(2), 1999. An
analyser is a normal with covariance C = W Wᵀ + noise I: q directions, and the same noise on every pixel. Only
``garments.fit`` needs this, when the asset is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_NOISE = 1e-3
"""The least noise variance, (8 grey levels)² for pixels in [0, 1]: a few images must not fit themselves perfectly."""


@dataclass(frozen=True)
class Mixture:
    """k analysers of d pixels: ``weights`` and ``noise`` variances (k,), ``means`` (k, d), ``W`` (k, d, q)."""

    weights: np.ndarray
    means: np.ndarray
    W: np.ndarray
    noise: np.ndarray


def kmeans(X: np.ndarray, k: int, rng: np.random.Generator, rounds: int = 15) -> np.ndarray:
    """The cluster (n,) of each row of X (n, d), by Lloyd's algorithm from k rows drawn at random."""
    centres = X[rng.choice(len(X), k, replace=False)]
    for _ in range(rounds):
        nearest = ((centres**2).sum(axis=1) - 2 * X @ centres.T).argmin(axis=1)
        for j in np.unique(nearest):
            centres[j] = X[nearest == j].mean(axis=0)
    return np.asarray(nearest)


def log_joint(X: np.ndarray, mixture: Mixture) -> np.ndarray:
    """ln p(x, analyser) in nats, (n, k), for X (n, d): Gaussians with covariance C = W Wᵀ + noise I.

    C is never formed: with M = Wᵀ W + noise I, (q, q), ln|C| = ln|M| + (d - q) ln noise and
    C⁻¹ = (I - W M⁻¹ Wᵀ) / noise.
    """
    (n, d), (k, _, q) = X.shape, mixture.W.shape
    joint = np.empty((n, k))
    for j, (weight, mean, W, noise) in enumerate(
        zip(mixture.weights, mixture.means, mixture.W, mixture.noise, strict=True)
    ):
        M = W.T @ W + noise * np.eye(q, dtype=X.dtype)
        centred = X - mean
        T = centred @ W
        distance = ((centred**2).sum(axis=1) - (T * np.linalg.solve(M, T.T).T).sum(axis=1)) / noise
        log_det = np.linalg.slogdet(M)[1] + (d - q) * np.log(noise)
        joint[:, j] = np.log(weight) - 0.5 * (d * np.log(2 * np.pi) + log_det + distance)
    return joint


def m_step(X: np.ndarray, R: np.ndarray, mixture: Mixture) -> Mixture:
    """A mixture that explains X (n, d) at least as well, given the responsibilities R (n, k).

    With S an analyser's weighted covariance, the paper's W lies in the span of S W (its appendix C), but nears its
    length slowly where noise is small. Here W is the best in that span: with orthonormal axes U and Λ the variances
    along them, noise = (tr S - tr Λ) / (d - q) and W = U (Λ - noise I)^½.
    """
    weights = np.maximum(R.mean(axis=0), 1e-9)
    means, new_W, noises = mixture.means.copy(), mixture.W.copy(), mixture.noise.copy()
    for j, W in enumerate(mixture.W):
        # Responsibilities are nearly all 0 or 1: the rows left out weigh less than rounding.
        near = R[:, j] > 1e-9
        r = R[near, j] / (weights[j] * len(X))
        means[j] = r @ X[near]
        centred = (X[near] - means[j]) * np.sqrt(r)[:, None]
        basis = np.linalg.qr(centred.T @ (centred @ W))[0]
        variances, axes = np.linalg.eigh((centred @ basis).T @ (centred @ basis))
        d, q = W.shape
        noises[j] = max(((centred**2).sum() - variances.sum()) / (d - q), MIN_NOISE)
        new_W[j] = basis @ axes * np.sqrt(np.maximum(variances - noises[j], 1e-9))
    return Mixture(weights.astype(X.dtype), means, new_W, noises)


def fit_mixture(
    X: np.ndarray, k: int, q: int, rng: np.random.Generator, rounds: int = 20
) -> tuple[Mixture, np.ndarray, list[float]]:
    """EM on X (n, d), begun from k-means: the mixture, its responsibilities (n, k) and each round's mean ln p(x)."""
    R = np.eye(k, dtype=X.dtype)[kmeans(X, k, rng)]
    d = X.shape[1]
    W = 0.1 * rng.standard_normal((k, d, q)).astype(X.dtype)
    mixture = Mixture(np.full(k, 1 / k), np.zeros((k, d), X.dtype), W, np.full(k, max(X.var(), MIN_NOISE), X.dtype))
    for _ in range(10):  # with the clusters held, W turns from its random start to the principal subspace
        mixture = m_step(X, R, mixture)
    log_likelihoods = []
    for _ in range(rounds):
        joint = log_joint(X, mixture)
        log_p = np.logaddexp.reduce(joint, axis=1, keepdims=True)
        log_likelihoods.append(float(log_p.mean()))
        R = np.exp(joint - log_p).astype(X.dtype)
        mixture = m_step(X, R, mixture)
    return mixture, R, log_likelihoods
