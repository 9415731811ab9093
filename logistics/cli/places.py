"""`rounds places`: postcode files of one's own, and looking for the addresses that have no place yet."""

from __future__ import annotations

import uuid
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from logistics.bootstrap import Services, build_services
from logistics.domain.errors import BadInput
from logistics.gateways.clock import SystemClock
from logistics.gateways.geocoding.assembly import PLACES_FOLDER
from logistics.gateways.geocoding.gazetteer import ATTRIBUTION
from logistics.gateways.geocoding.installed import install_postcodes, installed_postcodes, remove_postcodes
from logistics.queries.network import find_network
from logistics.services.find_places import look_up_locally, look_up_outside, waiting_for_service
from logistics.settings import Settings


@click.group()
def places() -> None:
    """Postcode files of your own, and addresses that have no place yet."""


@places.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--name", default="", help="What to call it; otherwise the name of the file. The same name replaces it.")
def import_(path: Path, *, name: str) -> None:
    """Read the postcodes of PATH: the ONS Postcode Directory or Code-Point Open, as CSV file, folder or zip.

    They are looked at before those that come with the program. No known place changes. Stopping it half-way leaves what
    was there.
    """
    folder = Settings.from_environment().home / PLACES_FOLDER
    columns = (SpinnerColumn(), TextColumn("{task.completed:,} postcodes read"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        held = install_postcodes(
            path, folder, name=name, now=SystemClock().now(), told=lambda count: shown.update(task, completed=count)
        )
    click.echo(f"{held.name}: {held.postcodes:,} postcodes with a place.")
    click.echo(f"Credit: {ATTRIBUTION}")
    click.echo(
        "Restart “rounds serve” so that its pages use them, and run “rounds places find” for addresses that wait."
    )


@places.command("list")
def list_() -> None:
    """Show the postcode files on this machine, in the order in which they are asked."""
    table = Table("name", "kind", "imported")
    table.add_column("postcodes", justify="right")
    for one in installed_postcodes(Settings.from_environment().home / PLACES_FOLDER):
        table.add_row(one.name, one.format.value, f"{one.installed_at:%Y-%m-%d %H:%M} UTC", f"{one.postcodes:,}")
    table.add_row("code-point-open", "code-point", "with the program", "all of Great Britain")
    Console(highlight=False).print(table)


@places.command()
@click.argument("name")
def remove(name: str) -> None:
    """Take the postcode file NAME away. Places that were found with it stay where they are."""
    remove_postcodes(Settings.from_environment().home / PLACES_FOLDER, name)
    click.echo(f"{name} is gone. Restart “rounds serve” so that its pages forget it.")


@places.command()
@click.option("--network", "slug", help="The network's short name; needed when the database holds several.")
@click.option(
    "--ask-service", is_flag=True, help="Ask the address service of the settings about what nobody here knows."
)
@click.option("--yes", is_flag=True, help="Do not ask before addresses are sent outside.")
def find(*, slug: str | None, ask_service: bool, yes: bool) -> None:
    """Look for the places of addresses that wait, and ask on the pages where newer data is far from a known place."""
    services = build_services(Settings.from_environment())
    try:
        with services.database.unscoped_reading() as session:
            network_id = find_network(session, slug).id
        found = look_up_locally(services.database, network_id, services.geocoder, now=services.clock.now())
        click.echo(
            f"Placed from postcode files: {found.placed}. Places to check on the page “Places”: {found.to_check}."
        )
        stopped = _ask_outside(services, network_id, yes=yes) if ask_service else ""
        waiting, secret = waiting_for_service(services.database, network_id)
    finally:
        services.close()
    click.echo(f"Still without a place: {len(waiting) + secret}. Place them by hand on the page “Places”.")
    if stopped:
        click.echo(f"Error: {stopped}", err=True)
        raise SystemExit(1)


def _ask_outside(services: Services, network_id: uuid.UUID, *, yes: bool) -> str:
    """Ask the service after a warning; why it stopped, or nothing."""
    lookup = services.address_lookup
    if lookup is None:
        raise BadInput("No address service is set: see ROUNDS_ADDRESS_SERVICE in docs/settings.md.")
    waiting, secret = waiting_for_service(services.database, network_id)
    if secret:
        click.echo(f"Confidential addresses, which are never sent: {secret}.")
    if not waiting:
        return ""
    click.echo(f"WARNING: this sends {len(waiting)} addresses of people who need food to {lookup.host}.", err=True)
    if not yes and not click.confirm("Send them?", err=True):
        return ""
    with Progress(
        TextColumn("asked {task.completed} of {task.total}"), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=len(waiting))
        asked = look_up_outside(
            services.database,
            network_id,
            lookup.geocoder,
            now=services.clock.now(),
            told=lambda count: bar.update(task, completed=count),
        )
    click.echo(f"Placed by {lookup.host}: {asked.placed} of {asked.asked} asked.")
    return asked.stopped
