"""Bring the rows of a running day to what an accepted draft says: only the routes that it names are touched."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.states import RouteState, StopState, change
from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.week import IsoWeek, axis_to_instant
from logistics.persistence.tables import (
    Batch,
    Concern,
    DeliveryEvent,
    DonationSlot,
    DriverLink,
    FollowUp,
    Hub,
    Network,
    PlanVersion,
    Route,
    RouteCrew,
    Stop,
    StopItem,
    Volunteer,
    Week,
)
from logistics.planning.replan_draft import Draft, DraftRoute, DraftStop
from logistics.planning.route_letters import free_letter
from logistics.queries.supply import supplying_pickups

Id = uuid.UUID


class DraftWriter:
    """Writes one draft into the routes of `plan`, which hold the day as it runs."""

    def __init__(self, session: Session, plan: PlanVersion, day: date, *, now: datetime) -> None:
        self._session, self._plan, self._day, self._now = session, plan, day, now
        network = session.get_one(Network, plan.network_id)
        self._zone = ZoneInfo(network.timezone)
        self._week = IsoWeek.of(session.get_one(Week, plan.week_id).monday)
        self._loads = LoadBook(session, PlanningRules.from_settings(network.settings))
        self._letters = set(
            session.scalars(select(Route.letter).where(Route.plan_id == plan.id, Route.service_date == day))
        )

    def write(self, draft: Draft) -> None:
        """Every route of the draft, the ended ones last: their doors have gone to others by then."""
        ids = [route.route_id for route in draft.routes if route.route_id is not None]
        ids += self._owners_of(draft, ids)
        self._pin_supply(ids)
        self._session.execute(
            update(Stop).where(Stop.route_id.in_(ids)).values(sequence=-Stop.sequence - 1)
        )  # out of the way: a stop's number in its route is unique at every moment
        self._session.expire_all()
        ids += [self._go_on(route) for route in draft.routes if not route.ends]
        self._drop_lost_items(draft)
        self._session.flush()
        rows = self._session.scalars(select(Route).where(Route.id.in_(set(ids)))).all()
        ended = {route.route_id: route for route in draft.routes if route.ends}
        for row in rows:
            if row.id in ended:
                self._end(row, ended[row.id], anybody=any(not route.ends for route in draft.routes))
            self._close_ranks(row)
        self._session.flush()

    def _at(self, seconds: int) -> datetime:
        return axis_to_instant(self._week, seconds, self._zone)

    def _owners_of(self, draft: Draft, known: Sequence[Id]) -> list[Id]:
        """Routes that lose a stop and are not in the draft: there are none unless somebody forgot one."""
        moved = [stop.stop_id for route in draft.routes for stop in route.stops if stop.stop_id is not None]
        left = [left.stop_id for left in draft.left_out if left.stop_id is not None]
        owners = self._session.scalars(select(Stop.route_id).where(Stop.id.in_([*moved, *left])).distinct())
        return [owner for owner in owners if owner not in known]

    def _pin_supply(self, route_ids: Iterable[Id]) -> None:
        """Say of everything that is on board which pickup loaded it, before another pickup of its source comes in."""
        for route_id in route_ids:
            stops = self._stops_of(route_id)
            behind = supplying_pickups(self._session, stops)
            for stop in stops:
                for item in stop.items:
                    pickup = behind.get(item.id)
                    item.loaded_at_id = pickup.id if pickup is not None else None
        self._session.flush()

    def _stops_of(self, route_id: Id) -> list[Stop]:
        return list(self._session.scalars(select(Stop).where(Stop.route_id == route_id).order_by(Stop.sequence)))

    def _go_on(self, draft: DraftRoute) -> Id:
        row = self._new_route(draft) if draft.route_id is None else self._session.get_one(Route, draft.route_id)
        place = 0
        for stop_id in draft.settled:
            place += 1
            self._session.get_one(Stop, stop_id).sequence = place
        number = max((stop.number or 0 for stop in self._stops_of(row.id)), default=0)
        latest: dict[tuple[Id | None, Id | None], Id] = {}
        stops = []
        for planned in draft.stops:
            place += 1
            stop = self._stop(row, planned, place)
            if planned.kind is StopKind.DELIVERY and (planned.from_letter or stop.number is None):
                number += 1
                stop.number = number
            self._items(stop, planned, latest)
            stops.append(stop)
        if draft.is_under_way:
            row.resumed_after, row.resumed_at = len(draft.settled), self._at(draft.resumes_s)
        else:
            row.departs_at = self._at(draft.resumes_s)
        if row.state is RouteState.DRAFT:
            row.state = change(row.state, RouteState.PUBLISHED)
        return row.id

    def _new_route(self, draft: DraftRoute) -> Route:
        letter = free_letter(self._letters)
        self._letters.add(letter)
        volunteer = self._session.get_one(Volunteer, draft.volunteer_id)
        row = Route(
            id=uuid.uuid4(),
            plan_id=self._plan.id,
            shift_id=draft.shift_id,
            volunteer_id=volunteer.id,
            service_date=self._day,
            letter=letter,
            vehicle=volunteer.vehicle,
            state=RouteState.DRAFT,
            departs_at=self._at(draft.resumes_s),
            ends_at=self._at(draft.resumes_s),
            distance_m=0,
            duration_s=0,
            resumed_after=0,
        )
        self._session.add(row)
        self._session.flush()
        self._session.add(
            RouteCrew(route_id=row.id, volunteer_id=volunteer.id, shift_id=draft.shift_id, role=CrewRole.DRIVER)
        )
        return row

    def _stop(self, route: Route, planned: DraftStop, sequence: int) -> Stop:
        stop = None if planned.stop_id is None else self._session.get_one(Stop, planned.stop_id)
        if stop is None:
            stop = Stop(id=uuid.uuid4(), kind=planned.kind, state=StopState.PLANNED, number=None, load={})
        elif stop.state is StopState.ARRIVED and stop.route_id != route.id:
            stop.state = change(stop.state, StopState.PLANNED)
        values = {
            "route_id": route.id,
            "sequence": sequence,
            "site_id": planned.site_id,
            "household_id": planned.household_id,
            "organisation_id": planned.organisation_id,
            "slot_id": planned.slot_id,
            "from_route_id": planned.from_route_id,
            "arrives_at": self._at(planned.arrive_s),
            "service_at": self._at(planned.service_s),
            "departs_at": self._at(planned.depart_s),
            "latest_at": None if planned.latest_s is None else self._at(planned.latest_s),
            "leg_m": planned.leg_m,
            "leg_s": planned.leg_s,
        }
        for name, value in values.items():
            setattr(stop, name, value)
        self._session.add(stop)
        self._session.flush()
        return stop

    def _items(self, stop: Stop, planned: DraftStop, latest: dict[tuple[Id | None, Id | None], Id]) -> None:
        """A pickup gets what it loads now; a door keeps its items, and is told which pickup brings them."""
        if planned.kind is StopKind.PICKUP:
            self._session.execute(delete(StopItem).where(StopItem.stop_id == stop.id))
            for item in planned.items:
                latest[item.from_route_id, item.batch_id or item.hub_id] = stop.id
                self._session.add(
                    StopItem(
                        stop_id=stop.id,
                        batch_id=item.batch_id,
                        hub_id=item.hub_id,
                        product=item.product,
                        quantity=item.quantity,
                        weight_g=item.weight_g,
                    )
                )
            self._session.flush()
            self._session.expire(stop, ["items"])
            return
        if planned.stop_id is None:
            self._hand_over(stop, planned, latest)
            return
        for row in stop.items:
            promised = next(
                (each for each in planned.items if (each.order_id, each.batch_id) == (row.order_id, row.batch_id)), None
            )
            if promised is not None and not promised.on_board:
                row.loaded_at_id = latest.get((promised.from_route_id, row.batch_id or row.hub_id))

    def _hand_over(self, stop: Stop, planned: DraftStop, latest: dict[tuple[Id | None, Id | None], Id]) -> None:
        """What a door gets that nobody had planned."""
        for item in planned.items:
            self._session.add(
                StopItem(
                    stop_id=stop.id,
                    order_id=item.order_id,
                    batch_id=item.batch_id,
                    hub_id=item.hub_id,
                    product=item.product,
                    quantity=item.quantity,
                    weight_g=item.weight_g,
                    loaded_at_id=latest.get((item.from_route_id, item.batch_id or item.hub_id)),
                )
            )
        self._session.flush()
        self._session.expire(stop, ["items"])

    def _drop_lost_items(self, draft: Draft) -> None:
        """What is gone is no item of a door that is served with the rest of its food."""
        served = {stop.stop_id: stop for route in draft.routes for stop in route.stops}
        for left in draft.left_out:
            if left.stop_id not in served or left.stop_id is None:
                continue
            gone = {(item.order_id, item.batch_id, item.hub_id) for item in left.items}
            for row in self._session.get_one(Stop, left.stop_id).items:
                if (row.order_id, row.batch_id, row.hub_id) in gone:
                    self._session.delete(row)

    def _end(self, row: Route, draft: DraftRoute, *, anybody: bool) -> None:
        place = 0
        for stop_id in draft.settled:
            place += 1
            self._session.get_one(Stop, stop_id).sequence = place
        row.resumed_after = place
        to = RouteState.HANDED_OVER if anybody or row.state is RouteState.DECLINED else RouteState.ABORTED
        row.state = change(row.state, to)
        for link in self._session.scalars(
            select(DriverLink).where(DriverLink.route_id == row.id, DriverLink.revoked_at.is_(None))
        ):
            link.revoked_at = self._now

    def _close_ranks(self, row: Route) -> None:
        """Stops that the draft did not place are called off; then the route's figures are those of its stops again."""
        self._session.flush()
        placed = []
        place = max((stop.sequence for stop in self._stops_of(row.id)), default=0)
        for stop in self._stops_of(row.id):
            if stop.sequence > 0:
                placed.append(stop)
            elif stop.kind is StopKind.PICKUP and not self._is_spoken_of(stop):
                self._session.execute(delete(StopItem).where(StopItem.stop_id == stop.id))
                self._session.delete(stop)
            else:
                place = max(place, 0) + 1
                stop.sequence = place
                if stop.state is not StopState.CANCELLED:
                    stop.state = change(change(stop.state, StopState.PLANNED), StopState.CANCELLED)
        driven = [stop for stop in placed if stop.state is not StopState.CANCELLED]
        row.distance_m = sum(stop.leg_m for stop in driven)
        row.ends_at = driven[-1].departs_at if driven else row.departs_at
        row.duration_s = round((row.ends_at - row.departs_at).total_seconds())
        self._loads.fill(driven)
        self._session.flush()

    def _is_spoken_of(self, stop: Stop) -> bool:
        """Whether an event, a concern, a follow-up or an item's supply names it: then its row stays."""
        kept = (
            select(DeliveryEvent.id).where(DeliveryEvent.stop_id == stop.id),
            select(Concern.id).where(Concern.stop_id == stop.id),
            select(FollowUp.id).where(FollowUp.stop_id == stop.id),
            select(StopItem.id).where(StopItem.loaded_at_id == stop.id),
        )
        return any(self._session.scalar(query.limit(1)) is not None for query in kept)


class LoadBook:
    """What is on board after each stop, from the items that change hands."""

    def __init__(self, session: Session, rules: PlanningRules) -> None:
        self._rules = rules
        self._temperature = {
            row.id: row.temperature
            for row in session.execute(
                select(Batch.id, DonationSlot.temperature).join(DonationSlot, DonationSlot.id == Batch.slot_id)
            )
        }
        self._hubs = set(session.scalars(select(Hub.id)))

    def fill(self, stops: Iterable[Stop]) -> None:
        """Write the load on leaving each of these stops, in their order."""
        load: Counter[str] = Counter(dict.fromkeys(("parcels", "portions", "hot_ml", "cold_ml"), 0))
        for stop in stops:
            sign = 1 if stop.kind is StopKind.PICKUP else -1
            for item in stop.items:
                for name, amount in self._of(item).items():
                    load[name] += sign * amount
            stop.load = dict(load)

    def _of(self, item: StopItem) -> dict[str, int]:
        if item.product is None and item.weight_g > 0:
            return {"parcels": -(-item.weight_g // self._rules.parcel_g)}
        if item.batch_id is None:
            return {"parcels": item.quantity}
        volume_ml = item.quantity * self._rules.portion_ml
        match self._temperature[item.batch_id]:
            case TemperatureClass.HOT:
                return {"portions": item.quantity, "hot_ml": volume_ml}
            case TemperatureClass.CHILLED:
                return {"portions": item.quantity, "cold_ml": volume_ml}
        return {"portions": item.quantity}
