"""`rounds donations`: put the donations of schedules on the list for the weeks ahead."""

from __future__ import annotations

from datetime import timedelta

import click

from logistics.bootstrap import build_services
from logistics.cli.chosen_network import chosen_network
from logistics.domain.authority import Actor
from logistics.domain.week import LONDON
from logistics.services.made_ahead import MADE_AHEAD_DAYS, make_slots_ahead
from logistics.settings import Settings


@click.command()
@click.option("--weeks", type=click.IntRange(1, 12), default=MADE_AHEAD_DAYS // 7, show_default=True, help="How far.")
@click.option("--network", "slug", help="The network's short name, if the database holds several.")
def donations(weeks: int, slug: str | None) -> None:
    """Make the dated donation slots of every schedule for the weeks ahead. A worker does so every day; twice is once."""
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        now = services.clock.now()
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        until = now.astimezone(LONDON).date() + timedelta(weeks=weeks)
        with services.database.writing(network.id) as session:
            ahead = make_slots_ahead(session, Actor.system(network.id), until=until, now=now)
    finally:
        services.close()
    click.echo(
        f"Up to {until:%d/%m/%Y}: {ahead.made} made, {ahead.changed} brought in line, "
        f"{ahead.withdrawn} withdrawn, {ahead.offered_again} offered again."
    )
