"""What a person can take away from the Evaluate page: the list open as a table, and the numbers behind everything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import numpy as np
import streamlit as st

from model.data import FashionData
from model.evaluation import Evaluation
from model.snapshots import Weights
from pages.ui.evaluation_choice import View
from pages.ui.text import Text, text_labels


def save_buttons(
    text: Text, view: View, images: list[int], evaluation: Evaluation, weights: Weights, data: FashionData
) -> None:
    """Two downloads, each made when it is asked for, of exactly what is shown."""
    name = f"{data.name}-step-{weights.step}"
    with st.container(key="evaluate_save", horizontal=True, gap="medium"):
        st.download_button(
            text("evaluate.save_list"), lambda: list_file(text, images, evaluation), f"{name}-{view.kind}.csv",
            "text/csv", key="evaluate_save_list", on_click="ignore", type="tertiary", icon=":material/download:",
            disabled=not images,
        )  # fmt: skip
        st.download_button(
            text("evaluate.save_numbers"), lambda: numbers_file(evaluation, weights), f"{name}.npz",
            "application/octet-stream", key="evaluate_save_numbers", on_click="ignore", type="tertiary",
            icon=":material/download:", help=text("evaluate.save_numbers_help"),
        )  # fmt: skip


def list_file(text: Text, images: list[int], evaluation: Evaluation) -> bytes:
    """The whole list as CSV, not only the page shown: each image's true class and its two best classes."""
    columns = ("index", "true", "said", "probability", "second", "second_probability")
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([text(f"evaluate.column_{column}") for column in columns])
    writer.writerows(_rows(text_labels(text.language), images, evaluation))
    return file.getvalue().encode("utf-8-sig")  # the mark tells spreadsheets that it is UTF-8


def _rows(labels: list[str], images: list[int], evaluation: Evaluation) -> Iterator[list[object]]:
    best = evaluation.probabilities[images].topk(2, dim=1)
    true, said = evaluation.labels[images].tolist(), evaluation.said[images].tolist()
    for i, index in enumerate(images):
        if said[i] < 0:
            yield [index, labels[true[i]]]
            continue
        second = next(c for c in best.indices[i].tolist() if c != said[i])
        first_p, second_p = (round(p, 6) for p in best.values[i].tolist())
        yield [index, labels[true[i]], labels[said[i]], first_p, labels[second], second_p]


def numbers_file(evaluation: Evaluation, weights: Weights) -> bytes:
    """As NPZ: labels (n,), said (n,) with -1 for no verdict, probabilities (n, 10), confusion (10, 10), W, b, step."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        labels=evaluation.labels.numpy(),
        said=evaluation.said.numpy(),
        probabilities=evaluation.probabilities.numpy(),
        confusion=evaluation.confusion.numpy(),
        W=weights.W.numpy(),
        b=weights.b.numpy(),
        step=np.array(weights.step),
    )
    return file.getvalue()
