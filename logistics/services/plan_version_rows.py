"""A plan's values as the rows of a new version, made in memory: to be stored, or to be checked before anything is."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from logistics.domain.charge_zones import ChargeZone
from logistics.domain.planning import StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.states import PlanState, RouteState, StopState
from logistics.domain.vocabulary import PlanMethod, Product
from logistics.domain.week import IsoWeek, axis_to_instant
from logistics.gateways.roads.port import RoadsInfo
from logistics.persistence.tables import (
    Allocation,
    PlanVersion,
    Route,
    RouteCrew,
    Stop,
    StopItem,
    UnservedOrder,
)
from logistics.planning.plan_values import PlannedItem, PlannedRoute, PlannedStop, WeekPlan
from logistics.planning.route_letters import letter_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSource:
    """What a plan was made from and how. `rules` and `charge_zones`: the network's when its input was read."""

    week_id: uuid.UUID
    snapshot_id: uuid.UUID
    week: IsoWeek
    method: PlanMethod
    roads: RoadsInfo
    rules: PlanningRules
    charge_zones: tuple[ChargeZone, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRows:
    """The rows of one plan version, in no session yet."""

    version: PlanVersion
    routes: list[Route] = field(default_factory=list)
    crew: list[RouteCrew] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    items: list[StopItem] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    unserved: list[UnservedOrder] = field(default_factory=list)


def version_rows(
    plan: WeekPlan,
    source: PlanSource,
    *,
    number: int,
    zone: ZoneInfo,
    refs: Mapping[uuid.UUID, str],
    now: datetime,
    days: Container[date] | None = None,
) -> VersionRows:
    """The plan as that version's rows. `refs`: the households' references, of which bag codes are made.

    `days`: only the routes of these are made, for whoever has the others already.
    """
    rows = VersionRows(version=_version_row(plan, source, number, now))
    _PlanWriter(rows, source.week, zone, refs).write(plan, days)
    return rows


def _version_row(plan: WeekPlan, source: PlanSource, number: int, now: datetime) -> PlanVersion:
    return PlanVersion(
        id=uuid.uuid4(),
        week_id=source.week_id,
        snapshot_id=source.snapshot_id,
        number=number,
        state=PlanState.PROPOSED,
        method=source.method,
        engine=plan.engine[:120],
        roads_engine=source.roads.engine,
        roads_data_date=source.roads.data_date.isoformat() if source.roads.data_date else "",
        roads_data=source.roads.data,
        roads_profiles={kind.value: profile for kind, profile in source.roads.profiles.items()},
        roads_attribution=source.roads.attribution,
        roads_is_estimate=source.roads.is_estimate,
        made_with=source.rules.of_the_road,
        charge_zones=[str(zone.id) for zone in source.charge_zones],
        seed=plan.seed,
        cost=plan.cost,
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        totals=totals_of(plan),
        made_at=now,
    )


def totals_of(plan: WeekPlan) -> dict[str, Any]:
    """Counts by product (portions or parcels): served, unserved; routes, doors, goods for the hub in grams."""
    served: Counter[Product] = Counter()
    goods_g = 0
    doors = 0
    for route in plan.routes:
        for stop in route.stops:
            doors += stop.kind is StopKind.DELIVERY
            for item in stop.items:
                if stop.kind is StopKind.DELIVERY and item.product is not None:
                    served[item.product] += item.quantity
                elif stop.kind is StopKind.HUB_DROP:
                    goods_g += item.weight_g
    for collection in plan.collections:
        served[Product.PARCEL] += collection.quantity
    unserved: Counter[Product] = Counter()
    for missing in plan.unserved:
        unserved[missing.product] += missing.quantity
    return {
        "served": {product.value: served[product] for product in Product},
        "unserved": {product.value: unserved[product] for product in Product},
        "routes": len(plan.routes),
        "doors": doors,
        "collections": len(plan.collections),
        "goods_g": goods_g,
        "charges_pence": sum(charge.price_pence for route in plan.routes for charge in route.charges),
        "left_goods": [
            {"slot_id": str(left.slot_id), "weight_g": left.weight_g, "sentence": left.sentence}
            for left in plan.left_goods
        ],
        "seconds": round(plan.seconds, 1),
        "notes": list(plan.notes),
    }


class _PlanWriter:
    """Writes one plan's rows."""

    def __init__(self, rows: VersionRows, week: IsoWeek, zone: ZoneInfo, refs: Mapping[uuid.UUID, str]) -> None:
        self._rows = rows
        self._version = rows.version
        self._week = week
        self._zone = zone
        self._refs = refs
        self._parcels = 0

    def write(self, plan: WeekPlan, days: Container[date] | None) -> None:
        """Routes by day and departure, then allocations, collections and what is unserved."""
        routes_of_day: Counter[date] = Counter()
        wanted = [route for route in plan.routes if days is None or route.day in days]
        for planned in sorted(wanted, key=lambda route: (route.departs_s, str(route.shift_id))):
            letter = planned.letter or letter_of(routes_of_day[planned.day])
            routes_of_day[planned.day] += 1
            route = self._route(planned, letter)
            self._rows.routes.append(route)
            self._rows.crew.extend(self._crew(route, planned))
            self._stops(route, planned)
        self._rows.allocations.extend(self._allocations(plan))
        self._rows.unserved.extend(self._unserved(plan))

    def _at(self, seconds: int) -> datetime:
        return axis_to_instant(self._week, seconds, self._zone)

    def _route(self, planned: PlannedRoute, letter: str) -> Route:
        return Route(
            id=uuid.uuid4(),
            plan_id=self._version.id,
            shift_id=planned.shift_id,
            volunteer_id=planned.volunteer_id,
            service_date=planned.day,
            letter=letter,
            vehicle=planned.vehicle,
            state=RouteState.DRAFT,
            resumed_after=0,
            departs_at=self._at(planned.departs_s),
            ends_at=self._at(planned.ends_s),
            distance_m=planned.distance_m,
            duration_s=planned.duration_s,
            charges=[
                {"zone_id": str(charge.zone_id), "name": charge.name, "price_pence": charge.price_pence}
                for charge in planned.charges
            ],
        )

    @staticmethod
    def _crew(route: Route, planned: PlannedRoute) -> list[RouteCrew]:
        return [
            RouteCrew(
                id=uuid.uuid4(),
                route_id=route.id,
                volunteer_id=member.volunteer_id,
                shift_id=member.shift_id,
                role=member.role,
            )
            for member in planned.crew
        ]

    def _stops(self, route: Route, planned: PlannedRoute) -> None:
        number = 0
        for sequence, stop in enumerate(planned.stops, start=1):
            if stop.kind is StopKind.DELIVERY:
                number += 1
            row = self._stop(route, stop, sequence, number if stop.kind is StopKind.DELIVERY else None)
            self._rows.stops.append(row)
            self._rows.items.extend(self._item(row, item, route.letter) for item in stop.items)

    def _stop(self, route: Route, stop: PlannedStop, sequence: int, number: int | None) -> Stop:
        return Stop(
            id=uuid.uuid4(),
            route_id=route.id,
            sequence=sequence,
            number=number,
            kind=stop.kind,
            household_id=stop.household_id,
            organisation_id=stop.organisation_id,
            slot_id=stop.slot_id,
            site_id=stop.site_id,
            state=StopState.PLANNED,
            arrives_at=self._at(stop.arrive_s),
            service_at=self._at(stop.service_s),
            departs_at=self._at(stop.depart_s),
            latest_at=None if stop.latest_s is None else self._at(stop.latest_s),
            leg_m=stop.leg_m,
            leg_s=stop.leg_s,
            load=dict(stop.load),
        )

    def _item(self, stop: Stop, item: PlannedItem, letter: str) -> StopItem:
        return StopItem(
            id=uuid.uuid4(),
            stop_id=stop.id,
            order_id=item.order_id,
            batch_id=item.batch_id,
            hub_id=item.hub_id,
            product=item.product,
            quantity=item.quantity,
            weight_g=item.weight_g,
            code=self._code(stop, item, letter) if stop.kind is StopKind.DELIVERY else "",
        )

    def _code(self, stop: Stop, item: PlannedItem, letter: str) -> str:
        """Parcels are numbered through the week (P-0012); a bag carries route, door and household number (B4-042)."""
        if item.product is Product.PARCEL:
            self._parcels += 1
            return f"P-{self._parcels:04d}"
        ref = self._refs.get(stop.household_id, "") if stop.household_id else ""
        digits = "".join(sign for sign in ref if sign.isdigit())
        return f"{letter}{stop.number}-{digits[-3:].zfill(3)}"

    @staticmethod
    def _plan_link(plan: WeekPlan) -> Iterable[dict[str, Any]]:
        for allocation in plan.allocations:
            yield {
                "order_id": allocation.order_id,
                "batch_id": allocation.batch_id,
                "hub_id": allocation.hub_id,
                "service_date": allocation.day,
                "quantity": allocation.quantity,
                "interchangeable": [str(batch) for batch in allocation.interchangeable],
            }
        for collection in plan.collections:
            yield {
                "order_id": collection.order_id,
                "batch_id": None,
                "hub_id": collection.hub_id,
                "service_date": collection.day,
                "quantity": collection.quantity,
                "interchangeable": [],
            }

    def _allocations(self, plan: WeekPlan) -> list[Allocation]:
        return [Allocation(plan_id=self._version.id, **values) for values in self._plan_link(plan)]

    def _unserved(self, plan: WeekPlan) -> list[UnservedOrder]:
        return [
            UnservedOrder(
                plan_id=self._version.id,
                order_id=missing.order_id,
                household_id=missing.household_id,
                product=missing.product,
                quantity=missing.quantity,
                service_date=missing.day,
                code=missing.code,
                sentence=missing.sentence[:500],
                remedy=missing.remedy[:500],
            )
            for missing in plan.unserved
        ]
