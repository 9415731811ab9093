"""`rounds roads slow-hours`: when travel takes longer than usual."""

from __future__ import annotations

from pathlib import Path

import click

from logistics.bootstrap import build_services
from logistics.cli.chosen_network import chosen_network
from logistics.domain.authority import Actor
from logistics.domain.slow_hours import SlowHours
from logistics.services.slow_hours import read_slow_hours, set_slow_hours, slow_hours_of
from logistics.settings import Settings


@click.command("slow-hours")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--clear", is_flag=True, help="End all slow hours.")
@click.option("--network", "slug", help="The network's short name, if the database holds several.")
def slow_hours(*, file: Path | None, clear: bool, slug: str | None) -> None:
    """Take the slow hours from FILE (a CSV file: days,from,to,vehicles,percent); without FILE, list them.

    A line is `mon|tue,16:00,18:30,car|van,130`: travel by car or van in those hours takes 130 percent of its usual time.
    """
    if file is not None and clear:
        raise click.UsageError("Give a file or --clear, not both.")
    table = () if file is None else read_slow_hours(file)
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        if file is not None or clear:
            with services.database.writing(network.id) as session:
                set_slow_hours(session, Actor.system(network.id), table, now=services.clock.now())
        with services.database.reading(network.id) as session:
            known = slow_hours_of(session, network.id)
    finally:
        services.close()
    for hours in known:
        click.echo(_line(hours))
    if not known:
        click.echo("No hours are slow: travel takes its usual time all week.")


def _line(hours: SlowHours) -> str:
    row = hours.to_settings()
    return f"{'|'.join(row['days'])},{row['from']},{row['to']},{'|'.join(row['vehicles'])},{row['percent']}"
