"""Write a network's checked files into its rows, in the order in which they refer to each other."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.persistence.scope import narrow
from logistics.persistence.tables import Hub, Network, Organisation, Pause, Round, RoundVisit, Site, StandingOrder
from logistics.services.imports.places import Places
from logistics.services.imports.store_people import put_households
from logistics.services.imports.store_supply import put_slots
from logistics.services.imports.store_volunteers import put_pairs, put_shifts, put_volunteers
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import NetworkFiles, Row


@dataclass(slots=True)
class Ids:
    """The ids of rows by the names the files use."""

    organisations: dict[str, uuid.UUID] = field(default_factory=dict)
    households: dict[str, uuid.UUID] = field(default_factory=dict)
    volunteers: dict[str, uuid.UUID] = field(default_factory=dict)


def store_network(session: Session, files: NetworkFiles, places: Places, *, now: datetime) -> tuple[Network, Upsert]:
    """Create or change every row. The session is unscoped and becomes the network's; the caller commits."""
    upsert = Upsert(session, now=now)
    network = _put_network(upsert, files)
    session.flush()
    narrow(session, network.id)
    places.begin(session)
    ids = Ids()
    ids.organisations = _put_organisations(upsert, files, places)
    _put_hubs(upsert, files, ids)
    ids.households = put_households(
        upsert, files.tables["households"], files.tables["members"], ids.organisations, places
    )
    _put_standing_orders(upsert, files.tables["standing_orders"], ids)
    _put_pauses(upsert, files.tables["pauses"], ids)
    put_slots(upsert, files.tables["donation_slots"], ids.organisations, network_id=network.id)
    ids.volunteers = put_volunteers(upsert, files.tables["volunteers"], ids.organisations, places)
    put_shifts(upsert, files.tables["shifts"], ids.volunteers)
    put_pairs(upsert, files.tables["pairs"], ids.volunteers, ids.households)
    _put_last_week(upsert, files.tables["last_week"], ids)
    return network, upsert


def _put_network(upsert: Upsert, files: NetworkFiles) -> Network:
    """The network these files mean: by its given slug, else by its name. A slug that another one has gets a number."""
    networks = upsert.session.scalars(select(Network)).all()
    by_slug = {network.slug: network for network in networks}
    if files.slug_is_given:
        existing = by_slug.get(files.slug)
    else:
        existing = next((network for network in networks if network.name == files.name), None)
    slug = existing.slug if existing is not None else files.slug
    number = 2
    while existing is None and slug in by_slug:
        slug, number = f"{files.slug[:76]}-{number}", number + 1
    upsert.begin_row()
    network = upsert.put(
        existing,
        Network,
        slug=slug,
        name=files.name,
        timezone=files.timezone,
        on_call_name=files.on_call_name or (existing.on_call_name if existing else ""),
        on_call_phone=files.on_call_phone or (existing.on_call_phone if existing else ""),
    )
    upsert.end_row("network")
    return network


def _put_organisations(upsert: Upsert, files: NetworkFiles, places: Places) -> dict[str, uuid.UUID]:
    rows = files.tables["organisations"]
    known = {organisation.code: organisation for organisation in upsert.session.scalars(select(Organisation))}
    sites = {site.id: site for site in upsert.session.scalars(select(Site))}
    ids = {}
    for row in rows:
        existing = known.pop(row["code"], None)
        upsert.begin_row()
        site = places.put_site(
            upsert,
            sites.get(existing.site_id) if existing else None,
            who=f"organisation {row['code']}",
            address=None,
            postcode=row["postcode"],
            access_notes=row["access_notes"],
        )
        organisation = upsert.put(
            existing,
            Organisation,
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            phone=row["phone"],
            site_id=site.id,
        )
        upsert.end_row("organisations")
        ids[row["code"]] = organisation.id
    upsert.table("organisations").elsewhere = len(known)
    return ids


def _put_hubs(upsert: Upsert, files: NetworkFiles, ids: Ids) -> None:
    known = {hub.organisation_id: hub for hub in upsert.session.scalars(select(Hub))}
    for row in files.tables["hubs"]:
        organisation_id = ids.organisations[row["organisation"]]
        upsert.begin_row()
        upsert.put(
            known.pop(organisation_id, None),
            Hub,
            organisation_id=organisation_id,
            parcels_per_day=row["parcels_per_day"],
            opens_at=row["open"],
            closes_at=row["close"],
        )
        upsert.end_row("hubs")
    upsert.table("hubs").elsewhere = len(known)


def _put_standing_orders(upsert: Upsert, rows: tuple[Row, ...], ids: Ids) -> None:
    """A standing order has no name in the files: it is the same wish while all but quantity and end are the same."""
    known: dict[object, list[StandingOrder]] = {}
    stored = upsert.session.scalars(select(StandingOrder)).all()
    for order in sorted(stored, key=lambda order: (order.quantity, order.ends_on or date.max)):
        key = (
            *(order.household_id, order.product, order.days, order.window_start, order.window_end),
            *(order.frequency, order.starts_on, order.fulfilment),
        )
        known.setdefault(key, []).append(order)
    for row in sorted(rows, key=lambda row: (row["quantity"], row["until"] or date.max)):
        household_id = ids.households[row["household"]]
        key = (
            *(household_id, row["product"], row["days"], row["window_start"], row["window_end"]),
            *(row["frequency"], row["from"], row["fulfilment"]),
        )
        same = known.get(key)
        upsert.begin_row()
        upsert.put(
            same.pop(0) if same else None,
            StandingOrder,
            household_id=household_id,
            product=row["product"],
            quantity=row["quantity"],
            days=row["days"],
            window_start=row["window_start"],
            window_end=row["window_end"],
            frequency=row["frequency"],
            starts_on=row["from"],
            ends_on=row["until"],
            fulfilment=row["fulfilment"],
        )
        upsert.end_row("standing_orders")
    upsert.table("standing_orders").elsewhere = sum(map(len, known.values()))


def _put_pauses(upsert: Upsert, rows: tuple[Row, ...], ids: Ids) -> None:
    known = {
        (pause.household_id, pause.starts_on, pause.ends_on): pause for pause in upsert.session.scalars(select(Pause))
    }
    for row in rows:
        key = (ids.households[row["household"]], row["from"], row["to"])
        upsert.begin_row()
        upsert.put(
            known.pop(key, None), Pause, household_id=key[0], starts_on=key[1], ends_on=key[2], reason=row["reason"]
        )
        upsert.end_row("pauses")
    upsert.table("pauses").elsewhere = len(known)


def _put_last_week(upsert: Upsert, rows: tuple[Row, ...], ids: Ids) -> None:
    rounds = {known.name: known for known in upsert.session.scalars(select(Round))}
    visits = {
        (visit.round_id, visit.service_date, visit.volunteer_id, visit.household_id): visit
        for visit in upsert.session.scalars(select(RoundVisit))
    }
    for row in rows:
        upsert.begin_row()
        name = row["round"]
        if name not in rounds:
            rounds[name] = upsert.put(None, Round, part=True, name=name)
        key = (
            rounds[name].id,
            row["date"],
            ids.volunteers[row["volunteer"]],
            ids.households[row["household"]],
        )
        upsert.put(
            visits.pop(key, None),
            RoundVisit,
            round_id=key[0],
            service_date=key[1],
            volunteer_id=key[2],
            household_id=key[3],
            sequence=row["sequence"],
            outcome=row["outcome"],
        )
        upsert.end_row("last_week")
    upsert.table("last_week").elsewhere = len(visits)
