"""Volunteers with their start, credentials and shifts, and who goes to whom."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from logistics.persistence.tables import Credential, Pair, Shift, Site, Volunteer
from logistics.services.imports.places import Places
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import Row


def put_volunteers(
    upsert: Upsert, rows: tuple[Row, ...], organisations: dict[str, uuid.UUID], places: Places
) -> dict[str, uuid.UUID]:
    """Every volunteer of the files; their ids by ref."""
    session = upsert.session
    known = {volunteer.ref: volunteer for volunteer in session.scalars(select(Volunteer))}
    sites = {site.id: site for site in session.scalars(select(Site))}
    credentials: dict[uuid.UUID, list[Credential]] = {}
    for credential in session.scalars(select(Credential)):
        credentials.setdefault(credential.volunteer_id, []).append(credential)
    ids = {}
    for row in rows:
        upsert.begin_row()
        volunteer = _put_volunteer(
            upsert, row, known.pop(row["ref"], None), sites=sites, organisations=organisations, places=places
        )
        _put_credentials(upsert, row, volunteer.id, credentials.get(volunteer.id, []))
        upsert.end_row("volunteers")
        ids[row["ref"]] = volunteer.id
    upsert.table("volunteers").elsewhere = len(known)
    return ids


def _put_volunteer(
    upsert: Upsert,
    row: Row,
    existing: Volunteer | None,
    *,
    sites: dict[uuid.UUID, Site],
    organisations: dict[str, uuid.UUID],
    places: Places,
) -> Volunteer:
    site = places.put_site(
        upsert,
        sites.get(existing.site_id) if existing else None,
        who=f"volunteer {row['ref']}",
        address=None,
        postcode=row["start_postcode"],
        access_notes="",
    )
    return upsert.put(
        existing,
        Volunteer,
        ref=row["ref"],
        group_id=organisations[row["group"]] if row["group"] else None,
        name=row["name"],
        phone=row["phone"],
        site_id=site.id,
        vehicle=row["vehicle"],
        capacity_parcels=row["capacity_parcels"],
        capacity_portions=row["capacity_portions"],
        hot_ml=row["hot_litres"],
        cold_ml=row["cold_litres"],
        traits=row["traits"],
        languages=row["languages"],
        max_stops=row["max_stops"],
        max_week_s=row["max_hours_week"],
    )


def _put_credentials(upsert: Upsert, row: Row, volunteer_id: uuid.UUID, existing: list[Credential]) -> None:
    """The credentials of the files; one that the files no longer name is taken away, so that nobody goes on its word."""
    known = {credential.kind: credential for credential in existing}
    for kind, expires_on in row["credentials"]:
        upsert.put(
            known.pop(kind, None), Credential, part=True, volunteer_id=volunteer_id, kind=kind, expires_on=expires_on
        )
    for credential in known.values():
        upsert.session.delete(credential)
        upsert.changed()


def put_shifts(upsert: Upsert, rows: tuple[Row, ...], volunteers: dict[str, uuid.UUID]) -> None:
    """Every shift of the files."""
    known = {
        (shift.volunteer_id, shift.service_date, shift.starts_at): shift
        for shift in upsert.session.scalars(select(Shift))
    }
    for row in rows:
        key = (volunteers[row["volunteer"]], row["date"], row["start"])
        upsert.begin_row()
        upsert.put(
            known.pop(key, None),
            Shift,
            volunteer_id=key[0],
            service_date=key[1],
            starts_at=key[2],
            ends_at=row["end"],
        )
        upsert.end_row("shifts")
    upsert.table("shifts").elsewhere = len(known)


def put_pairs(
    upsert: Upsert, rows: tuple[Row, ...], volunteers: dict[str, uuid.UUID], households: dict[str, uuid.UUID]
) -> None:
    """Every preference and block of the files. One that they no longer name is kept: a block is never lost by omission."""
    known = {(pair.volunteer_id, pair.household_id): pair for pair in upsert.session.scalars(select(Pair))}
    for row in rows:
        key = (volunteers[row["volunteer"]], households[row["household"]])
        upsert.begin_row()
        upsert.put(
            known.pop(key, None),
            Pair,
            volunteer_id=key[0],
            household_id=key[1],
            kind=row["kind"],
            weight=row["weight"] or 1,
        )
        upsert.end_row("pairs")
    upsert.table("pairs").elsewhere = len(known)
