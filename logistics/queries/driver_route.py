"""A route for the phone of one member of its crew: counts and area before it is accepted, the open doors on the day.

The only query that hands personal data to somebody without an account, so every rule of DOMAIN (personal data, confidential
addresses) is applied here and not in a template.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.care_times import CareTimes
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import NotFound
from logistics.domain.food import why_unsafe
from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.states import PlanState, RouteState, StopState
from logistics.domain.vocabulary import DeliveredHow, FailureReason, TemperatureClass
from logistics.domain.week import LONDON
from logistics.gateways.roads.port import stored_roads_label
from logistics.persistence.tables import (
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Organisation,
    PlanVersion,
    Route,
    Site,
    Stop,
    StopItem,
    Volunteer,
)
from logistics.queries.door_photos import photo_counts, photo_rules
from logistics.queries.driver_rows import (
    BagLine,
    Counts,
    DoorView,
    DriverRoute,
    DriverView,
    ItemView,
    LoadLine,
    MissingPickup,
    PickupView,
    StopView,
)
from logistics.queries.food_on_board import FoodOnBoard
from logistics.queries.plan_rows import charges_of
from logistics.queries.route_events import OPEN_STOPS, answer_of
from logistics.queries.safe_items import declared_of, needs_of
from logistics.queries.supply import supplying_pickups

_RUNNING = (RouteState.ACCEPTED, RouteState.LOADED, RouteState.IN_PROGRESS)
_FINISHED = (RouteState.COMPLETED, RouteState.RECONCILED)


def driver_route(session: Session, route_id: uuid.UUID, volunteer_id: uuid.UUID, *, now: datetime) -> DriverRoute:
    """The route as this volunteer may see it at this moment. Raises NotFound when it is gone."""
    row = session.execute(
        select(Route, PlanVersion, Network)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .join(Network, Network.id == Route.network_id)
        .where(Route.id == route_id)
        .options(selectinload(Route.stops).selectinload(Stop.items), selectinload(Route.crew))
    ).one_or_none()
    if row is None:
        raise NotFound("This route is not there any more. Ring the on-call number.")
    route, plan, network = row
    view = _view(session, route, plan, volunteer_id, now)
    shows_loads = view in (DriverView.WAITING, DriverView.UNDER_WAY)
    food = FoodOnBoard(session, route, network)
    reader = _StopReader(session, route, food, shows_doors=view is DriverView.UNDER_WAY, shows_loads=shows_loads)
    return DriverRoute(
        view=view,
        letter=route.letter,
        service_date=route.service_date,
        state=route.state,
        vehicle=route.vehicle,
        departs_at=route.departs_at,
        ends_at=route.ends_at,
        distance_m=route.distance_m,
        charges=charges_of(route.charges),
        is_estimate=plan.roads_is_estimate,
        roads_words=stored_roads_label(
            engine=plan.roads_engine,
            data=plan.roads_data or "",
            data_date=plan.roads_data_date,
            is_estimate=plan.roads_is_estimate,
        ),
        is_helper=any(m.volunteer_id == volunteer_id and m.role is CrewRole.HELPER for m in route.crew),
        crew=_other_names(session, route, volunteer_id) if shows_loads else (),
        counts=_counts(session, route, food),
        stops=reader.stops() if view is not DriverView.OFFER else (),
        care_times=CareTimes.from_settings(network.settings),
        on_call_name=network.on_call_name,
        on_call_phone=network.on_call_phone,
    )


def first_name(contact_name: str) -> str:
    """What to call at a door: the first word, with the next where the first alone would be a title or a number follows."""
    words = contact_name.split()
    if not words:
        return "Household"
    needs_more = words[0].rstrip(".").lower() in _TITLES or (len(words) > 1 and words[1].isdigit())
    return " ".join(words[:2]) if needs_more else words[0]


_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir", "dame"})


def _view(session: Session, route: Route, plan: PlanVersion, volunteer_id: uuid.UUID, now: datetime) -> DriverView:
    if plan.state is not PlanState.PUBLISHED or route.state in (RouteState.HANDED_OVER, RouteState.ABORTED):
        return DriverView.CLOSED
    if route.state in _FINISHED:
        return DriverView.FINISHED
    answer = answer_of(session, route.id, volunteer_id)
    if answer is DeliveryEventKind.ROUTE_DECLINED or route.state is RouteState.DECLINED:
        return DriverView.DECLINED
    if answer is None:
        return DriverView.OFFER
    today = now.astimezone(LONDON).date()
    if today > route.service_date:
        return DriverView.CLOSED
    return DriverView.UNDER_WAY if today == route.service_date and route.state in _RUNNING else DriverView.WAITING


def _other_names(session: Session, route: Route, volunteer_id: uuid.UUID) -> tuple[str, ...]:
    others = [member.volunteer_id for member in route.crew if member.volunteer_id != volunteer_id]
    names = session.scalars(select(Volunteer.name).where(Volunteer.id.in_(others)).order_by(Volunteer.name))
    return tuple(first_name(name) for name in names)


def _counts(session: Session, route: Route, food: FoodOnBoard) -> Counts:
    doors = [stop for stop in route.stops if stop.kind is StopKind.DELIVERY]
    totals: dict[str, int] = defaultdict(int)
    for stop in doors:
        for item in stop.items:
            totals[food.kind_of(item)] += item.quantity
    sites = {stop.site_id for stop in doors}
    open_sites = select(Household.site_id).where(~Household.confidential_address)
    postcodes = session.scalars(select(Site.postcode).where(Site.id.in_(sites), Site.id.in_(open_sites)))
    return Counts(
        doors=len(doors),
        hot=totals["hot"],
        chilled=totals["chilled"],
        parcels=totals["parcel"],
        areas=tuple(sorted({code.split()[0] for code in postcodes if code})),
    )


class _StopReader:
    """Turns a route's stops into what this driver may see of each."""

    def __init__(
        self, session: Session, route: Route, food: FoodOnBoard, *, shows_doors: bool, shows_loads: bool
    ) -> None:
        self._route = route
        self._food = food
        self._shows_doors = shows_doors
        self._shows_loads = shows_loads
        self._sites = {
            site.id: site
            for site in session.scalars(select(Site).where(Site.id.in_({stop.site_id for stop in route.stops})))
        }
        ids = {stop.household_id for stop in route.stops if stop.household_id is not None}
        self._households = {row.id: row for row in session.scalars(select(Household).where(Household.id.in_(ids)))}
        self._needs = {
            row.household_id: row
            for row in session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id.in_(ids)))
        }
        self._organisations = {row.id: row for row in session.scalars(select(Organisation))}
        self._hubs = {row.id: row.organisation_id for row in session.scalars(select(Hub))}
        self._behind = supplying_pickups(session, route.stops)
        self._takes_photos = shows_doors and photo_rules(session).is_on
        self._photographed = photo_counts(session, [stop.id for stop in route.stops]) if shows_doors else {}
        self._vans: dict[uuid.UUID | None, Volunteer] = {
            row.id: row.Volunteer
            for row in session.execute(
                select(Route.id, Volunteer)
                .join(Volunteer, Volunteer.id == Route.volunteer_id)
                .where(Route.id.in_({stop.from_route_id for stop in route.stops} - {None}))
            )
        }

    def stops(self) -> tuple[StopView, ...]:
        """Every stop, in order."""
        return tuple(self._stop(stop) for stop in self._route.stops if stop.state is not StopState.CANCELLED)

    def _stop(self, stop: Stop) -> StopView:
        is_open = stop.state in OPEN_STOPS
        is_door = stop.kind is StopKind.DELIVERY
        unsafe = self._unsafe(stop) if is_door and is_open and self._shows_doors else frozenset()
        event = self._food.event_of(stop) if not is_open else None
        how, reason = (event.details.get("how"), event.details.get("reason")) if event else (None, None)
        items = tuple(self._item(stop, item, item.id in unsafe) for item in stop.items) if is_door else ()
        return StopView(
            id=stop.id,
            sequence=stop.sequence,
            number=stop.number,
            kind=stop.kind,
            state=stop.state,
            due_at=stop.service_at,
            is_open=is_open,
            items=items,
            summary=self._summary(stop),
            door=self._door(stop) if is_door and is_open and self._shows_doors else None,
            pickup=self._pickup(stop) if not is_door and self._shows_loads else None,
            ended_at=event.happened_at if event else None,
            how=DeliveredHow(how) if how else None,
            reason=FailureReason(reason) if reason else None,
            missing=self._missing(stop) if is_open else (),
            takes_photo=is_door and self._takes_photos and not self._is_secret(stop),
            has_photo=stop.id in self._photographed,
        )

    def _is_secret(self, stop: Stop) -> bool:
        household = self._households.get(stop.household_id) if stop.household_id else None
        return household is not None and household.confidential_address

    def _missing(self, stop: Stop) -> tuple[MissingPickup, ...]:
        """The pickups that have not put on board what this stop hands over, in order."""
        pickups = {pickup for pickup in map(self._not_done, stop.items) if pickup is not None}
        return tuple(
            MissingPickup(stop_id=pickup.id, place=self._place(pickup), is_open=pickup.state in OPEN_STOPS)
            for pickup in sorted(pickups, key=lambda pickup: pickup.sequence)
        )

    def _not_done(self, item: StopItem) -> Stop | None:
        pickup = self._behind.get(item.id)
        return None if pickup is None or pickup.state is StopState.COMPLETED else pickup

    def _place(self, pickup: Stop) -> str:
        organisation = self._organisations.get(pickup.organisation_id) if pickup.organisation_id else None
        if organisation is None and pickup.from_route_id in self._vans:
            return f"{first_name(self._vans[pickup.from_route_id].name)}’s vehicle"
        return organisation.name if organisation else "Pickup"

    def _unsafe(self, stop: Stop) -> frozenset[uuid.UUID]:
        """The items that the household cannot eat as their donor declares them now."""
        needs = needs_of(self._needs.get(stop.household_id) if stop.household_id else None)
        found = set()
        for item in stop.items:
            dish = self._food.dish(item)
            if dish is not None and item.product is not None:
                declared = declared_of(dish.batch, dish.slot)
                if why_unsafe(needs, declared, item.product, self._route.service_date) is not None:
                    found.add(item.id)
        return frozenset(found)

    def _item(self, stop: Stop, item: StopItem, is_unsafe: bool) -> ItemView:
        dish = self._food.dish(item)
        label = dish.batch.dish.capitalize() if dish else self._parcel_label(stop)
        diets = ", ".join(sorted(diet.label.lower() for diet in dish.batch.diets)) if dish else ""
        return ItemView(
            id=item.id,
            quantity=item.quantity,
            label=label,
            diets=diets,
            code=item.code,
            product=item.product,
            temperature=dish.slot.temperature if dish else None,
            is_unsafe=is_unsafe,
            missing_from=pickup.id if stop.state in OPEN_STOPS and (pickup := self._not_done(item)) else None,
        )

    def _parcel_label(self, stop: Stop) -> str:
        household = self._households.get(stop.household_id) if stop.household_id else None
        if household is None or stop.state not in OPEN_STOPS:
            return "Parcel"
        people = household.adults + household.children
        return f"Parcel for {people} {'person' if people == 1 else 'people'}"

    def _summary(self, stop: Stop) -> str:
        totals: dict[str, int] = defaultdict(int)
        for item in stop.items:
            totals[self._food.kind_of(item)] += item.quantity
        parcels = totals["parcel"]
        words = [f"{totals[kind]} {kind}" for kind in ("hot", "chilled") if totals[kind]]
        if parcels:
            words.append(f"{parcels} parcel{'' if parcels == 1 else 's'}")
        goods_g = sum(item.weight_g for item in stop.items if not item.quantity)
        if goods_g:
            words.append(f"{round(goods_g / 1000):,} kg goods")
        return ", ".join(words)

    def _door(self, stop: Stop) -> DoorView | None:
        household = self._households.get(stop.household_id) if stop.household_id else None
        if household is None:
            return None
        site = self._sites[stop.site_id]
        needs = self._needs.get(household.id)
        secret = household.confidential_address
        return DoorView(
            first_name=first_name(household.contact_name),
            address=site.address,
            postcode=site.postcode,
            latitude=None if secret else site.latitude,
            longitude=None if secret else site.longitude,
            is_confidential=secret,
            floor=household.floor,
            has_lift=household.has_lift,
            access_notes=site.access_notes,
            phone=household.phone,
            language=household.language,
            people_at_door=household.people_at_door,
            handover=household.handover,
            allergens=needs.allergens if needs else frozenset(),
            clock=self._food.clock(stop),
        )

    def _pickup(self, stop: Stop) -> PickupView:
        site = self._sites[stop.site_id]
        organisation = self._organisations.get(stop.organisation_id) if stop.organisation_id else None
        slot = next((d.slot for d in self._food.dishes.values() if d.slot.id == stop.slot_id), None)
        return PickupView(
            place=self._place(stop),
            address=site.address,
            postcode=site.postcode,
            latitude=site.latitude,
            longitude=site.longitude,
            access_notes=site.access_notes,
            phone=organisation.phone if organisation else self._van_phone(stop),
            lines=self._lines(stop),
            collect_by=slot.collect_by.strftime("%H:%M") if slot else "",
            bags=self._bags(stop),
            temperature=slot.temperature if slot else None,
        )

    def _van_phone(self, pickup: Stop) -> str:
        van = self._vans.get(pickup.from_route_id)
        return "" if van is None else van.phone

    def _lines(self, stop: Stop) -> tuple[LoadLine, ...]:
        totals: dict[tuple[uuid.UUID | None, bool], list[int]] = {}
        for item in stop.items:
            sums = totals.setdefault((item.batch_id, self._food.kind_of(item) == "parcel"), [0, 0])
            sums[0] += item.quantity
            sums[1] += item.weight_g
        lines = [self._line(batch_id, *sums) for (batch_id, _), sums in totals.items()]
        return tuple(sorted(lines, key=lambda line: (line.batch_id is None, line.label)))

    def _line(self, batch_id: uuid.UUID | None, quantity: int, weight_g: int) -> LoadLine:
        dish = self._food.dishes.get(batch_id) if batch_id is not None else None
        temperature: TemperatureClass | None = dish.slot.temperature if dish else None
        return LoadLine(
            batch_id=batch_id,
            quantity=quantity,
            weight_g=weight_g,
            label=dish.batch.dish.capitalize() if dish else "Parcels",
            temperature=temperature,
        )

    def _bags(self, pickup: Stop) -> tuple[BagLine, ...]:
        """What this pickup puts on board, bag by bag: last stop first, so that the first one is on top."""
        found: dict[str, BagLine] = {}
        for stop in self._route.stops:
            if stop.kind is not StopKind.DELIVERY or stop.sequence < pickup.sequence:
                continue
            needs = self._needs.get(stop.household_id) if stop.household_id else None
            for item in stop.items:
                dish = self._food.dish(item)
                is_here = (
                    dish.slot.id == pickup.slot_id
                    if dish
                    else item.hub_id is not None and self._hubs.get(item.hub_id) == pickup.organisation_id
                )
                if is_here and item.code:
                    line = BagLine(
                        code=item.code,
                        number=stop.number or 0,
                        quantity=item.quantity,
                        label=dish.batch.dish.capitalize() if dish else "Parcel",
                        has_allergy=bool(needs and needs.allergens) and self._shows_doors,
                    )
                    found.setdefault(item.code, line)
        return tuple(sorted(found.values(), key=lambda line: -line.number))
