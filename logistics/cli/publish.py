"""`rounds publish WEEK`: send out the latest proposal of a week."""

from __future__ import annotations

import click

from logistics.bootstrap import build_services
from logistics.domain.authority import Actor
from logistics.domain.errors import NotFound
from logistics.domain.week import IsoWeek
from logistics.queries.network import find_network
from logistics.queries.plan_summary import latest_proposal
from logistics.services.publish_plan import publish_plan
from logistics.settings import Settings


@click.command()
@click.argument("week")
@click.option("--network", "slug", help="The network's short name; needed when the database holds several.")
def publish(week: str, slug: str | None) -> None:
    """Publish the latest proposal for WEEK (like 2026-W49). Drivers' links are made with `rounds link`."""
    iso_week = IsoWeek.parse(week)
    services = build_services(Settings.from_environment())
    try:
        with services.database.unscoped_reading() as session:
            network = find_network(session, slug)
        with services.database.writing(network.id) as session:
            plan_id = latest_proposal(session, iso_week)
            if plan_id is None:
                raise NotFound(f"Week {iso_week} has no proposal. Run: rounds plan {iso_week}")
            done = publish_plan(session, Actor.system(network.id), plan_id, now=services.clock.now())
    finally:
        services.close()
    click.echo(f"Published version {done.number}: {done.routes} routes, {done.orders} orders.")
