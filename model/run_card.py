"""What there is to know of a run, on one page of Markdown."""

from __future__ import annotations

import re
from dataclasses import asdict

from model.kept import Kept
from model.script import GARMENTS, Say
from model.train import num_batches


def run_card(kept: Kept, text: Say, name: str = "", note: str = "") -> str:
    """Settings, data, results, versions, and how to get the run again, in the language of ``text``."""
    settings = asdict(kept.hyperparameters).items()
    blocks = [
        f"# {_plain(name) or text('files.card_title')}",
        *(f"> {_plain(line)}" for line in [" ".join(note.split())] if line),
        f"## {text('files.card_settings')}",
        _table([(text(f"files.card_{key}"), _said(key, value, text)) for key, value in settings]),
        f"## {text('files.card_results')}",
        _table(_results(kept, text)),
        f"## {text('files.card_data')}",
        _table(
            [
                (text("files.card_data_set"), text(f"data.{kept.data}")),
                (text("files.card_images"), f"{kept.num_examples:,}"),
                ("SHA-256", f"`{kept.checksum}`"),
            ]
        ),
        text("files.card_checksum"),
        f"## {text('files.card_versions')}",
        _table([(key, value) for key, value in kept.versions.items()]),
        f"## {text('files.card_again')}",
        text(f"files.card_again_{GARMENTS if kept.data == GARMENTS else 'files'}"),
    ]
    return "\n\n".join(blocks) + "\n"


def _results(kept: Kept, text: Say) -> list[tuple[str, str]]:
    settings, step = kept.hyperparameters, kept.progress.step
    steps = num_batches(kept.num_examples, settings.batch_size) * settings.num_epochs
    rows = [
        (text("files.card_ended"), text(f"files.ended_{kept.state}", step=f"{step:,}", steps=f"{steps:,}")),
        (text("files.card_seconds"), f"{kept.seconds:.1f} s"),
    ]
    if not kept.epochs:
        return rows
    last, best = kept.epochs[-1], max(kept.epochs, key=lambda point: point.test_acc)
    return [
        *rows,
        (text("files.card_train_loss"), f"{last.train_loss:.4f}"),
        (text("files.card_train_acc"), f"{last.train_acc:.4f}"),
        (text("files.card_test_acc"), f"{last.test_acc:.4f}"),
        (text("files.card_best_acc"), text("files.card_best", acc=f"{best.test_acc:.4f}", epoch=best.epoch)),
    ]


def _said(setting: str, value: object, text: Say) -> str:
    return text(f"train.{value}") if setting == "implementation" else f"{value}"


def _table(rows: list[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _plain(words: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|!~$])", r"\\\1", words)
