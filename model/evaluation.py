"""What a model gets right and wrong on test images: confusion, accuracy by class, mistakes, close calls.

A row of logits that holds a NaN or an infinity says no class: such an image is ``UNDECIDED`` and stands in no cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from model.softmax import NUM_INPUTS, NUM_OUTPUTS, linear, softmax

Confusion = tuple[tuple[int, ...], ...]
"""A confusion matrix as plain numbers: the true class in rows, the said one in columns."""

UNDECIDED = -1
CHUNK = 2000
"""Test images that are put through all snapshots at once: their logits are 10 MB for 120 snapshots."""


def predict(o: torch.Tensor) -> torch.Tensor:
    """The class with the largest of the logits ``o`` (n, 10); UNDECIDED where one of them is not finite. (n,) int64."""
    said = o.max(dim=1).indices
    if not torch.isfinite(o.sum()):  # a finite sum has finite terms; only otherwise is each row looked at
        said = said.masked_fill(~o.isfinite().all(dim=1), UNDECIDED)
    return said


def confusion_matrix(said: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """How often each class was said of each: (10, 10) int64, the true class in rows, the said one in columns."""
    decided = said >= 0
    cells = (y * NUM_OUTPUTS + said)[decided]
    return torch.bincount(cells, minlength=NUM_OUTPUTS**2).view(NUM_OUTPUTS, NUM_OUTPUTS)


def confusion_matrices(W: torch.Tensor, b: torch.Tensor, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The confusion of many models at once: W (s, 10, 784), b (s, 10), X (n, 784), y (n,) in, (s, 10, 10) out.

    One product of all rows of all models with all images, in pieces that stay in the processor's cache.
    """
    models = len(W)
    counts = torch.zeros(models * NUM_OUTPUTS**2, dtype=torch.int64)
    first_cell = torch.arange(models).unsqueeze(1) * NUM_OUTPUTS**2
    for images, labels in zip(X.split(CHUNK), y.split(CHUNK), strict=True):
        o = torch.addmm(b.reshape(-1, 1), W.reshape(-1, NUM_INPUTS), images.T).view(models, NUM_OUTPUTS, -1)
        cells = first_cell + labels * NUM_OUTPUTS + o.max(dim=1).indices
        if not torch.isfinite(o.sum()):
            cells = cells[o.isfinite().all(dim=1)]
        counts += torch.bincount(cells.flatten(), minlength=len(counts))
    return counts.view(models, NUM_OUTPUTS, NUM_OUTPUTS)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model on n labelled images.

    ``labels`` (n,), ``probabilities`` (n, 10), ``said`` (n,) with UNDECIDED, ``confusion`` (10, 10) counts. All lists
    of images are indices into the n, the most telling first.
    """

    labels: torch.Tensor
    probabilities: torch.Tensor
    said: torch.Tensor
    confusion: torch.Tensor

    @property
    def accuracy(self) -> float:
        """The fraction that is right; an image without a verdict is not."""
        return int(self.confusion.diagonal().sum()) / len(self.labels)

    @property
    def undecided(self) -> int:
        """Images for which the model's logits are not finite numbers."""
        return len(self.labels) - int(self.confusion.sum())

    def recall(self) -> list[float | None]:
        """Of each class's images, the fraction that is recognised; None where there is no image of it."""
        true = torch.bincount(self.labels, minlength=NUM_OUTPUTS)
        return _fractions(self.confusion.diagonal(), true)

    def precision(self) -> list[float | None]:
        """Of the images said to be each class, the fraction that is; None where the class is never said."""
        return _fractions(self.confusion.diagonal(), self.confusion.sum(dim=0))

    def never_said(self) -> list[int]:
        """Classes that the model says of no image."""
        return (self.confusion.sum(dim=0) == 0).nonzero()[:, 0].tolist()

    def cell(self, true: int, said: int) -> list[int]:
        """The images of class ``true`` that are said to be ``said``, the surest first."""
        there = ((self.labels == true) & (self.said == said)).nonzero()[:, 0]
        return self._surest(there, len(there))

    def confident_mistakes(self, n: int) -> list[int]:
        """The ``n`` mistakes of which the model is surest."""
        wrong = ((self.said != self.labels) & (self.said >= 0)).nonzero()[:, 0]
        return self._surest(wrong, n)

    def closest_calls(self, n: int) -> list[int]:
        """The ``n`` images, rightly or wrongly named, whose two best classes are nearest to each other."""
        decided = (self.said >= 0).nonzero()[:, 0]
        best = self.probabilities[decided].topk(2, dim=1).values
        return decided[(best[:, 0] - best[:, 1]).argsort(stable=True)[:n]].tolist()

    def _surest(self, images: torch.Tensor, n: int) -> list[int]:
        sure = self.probabilities[images, self.said[images]]
        return images[sure.argsort(descending=True, stable=True)[:n]].tolist()


def _fractions(part: torch.Tensor, whole: torch.Tensor) -> list[float | None]:
    return [p / w if w else None for p, w in zip(part.tolist(), whole.tolist(), strict=True)]


def evaluate(W: torch.Tensor, b: torch.Tensor, X: torch.Tensor, y: torch.Tensor) -> Evaluation:
    """The model W (10, 784), b (10,) on the images X (n, 784) labelled y (n,)."""
    o = linear(X, W, b)
    said = predict(o)
    return Evaluation(y, softmax(o), said, confusion_matrix(said, y))


def nearest(w: torch.Tensor, b: float, X: torch.Tensor, n: int) -> tuple[list[int], list[int], torch.Tensor]:
    """The ``n`` images whose score x·w + b for one class is highest, the ``n`` lowest, and all scores (len(X),).

    ``w`` (784,), X (m, 784); images whose score is not finite are in neither list.
    """
    scores = X @ w + b
    finite = scores.isfinite().nonzero()[:, 0]
    order = finite[scores[finite].argsort(descending=True, stable=True)].tolist()
    return order[:n], order[::-1][:n], scores
