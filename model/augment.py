"""Training images as photos would show them, and the weights that are learned from them.

A garment on a floor is wider than a worn one, lies a little askew, and has folds and prints. The templates for photos
are learned from training images that were changed in these ways; on plain ones they are a little worse.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import torch

from model.concise import make_model
from model.data import FashionData
from model.placing import SIDE, place
from model.snapshots import Weights
from model.train import Hyperparameters, train

WIDTH = 0.3
"""The width's factor is exp(u), u uniform within ± this."""
TILT = 8
"""Degrees to either side."""
TEXTURE = 0.2
"""The most that a fold or print adds to a pixel, one standard deviation."""
SETS, EPOCHS, AVERAGED = 3, 36, 12
"""How often all images are changed anew, epochs in turn over these sets, and how many of the last are averaged."""


def augmented(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Images (n, 784) uint8 made narrower or wider, tilted, and textured: (n, 784) uint8."""
    return np.stack([augment(image.reshape(SIDE, SIDE), rng).reshape(-1) for image in pixels])


def augment(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One image (28, 28) uint8."""
    turn = cv2.getRotationMatrix2D(((SIDE - 1) / 2,) * 2, rng.uniform(-TILT, TILT), 1.0)
    tilted = cv2.warpAffine(image, turn, (SIDE, SIDE))
    mask = tilted > 12
    if not mask.any():
        return image
    placed = place(tilted.astype(np.float32) / 255, mask, float(np.exp(rng.uniform(-WIDTH, WIDTH))))
    size = rng.integers(4, 15)  # of the folds: from a quarter of the garment to two pixels
    folds = cv2.resize(rng.standard_normal((size, size), np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    on = placed > 0.02
    placed[on] = (placed + rng.uniform(0, TEXTURE) * folds)[on].clip(0.02, 1)
    levels: np.ndarray = np.rint(placed * 255).astype(np.uint8)
    return levels


def photo_weights(data: FashionData, seed: int = 0) -> tuple[Weights, Hyperparameters]:
    """The templates for photos, and what they were learned with.

    The mean of W over the last epochs' steps: at a fixed learning rate W never comes to rest, and where it stands at
    the last step is chance (Polyak and Juditsky, SIAM Journal on Control and Optimization 30(4), 1992).
    """
    hyperparameters = Hyperparameters(num_epochs=EPOCHS, seed=seed)
    model = make_model(hyperparameters.implementation, seed, hyperparameters.init_std)
    rng = np.random.default_rng(seed)
    sets = [torch.from_numpy(augmented(data.train_pixels.numpy(), rng)) for _ in range(SETS)]
    W, b, steps, averaged = torch.zeros_like(model.W), torch.zeros_like(model.b), 0, 0
    for epoch in range(EPOCHS):
        one = replace(hyperparameters, num_epochs=1, seed=seed + epoch)
        for _ in train(model, replace(data, train_pixels=sets[epoch % SETS]), one):
            steps += 1
            if epoch >= EPOCHS - AVERAGED:
                W, b, averaged = W + model.W, b + model.b, averaged + 1
    return Weights(steps, W / averaged, b / averaged), hyperparameters
