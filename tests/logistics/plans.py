"""A tiny network with a good plan, row by row: what the tests of checker and plan document break and read.

One hub, two donors, three volunteers, six households in week 2026-W49. Monday: route A (V003) brings a parcel and hot
meals, route B (V001 with V002) chilled meals to a door for two. Tuesday: route A (V003) brings goods to the hub, route B
(V003) a parcel. H0005 fetches a parcel, H0006 gets no hot meal, H0001 one portion too few.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.states import PlanState
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    CredentialKind,
    Diet,
    DriverNeed,
    Fulfilment,
    OrganisationKind,
    PlanMethod,
    Product,
    TemperatureClass,
    Trait,
    UnservedCode,
    VehicleKind,
)
from logistics.domain.week import LONDON
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Allocation,
    Batch,
    Credential,
    DemandLine,
    DemandSnapshot,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Order,
    Organisation,
    PlanVersion,
    Route,
    RouteCrew,
    Shift,
    Site,
    Stop,
    StopItem,
    UnservedOrder,
    Volunteer,
    Week,
)

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
MADE_AT = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
ROADS = StraightLineRouter()


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A stop to be timed: service begins at `not_before` at the earliest, `load` is (parcels, portions, hot, cold ml)."""

    kind: StopKind
    at: str
    service_s: int
    load: tuple[int, int, int, int]
    items: tuple[dict[str, Any], ...]
    not_before: time = time()
    parking_s: int = 0
    slot: str | None = None
    latest: time | None = None


@dataclass(kw_only=True)
class StoredPlan:
    """The ids of the rows by the names that people give them; stops as `mon A 3`."""

    database: Database
    network_id: uuid.UUID
    ids: dict[str, uuid.UUID] = field(default_factory=dict)

    @property
    def plan_id(self) -> uuid.UUID:
        """The plan version."""
        return self.ids["plan"]

    def get[Row](self, session: Session, kind: type[Row], name: str) -> Row:
        """A row by name."""
        return session.get_one(kind, self.ids[name])


def store_good_plan(database: Database) -> StoredPlan:
    """Store the network and its plan."""
    network_id = uuid.uuid4()
    with database.unscoped_writing() as session:
        session.add(Network(id=network_id, slug=f"tiny-{network_id.hex[:8]}", name="Tiny network"))
    plan = StoredPlan(database=database, network_id=network_id)
    with database.writing(network_id) as session:
        _Builder(session, plan).build()
    return plan


class _Builder:
    """Adds rows and remembers their ids."""

    def __init__(self, session: Session, plan: StoredPlan) -> None:
        self._session = session
        self._ids = plan.ids
        self._points: dict[str, tuple[float, float]] = {}

    def build(self) -> None:
        """Everything, in the order in which a network comes to its plan."""
        self._organisations()
        self._volunteers()
        self._households()
        self._food()
        self._session.flush()
        self._demand()
        self._plan()
        self._session.flush()
        routes = [self._monday_hot(), self._monday_chilled(), self._tuesday_goods(), self._tuesday_parcel()]
        plan = self._session.get_one(PlanVersion, self._ids["plan"])
        plan.distance_m = sum(route.distance_m for route in routes)
        plan.duration_s = sum(route.duration_s for route in routes)

    def _add(self, name: str, row: Any) -> uuid.UUID:
        row.id = self._ids[name] = uuid.uuid4()
        self._session.add(row)
        return self._ids[name]

    def _site(self, name: str, point: tuple[float, float] | None, address: str = "1 Test Row") -> uuid.UUID:
        if point is not None:
            self._points[name] = point
        latitude, longitude = point or (None, None)
        postcode = f"SE16 {len(self._ids) % 10}TB" if "Court" not in address else "SE16 4CC"
        row = Site(address=address, postcode=postcode, latitude=latitude, longitude=longitude)
        return self._add(f"site {name}", row)

    def _organisations(self) -> None:
        for code, kind, point in (
            ("HUB1", OrganisationKind.HUB, (51.497, -0.056)),
            ("DON01", OrganisationKind.DONOR, (51.499, -0.060)),
            ("DON02", OrganisationKind.DONOR, (51.493, -0.065)),
        ):
            site = self._site(code, point, f"{code} Yard")
            self._add(code, Organisation(code=code, name=f"The {code}", kind=kind, site_id=site))
        hub = Hub(organisation_id=self._ids["HUB1"], parcels_per_day=2, opens_at=time(9, 30), closes_at=time(19))
        self._add("hub", hub)

    def _volunteers(self) -> None:
        for ref, vehicle, point in (
            ("V001", VehicleKind.CAR, (51.495, -0.060)),
            ("V002", VehicleKind.BICYCLE, (51.496, -0.062)),
            ("V003", VehicleKind.VAN, (51.494, -0.058)),
        ):
            row = Volunteer(
                ref=ref, name=f"Volunteer {ref}", phone="07700 900111", site_id=self._site(ref, point), vehicle=vehicle,
                capacity_parcels=20, capacity_portions=40, hot_ml=24_000, cold_ml=24_000,
                traits=frozenset({Trait.FEMALE_DRIVER}), max_stops=12, max_week_s=10 * 3600,
            )  # fmt: skip
            self._add(ref, row)
            checked = Credential(
                volunteer_id=row.id, kind=CredentialKind.DBS_BASIC, expires_on=MONDAY
            )  # valid through the very day on which it is needed
            self._add(f"check {ref}", checked)
        for name, day, starts, ends in (
            ("V001 mon", MONDAY, time(15, 30), time(19)),
            ("V002 mon", MONDAY, time(15, 30), time(19)),
            ("V003 mon", MONDAY, time(11), time(15)),
            ("V003 tue", TUESDAY, time(9), time(17)),
        ):
            row_of_shift = Shift(volunteer_id=self._ids[name[:4]], service_date=day, starts_at=starts, ends_at=ends)
            self._add(f"shift {name}", row_of_shift)

    def _households(self) -> None:
        both = frozenset({DriverNeed.DBS_BASIC, DriverNeed.FEMALE_DRIVER})
        for ref, point, address, values in (
            ("H0001", (51.500, -0.055), "Flat 1, Cedar Court", {}),
            ("H0002", (51.500, -0.055), "Flat 2, Cedar Court", {}),
            ("H0003", (51.492, -0.061), "3 Test Row", {"people_at_door": 2, "driver_needs": both, "floor": 2}),
            ("H0004", (51.501, -0.052), "4 Test Row", {"floor": 5, "has_lift": True}),
            ("H0005", None, "5 Test Row", {"children": 2}),
            ("H0006", (51.503, -0.050), "6 Test Row", {}),
        ):
            site = self._site(ref, point, address)
            self._add(
                ref, Household(ref=ref, contact_name=f"Resident {ref}", phone="07700 900222", site_id=site, **values)
            )
        for ref, needs in (
            ("H0001", {"allergens": frozenset({Allergen.MILK}), "diets": frozenset({Diet.NO_PORK})}),
            ("H0002", {"diets": frozenset({Diet.VEGAN}), "texture_iddsi": 5}),
            ("H0003", {"diets": frozenset({Diet.NO_BEEF})}),
        ):
            self._add(f"needs {ref}", HouseholdNeeds(household_id=self._ids[ref], **needs))

    def _food(self) -> None:
        hot, chilled, ambient = TemperatureClass.HOT, TemperatureClass.CHILLED, TemperatureClass.AMBIENT
        for name, donor, day, (ready, until), temperature, hold in (
            ("hot", "DON01", MONDAY, (time(12), time(12, 45)), hot, time(12, 30)),
            ("chilled", "DON02", MONDAY, (time(16), time(17)), chilled, None),
            ("ambient", "DON02", TUESDAY, (time(10), time(12)), ambient, None),
        ):
            slot = DonationSlot(
                donor_id=self._ids[donor], service_date=day, ready_at=ready, collect_by=until,
                temperature=temperature, hot_hold_until=hold,
            )  # fmt: skip
            self._add(f"slot {name}", slot)
        contains, none = AllergenDeclaration.CONTAINS, AllergenDeclaration.NONE
        for name, number, dish, values in (
            ("hot", 1, "chicken and rice", {"portions": 2, "diets": frozenset({Diet.HALAL}), "declaration": contains,
                                            "allergens": frozenset({Allergen.CELERY})}),
            ("hot", 2, "bean stew", {"portions": 1, "diets": frozenset({Diet.VEGAN}), "declaration": none,
                                     "texture_iddsi": 5}),
            ("chilled", 1, "lentil bake", {"portions": 2, "diets": frozenset({Diet.VEGETARIAN}), "declaration": none,
                                           "use_by": MONDAY}),
            ("ambient", 1, "tins", {"portions": 0, "weight_g": 20_000, "declaration": AllergenDeclaration.UNDECLARED}),
        ):  # fmt: skip
            batch = Batch(slot_id=self._ids[f"slot {name}"], number=number, dish=dish, **values)
            self._add(f"batch {dish}", batch)

    def _demand(self) -> None:
        self._add("week", Week(monday=MONDAY))
        self._add("snapshot", DemandSnapshot(week_id=self._ids["week"], number=1, taken_at=MADE_AT))
        hot, chilled, parcel = Product.HOT_MEAL, Product.CHILLED_MEAL, Product.PARCEL
        any_day = [MONDAY.isoformat(), TUESDAY.isoformat()]
        for name, ref, product, quantity, dates, (start, end) in (
            ("H0001 hot", "H0001", hot, 3, any_day[:1], (time(12), time(14))),
            ("H0002 hot", "H0002", hot, 1, any_day[:1], (time(12), time(14))),
            ("H0003 chilled", "H0003", chilled, 2, any_day[:1], (time(16), time(18))),
            ("H0004 parcel", "H0004", parcel, 1, any_day, (time(9), time(18))),
            ("H0005 parcel", "H0005", parcel, 1, any_day, (time(9), time(18))),
            ("H0006 parcel", "H0006", parcel, 1, any_day[1:], (time(9), time(18))),
            ("H0006 hot", "H0006", hot, 1, any_day[:1], (time(12), time(14))),
        ):
            values = {
                "household_id": self._ids[ref], "product": product, "quantity": quantity, "dates": dates,
                "window_start": start, "window_end": end,
                "fulfilment": Fulfilment.COLLECTION if ref == "H0005" else Fulfilment.DELIVERY,
            }  # fmt: skip
            order = self._add(f"order {name}", Order(week_id=self._ids["week"], **values))
            self._add(f"line {name}", DemandLine(snapshot_id=self._ids["snapshot"], order_id=order, **values))

    def _plan(self) -> None:
        plan = PlanVersion(
            week_id=self._ids["week"], snapshot_id=self._ids["snapshot"], number=1, state=PlanState.PROPOSED,
            method=PlanMethod.BY_HAND, engine="by hand", roads_engine=ROADS.info().engine, roads_is_estimate=True,
            cost=0, distance_m=0, duration_s=0, made_at=MADE_AT,
            totals={
                "served": {"hot_meal": 3, "chilled_meal": 2, "parcel": 3},
                "unserved": {"hot_meal": 2, "chilled_meal": 0, "parcel": 0},
                "routes": 4, "doors": 5, "collections": 1, "goods_g": 20_000, "left_goods": [],
            },
        )  # fmt: skip
        self._add("plan", plan)
        for name, batch, day, quantity in (
            ("H0001 hot", "chicken and rice", MONDAY, 2),
            ("H0002 hot", "bean stew", MONDAY, 1),
            ("H0003 chilled", "lentil bake", MONDAY, 2),
            ("H0004 parcel", None, MONDAY, 1),
            ("H0005 parcel", None, TUESDAY, 1),
            ("H0006 parcel", None, TUESDAY, 1),
        ):
            allocation = Allocation(
                plan_id=plan.id, order_id=self._ids[f"order {name}"], service_date=day, quantity=quantity,
                batch_id=self._ids[f"batch {batch}"] if batch else None, hub_id=None if batch else self._ids["hub"],
            )  # fmt: skip
            self._add(f"allocation {name}", allocation)
        for name, code in (("H0001 hot", UnservedCode.NOT_ENOUGH_FOOD), ("H0006 hot", UnservedCode.NO_SAFE_FOOD)):
            unserved = UnservedOrder(
                plan_id=plan.id, order_id=self._ids[f"order {name}"], household_id=self._ids[name[:5]],
                product=Product.HOT_MEAL, quantity=1, service_date=MONDAY, code=code,
                sentence="There is no portion left.", remedy="One more portion.",
            )  # fmt: skip
            self._add(f"unserved {name}", unserved)

    def _portions(self, dish: str, quantity: int, order: str | None = None) -> dict[str, Any]:
        product = Product.CHILLED_MEAL if dish == "lentil bake" else Product.HOT_MEAL
        return {"batch_id": self._ids[f"batch {dish}"], "product": product, "quantity": quantity, **self._for(order)}

    def _parcel(self, order: str | None = None) -> dict[str, Any]:
        return {"hub_id": self._ids["hub"], "product": Product.PARCEL, "quantity": 1, **self._for(order)}

    def _for(self, order: str | None) -> dict[str, Any]:
        return {} if order is None else {"order_id": self._ids[f"order {order}"]}

    def _monday_hot(self) -> Route:
        dishes = (self._portions("chicken and rice", 2), self._portions("bean stew", 1))
        door = {"kind": StopKind.DELIVERY, "latest": time(13, 30)}
        return self._route("mon A", "V003 mon", time(11, 30), [
            Visit(kind=StopKind.PICKUP, at="HUB1", service_s=300, load=(1, 0, 0, 0), items=(self._parcel(),)),
            Visit(kind=StopKind.PICKUP, at="DON01", service_s=300, load=(1, 3, 1800, 0), items=dishes, slot="hot",
                  not_before=time(12)),
            Visit(**door, at="H0001", service_s=180, parking_s=60, load=(1, 1, 600, 0),
                  items=(self._portions("chicken and rice", 2, "H0001 hot"),)),
            Visit(**door, at="H0002", service_s=150, load=(1, 0, 0, 0),
                  items=(self._portions("bean stew", 1, "H0002 hot"),)),
            Visit(kind=StopKind.DELIVERY, at="H0004", service_s=150, parking_s=60, load=(0, 0, 0, 0),
                  items=(self._parcel("H0004 parcel"),)),
        ])  # fmt: skip

    def _monday_chilled(self) -> Route:
        return self._route("mon B", "V001 mon", time(15, 50), [
            Visit(kind=StopKind.PICKUP, at="DON02", service_s=300, load=(0, 2, 0, 1200), slot="chilled",
                  items=(self._portions("lentil bake", 2),), not_before=time(16)),
            Visit(kind=StopKind.DELIVERY, at="H0003", service_s=150 + 30 + 2 * 20, parking_s=60, load=(0, 0, 0, 0),
                  items=(self._portions("lentil bake", 2, "H0003 chilled"),), latest=time(18)),
        ], helper="V002 mon")  # fmt: skip

    def _tuesday_goods(self) -> Route:
        goods = {"batch_id": self._ids["batch tins"], "product": None, "quantity": 0, "weight_g": 20_000}
        return self._route("tue A", "V003 tue", time(9, 45), [
            Visit(kind=StopKind.PICKUP, at="DON02", service_s=300, load=(3, 0, 0, 0), slot="ambient", items=(goods,),
                  not_before=time(10)),
            Visit(kind=StopKind.HUB_DROP, at="HUB1", service_s=300, parking_s=60, load=(0, 0, 0, 0),
                  items=({**goods, "hub_id": self._ids["hub"]},)),
        ])  # fmt: skip

    def _tuesday_parcel(self) -> Route:
        return self._route("tue B", "V003 tue", time(13), [
            Visit(kind=StopKind.PICKUP, at="HUB1", service_s=300, load=(1, 0, 0, 0), items=(self._parcel(),)),
            Visit(kind=StopKind.DELIVERY, at="H0006", service_s=150, parking_s=60, load=(0, 0, 0, 0),
                  items=(self._parcel("H0006 parcel"),)),
        ])  # fmt: skip

    def _route(self, name: str, shift: str, departs: time, visits: Sequence[Visit], helper: str | None = None) -> Route:
        driver = shift[:4]
        day = MONDAY if name.startswith("mon") else TUESDAY
        leaves = datetime.combine(day, departs, LONDON)
        vehicle = self._session.get_one(Volunteer, self._ids[driver]).vehicle
        route = Route(
            plan_id=self._ids["plan"], shift_id=self._ids[f"shift {shift}"], volunteer_id=self._ids[driver],
            service_date=day, letter=name[-1], vehicle=vehicle, departs_at=leaves, ends_at=leaves,
            distance_m=0, duration_s=0,
        )  # fmt: skip
        self._add(f"route {name}", route)
        for role, member in ((CrewRole.DRIVER, shift), (CrewRole.HELPER, helper)):
            if member is not None:
                row = RouteCrew(
                    route_id=route.id,
                    volunteer_id=self._ids[member[:4]],
                    shift_id=self._ids[f"shift {member}"],
                    role=role,
                )
                self._add(f"crew {name} {member[:4]}", row)
        self._session.flush()
        here, now = driver, leaves
        for sequence, visit in enumerate(visits, start=1):
            leg = ROADS.route([self._points[here], self._points[visit.at]], vehicle)
            now = self._stop(f"{name} {sequence}", route, visit, now, (leg.duration_s, leg.distance_m))
            here = visit.at
            route.distance_m += leg.distance_m
        route.ends_at, route.duration_s = now, round((now - leaves).total_seconds())
        return route

    def _stop(self, name: str, route: Route, visit: Visit, left: datetime, leg: tuple[int, int]) -> datetime:
        arrives = left + timedelta(seconds=leg[0])
        earliest = datetime.combine(route.service_date, visit.not_before, LONDON)
        begins = max(arrives + timedelta(seconds=visit.parking_s), earliest)
        leaves = begins + timedelta(seconds=visit.service_s)
        door = visit.kind is StopKind.DELIVERY
        parcels, portions, hot_ml, cold_ml = visit.load
        latest = datetime.combine(route.service_date, visit.latest, LONDON) if visit.latest else None
        stop = Stop(
            route_id=route.id, sequence=int(name.rsplit(maxsplit=1)[-1]), kind=visit.kind, site_id=self._ids[f"site {visit.at}"],
            household_id=self._ids[visit.at] if door else None, organisation_id=None if door else self._ids[visit.at],
            slot_id=self._ids[f"slot {visit.slot}"] if visit.slot else None, arrives_at=arrives, service_at=begins,
            departs_at=leaves, latest_at=latest, leg_s=leg[0], leg_m=leg[1],
            load={"parcels": parcels, "portions": portions, "hot_ml": hot_ml, "cold_ml": cold_ml},
        )  # fmt: skip
        self._add(name, stop)
        self._session.flush()
        for number, values in enumerate(visit.items, start=1):
            self._add(f"{name} item {number}", StopItem(stop_id=stop.id, **values))
        return leaves
