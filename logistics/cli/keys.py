"""`rounds keys`: the keys that health, religion, concerns and door codes are sealed with in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from logistics.gateways.sealing import FieldKeys, missing, new_key
from logistics.persistence.database import Database
from logistics.persistence.engine import make_engine
from logistics.persistence.schema import require_current_schema
from logistics.services.field_keys import KeyUse, drop_key, rotate_keys, use_of_keys
from logistics.settings import Settings


@click.group()
def keys() -> None:
    """The keys of what is sealed in the database: check, rotate, drop, new."""


@keys.command()
def check() -> None:
    """Say how many values are under which key. Fails when there are some whose key is not here."""
    with _opened() as (database, held):
        use = use_of_keys(database, held)
    for each in use:
        kind = "newest, seals" if each.is_newest else "older, opens" if each.is_here else "NOT HERE"
        click.echo(f"{each.mark}  {each.values:,} values  ({kind})")
    if not use:
        click.echo("There is no key yet, and nothing is sealed: one is made when something first is.")
    _require_all(use)


@keys.command()
def rotate() -> None:
    """Make a new key and seal everything anew with it, while people work.

    Killed half-way, nothing is lost: run it again and it goes on. The key before still opens; remove it with
    "rounds keys drop", once no backup that you may need is older.
    """
    with _opened() as (database, held):
        _require_all(use_of_keys(database, held))
        done = rotate_keys(database, held, on_moved=_tell)
    if done.went_on:
        click.echo("An earlier change of keys was not finished: it is now.")
    click.echo(f"{done.values:,} values were moved to the key {done.newest}.")
    for mark in done.left_over:
        click.echo(f"  nothing is under {mark} any more. To remove it: rounds keys drop {mark}")


@keys.command()
@click.argument("mark")
def drop(mark: str) -> None:
    """Remove the key MARK, which nothing may be sealed with any more.

    Copies that `rounds backup` made before hold it themselves, if the keys are in ROUNDS_HOME. Keep it for copies of another kind.
    """
    with _opened() as (database, held):
        drop_key(database, held, mark)
    click.echo(f"The key {mark} is removed.")


@keys.command()
def new() -> None:
    """Print a new key for ROUNDS_FIELD_KEYS."""
    click.echo(new_key())


def _require_all(use: tuple[KeyUse, ...]) -> None:
    if lost := {each.mark for each in use if not each.is_here}:
        raise missing(lost)


def _tell(moved: int) -> None:
    if moved % 10_000 < 200:
        click.echo(f"  {moved:,} so far", err=True)


@contextmanager
def _opened() -> Iterator[tuple[Database, FieldKeys]]:
    """The database, opened also when keys are missing: that is what the check is for."""
    settings = Settings.from_environment()
    held = FieldKeys.of(settings)
    database = Database(make_engine(settings.database_url, keys=held))
    try:
        require_current_schema(database.engine)
        yield database, held
    finally:
        database.close()
