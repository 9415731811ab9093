"""A plan version as its pages show it: routes with crews, stops and items, what is unserved, and the totals.

A handful of queries whatever the size: rows are fetched by plan, as columns, and put together here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.persistence.tables import (
    Allocation,
    Batch,
    DonationSlot,
    Household,
    Order,
    Organisation,
    PlanVersion,
    Route,
    RouteCrew,
    Site,
    Stop,
    StopItem,
    UnservedOrder,
    Volunteer,
)
from logistics.queries.plan_rows import (
    CollectedRow,
    CrewRow,
    ItemRow,
    LoadRow,
    PlanHead,
    PlanView,
    RouteRow,
    StopRow,
    UnservedRow,
    charges_of,
)
from logistics.queries.road_words import road_words
from logistics.queries.rounds_of_week import session_of

type Which = ColumnElement[bool]
"""A condition on routes."""


def plan_heads(session: Session, week_id: uuid.UUID) -> tuple[PlanHead, ...]:
    """Every version of a week's plan, the newest first."""
    rows = session.scalars(
        select(PlanVersion).where(PlanVersion.week_id == week_id).order_by(PlanVersion.number.desc())
    )
    return tuple(_head(row) for row in rows)


def plan_head(session: Session, plan_id: uuid.UUID) -> PlanHead:
    """One version. Raises NotFound when this network has no such plan."""
    row = session.scalar(select(PlanVersion).where(PlanVersion.id == plan_id))
    if row is None:
        raise NotFound("There is no such plan. Go back to the week.")
    return _head(row)


def current_of(heads: tuple[PlanHead, ...]) -> PlanHead | None:
    """The version that a page shows first: the newest that no later one replaced, else the newest."""
    return next((head for head in heads if head.state is not PlanState.SUPERSEDED), heads[0] if heads else None)


def routes_of_day(
    session: Session, plan_id: uuid.UUID, day: date, letters: Collection[str] | None = None
) -> tuple[RouteRow, ...]:
    """One day's routes alone, or those of them with these letters."""
    which = _which(plan_id, day, letters)
    stops, crews = _stops(session, which), _crews(session, which)
    return tuple(_route(row, crews.get(row.id, ()), stops.get(row.id, ())) for row in _route_rows(session, which))


def plan_view(session: Session, head: PlanHead, *, day: date | None = None) -> PlanView:
    """The plan with all its routes and stops, or those of one day only (then the unserved and collected of that day)."""
    which = _which(head.id, day)
    stops, crews = _stops(session, which), _crews(session, which)
    return PlanView(
        head=head,
        routes=tuple(_route(row, crews.get(row.id, ()), stops.get(row.id, ())) for row in _route_rows(session, which)),
        unserved=tuple(row for row in _unserved(session, head.id) if day is None or row.day == day),
        collected=tuple(row for row in _collected(session, head.id) if day is None or row.day == day),
    )


def _head(row: PlanVersion) -> PlanHead:
    return PlanHead(
        id=row.id,
        week_id=row.week_id,
        number=row.number,
        state=row.state,
        method=row.method,
        engine=row.engine,
        roads_engine=row.roads_engine,
        roads_data_date=row.roads_data_date,
        roads_data=row.roads_data or "",
        roads_attribution=row.roads_attribution,
        roads_is_estimate=row.roads_is_estimate,
        cost=row.cost,
        distance_m=row.distance_m,
        duration_s=row.duration_s,
        violations=row.violations,
        made_at=row.made_at,
        published_at=row.published_at,
        charges_pence=row.totals.get("charges_pence", 0),
        made_with=road_words(row.made_with),
        left_goods_g=sum(int(left["weight_g"]) for left in row.totals.get("left_goods", [])),
        notes=tuple(row.totals.get("notes", [])),
    )


def _which(plan_id: uuid.UUID, day: date | None, letters: Collection[str] | None = None) -> tuple[Which, ...]:
    """The routes that are meant."""
    which: list[Which] = [Route.plan_id == plan_id]
    if day is not None:
        which.append(Route.service_date == day)
    if letters is not None:
        which.append(Route.letter.in_(letters))
    return tuple(which)


def _route_rows(session: Session, which: tuple[Which, ...]) -> list[Any]:
    query = (
        select(
            Route.id,
            Route.letter,
            Route.service_date,
            Route.vehicle,
            Route.state,
            Route.departs_at,
            Route.ends_at,
            Route.distance_m,
            Route.duration_s,
            Route.charges,
            Volunteer.capacity_parcels,
            Volunteer.capacity_portions,
            Volunteer.hot_ml,
            Volunteer.cold_ml,
        )
        .join(Volunteer, Volunteer.id == Route.volunteer_id)
        .where(*which)
    )
    rows = list(session.execute(query))
    return sorted(rows, key=lambda row: (row.service_date, len(row.letter), row.letter))


def _route(row: Any, crew: tuple[CrewRow, ...], stops: tuple[StopRow, ...]) -> RouteRow:
    most = {
        "hot_ml": ("Hot", "litres", row.hot_ml),
        "cold_ml": ("Cold", "litres", row.cold_ml),
        "portions": ("Portions", "", row.capacity_portions),
        "parcels": ("Parcels", "", row.capacity_parcels),
    }
    used = {key: max((int(stop.load.get(key, 0)) for stop in stops), default=0) for key in most}
    return RouteRow(
        id=row.id,
        letter=row.letter,
        day=row.service_date,
        vehicle=row.vehicle,
        state=row.state,
        departs_at=row.departs_at,
        ends_at=row.ends_at,
        distance_m=row.distance_m,
        duration_s=row.duration_s,
        crew=crew,
        loads=tuple(
            LoadRow(name=name, unit=unit, used=used[key], most=capacity)
            for key, (name, unit, capacity) in most.items()
            if used[key]
        ),
        stops=stops,
        charges=charges_of(row.charges),
    )


def _crews(session: Session, which: tuple[Which, ...]) -> dict[uuid.UUID, tuple[CrewRow, ...]]:
    rows = session.execute(
        select(RouteCrew.route_id, RouteCrew.volunteer_id, RouteCrew.role, Volunteer.name, Volunteer.ref)
        .join(Route, Route.id == RouteCrew.route_id)
        .join(Volunteer, Volunteer.id == RouteCrew.volunteer_id)
        .where(*which)
        .order_by(RouteCrew.role, Volunteer.ref)
    )
    crews: defaultdict[uuid.UUID, list[CrewRow]] = defaultdict(list)
    for route_id, volunteer_id, role, name, ref in rows:
        crews[route_id].append(CrewRow(volunteer_id=volunteer_id, name=name, ref=ref, role=role))
    return {route_id: tuple(members) for route_id, members in crews.items()}


def _stops(session: Session, which: tuple[Which, ...]) -> dict[uuid.UUID, tuple[StopRow, ...]]:
    query = (
        select(
            Stop.id,
            Stop.route_id,
            Route.letter,
            Stop.number,
            Stop.kind,
            Stop.state,
            Stop.household_id,
            Stop.from_route_id,
            Stop.arrives_at,
            Stop.service_at,
            Stop.departs_at,
            Stop.latest_at,
            Stop.load,
            Household.ref,
            Household.confidential_address,
            Organisation.name,
            Site.latitude,
            Site.longitude,
        )
        .join(Route, Route.id == Stop.route_id)
        .join(Site, Site.id == Stop.site_id)
        .outerjoin(Household, Household.id == Stop.household_id)
        .outerjoin(Organisation, Organisation.id == Stop.organisation_id)
        .where(*which)
        .order_by(Stop.route_id, Stop.sequence)
    )
    items = _items(session, which)
    stops: defaultdict[uuid.UUID, list[StopRow]] = defaultdict(list)
    for row in session.execute(query):
        hidden = bool(row.confidential_address)
        before = stops[row.route_id]
        number = row.number
        if number is None and row.kind is StopKind.DELIVERY:
            number = 1 + sum(stop.kind is StopKind.DELIVERY for stop in before)
        before.append(
            StopRow(
                id=row.id,
                number=number,
                kind=row.kind,
                state=row.state,
                name=row.ref or row.name or ("another volunteer’s vehicle" if row.from_route_id else ""),
                household_id=row.household_id,
                is_confidential=hidden,
                arrives_at=row.arrives_at,
                service_at=row.service_at,
                departs_at=row.departs_at,
                latest_at=row.latest_at,
                load=row.load,
                latitude=None if hidden else row.latitude,
                longitude=None if hidden else row.longitude,
                items=tuple(_coded(item, f"{row.letter}{number}", row.ref) for item in items.get(row.id, ())),
            )
        )
    return {route_id: tuple(found) for route_id, found in stops.items()}


def _coded(item: ItemRow, spot: str, ref: str | None) -> ItemRow:
    """An item at a door with a code to find it by, where none was stored: `B4-042`, for a parcel `P-0042`."""
    if item.code or ref is None:
        return item
    digits = "".join(sign for sign in ref if sign.isdigit())
    parcel = item.product is Product.PARCEL
    return replace(item, code=f"P-{digits[-4:].zfill(4)}" if parcel else f"{spot}-{digits[-3:].zfill(3)}")


def _items(session: Session, which: tuple[Which, ...]) -> dict[uuid.UUID, list[ItemRow]]:
    query = (
        select(
            StopItem.stop_id,
            StopItem.order_id,
            StopItem.batch_id,
            StopItem.product,
            StopItem.quantity,
            StopItem.weight_g,
            StopItem.code,
            Batch.dish,
            DonationSlot.temperature,
            Order.product.label("ordered"),
            Order.window_start,
        )
        .join(Stop, Stop.id == StopItem.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .outerjoin(Batch, Batch.id == StopItem.batch_id)
        .outerjoin(DonationSlot, DonationSlot.id == Batch.slot_id)
        .outerjoin(Order, Order.id == StopItem.order_id)
        .where(*which)
        .order_by(StopItem.code, StopItem.id)
    )
    items: defaultdict[uuid.UUID, list[ItemRow]] = defaultdict(list)
    for row in session.execute(query):
        # Pickups have no order, and parcels no batch: the outer joins leave their columns empty.
        starts: time | None = row.window_start
        items[row.stop_id].append(
            ItemRow(
                order_id=row.order_id,
                batch_id=row.batch_id,
                product=row.product,
                quantity=row.quantity,
                weight_g=row.weight_g,
                code=row.code,
                dish=row.dish or "",
                temperature=row.temperature,
                session=None if starts is None else session_of(row.ordered, starts),
                window_start=starts,
            )
        )
    return items


def _unserved(session: Session, plan_id: uuid.UUID) -> tuple[UnservedRow, ...]:
    rows = session.execute(
        select(
            UnservedOrder,
            Household.ref,
            Household.confidential_address,
            Order.window_start,
            Site.latitude,
            Site.longitude,
        )
        .join(Household, Household.id == UnservedOrder.household_id)
        .join(Site, Site.id == Household.site_id)
        .join(Order, Order.id == UnservedOrder.order_id)
        .where(UnservedOrder.plan_id == plan_id)
        .order_by(UnservedOrder.service_date, Household.ref, UnservedOrder.id)
    )
    return tuple(
        UnservedRow(
            order_id=order.order_id,
            household_id=order.household_id,
            ref=ref,
            product=order.product,
            quantity=order.quantity,
            day=order.service_date,
            code=order.code,
            sentence=order.sentence,
            remedy=order.remedy,
            session=session_of(order.product, window_start),
            window_start=window_start,
            latitude=None if hidden else latitude,
            longitude=None if hidden else longitude,
        )
        for order, ref, hidden, window_start, latitude, longitude in rows
    )


def _collected(session: Session, plan_id: uuid.UUID) -> tuple[CollectedRow, ...]:
    rows = session.execute(
        select(
            Allocation.order_id,
            Allocation.quantity,
            Allocation.service_date,
            Order.product,
            Order.window_start,
            Household.ref,
            Household.adults,
            Household.children,
        )
        .join(Order, Order.id == Allocation.order_id)
        .join(Household, Household.id == Order.household_id)
        .where(Allocation.plan_id == plan_id, Order.fulfilment == Fulfilment.COLLECTION)
        .order_by(Allocation.service_date, Household.ref)
    )
    return tuple(
        CollectedRow(
            order_id=row.order_id,
            ref=row.ref,
            product=row.product,
            quantity=row.quantity,
            day=row.service_date,
            session=session_of(row.product, row.window_start),
            window_start=row.window_start,
            people=row.adults + row.children,
        )
        for row in rows
    )
