"""The register of personal data: each column of each table, and each place outside the database, as values.

A test compares it with the tables: a column that is not here fails, and so does an entry without a column. Access and
erasing go by it, so that what is added to a table is handed out and erased without another line of code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from logistics.domain.data_register import eaters, helpers, weeks
from logistics.domain.data_register.words import Basis, Column, Keeping, Link, OnErasure, Table, Whose

__all__ = ["ELSEWHERE", "REGISTER", "Basis", "Column", "Elsewhere", "Keeping", "Link", "OnErasure", "Table", "Whose"]

REGISTER: Mapping[str, Table] = {table.name: table for table in (*eaters.TABLES, *helpers.TABLES, *weeks.TABLES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A place outside our tables where personal data could lie."""

    place: str
    holds: str
    keeping: str
    on_erasure: str


ELSEWHERE: tuple[Elsewhere, ...] = (
    Elsewhere(
        place="The planner's queue (jobs.sqlite, or its schema in PostgreSQL)",
        holds="ids of runs, and the kind of an error",
        keeping="until a run is over and its row is cleared",
        on_erasure="nothing: no value of a person is in it, and a test looks",
    ),
    Elsewhere(
        place="Mail in ROUNDS_HOME/outbox, where no mail server is set",
        holds="the address of an account, and the id of a task",
        keeping="mail_days",
        on_erasure="files that hold a value of the person are deleted",
    ),
    Elsewhere(
        place="Files for download (route sheets, map files, plan documents, mileage)",
        holds="made when asked for; never kept by the program",
        keeping="not kept",
        on_erasure="nothing: whoever saved one must delete it. Plan documents name people by reference alone",
    ),
    Elsewhere(
        place="A driver's phone",
        holds="the route of the day: first name, address, phone, items",
        keeping="until a stop is done; until the route is closed",
        on_erasure="a household on a route that is still open cannot be erased before that is over",
    ),
    Elsewhere(
        place="SQLite's file and its WAL",
        holds="what was deleted, until the pages are written over",
        keeping="none: deleted values are overwritten at once, and the WAL is emptied after an erasure",
        on_erasure="secure_delete, VACUUM, and an emptied WAL",
    ),
    Elsewhere(
        place="PostgreSQL's files",
        holds="what was deleted, until its tables are rewritten",
        keeping="none",
        on_erasure="VACUUM FULL of the tables; archived WAL ends with the server's own keeping",
    ),
    Elsewhere(
        place="Backups",
        holds="everything, locked",
        keeping="as long as whoever runs the server keeps them",
        on_erasure="erased again when one is restored, by the list in ROUNDS_HOME/erasures.jsonl",
    ),
    Elsewhere(
        place="ROUNDS_HOME/erasures.jsonl",
        holds="ids of who was erased, and when",
        keeping="as long as backups from before are kept",
        on_erasure="it is the list; ids alone, which are nobody's by then",
    ),
    Elsewhere(
        place="Logs",
        holds="ids, never a value of a person",
        keeping="as long as the server keeps them",
        on_erasure="nothing",
    ),
)


def columns() -> Iterator[tuple[Table, Column]]:
    """Every column with its table, in the register's order."""
    for table in REGISTER.values():
        for column in table.columns:
            yield table, column
