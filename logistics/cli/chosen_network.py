"""Which network a command is about: the one named, the only one, or the one that was imported last."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from logistics.queries.network import NetworkRow, find_network, list_networks
from logistics.settings import Settings

LAST_IMPORTED = "last-imported-network"
"""The file in ROUNDS_HOME that holds the slug of the network imported last."""


def remember_import(settings: Settings, slug: str) -> None:
    """Make this network the one that planning is about when none is named."""
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / LAST_IMPORTED).write_text(slug + "\n", encoding="utf-8")


def chosen_network(session: Session, settings: Settings, slug: str | None) -> NetworkRow:
    """The network of this slug; without one the only network, else the one imported last, said aloud.

    For commands that propose; one that sends something out takes `find_network` and wants the name. Raises NotFound.
    """
    note = settings.home / LAST_IMPORTED
    if slug is None and note.is_file():
        last = note.read_text(encoding="utf-8").strip()
        networks = list_networks(session)
        if len(networks) > 1 and last in {network.slug for network in networks}:
            click.echo(f"Network: {last}, imported last. Another one: --network NAME.", err=True)
            slug = last
    return find_network(session, slug)
