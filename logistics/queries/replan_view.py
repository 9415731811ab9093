"""A re-plan as its page shows it: what was asked, and each proposal with what it costs, whom it touches and whom nobody can serve."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.replanning import (
    GOOD_FOR,
    ORDER_ASKED,
    PUT_ASIDE,
    WHY_NOT,
    FoodOnVan,
    ProposalKind,
    ReplanReason,
    ReplanState,
)
from logistics.domain.states import RunState
from logistics.domain.vocabulary import Product, VehicleKind
from logistics.domain.week import IsoWeek, axis_to_instant
from logistics.persistence.tables import (
    DonationSlot,
    Household,
    Network,
    Order,
    Organisation,
    PlanVersion,
    Replan,
    Route,
    Shift,
    Site,
    SolveRun,
    Volunteer,
    Week,
)
from logistics.planning.replan_draft import Draft, DraftLeftOut, DraftRoute, DraftStop, draft_of
from logistics.planning.running_day import LiveItem

Id = uuid.UUID
MOVED_S = 5 * 60
"""A door's new time is shown when it differs by more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorChange:
    """A stop that is new on a route, or comes at another time. `name`: a reference or an organisation; `before_at` None: new."""

    kind: StopKind
    name: str
    what: str
    from_letter: str
    before_at: datetime | None
    at: datetime
    is_moved: bool
    household_id: Id | None
    from_van: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChange:
    """What changes on one route. `letter` empty: a new route, for somebody who is free."""

    route_id: Id | None
    letter: str
    volunteer_id: Id
    driver: str
    vehicle: VehicleKind
    shift_id: Id
    ends: bool
    starts_at: datetime
    ends_at: datetime
    extra_m: int
    extra_s: int
    added: tuple[DoorChange, ...]
    moved: tuple[DoorChange, ...]

    @property
    def doors(self) -> tuple[DoorChange, ...]:
        """The doors among what is added."""
        return tuple(change for change in self.added if change.kind is StopKind.DELIVERY)

    @property
    def pickups(self) -> tuple[DoorChange, ...]:
        """The pickups among what is added."""
        return tuple(change for change in self.added if change.kind is StopKind.PICKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftDoor:
    """A door that nobody serves, why, and what would help."""

    name: str
    household_id: Id | None
    what: str
    before_at: datetime | None
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """One way to go on."""

    id: Id
    number: int
    kind: ProposalKind
    extra_m: int
    extra_s: int
    routes: tuple[RouteChange, ...]
    left: tuple[LeftDoor, ...]

    @property
    def changed(self) -> tuple[RouteChange, ...]:
        """The routes that go on, with changes."""
        return tuple(route for route in self.routes if not route.ends)

    @property
    def doors_served(self) -> int:
        """Doors that somebody else serves."""
        return sum(bool(change.from_letter) for route in self.changed for change in route.doors)

    @property
    def moved_doors(self) -> int:
        """Doors that are served at another time, by whomever."""
        return sum(
            change.household_id is not None and change.is_moved
            for route in self.changed
            for change in (*route.doors, *route.moved)
        )

    @property
    def people_told(self) -> int:
        """How many households hear of it: another driver, another time, or nobody."""
        doors = {change.household_id for route in self.changed for change in (*route.doors, *route.moved)}
        return len((doors | {left.household_id for left in self.left}) - {None})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanView:
    """A re-plan. `route_letter` and `driver`: whose route cannot go on; `where`: where the food stands; `donor`: whose food is
    late or short; `ref` and `what`: who needs what today; `why_not`: why nobody can bring it; `put_aside`: how many ways broke a
    rule when they were tried."""

    id: Id
    plan_id: Id
    day: date
    reason: ReplanReason
    food: FoodOnVan
    state: ReplanState
    run_state: RunState | None
    error: str
    route_id: Id | None
    route_letter: str
    driver: str
    donor: str
    ref: str
    what: str
    why_not: str
    put_aside: int
    where: str
    asked_at: datetime
    made_at: datetime | None
    accepted_at: datetime | None
    accepted_number: int | None
    accepted_plan_id: Id | None
    proposals: tuple[ProposalView, ...]

    @property
    def is_working(self) -> bool:
        """Whether a worker is still at it: the page asks again."""
        return self.run_state in (RunState.QUEUED, RunState.RUNNING) and self.state in (
            ReplanState.ASKED,
            ReplanState.READY,
        )

    def is_old(self, now: datetime) -> bool:
        """Whether its proposals may not be accepted any more."""
        return self.made_at is not None and now - self.made_at > GOOD_FOR

    @property
    def accepted(self) -> ProposalView | None:
        """The proposal that was accepted."""
        return next((each for each in self.proposals if each.number == self.accepted_number), None)


def replan_view(session: Session, replan_id: Id) -> ReplanView:
    """The re-plan with its proposals. Raises NotFound when this network has none of that id."""
    asked = session.scalar(select(Replan).where(Replan.id == replan_id))
    if asked is None:
        raise NotFound("There is no such re-plan. Go back to the day.")
    route = None if asked.route_id is None else session.get_one(Route, asked.route_id)
    run = None if asked.run_id is None else session.get_one(SolveRun, asked.run_id)
    site = None if asked.site_id is None else session.get_one(Site, asked.site_id)
    reader = _Reader(session, asked)
    return ReplanView(
        id=asked.id,
        plan_id=asked.plan_id,
        day=asked.service_date,
        reason=asked.reason,
        food=FoodOnVan(asked.details.get("food", FoodOnVan.FETCH.value)),
        state=asked.state,
        run_state=None if run is None else run.state,
        error="" if run is None else run.error,
        route_id=asked.route_id,
        route_letter="" if route is None else route.letter,
        driver="" if route is None else session.get_one(Volunteer, route.volunteer_id).name,
        donor="" if asked.slot_id is None else session.get_one(DonationSlot, asked.slot_id).donor.name,
        ref="" if asked.household_id is None else session.get_one(Household, asked.household_id).ref,
        what=_asked_for(session, asked),
        why_not=str(asked.details.get(WHY_NOT, "")),
        put_aside=int(asked.details.get(PUT_ASIDE, 0)),
        where="" if site is None else site.address,
        asked_at=asked.asked_at,
        made_at=asked.made_at,
        accepted_at=asked.accepted_at,
        accepted_number=asked.accepted_number,
        accepted_plan_id=asked.accepted_plan_id,
        proposals=tuple(reader.proposal(row.id, row.number, draft_of(row.draft)) for row in asked.proposals),
    )


def _asked_for(session: Session, asked: Replan) -> str:
    named = asked.details.get(ORDER_ASKED)
    if named is None:
        return ""
    order = session.get_one(Order, uuid.UUID(named))
    return order.product.counted(order.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReplan:
    """What was asked and is not settled: of a route (its `letter`), of a donation (its `donor`), or for a household (its `ref`)."""

    id: Id
    reason: ReplanReason
    letter: str
    donor: str
    ref: str


def open_replans(session: Session, day: date) -> tuple[OpenReplan, ...]:
    """What was asked on that day and is not settled, the newest first."""
    rows = session.execute(
        select(Replan.id, Replan.reason, Route.letter, Organisation.name, Household.ref)
        .outerjoin(Route, Route.id == Replan.route_id)
        .outerjoin(DonationSlot, DonationSlot.id == Replan.slot_id)
        .outerjoin(Organisation, Organisation.id == DonationSlot.donor_id)
        .outerjoin(Household, Household.id == Replan.household_id)
        .where(Replan.service_date == day, Replan.state.in_((ReplanState.ASKED, ReplanState.READY)))
        .order_by(Replan.asked_at.desc())
    )
    return tuple(
        OpenReplan(id=row.id, reason=row.reason, letter=row.letter or "", donor=row.name or "", ref=row.ref or "")
        for row in rows
    )


class _Reader:
    """Names and instants for the ids and seconds of drafts."""

    def __init__(self, session: Session, asked: Replan) -> None:
        plan = session.get_one(PlanVersion, asked.plan_id)
        self._week = IsoWeek.of(session.get_one(Week, plan.week_id).monday)
        self._zone = ZoneInfo(session.get_one(Network, asked.network_id).timezone)
        drafts = [draft_of(row.draft) for row in asked.proposals]
        volunteers = {route.volunteer_id for draft in drafts for route in draft.routes}
        self._volunteers = {
            row.id: row for row in session.scalars(select(Volunteer).where(Volunteer.id.in_(volunteers)))
        }
        routes = {route.route_id for draft in drafts for route in draft.routes if route.route_id is not None}
        self._letters = {
            row.id: row.letter for row in session.execute(select(Route.id, Route.letter).where(Route.id.in_(routes)))
        }
        homes = {stop.household_id for draft in drafts for route in draft.routes for stop in route.stops}
        homes |= {left.household_id for draft in drafts for left in draft.left_out}
        self._refs: dict[Id | None, str] = {
            row.id: row.ref
            for row in session.execute(select(Household.id, Household.ref).where(Household.id.in_(homes - {None})))
        }
        self._names: dict[Id | None, str] = {
            row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))
        }
        shifts = {route.shift_id for draft in drafts for route in draft.routes}
        self._vehicles = {
            row.id: row.vehicle
            for row in session.execute(
                select(Shift.id, Volunteer.vehicle)
                .join(Volunteer, Volunteer.id == Shift.volunteer_id)
                .where(Shift.id.in_(shifts))
            )
        }

    def proposal(self, proposal_id: Id, number: int, draft: Draft) -> ProposalView:
        """One draft for people."""
        return ProposalView(
            id=proposal_id,
            number=number,
            kind=draft.kind,
            extra_m=draft.extra_m,
            extra_s=draft.extra_s,
            routes=tuple(self._route(route) for route in draft.routes),
            left=tuple(self._left(left) for left in draft.left_out),
        )

    def _at(self, seconds: int) -> datetime:
        return axis_to_instant(self._week, seconds, self._zone)

    def _route(self, route: DraftRoute) -> RouteChange:
        changes = [self._change(stop, is_new_route=route.route_id is None) for stop in route.stops]
        added = [stop for stop, change in zip(route.stops, changes, strict=True) if _is_added(stop, route)]
        return RouteChange(
            route_id=route.route_id,
            letter="" if route.route_id is None else self._letters[route.route_id],
            volunteer_id=route.volunteer_id,
            driver=self._volunteers[route.volunteer_id].name,
            vehicle=self._vehicles[route.shift_id],
            shift_id=route.shift_id,
            ends=route.ends,
            starts_at=self._at(route.resumes_s),
            ends_at=self._at(route.stops[-1].depart_s if route.stops else route.resumes_s),
            extra_m=route.extra_m,
            extra_s=route.extra_s,
            added=tuple(change for stop, change in zip(route.stops, changes, strict=True) if stop in added),
            moved=tuple(
                change
                for stop, change in zip(route.stops, changes, strict=True)
                if stop not in added and change.is_moved
            ),
        )

    def _change(self, stop: DraftStop, *, is_new_route: bool) -> DoorChange:
        return DoorChange(
            kind=stop.kind,
            name=self._name(stop),
            what=words_of_items(stop.items),
            from_letter=stop.from_letter,
            before_at=None if stop.told_s is None else self._at(stop.told_s),
            at=self._at(stop.service_s),
            is_moved=stop.told_s is not None and (is_new_route or abs(stop.service_s - stop.told_s) > MOVED_S),
            household_id=stop.household_id,
            from_van=stop.from_route_id is not None,
        )

    def _name(self, stop: DraftStop) -> str:
        if stop.from_route_id is not None:
            return "the vehicle that cannot go on"
        return self._refs.get(stop.household_id) or self._names.get(stop.organisation_id) or "a stop"

    def _left(self, left: DraftLeftOut) -> LeftDoor:
        return LeftDoor(
            name=self._refs.get(left.household_id) or "Goods for the hub",
            household_id=left.household_id,
            what=words_of_items(left.items),
            before_at=None if left.told_s is None else self._at(left.told_s),
            sentence=left.sentence,
            remedy=left.remedy,
        )


def _is_added(stop: DraftStop, route: DraftRoute) -> bool:
    return route.route_id is None or bool(stop.from_letter) or stop.stop_id is None


def words_of_items(items: tuple[LiveItem, ...]) -> str:
    """`2 hot meals, 1 parcel`."""
    counts: dict[Any, int] = {}
    for item in items:
        counts[item.product] = counts.get(item.product, 0) + item.quantity
    words = [product.counted(counts[product]) for product in Product if counts.get(product)]
    kilograms = sum(item.weight_g for item in items if item.product is None) // 1000
    return ", ".join([*words, *([f"{kilograms} kg of goods"] if kilograms else [])])
