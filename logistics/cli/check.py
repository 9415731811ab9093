"""`rounds check`: what is still missing before real people's data comes in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from logistics.domain.errors import FoodRoundsError
from logistics.persistence.engine import make_engine
from logistics.services.production_check import Standing, production_findings
from logistics.settings import Settings

SIGNS = {Standing.FINE: "ok      ", Standing.MISSING: "NOT YET ", Standing.UNKNOWN: "look    "}


class NotReady(FoodRoundsError):
    """Something is missing. The sentence says how much; what to do stands above it."""


@click.command()
@click.option(
    "--backups",
    type=click.Path(path_type=Path, file_okay=False),
    default="/var/backups/food-rounds",
    show_default=True,
    help="The folder of the nightly copies.",
)
@click.option("--missing", "only_missing", is_flag=True, help="Leave out what is well.")
def check(*, backups: Path, only_missing: bool) -> None:
    """Look at settings, files, database and machine, and say what is missing for production, and what to do. Changes nothing.

    Exit code 0 when nothing is missing, else 1.
    """
    settings = Settings.from_environment()
    engine = make_engine(settings.database_url)
    try:
        found = production_findings(settings, engine, backups=backups, environment=os.environ, now=datetime.now(UTC))
    finally:
        engine.dispose()
    for each in found:
        if each.standing is not Standing.FINE or not only_missing:
            click.echo(f"{SIGNS[each.standing]}{each.what}")
            if each.todo:
                click.echo(f"         {each.todo}")
    missing = sum(each.standing is Standing.MISSING for each in found)
    if missing:
        raise NotReady(f"{missing} of {len(found)} things are missing. Do not bring real people's data here yet.")
    click.echo(f"Nothing is missing of {len(found)} things that can be looked at from here.")
