"""The runs that are kept: saved bit by bit while they go on, and found again as they stood.

Whose a run is, its ``owner`` says, a digest of a cookie: who has a run's id may see it, only its owner may change it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection
from dataclasses import asdict
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, not_, or_, select, update

from model.errors import RunError
from model.kept import (
    GOES_ON,
    Counts,
    Kept,
    Pace,
    State,
    decode_pieces,
    decode_standing,
    encode_piece,
    encode_standing,
)
from model.limits import KEPT_EACH
from model.store import Store
from model.tables import pieces, runs, standings
from model.train import Hyperparameters, num_batches

SETTINGS = tuple(asdict(Hyperparameters()))

ADD_RUN, ADD_STANDING, ADD_PIECE = insert(runs), insert(standings), insert(pieces)
CHANGE_RUN = update(runs).where(runs.c.id == bindparam("this"), runs.c.server == bindparam("ours"))
CHANGE_STANDING = update(standings).where(standings.c.run == bindparam("this"))
"""What is written every second is put together once; what is set is what is given."""

DELETED_FOR = 24 * 3600.0
"""Seconds for which a deleted run can be brought back."""


MOST_RUNS, MOST_MEGABYTES = 10_000, 4_000
"""The store's size by default, before its oldest runs are pruned; SOFTMAX_STUDIO_KEEP_RUNS and _MB change it."""


def limits() -> tuple[int, int]:
    """Runs and bytes that the store may hold; what is no number in the environment is passed over."""
    named = (("SOFTMAX_STUDIO_KEEP_RUNS", MOST_RUNS), ("SOFTMAX_STUDIO_KEEP_MB", MOST_MEGABYTES))
    values = (os.environ.get(name, "") for name, _ in named)
    runs, megabytes = (int(v) if v.isdecimal() else default for v, (_, default) in zip(values, named, strict=True))
    return runs, megabytes * 10**6


class Saved(NamedTuple):
    """How much of a run the store has."""

    pieces: int = 0
    counts: Counts = Counts()
    bytes: int = 0


class Runs:
    """The runs in a store. ``server`` names the process that saves: what another one left running was interrupted."""

    def __init__(self, store: Store, server: str) -> None:
        self.store = store
        self.server = server

    def add(self, kept: Kept, name: str = "", note: str = "", imported: bool = False) -> Saved:
        """Keep a run that the store has not seen."""
        standing, piece = encode_standing(kept), encode_piece(kept)
        described = {"owner": kept.owner, "name": name, "note": note, "pinned": False, "imported": imported}
        with self.store.write() as connection:
            numbers = select(func.max(runs.c.number)).where(runs.c.owner == kept.owner)
            number = (connection.execute(numbers).scalar_one() or 0) + 1
            values = described | self._values(kept, len(standing) + len(piece))
            connection.execute(ADD_RUN, {"id": kept.id, "number": number, **values})
            connection.execute(ADD_STANDING, {"run": kept.id, "content": standing})
            connection.execute(ADD_PIECE, {"run": kept.id, "number": 0, "content": piece})
        return Saved(1, kept.counts, len(piece))

    def save(self, kept: Kept, had: Saved) -> Saved:
        """Write what is new since ``had``; RunError where the run is no longer there, or another server's by now."""
        # An ended run is written whole, in the place of all its pieces.
        base = had if kept.state in GOES_ON else Saved()
        standing, piece = encode_standing(kept), encode_piece(kept, base.counts)
        values = self._values(kept, base.bytes + len(standing) + len(piece))
        with self.store.write() as connection:
            if not connection.execute(CHANGE_RUN, {"this": kept.id, "ours": self.server, **values}).rowcount:
                there = connection.execute(select(runs.c.id).where(runs.c.id == kept.id)).one_or_none()
                raise RunError("run_taken" if there else "run_gone", id=kept.id[:32])
            connection.execute(CHANGE_STANDING, {"this": kept.id, "content": standing})
            if not base.pieces:
                connection.execute(delete(pieces).where(pieces.c.run == kept.id))
            connection.execute(ADD_PIECE, {"run": kept.id, "number": base.pieces, "content": piece})
        return Saved(base.pieces + 1, kept.counts, base.bytes + len(piece))

    def take(self, run_id: str) -> None:
        """This server goes on with the run; whichever had it can save it no more."""
        with self.store.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(server=self.server))

    def load(self, run_id: str) -> tuple[Kept, Saved]:
        """All that is kept of a run, and how much that is; RunError where there is none, or it was deleted."""
        with self.store.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
            if row is None or row.deleted:
                raise RunError("run_gone" if row is None else "run_deleted", id=run_id[:32])
            standing = connection.execute(select(standings.c.content).where(standings.c.run == run_id)).scalar_one()
            content = select(pieces.c.content).where(pieces.c.run == run_id).order_by(pieces.c.number)
            parts = list(connection.execute(content).scalars())
        weights, progress = decode_standing(standing)
        kept = Kept(
            id=row.id, owner=row.owner, created=row.created, hyperparameters=hyperparameters_of(row), data=row.data,
            checksum=row.checksum, num_examples=row.num_examples, pace=cast(Pace, row.pace),
            versions=json.loads(row.versions), state=self.state_of(row), seconds=row.seconds, sweep=row.sweep,
            diverging_since=row.diverging_since, progress=progress, weights=weights,
            **decode_pieces(parts)._asdict(),
        )  # fmt: skip
        return kept, Saved(len(parts), kept.counts, sum(map(len, parts)))

    def prune(self, most: int, most_bytes: int, spared: Collection[str] = (), each: int = KEPT_EACH) -> int:
        """Take away for good what is over ``most`` runs or ``most_bytes``, and what was deleted a day ago.

        The oldest go first, deleted ones before all others; never the pinned, never those in ``spared`` nor any that
        a server is at work on. Before that, whoever has more than ``each`` loses their own. Returns how many went.
        """
        at_work = (runs.c.state == "running") & (runs.c.saved > time.time() - 60)
        spare = or_(runs.c.pinned.is_(True) & runs.c.deleted.is_(None), at_work, runs.c.id.in_(spared))
        with self.store.read() as connection:
            forgotten = select(runs.c.id).where(runs.c.deleted < time.time() - DELETED_FOR)
            gone = set(connection.execute(forgotten).scalars())
            order = (runs.c.deleted.is_(None), runs.c.created)
            oldest = select(runs.c.id, runs.c.bytes).where(not_(spare)).order_by(*order)
            had = func.count().label("had")
            many = select(runs.c.owner, had).where(runs.c.id.not_in(gone)).group_by(runs.c.owner).having(had > each)
            for owner, having in connection.execute(many).all():
                over = oldest.where(runs.c.owner == owner, runs.c.id.not_in(gone)).limit(having - each)
                gone |= set(connection.execute(over).scalars())
            left = runs.c.id.not_in(gone)
            totals = select(func.count(), func.coalesce(func.sum(runs.c.bytes), 0)).select_from(runs).where(left)
            count, size = connection.execute(totals).one()
            if count > most or size > most_bytes:
                for row in connection.execute(oldest.where(left)):
                    if count <= most and size <= most_bytes:
                        break
                    gone.add(row.id)
                    count, size = count - 1, size - row.bytes
        if gone:
            with self.store.write() as connection:
                _purge(connection, gone)
        return len(gone)

    def state_of(self, row: Row[Any]) -> State:
        """The state in which a row's run is, as seen from this server."""
        if row.state == "running" and row.server != self.server:  # left so, perhaps between its last step and its end
            return "interrupted" if row.step < row.num_steps else "finished"
        return cast(State, row.state)

    def _values(self, kept: Kept, size: int) -> dict[str, Any]:
        last = kept.epochs[-1] if kept.epochs else None
        best = max(kept.epochs, key=lambda point: point.test_acc, default=None)
        per_epoch = num_batches(kept.num_examples, kept.hyperparameters.batch_size)
        return asdict(kept.hyperparameters) | {
            "server": self.server, "saved": time.time(), "bytes": size, "created": kept.created, "sweep": kept.sweep,
            "state": kept.state, "pace": kept.pace, "data": kept.data, "checksum": kept.checksum,
            "num_examples": kept.num_examples, "versions": json.dumps(kept.versions), "step": kept.progress.step,
            "num_steps": per_epoch * kept.hyperparameters.num_epochs, "seconds": kept.seconds,
            "diverging_since": kept.diverging_since, "train_loss": last and last.train_loss,
            "train_acc": last and last.train_acc, "test_acc": last and last.test_acc,
            "best_acc": best and best.test_acc, "best_epoch": best and best.epoch,
        }  # fmt: skip


def hyperparameters_of(row: Row[Any]) -> Hyperparameters:
    """The settings in a row."""
    return Hyperparameters(**{name: getattr(row, name) for name in SETTINGS})


def _purge(connection: Connection, ids: Collection[str]) -> None:
    for run_id in ids:
        connection.execute(delete(pieces).where(pieces.c.run == run_id))
        connection.execute(delete(standings).where(standings.c.run == run_id))
        connection.execute(delete(runs).where(runs.c.id == run_id))
