"""The store's tables, and how an older store becomes one of today: SQLAlchemy Core, nothing of one database alone."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

ID = String(43)
"""An unguessable id: 128 random bits or more in base64."""

metadata = MetaData()

schema = Table("schema", metadata, Column("version", Integer, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("imported", Boolean, nullable=False),
    Column("created", Double, nullable=False),
    Column("saved", Double, nullable=False),
    Column("deleted", Double),
    Column("server", ID, nullable=False),
    Column("sweep", ID),
    Column("state", String(12), nullable=False),
    Column("pace", String(8), nullable=False),
    Column("implementation", String(12), nullable=False),
    Column("lr", Double, nullable=False),
    Column("num_epochs", Integer, nullable=False),
    Column("batch_size", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("init_std", Double, nullable=False),
    Column("data", String(40), nullable=False),
    Column("checksum", String(64), nullable=False),
    Column("num_examples", Integer, nullable=False),
    Column("versions", Text, nullable=False),
    Column("step", Integer, nullable=False),
    Column("num_steps", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("diverging_since", Integer),
    Column("train_loss", Double),
    Column("train_acc", Double),
    Column("test_acc", Double),
    Column("best_acc", Double),
    Column("best_epoch", Integer),
    Column("bytes", Integer, nullable=False),
    Index("runs_of_owner", "owner", "number"),
    Index("runs_of_sweep", "sweep"),
)
"""A run in numbers: all that lists show, and that they can be sorted and searched by. Times in seconds since 1970."""

standings = Table("standings", metadata, Column("run", ID, primary_key=True), Column("content", LargeBinary))
"""Where each run stands: ``model.kept.encode_standing``."""

pieces = Table(
    "pieces",
    metadata,
    Column("run", ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""Its curves and snapshots, bit by bit: ``model.kept.encode_piece``."""

sweeps = Table(
    "sweeps",
    metadata,
    Column("id", ID, primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("created", Double, nullable=False),
    Column("grid", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Index("sweeps_of_owner", "owner", "created"),
)
"""Runs that were asked for together: ``model.sweep.Grid`` as JSON."""


def _one(connection: Connection) -> None:
    metadata.create_all(connection, [schema, runs, standings, pieces])


def _two(connection: Connection) -> None:
    metadata.create_all(connection, [sweeps])


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_one, _two)
"""From each version to the next: a store is brought up to date by those it has not seen, in one transaction."""
