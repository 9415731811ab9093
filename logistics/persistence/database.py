"""The database: one engine, and sessions that read or write the rows of one network.

SQLite is the embedded default, PostgreSQL the scale-out. On SQLite a writing session begins IMMEDIATE, so that two
writers wait for each other instead of failing half-way; a reading one sees one consistent state on both.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from logistics.domain.errors import Conflict
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.audit_chain import keep_chains
from logistics.persistence.engine import BEGIN, make_engine
from logistics.persistence.row_security import said_by_session
from logistics.persistence.schema import require_current_schema
from logistics.persistence.scope import ScopedSession, Unscoped, open_scope
from logistics.persistence.sealed_columns import require_field_keys

keep_chains()


class Database:
    """Opens sessions. Every one is of one network, or says loudly that it is not.

    A writing session commits when its block ends and rolls back when the block raises; services never commit.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        sqlite = engine.dialect.name == "sqlite"
        self._writing = engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}) if sqlite else said_by_session(engine)
        self._reading = (
            engine.execution_options(**{BEGIN: "BEGIN"})
            if sqlite
            else said_by_session(engine).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self, network_id: uuid.UUID) -> Iterator[Session]:
        """A session that sees the rows of one network and refuses to change any."""
        with self._session(network_id, writes=False) as session:
            yield session

    @contextmanager
    def writing(self, network_id: uuid.UUID) -> Iterator[Session]:
        """A session that reads and changes the rows of one network, committed once at the end.

        Raises Conflict when somebody else changed a versioned row meanwhile.
        """
        with self._session(network_id, writes=True) as session:
            yield session

    @contextmanager
    def unscoped_reading(self) -> Iterator[Session]:
        """Sees EVERY network. Only to find an account, a network, a link or a job; then `scope.narrow` it."""
        with self._session(Unscoped.EVERY_NETWORK, writes=False) as session:
            yield session

    @contextmanager
    def unscoped_writing(self) -> Iterator[Session]:
        """Sees and changes EVERY network. Only for accounts, for making a network, for jobs; then `scope.narrow` it."""
        with self._session(Unscoped.EVERY_NETWORK, writes=True) as session:
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _session(self, scope: uuid.UUID | Unscoped, *, writes: bool) -> Iterator[Session]:
        session = ScopedSession(self._writing if writes else self._reading, expire_on_commit=False)
        open_scope(session, scope, read_only=not writes)
        with session:
            try:
                yield session
                if writes:
                    session.commit()
            except StaleDataError as error:
                raise Conflict("Somebody else changed this first. Load it again and repeat your change.") from error


def open_database(url: str, *, keys: FieldKeys | None = None, require_current: bool = True) -> Database:
    """The database at this URL: `sqlite:///FILE` or `postgresql://USER@HOST/NAME`.

    `keys` open its sealed columns; none: those of this process's settings. Raises SchemaBehind when its tables are not those of
    this version, FieldKeyMissing when it holds what they do not open; `require_current=False` is for the upgrade itself.
    """
    database = Database(make_engine(url, keys=keys))
    if require_current:
        try:
            require_current_schema(database.engine)
            require_field_keys(database.engine)
        except Exception:
            database.close()
            raise
    return database
