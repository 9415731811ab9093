"""Every session belongs to one network: queries are narrowed to it, rows are stamped with it, others are refused.

Three kinds of session: of one network, unscoped (opened as such, by a name that says so), and neither: the last raises as
soon as it touches a scoped table, so that forgetting the network is an error and never a leak.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Executable, Table, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import Insert

from logistics.domain.errors import FoodRoundsError, Forbidden
from logistics.persistence.base import Base, Scoped
from logistics.persistence.row_security import EVERY_NETWORK, say_network

_SCOPE = "scope"
_READ_ONLY = "read_only"


class ScopeMissing(FoodRoundsError):
    """A session without a network touched rows of networks: a fault of the program, never of the person."""


class Unscoped(Enum):
    """The mark of a session that may see every network."""

    EVERY_NETWORK = "every_network"


class ScopedSession(Session):
    """A session that knows its network. Open one with `Database.reading` or `Database.writing`."""


def open_scope(session: Session, scope: uuid.UUID | Unscoped, *, read_only: bool) -> None:
    """Give a new session its network, or the mark of an unscoped one."""
    session.info[_SCOPE] = scope
    session.info[_READ_ONLY] = read_only


def narrow(session: Session, network_id: uuid.UUID) -> None:
    """Make an unscoped session one of this network from here on; what it held of other networks leaves it.

    For the few places that must first find out the network (sign-in, a driver's link, an import). A session of a network
    cannot change to another: raises Forbidden.
    """
    current = session.info.get(_SCOPE)
    if current not in (network_id, Unscoped.EVERY_NETWORK):
        raise Forbidden("This session already belongs to another network.")
    session.flush()
    session.info[_SCOPE] = network_id
    if session.in_transaction() and session.get_bind().dialect.name == "postgresql":
        say_network(session.connection(), network_id)
    for row in list(session):
        if isinstance(row, Scoped) and row.network_id != network_id:
            session.expunge(row)


def network_of(session: Session) -> uuid.UUID:
    """The network that the session belongs to. Raises ScopeMissing when it belongs to none."""
    scope = session.info.get(_SCOPE)
    if not isinstance(scope, uuid.UUID):
        raise ScopeMissing("This session belongs to no network: open it with Database.reading or Database.writing.")
    return scope


@event.listens_for(ScopedSession, "after_begin")
def _tell_database(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """What the statements are narrowed to, PostgreSQL's own policies hold too, for what comes past the statements."""
    if connection.dialect.name == "postgresql" and not transaction.nested:
        scope = session.info.get(_SCOPE)
        say_network(connection, EVERY_NETWORK if scope is Unscoped.EVERY_NETWORK else scope)


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow_statement(state: ORMExecuteState) -> Any:
    if isinstance(state.statement, TextClause):
        raise ScopeMissing("A session takes no raw SQL: nobody could tell which network's rows it touches.")
    if state.session.info.get(_READ_ONLY) and (state.is_insert or state.is_update or state.is_delete):
        raise Forbidden("This session only reads: open it with Database.writing to change rows.")
    scope = state.session.info.get(_SCOPE)
    if scope is Unscoped.EVERY_NETWORK:
        return None
    touched = set(_scoped_tables_of(state.statement))
    if not touched:
        return None
    if scope is None:
        raise ScopeMissing(f"A session without a network touched {', '.join(sorted(touched))}.")
    if state.is_insert:
        return _stamp_insert(state, scope)
    if not state.is_orm_statement:
        raise ScopeMissing(f"Query the mapped class, not the bare table: {', '.join(sorted(touched))} has a network.")
    state.statement = state.statement.options(
        with_loader_criteria(
            Scoped, lambda row: row.network_id == scope, include_aliases=True, propagate_to_loaders=False
        )
    )
    return None


def _stamp_insert(state: ORMExecuteState, scope: uuid.UUID) -> Any:
    """Bulk inserts (`execute(insert(Class), rows)`) skip the flush, so they are stamped and checked here."""
    if not isinstance(state.statement, Insert) or not state.parameters:
        raise ScopeMissing("Insert scoped rows with session.add, or with execute(insert(Class), rows).")
    given: Any = state.parameters
    rows: list[dict[str, Any]] = given if isinstance(given, list) else [given]
    for row in rows:
        if row.get("network_id", scope) != scope:
            raise Forbidden("A row of another network cannot be stored here.")
    return state.invoke_statement(params=[{**row, "network_id": scope} for row in rows])


@event.listens_for(ScopedSession, "before_flush")
def _stamp_rows(session: Session, flush_context: UOWTransaction, instances: object) -> None:
    del flush_context, instances
    changed = [*session.new, *(row for row in session.dirty if session.is_modified(row)), *session.deleted]
    if not changed:
        return
    if session.info.get(_READ_ONLY):
        raise Forbidden("This session only reads: open it with Database.writing to change rows.")
    scope = session.info.get(_SCOPE)
    for row in changed:
        if not isinstance(row, Scoped) or scope is Unscoped.EVERY_NETWORK:
            continue
        if scope is None:
            raise ScopeMissing(f"A session without a network touched {type(row).__name__}.")
        own: uuid.UUID | None = row.network_id  # None until the row is flushed, whatever its type says
        if own is None:
            row.network_id = scope
        elif own != scope:
            raise Forbidden("A row of another network cannot be stored here.")


def _scoped_tables_of(statement: Executable) -> Iterator[str]:
    """The names of the scoped tables that a statement reads or writes, in subqueries too."""
    for part in visitors.iterate(statement):  # type: ignore[arg-type]  # every executable statement can be visited
        if isinstance(part, Table) and part.name in _SCOPED_TABLES:
            yield part.name


def scoped_tables() -> frozenset[str]:
    """The names of the tables whose rows belong to a network."""
    return frozenset(_SCOPED_TABLES)


_SCOPED_TABLES: set[str] = {
    mapper.local_table.name  # type: ignore[attr-defined]  # every mapped class of ours has one table
    for mapper in Base.registry.mappers
    if issubclass(mapper.class_, Scoped)
}
"""Those that were mapped before this module was loaded; those that are mapped later tell it themselves."""


@event.listens_for(Base, "instrument_class", propagate=True)
def _remember_scoped_table(mapper: Any, cls: type[Any]) -> None:
    if issubclass(cls, Scoped):
        _SCOPED_TABLES.add(mapper.local_table.name)
