"""The sealed columns as the database holds them: which keys they are under, and moving them to the newest one.

A copy of the database can so be asked before it takes the place of another. It works beside the sessions, on the tokens themselves and on every network at once, and opens nothing that it only counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnClause, Connection, Engine, TableClause, Text, Uuid, func, select, table
from sqlalchemy.sql import column

from logistics.gateways.sealing import FORM, MARK_LETTERS, missing
from logistics.persistence.base import Base
from logistics.persistence.row_security import of_every_network
from logistics.persistence.sealed import is_sealed, keys_of


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One sealed column, seen as plain text."""

    table: TableClause
    id: ColumnClause[object]
    token: ColumnClause[str]


def sealed_columns() -> Iterator[SealedColumn]:
    """Every sealed column of the product, in the order of its tables' and its own name."""
    for name, each in sorted(Base.metadata.tables.items()):
        for sealed in sorted(own.name for own in each.columns if is_sealed(own.type)):
            row_id: ColumnClause[object] = column("id", Uuid())
            token: ColumnClause[str] = column(sealed, Text())
            yield SealedColumn(table(name, row_id, token), row_id, token)


def values_by_mark(engine: Engine) -> Counter[str]:
    """How many values are under which key, by its mark."""
    with of_every_network(engine).connect() as connection:
        return marks_in_use(connection)


def require_field_keys(engine: Engine) -> None:
    """Raise FieldKeyMissing unless every value in the database is under a key that is here."""
    if unknown := values_by_mark(engine).keys() - set(keys_of(engine.dialect).marks):
        raise missing(set(unknown))


def reseal_some(engine: Engine, each: SealedColumn, *, most: int) -> int:
    """Move at most so many values of a column to the newest key, in a transaction of its own; returns how many it found.

    A value that somebody changes meanwhile is left as they wrote it.
    """
    keys = keys_of(engine.dialect)
    with of_every_network(engine).begin() as connection:
        newest = f"{FORM}{keys.marks[0]}."
        older = each.token.startswith(FORM) & ~each.token.startswith(newest)
        rows = connection.execute(select(each.id, each.token).where(older).limit(most)).all()
        for row_id, token in rows:
            put = each.table.update().where(each.id == row_id, each.token == token)
            connection.execute(put.values({each.token: keys.reseal(token)}))
        return len(rows)


def counting_queries() -> Iterator[str]:
    """For a copy that is looked at without an engine: one query for each column, of marks and how many values, for both databases."""
    for each in sealed_columns():
        mark = f"substr({each.token.name}, {len(FORM) + 1}, {MARK_LETTERS})"
        begins = f"substr({each.token.name}, 1, {len(FORM)}) = '{FORM}'"
        yield f"SELECT {mark}, count(*) FROM {each.table.name} WHERE {begins} GROUP BY 1"  # noqa: S608 - names of our own tables


def hold_still(connection: Connection) -> None:
    """Let nobody write a sealed column until the transaction ends, and wait for whoever does now. SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        names = sorted({each.table.name for each in sealed_columns()})
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)} IN SHARE MODE")


def marks_in_use(connection: Connection) -> Counter[str]:
    """How many values are under which key, in this transaction."""
    found: Counter[str] = Counter()
    for each in sealed_columns():
        mark = func.substr(each.token, len(FORM) + 1, MARK_LETTERS)
        query = select(mark, func.count()).where(each.token.startswith(FORM)).group_by(mark)
        found.update({str(known): int(count) for known, count in connection.execute(query)})
    return found
