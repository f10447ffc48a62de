"""A run as files: weights, curves, and the whole in one ZIP that ``model.import_run`` reads. Same run, same bytes.

What is exact is in its two safetensors files, in the store's own encodings (``model.kept``); all else is for people.
"""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from dataclasses import asdict

import numpy as np

from model.checkpoint import Checkpoint, encode_checkpoint
from model.kept import Kept, encode_piece, encode_standing
from model.run_card import run_card
from model.run_facts import FORMAT, VERSION, writable
from model.script import Say, notebook, script

FACTS, STANDING, PAST = "run.json", "standing.safetensors", "past.safetensors"
"""The parts that an import reads: the facts; the exact weights and sums; curves, snapshots and confusion matrices."""

COLUMNS = ("points", "epoch", "train_loss", "train_acc", "test_acc")


def weights_safetensors(kept: Kept) -> bytes:
    """W (10, 784) and b (10,), with the metadata that ``model.checkpoint.load_checkpoint`` reads."""
    weights = kept.weights
    return encode_checkpoint(Checkpoint(weights.W, weights.b, kept.hyperparameters, kept.data, weights.step))


def weights_npz(kept: Kept) -> bytes:
    """W (10, 784), b (10,) and the step after which they stood."""
    file = io.BytesIO()
    np.savez(file, W=kept.weights.W.numpy(), b=kept.weights.b.numpy(), step=np.array(kept.weights.step))
    return file.getvalue()


def curves_csv(kept: Kept) -> bytes:
    """The book's points, then the thin line's, whose epoch is a fraction; every number as exact as it is known."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(("epoch", *map(repr, point)) for point in kept.epochs)
    writer.writerows(("running", *map(repr, point), "") for point in kept.trace)
    return file.getvalue().encode()


def curves_json(kept: Kept) -> bytes:
    """The same as two lists of objects; a loss that is not a finite number is null."""

    def finite(point: dict[str, float]) -> dict[str, float | None]:
        return {name: value if math.isfinite(value) else None for name, value in point.items()}

    running = ({"epoch": x, "train_loss": loss, "train_acc": acc} for x, loss, acc in kept.trace)
    lists = {"epochs": [finite(point._asdict()) for point in kept.epochs], "running": [finite(p) for p in running]}
    return (json.dumps(lists, indent=1, allow_nan=False) + "\n").encode()


def facts(kept: Kept, name: str, note: str) -> bytes:
    """All that is no tensor. Neither the run's id nor its owner: who gets the file gets no right to the run."""
    values = {
        "format": FORMAT, "version": VERSION, "name": writable(name), "note": writable(note), "created": kept.created,
        "hyperparameters": asdict(kept.hyperparameters), "data": kept.data, "checksum": kept.checksum,
        "num_examples": kept.num_examples, "pace": kept.pace, "versions": kept.versions, "state": kept.state,
        "seconds": kept.seconds, "diverging_since": kept.diverging_since,
    }  # fmt: skip
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()


def whole_run(kept: Kept, text: Say, name: str = "", note: str = "") -> bytes:
    """The ZIP: what an import reads, and beside it the files for people."""
    parts = {
        FACTS: facts(kept, name, note),
        STANDING: encode_standing(kept),
        PAST: encode_piece(kept),
        "weights.safetensors": weights_safetensors(kept),
        "weights.npz": weights_npz(kept),
        "curves.csv": curves_csv(kept),
        "curves.json": curves_json(kept),
        "run-card.md": run_card(kept, text, name, note).encode(),
        "run.py": script(kept).encode(),
        "run.ipynb": notebook(kept, text),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, content in parts.items():
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))  # no clock: the same run gives the same bytes
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return file.getvalue()
