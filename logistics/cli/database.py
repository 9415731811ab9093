"""`rounds db`: bring the tables to this version, say where they stand, check that they fit."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from logistics.gateways.sealing import FieldKeys
from logistics.persistence.engine import make_engine
from logistics.persistence.schema import (
    SchemaBehind,
    current_revision,
    newest_revision,
    require_current_schema,
    schema_differences,
    upgrade_schema,
)
from logistics.services.backups.erased_since import erase_again
from logistics.settings import Settings


@click.group()
def db() -> None:
    """The database's tables: upgrade, current, check."""


@db.command()
def upgrade() -> None:
    """Bring the tables to this version. It is done whole or not at all."""
    settings = Settings.from_environment()
    before, after = upgrade_schema(settings.database_url, keys=FieldKeys.of(settings))
    if before == after:
        click.echo(f"The database is current: {after}.")
    else:
        click.echo(f"The database went from {before or 'nothing'} to {after}.")
    if again := erase_again(settings, now=datetime.now(UTC)):
        click.echo(f"Erased again: {again}, who had been erased since the backup that was restored.")


@db.command()
def current() -> None:
    """Say which migration the database stands at, and which is the newest."""
    engine = make_engine(Settings.from_environment().database_url)
    try:
        click.echo(f"{current_revision(engine) or 'no tables yet'} (newest: {newest_revision()})")
    finally:
        engine.dispose()


@db.command()
def check() -> None:
    """Fail unless the tables are exactly those that this version expects."""
    engine = make_engine(Settings.from_environment().database_url)
    try:
        require_current_schema(engine)
        differences = schema_differences(engine)
        for difference in differences:
            click.echo(f"  {difference}", err=True)
        if differences:
            raise SchemaBehind(
                f"The tables differ from what this version expects in {len(differences)} places: somebody changed them by "
                "hand. Restore a copy made before that."
            )
        click.echo("The database is current, and its tables are as they should be.")
    finally:
        engine.dispose()
