"""A version that is replaced while its routes are out keeps a copy of them; the rows that phones and events know go on.

A driver's link, the taps on a phone and the events all name routes and stops by id. So when a running day is planned again,
the rows themselves pass to the new version, and the version before gets copies: it can be read for ever as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from logistics.persistence.tables import Allocation, Route, RouteCrew, Stop, StopItem, UnservedOrder

Id = uuid.UUID
_AT_ONCE = 500


def pass_on_routes(session: Session, before_id: Id, after_id: Id) -> None:
    """The routes of one version become those of the other; the former keeps copies of them, with their stops and items."""
    session.flush()
    routes = _rows_of(session, Route, Route.plan_id == before_id)
    of_plan = select(Route.id).where(Route.plan_id == before_id)
    crew = _rows_of(session, RouteCrew, RouteCrew.route_id.in_(of_plan))
    stops = _rows_of(session, Stop, Stop.route_id.in_(of_plan))
    of_stops = select(Stop.id).where(Stop.route_id.in_(of_plan))
    items = _rows_of(session, StopItem, StopItem.stop_id.in_(of_stops))
    session.execute(update(Route).where(Route.plan_id == before_id).values(plan_id=after_id))
    route_ids = {row["id"]: uuid.uuid4() for row in routes}
    stop_ids = {row["id"]: uuid.uuid4() for row in stops}
    _add(session, Route, ({**row, "id": route_ids[row["id"]]} for row in routes))
    _add(session, RouteCrew, ({**row, "id": uuid.uuid4(), "route_id": route_ids[row["route_id"]]} for row in crew))
    _add(session, Stop, ({**row, "id": stop_ids[row["id"]], "route_id": route_ids[row["route_id"]]} for row in stops))
    _add(session, StopItem, (_copied_item(row, stop_ids) for row in items))
    session.expire_all()


def copy_promises(session: Session, before_id: Id, after_id: Id) -> None:
    """What was allotted to whom, and who gets nothing, stands in the new version as in the one before."""
    for table, owner in ((Allocation, Allocation.plan_id), (UnservedOrder, UnservedOrder.plan_id)):
        rows = _rows_of(session, table, owner == before_id)
        _add(session, table, ({**row, "id": uuid.uuid4(), "plan_id": after_id} for row in rows))


def _copied_item(row: Mapping[str, Any], stop_ids: Mapping[Id, Id]) -> dict[str, Any]:
    loaded_at = row["loaded_at_id"]
    return {
        **row,
        "id": uuid.uuid4(),
        "stop_id": stop_ids[row["stop_id"]],
        "loaded_at_id": None if loaded_at is None else stop_ids.get(loaded_at, loaded_at),
    }


def _rows_of(session: Session, table: type[Any], condition: Any) -> list[dict[str, Any]]:
    names = [column.key for column in inspect(table).column_attrs]
    rows = session.execute(select(*(getattr(table, name) for name in names)).where(condition))
    return [dict(zip(names, row, strict=True)) for row in rows]


def _add(session: Session, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    found = list(rows)
    for start in range(0, len(found), _AT_ONCE):
        session.execute(insert(table), found[start : start + _AT_ONCE])
