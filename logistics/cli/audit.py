"""`rounds audit`: whether the trail of who did what is what was written."""

from __future__ import annotations

import click

from logistics.bootstrap import build_services
from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.queries.audit_trail import TrailCheck, check_trail, hash_of_entry
from logistics.queries.network import find_network, list_networks
from logistics.settings import Settings


class TrailBroken(FoodRoundsError):
    """A network's trail is not what was written. The sentence names the first entry that is not."""


@click.group()
def audit() -> None:
    """The trail of who did what: verify."""


@audit.command()
@click.option("--network", "slug", help="Only this network, by its short name.")
@click.option("--known", metavar="NUMBER:HASH", help="An entry as an earlier check printed it, of the one network.")
def verify(slug: str | None, known: str | None) -> None:
    """Go through each network's trail and fail at the first entry that was changed, removed, inserted or moved.

    It prints the last entry's number and hash. Keep them elsewhere: handed over with --known, they prove that nothing
    up to there was written anew since.
    """
    services = build_services(Settings.from_environment())
    try:
        with services.database.unscoped_reading() as session:
            networks = [find_network(session, slug)] if slug or known else list_networks(session)
        faults = []
        for network in networks:
            with services.database.reading(network.id) as session:
                found = check_trail(session, network.id)
                if found.broken is None and known and hash_of_entry(session, _number(known)) != known.partition(":")[2]:
                    raise TrailBroken(
                        f"{network.slug}: entry {_number(known)} has another hash: the trail was written anew."
                    )
            faults += _said(network.slug, found)
    finally:
        services.close()
    if faults:
        raise TrailBroken(" ".join(faults))


def _said(slug: str, found: TrailCheck) -> list[str]:
    if found.broken is not None:
        return [f"{slug}: {found.broken.sentence}."]
    click.echo(f"{slug}: {found.entries} entries, each as it was written. The last: {found.entries}:{found.hash}")
    return []


def _number(known: str) -> int:
    number, _, digest = known.partition(":")
    if not number.isdecimal() or not digest:
        raise BadInput("Write --known as an earlier check printed it: NUMBER:HASH.")
    return int(number)
