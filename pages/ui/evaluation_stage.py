"""The stage of the Evaluate page as one component: accuracy, confusion, classes and lists (assets/evaluate)."""

from __future__ import annotations

import time
from typing import Any

import streamlit as st
import torch

from model.data import FashionData
from model.evaluation import Evaluation, evaluate
from model.evidence import evidence
from model.snapshots import Weights
from pages.ui.component import asked, component
from pages.ui.evaluation_choice import PAGE_SIZES, View, current_view, order, page_start, remember
from pages.ui.evaluation_files import save_buttons
from pages.ui.frames import encode_floats, encode_pictures, encode_templates
from pages.ui.models import Model
from pages.ui.session import Session, untell
from pages.ui.text import Text, section, text_labels

KEY = "evaluate_stage"
INTERVAL = 1.0
"""Seconds between two looks at a run that has not ended."""

_component = component("evaluate", "classify/why", "evaluate/wall")


def evaluation_stage(session: Session, model: Model, data: FashionData, percent: bool, error: str | None) -> None:
    """Draw the stage, and again as long as the run goes on."""
    going_on = model.run is not None and not model.run.ended
    st.fragment(_stage, run_every=INTERVAL if going_on else None)(session, model, data, percent, error, going_on)


def _stage(session: Session, model: Model, data: FashionData, percent: bool, error: str | None, going_on: bool) -> None:
    run = model.run
    if run and going_on:
        run.seen = time.monotonic()  # a run that is evaluated is watched
        if run.ended and not run.busy:
            st.rerun()  # the whole page: nothing is left to wait for
    weights = run.weights if run else model.weights
    evaluation = evaluate(weights.W, weights.b, data.test_images, data.test_labels)
    view = current_view()
    images = order(view, evaluation)
    _component(
        key=KEY,
        data={
            "words": section(session.text.language, "verdicts"),
            "labels": text_labels(session.text.language),
            "projector": session.projector,
            "name": f"{data.name}-step-{weights.step}",
            "turn": st.session_state.get("evaluate_turn", 0),
            "step": weights.step,
            "steps": run.num_steps if run else None,
            "status": status(session.text, model, weights),
            "notes": [*([error] if error else []), *notes(session.text, model, data, evaluation)],
            "percent": percent,
            **(encode_reasons(session.text, weights) if session.projector else {}),
            **encode_evaluation(evaluation),
            **encode_list(view, images, evaluation, weights, data),
        },
        on_ask_change=_asked,
    )
    save_buttons(session.text, view, images, evaluation, weights, data)


def _asked() -> None:
    untell()
    remember(asked(KEY, dict))


def status(text: Text, model: Model, weights: Weights) -> str:
    """Which weights these are, in one sentence."""
    run = model.run
    if run is None:
        return text("evaluate.pretrained", step=f"{weights.step:,}", data=text(f"data.{model.data}"))
    if weights.step == 0 and run.state != "diverged":
        return text("evaluate.no_step")
    step = run.step if run.state == "diverged" else weights.step  # a run that goes on is further already
    return text(f"evaluate.{run.state}", step=f"{step:,}", steps=f"{run.num_steps:,}")


def notes(text: Text, model: Model, data: FashionData, evaluation: Evaluation) -> list[str]:
    """What must be said of these weights on these data, a sentence each."""
    said = []
    if model.data != data.name:
        said.append(text("evaluate.other_data", trained=text(f"data.{model.data}"), tested=text(f"data.{data.name}")))
    if evaluation.undecided:
        counts = {"n": f"{evaluation.undecided:,}", "total": f"{len(evaluation.labels):,}"}
        said.append(text("evaluate.undecided", **counts))
    never = evaluation.never_said()
    if 0 < len(never) < len(evaluation.confusion):
        names = text_labels(text.language)
        labels = ("、" if text.language == "zh" else ", ").join(names[label] for label in never)
        said.append(text("evaluate.never_said", labels=labels))
    return said


def encode_reasons(text: Text, weights: Weights) -> dict[str, Any]:
    """What a wall explains one image with: the weights, and the words of Classify's evidence."""
    return {
        "model": {"W": encode_floats(weights.W), "b": encode_floats(weights.b)},
        "reasons": section(text.language, "explain"),
    }


def encode_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """What is drawn of all images: the accuracy, the confusion row by row, and each class's two fractions."""
    return {
        "accuracy": evaluation.accuracy,
        "right": int(evaluation.confusion.diagonal().sum()),
        "total": len(evaluation.labels),
        "counts": evaluation.confusion.flatten().tolist(),
        "images": torch.bincount(evaluation.labels, minlength=len(evaluation.confusion)).tolist(),
        "recall": evaluation.recall(),
        "precision": evaluation.precision(),
    }


def encode_list(
    view: View, images: list[int], evaluation: Evaluation, weights: Weights, data: FashionData
) -> dict[str, Any]:
    """The page of the list that is shown: its place in the list, what is said of each image, and the pictures."""
    start = page_start(view, len(images))
    shown = images[start : start + PAGE_SIZES[view.kind]]
    page: dict[str, Any] = {
        "list": view.kind,
        "picked": view.cell,
        "seed": view.seed,
        "image": view.image,
        "start": start,
        "size": PAGE_SIZES[view.kind],
        "count": len(images),
        "items": [_verdict(i, evaluation) for i in shown],
        "pictures": encode_pictures(data.test_images[shown]) if shown else "",
    }
    if view.kind == "mistakes" and shown:
        page["maps"] = _add_evidence(page["items"], weights, data)
    return page


def _verdict(index: int, evaluation: Evaluation) -> dict[str, Any]:
    """An image's true class and, where there is a verdict, its two best classes with their probabilities."""
    verdict = {"index": index, "true": int(evaluation.labels[index]), "best": []}
    if evaluation.said[index] >= 0:
        values, classes = evaluation.probabilities[index].topk(2)
        # Where two are equal, the class said is the one that the confusion matrix counts.
        said = int(evaluation.said[index])
        second = next(c for c in classes.tolist() if c != said)
        verdict["best"] = [[said, round(float(values[0]), 6)], [second, round(float(values[1]), 6)]]
    return verdict


def _add_evidence(items: list[dict[str, Any]], weights: Weights, data: FashionData) -> dict[str, Any]:
    """Put each mistake's ledger beside it, rounded so that it adds up as shown; returns the maps on one scale."""
    maps = []
    for item in items:
        found = evidence(data.test_images[item["index"]], weights.W, weights.b, item["best"][0][0], item["true"])
        total, bias = round(float(found.map.sum()), 4), round(found.bias, 4)
        item.update(evidence=total, bias=bias, gap=round(total + bias, 4))
        maps.append(found.map)
    return encode_templates(torch.stack(maps))
