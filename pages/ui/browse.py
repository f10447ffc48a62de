"""The data browser (assets/browse): which pictures are looked at, and what the component is given of them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import streamlit as st
import torch

from model.data import TEXT_LABELS, FashionData
from pages.ui import resources
from pages.ui.component import component
from pages.ui.frames import encode_pictures
from pages.ui.session import set_param
from pages.ui.text import Text, section, text_labels

TRAIN, TEST = "train", "test"
PAGE = 50
"""Pictures on a page: five rows of ten, or ten of five."""

KEY = "data_browse"
UNITS = ("value", "byte")

_component = component("browse")


@dataclass(frozen=True)
class View:
    """A place in the list of one class's pictures (``label`` 0 to 9) or of all (None).

    ``position`` counts that list from 0; ``opened`` says whether the picture there is shown alone, its numbers as
    ``unit``: values in [0, 1] or bytes. ``refused`` is an index that was asked for and is not there.
    """

    label: int | None = None
    position: int = 0
    opened: bool = False
    unit: str = UNITS[0]
    refused: int | None = None


@dataclass(frozen=True)
class _Kept:
    place: tuple[str, str]
    turn: int
    view: View


def labels_of(data: FashionData, split: str) -> torch.Tensor:
    """The labels of the training or the test images, (n,) int64."""
    return data.train_labels if split == TRAIN else data.test_labels


def images_at(data: FashionData, split: str, indices: torch.Tensor) -> torch.Tensor:
    """The images at ``indices`` (n,) as the model gets them: (n, 784) float32 in [0, 1]."""
    return data.batch(indices)[0] if split == TRAIN else data.test_images[indices]


def means_of(data: FashionData, split: str) -> torch.Tensor:
    """The mean image of each class, (10, 784) float32 in [0, 1]."""
    return resources.class_means(data) if split == TRAIN else resources.test_means(data)


def list_of(labels: torch.Tensor, label: int | None) -> torch.Tensor:
    """The indices of one class's images in their order, or of all."""
    return torch.arange(len(labels)) if label is None else (labels == label).nonzero()[:, 0]


def at_index(view: View, index: int, labels: torch.Tensor) -> View:
    """``view`` with the image at ``index`` opened, all classes shown if it is of another one; or the index refused."""
    if index >= len(labels):
        return replace(view, refused=index)
    label = view.label if view.label == int(labels[index]) else None
    position = int(torch.searchsorted(list_of(labels, label), index))
    return replace(view, label=label, position=position, opened=True)


def within(view: View, labels: torch.Tensor) -> View:
    """``view`` with its position inside the list."""
    count = len(list_of(labels, view.label))
    return replace(view, position=max(0, min(view.position, count - 1)), opened=view.opened and count > 0)


def class_file(data: FashionData, split: str) -> bytes:
    """NPZ: ``mean_images`` (10, 28, 28) float32 in [0, 1], ``class_counts`` (10,) int64 and ``text_labels`` (10,)."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        mean_images=means_of(data, split).reshape(10, 28, 28).numpy(),
        class_counts=labels_of(data, split).bincount(minlength=10).numpy(),
        text_labels=np.array(TEXT_LABELS),
    )
    return buffer.getvalue()


def browse(text: Text, data: FashionData, split: str) -> None:
    """Draw the browser; run as a fragment, it is all that is drawn anew when a person turns a page."""
    labels = labels_of(data, split)
    said = _said()
    view = within(_view_now(said, (data.name, split), labels), labels)
    turn = _whole(said.get("turn")) or 0
    st.session_state["data_view"] = _Kept((data.name, split), turn, view)
    indices = list_of(labels, view.label)
    _keep_in_url(view, indices)
    first = view.position // PAGE * PAGE
    shown = indices[first : first + PAGE]
    _component(
        key=KEY,
        data={
            "words": section(text.language, "browse"),
            "labels": text_labels(text.language),
            "data": data.name,
            "data_name": text(f"data.{data.name}"),
            "split": split,
            "counts": labels.bincount(minlength=10).tolist(),
            "means": encode_pictures(means_of(data, split)),
            "size": PAGE,
            "turn": turn,
            "view": {"label": view.label, "position": view.position, "opened": view.opened, "unit": view.unit},
            "refused": view.refused,
            "page": {
                "first": first,
                "indices": shown.tolist(),
                "classes": labels[shown].tolist(),
                "pixels": encode_pictures(images_at(data, split, shown)),
            },
        },
        on_view_change=lambda: None,
    )


def _said() -> dict[str, Any]:
    # What the component said last; each time it says something, its turn is another.
    state = st.session_state.get(KEY)
    view = state.get("view") if state else None
    return view if isinstance(view, dict) else {}


def _view_now(said: dict[str, Any], place: tuple[str, str], labels: torch.Tensor) -> View:
    kept: _Kept | None = st.session_state.get("data_view")
    if kept is None:
        return _view_of_url(labels)
    if kept.place != place:
        return View(label=kept.view.label, unit=kept.view.unit)
    return _view_wished(said, labels) if said and said.get("turn") != kept.turn else kept.view


def _view_wished(said: dict[str, Any], labels: torch.Tensor) -> View:
    position, index = _whole(said.get("position")), _whole(said.get("index"))
    view = View(_label(said.get("label")), position or 0, said.get("opened") is True, _unit(said.get("unit")))
    return view if index is None else at_index(view, index, labels)


def _view_of_url(labels: torch.Tensor) -> View:
    params = st.query_params
    index = _whole(params.get("data_index"))
    view = View(
        _label(params.get("data_class")), _whole(params.get("data_from")) or 0, unit=_unit(params.get("data_unit"))
    )
    return view if index is None else at_index(view, index, labels)


def _keep_in_url(view: View, indices: torch.Tensor) -> None:
    first = view.position // PAGE * PAGE
    set_param("data_class", None if view.label is None else str(view.label))
    set_param("data_index", str(int(indices[view.position])) if view.opened else None)
    set_param("data_from", str(first) if first and not view.opened else None)
    set_param("data_unit", None if view.unit == UNITS[0] else view.unit)


def _whole(value: object) -> int | None:
    return int(str(value)) if re.fullmatch("[0-9]{1,12}", str(value)) else None


def _label(value: object) -> int | None:
    label = _whole(value)
    return label if label is not None and label < len(TEXT_LABELS) else None


def _unit(value: object) -> str:
    return value if isinstance(value, str) and value in UNITS else UNITS[0]
