"""PostgreSQL keeps networks apart by itself, behind the sessions: each row is shown to, and taken from, its own network alone.

A policy on every scoped table compares `network_id` with one setting of the transaction. Sessions say it as they begin, and it ends with
the transaction, so that a connection of the pool carries nothing over. Nothing said: no rows. SQLite has no such thing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine

SETTING = "rounds.network"
"""Holds the id of the one network, or EVERY_NETWORK. Empty or unset is no network."""
EVERY_NETWORK = "every"
POLICY = "rows_of_one_network"
_SAID_BY = "food_rounds_network_said_by"
_SESSION = "session"
_BYPASSES = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
_GUARDED = """SELECT relname FROM pg_class
    JOIN pg_policy ON polrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relrowsecurity AND relforcerowsecurity AND polname = '{policy}'"""


def said_by_session(engine: Engine) -> Engine:
    """For sessions: the same engine, on which each session says itself whose rows its transactions are of."""
    return engine.execution_options(**{_SAID_BY: _SESSION})


def of_every_network(engine: Engine) -> Engine:
    """For upkeep (upgrades, keys of sealed columns): the same engine, with the rows of every network in each transaction."""
    return engine.execution_options(**{_SAID_BY: EVERY_NETWORK})


def begin_transaction(connection: Connection) -> None:
    """Listens to an engine of PostgreSQL. Where nobody says whose rows are meant, reading a scoped table is an error.

    The policy alone would find no rows there, and upkeep that counts none would do harm: drop a key that is in use, say.
    """
    said_by = connection.get_execution_options().get(_SAID_BY)
    if said_by == EVERY_NETWORK:
        say_network(connection, EVERY_NETWORK)
    elif said_by != _SESSION:
        connection.exec_driver_sql("SELECT set_config('row_security', 'off', true)")


def say_network(connection: Connection, network: uuid.UUID | str | None) -> None:
    """Say until the end of the transaction whose rows it is of; None: nobody's. Only for PostgreSQL."""
    # Once in each transaction, so in the driver's own words: half the time of a statement that is compiled first.
    connection.exec_driver_sql(f"SELECT set_config('{SETTING}', %s, true)", (str(network or ""),))


def statements_for(tables: Iterable[str]) -> Iterator[str]:
    """What a migration that makes scoped tables runs on PostgreSQL, for its owner too, who is whom Food Rounds runs as.

    Frozen, like a migration: another rule would be another migration.
    """
    # In brackets, so that the setting is read once in a query and not once for each row.
    said = "(SELECT current_setting('rounds.network', true))"
    one = "(SELECT nullif(nullif(current_setting('rounds.network', true), 'every'), '')::uuid)"
    for table in tables:
        yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY'
        yield f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY'
        yield f"CREATE POLICY rows_of_one_network ON \"{table}\" USING ({said} = 'every' OR network_id = {one})"


def unguarded(connection: Connection, tables: Iterable[str]) -> list[str]:
    """Those of these tables that have no such policy, or one that is not in force; sorted. Only for PostgreSQL."""
    guarded = set(connection.exec_driver_sql(_GUARDED.format(policy=POLICY)).scalars())
    return sorted(set(tables) - guarded)


def is_bypassed(connection: Connection) -> bool:
    """Whether policies do not hold for this user at all: a superuser, or one with BYPASSRLS. Only for PostgreSQL."""
    return bool(connection.exec_driver_sql(_BYPASSES).scalar_one())
