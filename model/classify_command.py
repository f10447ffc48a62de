"""The command ``classify``: what each picture looks like to the model."""

from __future__ import annotations

import argparse
import json
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from model.checkpoint import Checkpoint, load_checkpoint
from model.classify import unsure, weights_for
from model.data import TEXT_LABELS
from model.errors import PictureError
from model.picture import LARGEST_BYTES, open_picture
from model.preprocess import Kind, prepare
from model.softmax import linear, softmax
from model.terminal import say


@dataclass(frozen=True)
class Answer:
    """The kind of a picture, the probability of each text label, and whether it may show no garment."""

    kind: Kind
    probabilities: dict[str, float]
    unsure: bool

    @property
    def labels(self) -> list[str]:
        """The text labels, the likeliest first."""
        return sorted(self.probabilities, key=self.probabilities.__getitem__, reverse=True)


def run_classify(arguments: argparse.Namespace) -> int:
    """Answer for each picture, and go on where one cannot be read; the exit code: 1 if there was such a one."""
    weights = load_checkpoint(arguments.weights) if arguments.weights else None
    code = 0
    for name in arguments.images:
        try:
            told = answer(read(name), weights)
        except PictureError as error:
            code = 1
            if arguments.json:
                print(json.dumps({"image": name, "error": str(error)}), flush=True)
            else:
                say(str(error) if error.key == "picture_unreadable" else f"{printable(name)}: {error}")
        else:
            print(as_json(name, told) if arguments.json else as_line(name, told), flush=True)
    return code


def read(name: str) -> bytes:
    """A file's bytes; what is no file, or too large, is not read at all."""
    path = Path(name)
    try:
        status = path.stat()  # first, for a pipe would be waited for
        if not stat.S_ISREG(status.st_mode):
            raise PictureError("picture_unreadable", path=printable(name), reason="it is not a file")
        if status.st_size > LARGEST_BYTES:
            raise PictureError("picture_bytes", bytes=status.st_size, limit=LARGEST_BYTES)
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PictureError("picture_unreadable", path=printable(name), reason=reason) from error


def answer(content: bytes, weights: Checkpoint | None) -> Answer:
    """What ``weights``, or else those that the app has for its kind, say of a picture."""
    prepared = prepare(open_picture(content))
    chosen = weights or weights_for(prepared.kind)
    o = linear(prepared.x.double().unsqueeze(0), chosen.W.double(), chosen.b.double())
    y_hat = dict(zip(TEXT_LABELS, softmax(o)[0].tolist(), strict=True))
    return Answer(prepared.kind, y_hat, unsure(prepared))


def as_json(name: str, told: Answer) -> str:
    """One object; in ASCII, which every terminal and pipe passes on unharmed."""
    return json.dumps({"image": name, "label": told.labels[0], "probabilities": told.probabilities, "kind": told.kind})


def as_line(name: str, told: Answer) -> str:
    """One line for a person: the three likeliest labels."""
    likeliest = ", ".join(f"{label} {told.probabilities[label]:.0%}" for label in told.labels[:3])
    doubt = "; not sure that this is a garment" if told.unsure else ""
    line = f"{printable(name)}: {likeliest} ({told.kind}){doubt}"
    encoding = sys.stdout.encoding or "utf-8"
    return line.encode(encoding, "replace").decode(encoding)


def printable(name: str) -> str:
    """A file's name on one line, whatever characters it is made of."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)
