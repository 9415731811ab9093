"""Ask for a day to be planned again, and keep the request until something came of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.replanning import OVER_ROUTES, SETTLED_STOPS, FoodOnVan, ReplanReason, ReplanState
from logistics.domain.states import PlanState, SlotState, StopState
from logistics.domain.vocabulary import GeocodePrecision, PlanMethod
from logistics.persistence.tables import (
    DonationSlot,
    Household,
    Network,
    PlanVersion,
    Replan,
    Route,
    Shift,
    Site,
    SolveRun,
    Stop,
    StopItem,
    Volunteer,
)
from logistics.queries.withheld import restricted_volunteers
from logistics.services import audit
from logistics.services.slot_draft import PROBLEM, STILL_OPEN
from logistics.services.slot_outcomes import OutcomeDraft, driver_has_told, record_outcome
from logistics.services.slot_trail import facts_of, note_slot
from logistics.services.urgent_orders import UrgentWish, again_from, take_back, urgent_replan

Id = uuid.UUID
MOST_PLACE_LETTERS = 120
RUN_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTrouble:
    """A route that cannot go on. `place`: in words, where the van with its food stands; `to_volunteer_id`: who takes over."""

    reason: ReplanReason
    food: FoodOnVan = FoodOnVan.FETCH
    place: str = ""
    to_volunteer_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotTrouble:
    """A donation of today that is late (`ready_at`: the new time) or short (`counts`: portions that come in all, by batch)."""

    reason: ReplanReason
    ready_at: time | None = None
    counts: Mapping[Id, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedReplan:
    """A request, and the run that works it out, to be submitted once this is committed."""

    replan_id: Id
    run_id: Id


def ask_replan_of_route(
    session: Session, actor: Actor, route_id: Id, trouble: RouteTrouble, *, now: datetime
) -> AskedReplan:
    """Somebody cannot go on: their open stops are to go to others.

    Raises NotFound, RuleBroken for a route that is over, or not of today, or of a plan that is not out; BadInput for a
    volunteer who cannot take it over.
    """
    actor.require(Permission.RUN_DAY)
    route = session.scalar(select(Route).where(Route.id == route_id))
    if route is None:
        raise NotFound("There is no such route. Go back to the day.")
    plan = session.get_one(PlanVersion, route.plan_id)
    _require_running(session, route, plan, now)
    _require_taker(session, route, trouble)
    site_id = _where_it_stands(session, route, trouble.place) if trouble.food is FoodOnVan.FETCH else None
    details = {"food": trouble.food.value}
    if trouble.to_volunteer_id is not None:
        details["to_volunteer_id"] = str(trouble.to_volunteer_id)
    asked = Replan(
        id=uuid.uuid4(),
        plan_id=plan.id,
        service_date=route.service_date,
        reason=trouble.reason,
        route_id=route.id,
        site_id=site_id,
        details=details,
    )
    return _ask(session, actor, asked, now, route=str(route.id))


def ask_replan_of_slot(
    session: Session, actor: Actor, slot_id: Id, trouble: SlotTrouble, *, now: datetime
) -> AskedReplan:
    """A donor's food comes later, or less of it: what waits for it is planned again.

    The donation says so from now on, whatever becomes of the proposals. Raises NotFound, RuleBroken for a donation that is not
    of today, that no route of a plan that is out still needs, or that is over; BadInput for a time or a number that cannot be.
    """
    actor.require(Permission.RUN_DAY)
    slot = _slot_of_today(session, slot_id, now)
    plan = _plan_that_needs(session, slot)
    if trouble.reason is ReplanReason.DONOR_LATE:
        _make_late(session, actor, slot, trouble.ready_at, now)
    elif trouble.reason is ReplanReason.DONOR_SHORT:
        _make_short(session, actor, slot, trouble.counts, now)
    else:
        raise BadInput(PROBLEM, {"reason": "Choose what has happened"})
    asked = Replan(
        id=uuid.uuid4(),
        plan_id=plan.id,
        service_date=slot.service_date,
        reason=trouble.reason,
        slot_id=slot.id,
        details={"counts": {str(batch_id): count for batch_id, count in trouble.counts.items()}},
    )
    return _ask(session, actor, asked, now, slot=str(slot.id))


def ask_urgent_order(session: Session, actor: Actor, wish: UrgentWish, *, now: datetime) -> AskedReplan:
    """Somebody needs food today who is not in the plan: who can bring it? Raises as `urgent_replan`."""
    asked = urgent_replan(session, actor, wish, now=now)
    return _ask(session, actor, asked, now, household=str(wish.household_id))


def _ask(session: Session, actor: Actor, asked: Replan, now: datetime, **about: str) -> AskedReplan:
    asked.state, asked.asked_by, asked.asked_at = ReplanState.ASKED, actor.account_id, now
    session.add(asked)
    session.flush()
    audit.note(session, actor, "ask_replan", "replan", asked.id, now=now, reason=asked.reason.value, **about)
    return AskedReplan(replan_id=asked.id, run_id=_run(session, asked, actor, now))


def _slot_of_today(session: Session, slot_id: Id, now: datetime) -> DonationSlot:
    slot = session.scalar(
        select(DonationSlot)
        .where(DonationSlot.id == slot_id)
        .options(selectinload(DonationSlot.batches))
        .with_for_update()
    )
    if slot is None:
        raise NotFound("There is no such donation. Go back to the day.")
    zone = ZoneInfo(session.get_one(Network, slot.network_id).timezone)
    if slot.service_date != now.astimezone(zone).date():
        raise RuleBroken("This donation is not of today. Change it, and plan the week again: there is time for that.")
    return slot


def _plan_that_needs(session: Session, slot: DonationSlot) -> PlanVersion:
    """The plan that is out and in which an open stop of a route that is not over still waits for this food."""
    waiting = (
        select(PlanVersion)
        .join(Route, Route.plan_id == PlanVersion.id)
        .join(Stop, Stop.route_id == Route.id)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .where(
            PlanVersion.state == PlanState.PUBLISHED,
            Route.service_date == slot.service_date,
            Route.state.not_in(OVER_ROUTES),
            Stop.state.not_in(SETTLED_STOPS),
            Stop.kind != StopKind.PICKUP,
            StopItem.batch_id.in_([batch.id for batch in slot.batches]),
        )
        .limit(1)
    )
    plan = session.scalars(waiting).first()
    if plan is None:
        raise RuleBroken("No door of today still waits for this food: nothing has to be planned again.")
    return plan


def _make_late(session: Session, actor: Actor, slot: DonationSlot, ready_at: time | None, now: datetime) -> None:
    """Its new time; the time to collect by moves with it, the time until which it is kept hot does not: that is the food's."""
    if slot.state not in STILL_OPEN:
        raise RuleBroken(f"This donation is {slot.state.value}: it is not late any more.")
    if driver_has_told(session, slot.id):
        # A donation has one clock: a later one would also be given to the food that is on the road already.
        raise RuleBroken(
            "A driver has been there for this donation already, and the clock of what they loaded goes on. Log what comes later as "
            "a donation of its own, and say here that this one is short."
        )
    if ready_at is None or ready_at <= slot.ready_at:
        raise BadInput(PROBLEM, {"ready_at": f"Enter a time after {slot.ready_at:%H:%M}, when it was to be ready"})
    before = facts_of(slot)
    later = datetime.combine(slot.service_date, ready_at) - datetime.combine(slot.service_date, slot.ready_at)
    collect_by = datetime.combine(slot.service_date, slot.collect_by) + later
    slot.ready_at = ready_at
    slot.collect_by = collect_by.time() if collect_by.date() == slot.service_date else time(23, 59)
    if slot.hot_hold_until is not None and slot.hot_hold_until < ready_at:
        slot.hot_hold_until = ready_at
    note_slot(session, actor, slot, "slot_late", before=before, now=now)


def _make_short(session: Session, actor: Actor, slot: DonationSlot, counts: Mapping[Id, int], now: datetime) -> None:
    """What comes in all, as the donation's outcome until a driver has been there; from then on the drivers' counts are that."""
    if not driver_has_told(session, slot.id):
        draft = OutcomeDraft(outcome=SlotState.SHORT, counts=counts)
        record_outcome(session, actor, slot.id, draft, version=slot.version, now=now)
        return
    promised = {batch.id: batch.portions for batch in slot.batches}
    wrong = {
        f"count-{batch_id}": f"Enter how many come in all, from 0 to {promised.get(batch_id, 0):,}"
        for batch_id, count in counts.items()
        if not 0 <= count <= promised.get(batch_id, 0)
    }
    if wrong:
        raise BadInput(PROBLEM, wrong)


def ask_again(session: Session, actor: Actor, replan_id: Id, *, now: datetime) -> AskedReplan:
    """Work the same out again from how things stand now. Raises NotFound, RuleBroken where it was accepted or has ended."""
    actor.require(Permission.RUN_DAY)
    asked = session.scalar(select(Replan).where(Replan.id == replan_id).with_for_update())
    if asked is None:
        raise NotFound("There is no such re-plan. Go back to the day.")
    if asked.state is ReplanState.ACCEPTED:
        raise RuleBroken("One of its proposals was accepted: it is done. Go back to the day.")
    week_id = session.get_one(PlanVersion, asked.plan_id).week_id
    plan = session.scalars(
        select(PlanVersion).where(PlanVersion.week_id == week_id, PlanVersion.state == PlanState.PUBLISHED)
    ).one_or_none()
    if plan is None:
        raise RuleBroken("No plan of this week is out any more. Go back to the week.")
    if asked.slot_id is not None:
        _plan_that_needs(session, _slot_of_today(session, asked.slot_id, now))
    if asked.route_id is not None:
        route = session.get_one(Route, asked.route_id)
        if route.plan_id != plan.id:
            raise RuleBroken(f"Route {route.letter} is not in the plan that is out now. Go back to the day.")
        _require_running(session, route, plan, now)
    again_from(session, asked, plan, now=now)
    asked.plan_id, asked.state, asked.made_at = plan.id, ReplanState.ASKED, None
    for proposal in list(asked.proposals):
        session.delete(proposal)
    session.flush()
    return AskedReplan(replan_id=asked.id, run_id=_run(session, asked, actor, now))


def drop_replan(session: Session, actor: Actor, replan_id: Id, *, now: datetime) -> None:
    """Leave everything as it is. Raises NotFound; one that was accepted stays so."""
    actor.require(Permission.RUN_DAY)
    asked = session.scalar(select(Replan).where(Replan.id == replan_id).with_for_update())
    if asked is None:
        raise NotFound("There is no such re-plan. Go back to the day.")
    if asked.state is not ReplanState.ACCEPTED:
        asked.state = ReplanState.DROPPED
        take_back(session, asked)
        audit.note(session, actor, "drop_replan", "replan", asked.id, now=now)


def _run(session: Session, asked: Replan, actor: Actor, now: datetime) -> Id:
    run = SolveRun(
        id=uuid.uuid4(),
        week_id=session.get_one(PlanVersion, asked.plan_id).week_id,
        method=PlanMethod.REPLANNED,
        seconds=RUN_SECONDS,
        requested_by=actor.account_id,
        requested_at=now,
    )
    session.add(run)
    session.flush()
    asked.run_id = run.id
    session.flush()
    return run.id


def _require_running(session: Session, route: Route, plan: PlanVersion, now: datetime) -> None:
    if plan.state is not PlanState.PUBLISHED:
        raise RuleBroken("This route is of a version that is not out. Open the day to see the one that is.")
    zone = ZoneInfo(session.get_one(Network, route.network_id).timezone)
    if now.astimezone(zone).date() > route.service_date:
        raise RuleBroken("The day of this route is over: there is nothing left to plan.")
    if now.astimezone(zone).date() < route.service_date:
        raise RuleBroken(
            "This route is not of today. Take the volunteer's shift out and plan the week again: there is time for that."
        )
    if route.state in OVER_ROUTES:
        raise RuleBroken(
            f"Route {route.letter} is {route.state.value.replace('_', ' ')}: nothing of it is left to hand over."
        )
    left = session.scalar(select(Stop.id).where(Stop.route_id == route.id, Stop.state.not_in(SETTLED_STOPS)).limit(1))
    if left is None:
        raise RuleBroken(f"Every stop of route {route.letter} is done: nothing of it is left to hand over.")


def _require_taker(session: Session, route: Route, trouble: RouteTrouble) -> None:
    if trouble.reason is not ReplanReason.HAND_OVER:
        return
    if trouble.to_volunteer_id is None:
        raise BadInput(PROBLEM, {"volunteer": "Choose who takes the route over"})
    on_shift = session.scalar(
        select(Shift.id)
        .join(Volunteer, Volunteer.id == Shift.volunteer_id)
        .where(
            Shift.volunteer_id == trouble.to_volunteer_id, Shift.service_date == route.service_date, Volunteer.is_active
        )
        .limit(1)
    )
    if on_shift is None or trouble.to_volunteer_id == route.volunteer_id:
        raise BadInput(PROBLEM, {"volunteer": "Choose a volunteer who has offered a shift today"})
    if trouble.to_volunteer_id in restricted_volunteers(session):
        raise BadInput(PROBLEM, {"volunteer": "They asked us to stop using their data. Choose somebody else"})


def _where_it_stands(session: Session, route: Route, place: str) -> Id | None:
    """A place of its own on the map for a van with food: near the last stop done whose address is no secret, else the driver's
    start; the words are the desk's. None where nothing was loaded."""
    done = sorted((stop for stop in route.stops if stop.state in SETTLED_STOPS), key=lambda stop: -stop.sequence)
    if not any(stop.kind is StopKind.PICKUP and stop.state is StopState.COMPLETED for stop in done):
        return None
    secret = set(session.scalars(select(Household.id).where(Household.confidential_address)))
    volunteer = session.get_one(Volunteer, route.volunteer_id)
    site_id = next((stop.site_id for stop in done if stop.household_id not in secret), volunteer.site_id)
    near = session.get_one(Site, site_id)
    site = Site(
        id=uuid.uuid4(),
        address=place.strip()[:MOST_PLACE_LETTERS] or f"Where the driver of route {route.letter} says: ring them",
        postcode="",
        latitude=near.latitude,
        longitude=near.longitude,
        geocode_source="last stop",
        geocode_precision=GeocodePrecision.MANUAL,
    )
    session.add(site)
    session.flush()
    return site.id
