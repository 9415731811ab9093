"""Which networks there are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.persistence.tables.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRow:
    """A network (tenant) as lists and headers show it. `settings`: its own planning rules over the defaults."""

    id: uuid.UUID
    slug: str
    name: str
    timezone: str
    on_call_name: str
    on_call_phone: str
    takes_own_forms: bool
    public_phone: str
    settings: dict[str, Any]


def list_networks(session: Session) -> tuple[NetworkRow, ...]:
    """Every network, by name. For an unscoped session: networks are what scopes are made of."""
    return tuple(_row(network) for network in session.scalars(select(Network).order_by(Network.name, Network.slug)))


def find_network(session: Session, slug: str | None = None) -> NetworkRow:
    """The network of this slug; without a slug the only one there is.

    Raises NotFound with the slugs to choose from when there is none of this slug, or no single one.
    """
    networks = list_networks(session)
    known = ", ".join(network.slug for network in networks)
    if slug is None:
        if len(networks) == 1:
            return networks[0]
        if not networks:
            raise NotFound("There is no network yet. Run: rounds import FOLDER")
        raise NotFound(f"There is more than one network: name one of {known}.")
    for network in networks:
        if network.slug == slug:
            return network
    raise NotFound(f"There is no network “{slug}”." + (f" There is: {known}." if known else ""))


def get_network(session: Session, network_id: uuid.UUID) -> NetworkRow:
    """The network of this id. Raises NotFound."""
    network = session.get(Network, network_id)
    if network is None:
        raise NotFound("That network is not there any more.")
    return _row(network)


def _row(network: Network) -> NetworkRow:
    return NetworkRow(
        id=network.id,
        slug=network.slug,
        name=network.name,
        timezone=network.timezone,
        on_call_name=network.on_call_name,
        on_call_phone=network.on_call_phone,
        takes_own_forms=network.takes_own_forms,
        # A number that became the on-call one since is shown to nobody.
        public_phone=network.public_phone if network.public_phone != network.on_call_phone else "",
        settings=dict(network.settings),
    )
