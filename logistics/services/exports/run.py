"""The export itself: the network's active rows as text, table by table, and a line in the trail that they were taken away."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.looks import Look
from logistics.domain.vocabulary import GeocodePrecision
from logistics.persistence.tables import Household, Network, Site, Volunteer
from logistics.queries.entitlements import last_days
from logistics.queries.withheld import restricted_volunteers, withheld_households
from logistics.services.audit import note
from logistics.services.exports import rows_food, rows_people
from logistics.services.exports.rows_people import Values
from logistics.services.imports.columns import HUBS, TABLES, TableSpec

KEEP_THEIR_ORDER = frozenset({"members", "donation_slots"})
"""Tables in which the order of rows means something; the others are sorted by their cells, the same on every database."""

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkExport:
    """Every table as cells of text, in the order of its columns, and what a reader must know. `network`: keys and values."""

    slug: str
    network: Mapping[str, str]
    tables: Mapping[str, tuple[Cells, ...]]
    notes: tuple[str, ...]


def export_network(session: Session, actor: Actor, *, with_confidential: bool, to: str, now: datetime) -> NetworkExport:
    """All that the spreadsheets hold of what is active: nobody who left or was erased, no food that is not there.

    Confidential addresses only `with_confidential`. It stands in the trail with its counts and its form (`to`), no values.
    Raises Forbidden.
    """
    actor.require(Permission.IMPORT_NETWORK)
    network = session.get_one(Network, actor.network_id)
    organisations = rows_food.organisations(session)
    codes = {row_id: str(values["code"]) for row_id, values in organisations.items()}
    homes = list(rows_people.households(session, codes, with_confidential=with_confidential))
    home_refs = {row.id: row.ref for row, _ in homes}
    people = list(rows_people.volunteers(session, codes))
    refs = {row.id: row.ref for row, _ in people}
    values: dict[str, Iterable[Values]] = {
        "organisations": organisations.values(),
        "hubs": rows_food.hubs(session, codes),
        "households": [row for _, row in homes],
        "members": rows_people.members(session, home_refs),
        "standing_orders": rows_food.standing_orders(session, home_refs),
        "pauses": rows_food.pauses(session, home_refs),
        "donation_slots": rows_food.donation_slots(session, codes),
        "volunteers": [row for _, row in people],
        "shifts": rows_people.shifts(session, refs),
        "pairs": rows_people.pairs(session, refs, home_refs),
        "last_week": rows_food.last_week(session, refs, home_refs),
    }
    tables = {spec.name: written(spec, values[spec.name]) for spec in (*TABLES, HUBS)}
    hidden = [] if with_confidential else [row.ref for row, _ in homes if row.confidential_address]
    counts = {name: len(rows) for name, rows in tables.items()}
    note(
        session,
        actor,
        Look.NETWORK_EXPORT.value,
        "network",
        network.id,
        now=now,
        to=to,
        with_confidential=with_confidential,
        **counts,
    )
    return NetworkExport(
        slug=network.slug,
        network={
            "name": network.name,
            "slug": network.slug,
            "timezone": network.timezone,
            "on_call_name": network.on_call_name,
            "on_call_phone": network.on_call_phone,
        },
        tables=tables,
        notes=tuple(_notes(session, hidden, _ends(session, home_refs), _withheld(session))),
    )


def written(spec: TableSpec, rows: Iterable[Values]) -> tuple[Cells, ...]:
    """Each row as the text of its cells. Raises KeyError for a column that a row lacks: none is left out in silence."""
    lines = [tuple(column.write(row[column.name]) for column in spec.columns) for row in rows]
    return tuple(lines if spec.name in KEEP_THEIR_ORDER else sorted(lines))


def _ends(session: Session, homes: Mapping[uuid.UUID, str]) -> list[str]:
    ends = last_days(session)
    return sorted(ref for home_id, ref in homes.items() if home_id in ends)


def _withheld(session: Session) -> list[str]:
    """References of those whose data may be kept and not used."""
    homes = select(Household.ref).where(Household.id.in_(withheld_households(session)), Household.is_active)
    drivers = select(Volunteer.ref).where(Volunteer.id.in_(restricted_volunteers(session)), Volunteer.is_active)
    return sorted((*session.scalars(homes), *session.scalars(drivers)))


def _notes(session: Session, hidden: list[str], ending: list[str], withheld: list[str]) -> Iterator[str]:
    """What is not in the files and must be seen to where they are read in."""
    if withheld:
        yield f"Not in the files, because their data may not be used: {_some(withheld)}."
    if hidden:
        yield f"Without their address, because it is confidential: {_some(hidden)}."
    if ending:
        yield f"The last day of their entitlement is not in the files: {_some(ending)}."
    pins = session.scalars(select(Site.id).where(Site.geocode_precision == GeocodePrecision.MANUAL)).all()
    if pins:
        yield f"Places put on the map by hand are not in the files: {len(pins)}."


def _some(refs: list[str]) -> str:
    return ", ".join(refs[:5]) + (f" and {len(refs) - 5} more" if len(refs) > 5 else "")
