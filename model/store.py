"""The store: one database of runs, by default one SQLite file in the data folder, made at its first use.

``SOFTMAX_STUDIO_DB`` names another, as a SQLAlchemy URL. What goes wrong with it is said as a StoreError, in one
sentence with its remedy; the app goes on in memory meanwhile.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from model import tables
from model.data import data_folder
from model.errors import StoreError
from model.tables import MIGRATIONS

PATIENCE = 2.0
"""Seconds that a write waits for another one."""

FAULTS = (
    ("SQLITE_FULL", "store_full"),
    ("SQLITE_READONLY", "store_readonly"),
    ("SQLITE_CANTOPEN", "store_readonly"),
    ("SQLITE_PERM", "store_readonly"),
    ("SQLITE_BUSY", "store_locked"),
    ("SQLITE_LOCKED", "store_locked"),
    ("SQLITE_CORRUPT", "store_corrupt"),
    ("SQLITE_NOTADB", "store_corrupt"),
)
"""What SQLite's errors begin with, and the sentence that says so."""


def store_url() -> URL:
    """Where the runs are kept; StoreError if ``SOFTMAX_STUDIO_DB`` is no SQLAlchemy URL."""
    named = os.environ.get("SOFTMAX_STUDIO_DB")
    if not named:
        return URL.create("sqlite", database=str(data_folder() / "studio.sqlite3"))
    try:
        return make_url(named)
    except ArgumentError as error:
        raise StoreError("store_url", url=named[:80]) from error


class Store:
    """An open database with today's tables; StoreError if it cannot be opened, or is of a newer version."""

    def __init__(self, url: URL) -> None:
        # What visitors are told is the file's name; where it lies is the server's own business.
        local = url.drivername.startswith("sqlite") and url.database
        self.where = Path(local).name if local else url.render_as_string(hide_password=True)
        with self._told():
            self.engine = _engine(url)
            self._migrate()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with."""
        with self._told(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection to write with: all of it is written, or nothing."""
        with self._told(), self.engine.execution_options(writes=True).begin() as connection:
            yield connection

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> StoreError:
        if isinstance(error, NoSuchModuleError | ArgumentError):
            return StoreError("store_url", url=str(self.where)[:80])
        if isinstance(error, ImportError):
            return StoreError("store_driver", where=self.where, driver=error.name)
        cause = error.orig if isinstance(error, DBAPIError) else error
        name = getattr(cause, "sqlite_errorname", "")
        for beginning, key in FAULTS:
            if name.startswith(beginning):
                return StoreError(key, where=self.where)
        if isinstance(cause, OSError):  # of making the folder
            return StoreError("store_readonly", where=self.where)
        return StoreError("store_failed", where=self.where, reason=str(cause).splitlines()[0][:200])

    def _migrate(self) -> None:
        with self.read() as connection:  # a store that cannot be written can still be read
            known = inspect(connection).has_table(tables.schema.name)
            if known and connection.execute(tables.schema.select()).scalar_one() == len(MIGRATIONS):
                return
        with self.write() as connection:
            known = inspect(connection).has_table(tables.schema.name)
            version = connection.execute(tables.schema.select()).scalar_one() if known else 0
            if version > len(MIGRATIONS):
                raise StoreError("store_newer", where=self.where, version=version, limit=len(MIGRATIONS))
            for migrate in MIGRATIONS[version:]:
                migrate(connection)
            if not known:
                connection.execute(tables.schema.insert().values(version=len(MIGRATIONS)))
            elif version < len(MIGRATIONS):
                connection.execute(tables.schema.update().values(version=len(MIGRATIONS)))


def _engine(url: URL) -> Engine:
    if not url.drivername.startswith("sqlite"):
        return create_engine(url)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE})
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def _connected(connection: Any, _: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # the module's own would begin a transaction only at the first write
    connection.execute("PRAGMA journal_mode = WAL")
    # A crash of the server loses nothing, a crash of the machine at most the last moments: the file stays whole.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begun(connection: Connection) -> None:
    # Who is going to write waits for the others now: in the middle of a transaction SQLite would refuse at once.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
