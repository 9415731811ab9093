"""`rounds roads zones`: areas in which some kinds of vehicle pay for the day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from logistics.bootstrap import Services, build_services
from logistics.cli.chosen_network import chosen_network
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import VehicleKind
from logistics.queries.charge_zones import charge_zones_in_force
from logistics.queries.network import NetworkRow
from logistics.services.charge_zone_file import read_charge_zones
from logistics.services.charge_zones import import_charge_zones, remove_charge_zone
from logistics.settings import Settings

network_option = click.option("--network", "slug", help="The network's short name, if the database holds several.")


@click.group()
def zones() -> None:
    """Charge zones: plans avoid what they cost, and say who pays. None is built in."""


@zones.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@network_option
def import_(*, file: Path, slug: str | None) -> None:
    """Take zones from FILE.geojson, a FeatureCollection of polygons; a zone of a known name takes the other's place.

    Each feature has the properties name, price_pence, hours and vehicles, and no other. All of the file is taken, or nothing.
    """
    wanted = read_charge_zones(file)
    with _of_network(slug) as (services, network):
        with services.database.writing(network.id) as session:
            done = import_charge_zones(session, Actor.system(network.id), wanted, now=services.clock.now())
        for words, names in (("new", done.added), ("replaced", done.replaced), ("as it was", done.unchanged)):
            for name in names:
                click.echo(f"{name}: {words}")
        click.echo("Plans are made with them from now on; those made before stay as they are.")


@zones.command("list")
@network_option
def list_(*, slug: str | None) -> None:
    """The zones that plans are made with."""
    with _of_network(slug) as (services, network), services.database.reading(network.id) as session:
        known = charge_zones_in_force(session)
    if not known:
        click.echo("There is no charge zone. “rounds roads zones import FILE.geojson”.")
        return
    table = Table(show_edge=False)
    for heading in ("zone", "pounds a day", "charges", "whom"):
        table.add_column(heading)
    for zone in known:
        hours = "; ".join(
            f"{', '.join(row['days'])} {row['from']} to {row['until']}" for row in (h.to_json() for h in zone.hours)
        )
        whom = ", ".join(kind.value for kind in VehicleKind if kind in zone.vehicles)
        table.add_row(zone.name, f"{zone.price_pence / 100:.2f}", hours, whom)
    Console(highlight=False, markup=False).print(table)


@zones.command()
@click.argument("name")
@network_option
def remove(*, name: str, slug: str | None) -> None:
    """End the zone NAME: it costs nothing in the plans made from now on."""
    with _of_network(slug) as (services, network):
        with services.database.writing(network.id) as session:
            gone = remove_charge_zone(session, Actor.system(network.id), name, now=services.clock.now())
        click.echo(f"{gone} no longer charges.")


@contextmanager
def _of_network(slug: str | None) -> Iterator[tuple[Services, NetworkRow]]:
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        yield services, network
    finally:
        services.close()
