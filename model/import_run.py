"""A run from a file that ``model.export.whole_run`` made, here or on another server: read with the greatest distrust.

Nothing is written, unpickled or executed; what no run of this app can be is refused with a RunFileError.
"""

from __future__ import annotations

import secrets
import time
from typing import NamedTuple, get_args

import torch
from safetensors import SafetensorError, deserialize
from safetensors.torch import load

from model.archive import read_parts
from model.errors import RunFileError
from model.export import FACTS, PAST, STANDING
from model.history import LONGEST_NAME, LONGEST_NOTE
from model.kept import Kept, Pace, State, decode_pieces, decode_standing
from model.run_checks import check_past, check_run, check_standing, settled
from model.run_facts import Facts

LIMITS = {FACTS: 100_000, STANDING: 100_000, PAST: 4_000_000}
"""Bytes that each part may have."""

DATA = ("fashion-mnist", "garments")
MOST_EXAMPLES = 60_000

Shape = tuple[int | None, ...]
TENSORS: dict[str, dict[str, tuple[str, Shape]]] = {
    STANDING: {"W": ("F32", (10, 784)), "b": ("F32", (10,)), "step": ("I64", ()), "progress": ("F64", (5,))},
    PAST: {
        "epochs": ("F64", (None, 4)),
        "trace": ("F64", (None, 3)),
        "confused": ("I64", (None,)),
        "confusion": ("I16", (None, 10, 10)),
        "steps": ("I64", (None,)),
        "levels": ("U8", (None, 10, 1176)),
        "limits": ("F32", (None, 10)),
        "b": ("F32", (None, 10)),
    },
}
"""The tensors of each part: their type, and their shape with None for any number."""

EMPTY = ("epochs", "trace", "confused")
"""Those that may hold nothing, and then have one axis; without the last there is no confusion either."""


class RunFile(NamedTuple):
    """A run that was read, with the name and the note that its file gives it."""

    kept: Kept
    name: str
    note: str


def read_run(content: bytes, owner: str) -> RunFile:
    """The run in a file, as one of ``owner``'s own under a new id; RunFileError says why it is none."""
    parts = read_parts(content, LIMITS)
    if FACTS not in parts:
        raise RunFileError("run_file_foreign")
    facts = Facts(parts[FACTS])
    check_standing(_tensors(STANDING, parts))
    check_past(_tensors(PAST, parts))
    weights, progress = decode_standing(parts[STANDING])
    kept = Kept(
        id=secrets.token_urlsafe(16), owner=owner,
        created=time.time(),  # by which lists are sorted, and the oldest pruned
        hyperparameters=facts.settings(), data=facts.choice("data", DATA), checksum=facts.checksum("checksum"),
        num_examples=facts.whole("num_examples", 1, MOST_EXAMPLES), pace=facts.choice("pace", get_args(Pace)),
        versions=facts.versions(), state=facts.choice("state", get_args(State)), seconds=facts.seconds("seconds"),
        diverging_since=facts.whole("diverging_since", 1, progress.step) if facts.has("diverging_since") else None,
        progress=progress, weights=weights, **decode_pieces([parts[PAST]])._asdict(),
    )  # fmt: skip
    check_run(kept)
    return RunFile(settled(kept), facts.words("name", LONGEST_NAME), facts.words("note", LONGEST_NOTE))


def _tensors(path: str, parts: dict[str, bytes]) -> dict[str, torch.Tensor]:
    if path not in parts:
        raise RunFileError("run_file_missing", name=path)
    try:
        found = {name: (part["dtype"], tuple(part["shape"])) for name, part in deserialize(parts[path])}  # type: ignore[no-untyped-call]
    except (SafetensorError, OverflowError, MemoryError) as error:
        raise RunFileError("run_file_damaged") from error
    wanted = TENSORS[path]
    if "confused" in found and found["confused"][1] == (0,):
        wanted = {name: form for name, form in wanted.items() if name != "confusion"}
    for name in wanted:
        if name not in found:
            raise RunFileError("run_file_missing", name=f"{path}: {name}")
        _check_form(name, found[name], wanted[name])
    if extra := found.keys() - wanted.keys():
        raise RunFileError("run_file_tensor", name=min(extra)[:40], found=_form(*found[min(extra)]), wanted="–")
    _check_counts(found)
    return load(parts[path])


def _check_form(name: str, found: tuple[str, Shape], wanted: tuple[str, Shape]) -> None:
    # Before torch sees them, which stumbles over shapes beyond 2⁶³.
    if name in EMPTY and found == (wanted[0], (0,)):
        return
    same = len(found[1]) == len(wanted[1]) and all(w in (None, f) for f, w in zip(found[1], wanted[1], strict=True))
    if found[0] != wanted[0] or not same:
        raise RunFileError("run_file_tensor", name=name, found=_form(*found), wanted=_form(*wanted))


def _check_counts(found: dict[str, tuple[str, Shape]]) -> None:
    for names in (("steps", "levels", "limits", "b"), ("confused", "confusion")):
        counts = [found[name][1][0] for name in names if name in found and names[0] in found]
        if len(set(counts)) > 1:
            raise RunFileError("run_file_tensor", name=names[1], found=f"{counts[1]}", wanted=f"{counts[0]}")


def _form(dtype: str, shape: Shape) -> str:
    return f"{dtype} ({', '.join('n' if n is None else str(n) for n in shape[:6])})"
