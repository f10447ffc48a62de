"""Whether the parts of a run that came in a file fit together, as they do in every run of this app."""

from __future__ import annotations

import math
from dataclasses import replace

import torch

from model.errors import RunFileError
from model.kept import GOES_ON, Kept
from model.run_facts import is_count, refuse
from model.snapshots import MOST, Weights, unpack
from model.train import num_batches

TRACE_MOST = 100
"""Points of the thin lines an epoch, at most: more than any run has."""


def check_standing(tensors: dict[str, torch.Tensor]) -> None:
    """What must hold of the sums before they become numbers."""
    step = tensors["progress"][0].item()
    if not is_count(step, 1e9):
        refuse("progress.step", step, "0, 1, 2 …")


def check_past(tensors: dict[str, torch.Tensor]) -> None:
    """What must hold of the curves and snapshots before they are taken apart."""
    epochs, trace = tensors["epochs"].view(-1, 4), tensors["trace"].view(-1, 3)
    if epochs[:, 0].tolist() != list(range(1, len(epochs) + 1)):
        refuse("epochs", epochs[:4, 0].tolist(), f"1, 2, 3 … {len(epochs)}")
    _check_fractions("epochs", epochs[:, 2:])
    _check_fractions("trace", trace[:, 2:])
    if not bool((trace[:, 0].diff() > 0).all()) or not bool((trace[:, 0] > 0).all()):
        refuse("trace", "x", "0 < x₁ < x₂ …")
    if not bool((epochs[:, 1] >= 0).all()) or not bool(epochs.isfinite().all()):
        refuse("epochs", "train_loss", "0 … ∞")
    steps, known = tensors.get("steps", torch.empty(0)).tolist(), tensors["confused"].tolist()
    if not steps or steps[0] != 0 or sorted(set(steps)) != steps:
        refuse("steps", steps[:4], "0 < s₁ < s₂ …")
    if len(steps) > MOST + 1:
        refuse("steps", f"{len(steps):,}", f"1 … {MOST + 1}")
    if sorted(set(known)) != known or not set(known) <= set(steps):
        refuse("confused", known[:4], "steps")
    if known and int(tensors["confusion"].min()) < 0:
        refuse("confusion", int(tensors["confusion"].min()), "0, 1, 2 …")


def _check_fractions(name: str, values: torch.Tensor) -> None:
    wrong = values[~((values >= 0) & (values <= 1))]
    if len(wrong):
        refuse(name, wrong[0].item(), "0 … 1")


def check_run(kept: Kept) -> None:
    """What must hold of a run whose parts are each what they should be; RunFileError names what does not."""
    settings, progress, weights = kept.hyperparameters, kept.progress, kept.weights
    if settings.batch_size > kept.num_examples:
        refuse("hyperparameters.batch_size", settings.batch_size, f"1 … {kept.num_examples:,}")
    per_epoch = num_batches(kept.num_examples, settings.batch_size)
    if not 0 <= progress.step <= per_epoch * settings.num_epochs:
        refuse("progress.step", progress.step, f"0 … {per_epoch * settings.num_epochs:,}")
    undone = progress.step - weights.step
    if undone not in _undone(kept):
        refuse("step", weights.step, f"{progress.step:,}")
    if kept.state == "finished" and progress.step < per_epoch * settings.num_epochs:
        refuse("state", kept.state, f"{progress.step:,} < {per_epoch * settings.num_epochs:,}")
    if len(kept.epochs) != weights.step // per_epoch:
        refuse("epochs", len(kept.epochs), f"{weights.step // per_epoch:,}")
    if len(kept.trace) > min(TRACE_MOST * settings.num_epochs, progress.step):
        refuse("trace", f"{len(kept.trace):,}", f"0 … {min(TRACE_MOST * settings.num_epochs, progress.step):,}")
    if kept.trace and kept.trace[-1].x > math.ceil(progress.step / per_epoch):
        refuse("trace", kept.trace[-1].x, f"0 … {math.ceil(progress.step / per_epoch)}")
    if any(not math.isfinite(point.train_loss) for point in kept.trace[: len(kept.trace) - undone]):
        refuse("trace", "train_loss", "0 … ∞")
    if kept.snapshots[-1].step > weights.step:
        refuse("steps", kept.snapshots[-1].step, f"0 … {weights.step:,}")
    _check_progress(kept, per_epoch, undone)
    _check_finite([weights, *map(unpack, kept.snapshots)])


def _undone(kept: Kept) -> tuple[int, ...]:
    # A step that diverged was undone; one that did may have been stopped, or kept, before it was said.
    return {"diverged": (1,), "finished": (0,), "failed": (0,)}.get(kept.state, (0, 1) if kept.progress.step else (0,))


def _check_progress(kept: Kept, per_epoch: int, undone: int) -> None:
    progress, batch_size = kept.progress, kept.hyperparameters.batch_size
    within = (progress.step - 1) % per_epoch + 1 if progress.step else 0
    if progress.examples != min(within * batch_size, kept.num_examples):
        refuse("progress.examples", progress.examples, f"{min(within * batch_size, kept.num_examples):,}")
    if not is_count(progress.correct, progress.examples):
        refuse("progress.correct", progress.correct, f"0 … {progress.examples:,.0f}")
    if not undone and not 0 <= progress.loss < math.inf:
        refuse("progress.loss", progress.loss, "0 … ∞")
    if not undone and progress.step and not 0 <= progress.first_loss < math.inf:
        refuse("progress.first_loss", progress.first_loss, "0 … ∞")


def _check_finite(all_weights: list[Weights]) -> None:
    for moment in all_weights:
        if not bool(moment.W.isfinite().all()) or not bool(moment.b.isfinite().all()):
            raise RunFileError("run_file_not_finite", step=f"{moment.step:,}")


def settled(kept: Kept) -> Kept:
    """The run in a state that it can have here: paused where it could go on, ended where it has no further step."""
    if kept.state not in GOES_ON:
        return kept
    if kept.progress.step > kept.weights.step:
        return replace(kept, state="diverged")
    per_epoch = num_batches(kept.num_examples, kept.hyperparameters.batch_size)
    ended = kept.progress.step == per_epoch * kept.hyperparameters.num_epochs
    return replace(kept, state="finished" if ended else "paused")
