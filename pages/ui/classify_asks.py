"""What a person asks for on the stage of the Classify page: another picture, a part of it, painted pixels."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
import torch

from model.softmax import NUM_INPUTS
from pages.ui import pictures
from pages.ui.pictures import Picture

TURN = "classify_turn"
"""The number of the last message that was answered; it is said back, so that the browser knows."""


def take(asked: object) -> None:
    """Do all that is asked for and was not done yet; what makes no sense is passed over."""
    for each in asked if isinstance(asked, list) else []:
        if not isinstance(each, dict):
            continue
        turn = each.get("turn")
        if isinstance(turn, int) and turn > st.session_state.get(TURN, 0):
            st.session_state[TURN] = turn
            _do(each)


def _do(asked: dict[str, Any]) -> None:
    if "show" in asked and _find(asked["show"]):
        pictures.show(asked["show"])
    if "remove" in asked and _find(asked["remove"]):
        pictures.remove(asked["remove"])
    if "restore" in asked:
        pictures.restore()
    picture = _find(asked.get("id"))
    if picture and "edited" in asked:
        picture.edited = None if asked["edited"] is None else decode_pixels(asked["edited"], picture.edited)
    if picture and "crop" in asked:
        _crop(picture, asked["crop"])


def _find(picture_id: object) -> Picture | None:
    return next((picture for picture in pictures.pictures() if picture.id == picture_id), None)


def decode_pixels(encoded: object, otherwise: torch.Tensor | None) -> torch.Tensor | None:
    """Pixels (784,) in [0, 1] from base64 of float32; ``otherwise`` where they are none."""
    try:
        pixels = np.frombuffer(base64.b64decode(str(encoded), validate=True), "<f4")
    except (binascii.Error, ValueError):
        return otherwise
    if pixels.shape != (NUM_INPUTS,) or not np.isfinite(pixels).all():
        return otherwise
    return torch.from_numpy(pixels.clip(0, 1).astype(np.float32))


def _crop(picture: Picture, crop: object) -> None:
    if crop is not None:
        if not isinstance(crop, list) or len(crop) != 4 or not all(isinstance(edge, int | float) for edge in crop):
            return
        left, top, right, bottom = crop
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):  # nor is it where one of them is NaN
            return
        picture.corrections = replace(picture.corrections, crop=(float(left), float(top), float(right), float(bottom)))
    else:
        picture.corrections = replace(picture.corrections, crop=None)
