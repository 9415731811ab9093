"""`rounds roads parking`: minutes that each kind of vehicle needs wherever it stops."""

from __future__ import annotations

from collections.abc import Sequence

import click

from logistics.bootstrap import build_services
from logistics.cli.chosen_network import chosen_network
from logistics.domain.authority import Actor
from logistics.domain.parking import MOST_PARKING_S, VehicleParking
from logistics.domain.vocabulary import VehicleKind
from logistics.services.vehicle_parking import set_vehicle_parking, vehicle_parking_of
from logistics.settings import Settings

KIND = click.Choice([kind.value for kind in VehicleKind])
MINUTES = click.FloatRange(0, MOST_PARKING_S / 60)


@click.command("parking")
@click.option(
    "--kind",
    "figures",
    type=(KIND, MINUTES),
    multiple=True,
    metavar="KIND MINUTES",
    help="For each kind that needs it.",
)
@click.option("--clear", is_flag=True, help="Nobody needs any.")
@click.option("--network", "slug", help="The network's short name, if the database holds several.")
def parking(*, figures: Sequence[tuple[str, float]], clear: bool, slug: str | None) -> None:
    """Set the minutes that each kind of vehicle needs to park wherever it stops; without --kind, list them.

    `--kind car 4 --kind bicycle 1`: a car needs 4 minutes at every stop, a bicycle 1, everybody else none. It is spent
    once where several doors of one building follow each other. Kinds are car, van, cargo_bike, bicycle and foot.
    """
    if figures and clear:
        raise click.UsageError("Give --kind or --clear, not both.")
    named = [kind for kind, _ in figures]
    if len(set(named)) < len(named):
        raise click.UsageError("Give each kind once.")
    wanted = VehicleParking(seconds={VehicleKind(kind): round(minutes * 60) for kind, minutes in figures})
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        if figures or clear:
            with services.database.writing(network.id) as session:
                set_vehicle_parking(session, Actor.system(network.id), wanted, now=services.clock.now())
        with services.database.reading(network.id) as session:
            known = vehicle_parking_of(session, network.id)
    finally:
        services.close()
    for kind, parking_s in known.seconds.items():
        click.echo(f"{kind.value} {parking_s / 60:g}")
    if not known.seconds:
        click.echo("No kind of vehicle needs extra minutes to park.")
