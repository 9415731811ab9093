"""`rounds link WEEK`: make the drivers' links of a day and print them, for whoever sends them by hand."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.bootstrap import Services, build_services
from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.states import PlanState
from logistics.persistence.tables import PlanVersion, Route, RouteCrew
from logistics.queries.network import find_network
from logistics.services.driver_links import MadeLink, make_driver_link
from logistics.settings import Settings


@click.command()
@click.argument("day", metavar="DATE")
@click.option("--route", "letter", help="Only this route of the day, by its letter.")
@click.option("--network", "slug", help="The network's short name; needed when the database holds several.")
def link(day: str, letter: str | None, slug: str | None) -> None:
    """Make links for the published routes of DATE (like 2026-12-02), one for each member of a crew.

    A link made again replaces the one before, which ends at once.
    """
    try:
        service_date = date.fromisoformat(day)
    except ValueError:
        raise BadInput(f"“{day}” is not a date. Write it like 2026-12-02.") from None
    services = build_services(Settings.from_environment())
    try:
        with services.database.unscoped_reading() as session:
            network = find_network(session, slug)
        with services.database.writing(network.id) as session:
            made = _links(session, services, Actor.system(network.id), service_date, letter)
    finally:
        services.close()
    for route, link_made in made:
        click.echo(f"{route}  {link_made.volunteer_name}  {link_made.phone}\n   {link_made.url}")


def _links(
    session: Session, services: Services, actor: Actor, service_date: date, letter: str | None
) -> list[tuple[str, MadeLink]]:
    query = (
        select(Route.id, Route.letter, RouteCrew.volunteer_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .join(RouteCrew, RouteCrew.route_id == Route.id)
        .where(Route.service_date == service_date, PlanVersion.state == PlanState.PUBLISHED)
        .order_by(Route.departs_at, Route.letter, RouteCrew.role)
    )
    if letter is not None:
        query = query.where(Route.letter == letter.upper())
    rows = session.execute(query).all()
    if not rows:
        which = f"route {letter.upper()}" if letter else "route"
        raise NotFound(f"No {which} is published for {service_date}. Plan and publish that week first.")
    return [
        (
            row.letter,
            make_driver_link(
                session,
                actor,
                row.id,
                base_url=services.settings.base_url,
                volunteer_id=row.volunteer_id,
                now=services.clock.now(),
            ),
        )
        for row in rows
    ]
