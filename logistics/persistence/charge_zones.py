"""Charge zones between rows and values."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from logistics.domain.charge_zones import ChargeHours, ChargeZone, Polygon
from logistics.domain.vocabulary import VehicleKind
from logistics.persistence.tables import ChargeZoneRow, PlanVersion


def zones_in_force(session: Session) -> tuple[ChargeZone, ...]:
    """The zones that plans are made with from now on, by name."""
    return _values(session, select(ChargeZoneRow).where(ChargeZoneRow.removed_at.is_(None)))


def zones_of_ids(session: Session, ids: Collection[uuid.UUID]) -> tuple[ChargeZone, ...]:
    """These zones, removed ones too, by name."""
    return _values(session, select(ChargeZoneRow).where(ChargeZoneRow.id.in_(ids))) if ids else ()


def zones_of_plan(session: Session, plan_id: uuid.UUID) -> tuple[ChargeZone, ...] | None:
    """The zones that a plan was made with, by name; None for one that keeps nothing of them."""
    kept = session.scalar(select(PlanVersion.charge_zones).where(PlanVersion.id == plan_id))
    return None if kept is None else zones_of_ids(session, [uuid.UUID(each) for each in kept])


def row_of(zone: ChargeZone, *, now: datetime) -> ChargeZoneRow:
    """A new row; the session gives it its network."""
    return ChargeZoneRow(
        id=zone.id,
        name=zone.name,
        price_pence=zone.price_pence,
        hours=[hours.to_json() for hours in zone.hours],
        vehicles=[kind.value for kind in VehicleKind if kind in zone.vehicles],
        geometry=geometry_of(zone.polygons),
        imported_at=now,
    )


def geometry_of(polygons: Iterable[Polygon]) -> dict[str, object]:
    """As GeoJSON."""
    coordinates = [[[list(position) for position in ring] for ring in polygon] for polygon in polygons]
    return {"type": "MultiPolygon", "coordinates": coordinates}


def _values(session: Session, statement: Select[ChargeZoneRow]) -> tuple[ChargeZone, ...]:
    rows = session.scalars(statement.order_by(ChargeZoneRow.name, ChargeZoneRow.id))
    return tuple(
        ChargeZone(
            id=row.id,
            name=row.name,
            price_pence=row.price_pence,
            hours=tuple(ChargeHours.from_json(each) for each in row.hours),
            vehicles=frozenset(VehicleKind(kind) for kind in row.vehicles),
            polygons=tuple(
                tuple(tuple((position[0], position[1]) for position in ring) for ring in polygon)
                for polygon in row.geometry["coordinates"]
            ),
        )
        for row in rows
    )
