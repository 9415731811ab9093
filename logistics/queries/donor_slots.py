"""A donor's own slots and own figures: what is coming, what was collected. Another donor's are not there."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, RouteState, SlotState, StopState
from logistics.domain.vocabulary import OrganisationKind, RejectReason, TemperatureClass
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import Batch, DonationSlot, Organisation, PlanVersion, Route, Stop
from logistics.queries.dish_view import DishView
from logistics.queries.usual_food import UsualFood, food_of

_ON_THE_ROAD = (RouteState.LOADED, RouteState.IN_PROGRESS, RouteState.COMPLETED, RouteState.RECONCILED)
_GIVEN = (SlotState.COLLECTED, SlotState.SHORT)
_OPEN = (SlotState.OFFERED, SlotState.CONFIRMED)
LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorName:
    """A donor that this actor may log food for."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotView:
    """A slot with its dishes. `may_change`: no driver has set off for it yet.

    An offered slot of a schedule shows what its donor would say again by confirming it (`usual_food`); `seen` names exactly that.
    """

    id: uuid.UUID
    donor_id: uuid.UUID
    donor_name: str
    service_date: date
    ready_at: time
    collect_by: time
    temperature: TemperatureClass
    hot_hold_until: time | None
    state: SlotState
    version: int
    dishes: tuple[DishView, ...]
    is_planned: bool
    may_change: bool
    schedule_id: uuid.UUID | None = None
    is_last_week: bool = False
    is_told_by_hand: bool = False
    rejected_for: RejectReason | None = None
    seen: str = ""

    @property
    def portions(self) -> int:
        """Portions offered."""
        return sum(dish.portions for dish in self.dishes)

    @property
    def weight_g(self) -> int:
        """Grams of goods for the hub, which are not counted in portions."""
        return sum(dish.weight_g for dish in self.dishes if not dish.portions)

    @property
    def collected(self) -> int:
        """Portions collected, as far as counted."""
        return sum(dish.collected or 0 for dish in self.dishes)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFigures:
    """What was really collected from this donor: portions and slots, in the last four weeks and in all."""

    portions_lately: int
    slots_lately: int
    portions: int
    slots: int


def donors_of(session: Session, actor: Actor, permission: Permission) -> tuple[DonorName, ...]:
    """The donors whose slots this actor may see or change, by name."""
    chosen = select(Organisation.id, Organisation.name).where(Organisation.kind == OrganisationKind.DONOR)
    own = actor.organisations_for(permission)
    if own is not None:
        chosen = chosen.where(Organisation.id.in_(own))
    rows = session.execute(chosen.order_by(Organisation.name)).all()
    return tuple(DonorName(id=row.id, name=row.name) for row in rows)


def upcoming_slots(session: Session, actor: Actor, *, today: date, now: datetime) -> tuple[SlotView, ...]:
    """Today's slots and later ones, by day and time."""
    return _slots(session, actor, now, DonationSlot.service_date >= today, newest_first=False)


def past_slots(session: Session, actor: Actor, *, today: date, now: datetime, most: int = 20) -> tuple[SlotView, ...]:
    """What was before today, the latest first."""
    return _slots(session, actor, now, DonationSlot.service_date < today, newest_first=True)[:most]


def slots_of_week(
    session: Session, actor: Actor, donor_id: uuid.UUID, week: IsoWeek, *, now: datetime
) -> tuple[SlotView, ...]:
    """One donor's slots of a week, by day and time."""
    return slots_between(session, actor, donor_id, week.monday, week.days[-1], now=now)


def slots_between(
    session: Session, actor: Actor, donor_id: uuid.UUID, first: date, last: date, *, now: datetime
) -> tuple[SlotView, ...]:
    """One donor's slots from the first to the last of these days."""
    chosen = (DonationSlot.donor_id == donor_id) & DonationSlot.service_date.between(first, last)
    return _slots(session, actor, now, chosen, newest_first=False)


def slot_view(session: Session, actor: Actor, slot_id: uuid.UUID, *, now: datetime) -> SlotView:
    """One slot. Raises NotFound for one of another donor."""
    found = _slots(session, actor, now, DonationSlot.id == slot_id, newest_first=False)
    if not found:
        raise NotFound("There is no such donation of yours. It may belong to somebody else.")
    return found[0]


def last_slot(session: Session, actor: Actor, donor_id: uuid.UUID, *, now: datetime) -> SlotView | None:
    """The slot that this donor logged for the latest day, to start the next one from; withdrawn ones do not count."""
    conditions = (DonationSlot.donor_id == donor_id) & (DonationSlot.state != SlotState.WITHDRAWN)
    return next((slot for slot in _slots(session, actor, now, conditions, newest_first=True) if slot.dishes), None)


def given_figures(session: Session, actor: Actor, *, since: date) -> GivenFigures:
    """Portions that were collected, never what was promised."""
    chosen = (
        select(DonationSlot.id, DonationSlot.service_date, Batch.portions_collected)
        .join(Batch, Batch.slot_id == DonationSlot.id)
        .where(DonationSlot.state.in_(_GIVEN), Batch.portions_collected > 0)
    )
    own = actor.organisations_for(Permission.SEE_SLOTS)
    if own is not None:
        chosen = chosen.where(DonationSlot.donor_id.in_(own))
    rows = session.execute(chosen).all()
    lately = [row for row in rows if row.service_date >= since]
    return GivenFigures(
        portions_lately=sum(row.portions_collected for row in lately),
        slots_lately=len({row.id for row in lately}),
        portions=sum(row.portions_collected for row in rows),
        slots=len({row.id for row in rows}),
    )


def has_set_off(session: Session, slot_id: uuid.UUID, *, now: datetime) -> bool:
    """Whether a driver of the plan that was sent out is on the way to this slot, or has been there."""
    return slot_id in _set_off(session, [slot_id], now)


def _set_off(session: Session, slot_ids: Sequence[uuid.UUID], now: datetime) -> frozenset[uuid.UUID]:
    """Those of these slots for which a driver is on the way, or has been there."""
    rows = session.execute(
        select(Stop.slot_id, Stop.state, Route.state, Route.departs_at)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            Stop.slot_id.in_(slot_ids),
            Stop.kind == StopKind.PICKUP,
            PlanVersion.state == PlanState.PUBLISHED,
        )
    ).all()
    return frozenset(
        slot_id
        for slot_id, stop, route, departs_at in rows
        if slot_id is not None
        and (
            stop is StopState.COMPLETED
            or route in _ON_THE_ROAD
            or (route in (RouteState.ACCEPTED, RouteState.PUBLISHED) and departs_at <= now)
        )
    )


def _slots(
    session: Session, actor: Actor, now: datetime, condition: object, *, newest_first: bool
) -> tuple[SlotView, ...]:
    order = (DonationSlot.service_date, DonationSlot.ready_at, DonationSlot.id)
    chosen = select(DonationSlot).where(condition)  # type: ignore[arg-type]  # any condition over slots
    own = actor.organisations_for(Permission.SEE_SLOTS)
    if own is not None:
        chosen = chosen.where(DonationSlot.donor_id.in_(own))
    rows = session.scalars(
        chosen.order_by(*(column.desc() for column in order) if newest_first else order)
        .limit(LISTED)
        .options(selectinload(DonationSlot.batches), selectinload(DonationSlot.donor))
    ).all()
    planned = _planned(session, [row.id for row in rows])
    gone = _set_off(session, [row.id for row in rows if row.id in planned and row.state in _OPEN], now)
    foods = food_of(session, rows)
    return tuple(_view(row, foods[row.id], row.id in planned, row.id in gone) for row in rows)


def _planned(session: Session, slot_ids: list[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these slots that a driver of the published plan is to fetch."""
    rows = session.scalars(
        select(Stop.slot_id)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(Stop.slot_id.in_(slot_ids), PlanVersion.state == PlanState.PUBLISHED)
    )
    return frozenset(row for row in rows if row is not None)


def _view(row: DonationSlot, food: UsualFood, is_planned: bool, is_gone: bool) -> SlotView:
    return SlotView(
        id=row.id,
        donor_id=row.donor_id,
        donor_name=row.donor.name,
        service_date=row.service_date,
        ready_at=row.ready_at,
        collect_by=row.collect_by,
        temperature=row.temperature,
        hot_hold_until=row.hot_hold_until,
        state=row.state,
        version=row.version,
        dishes=food.dishes,
        is_planned=is_planned,
        may_change=row.state in _OPEN and not is_gone,
        schedule_id=row.schedule_id,
        is_last_week=food.is_last_week,
        is_told_by_hand=row.is_told_by_hand,
        rejected_for=row.rejected_for,
        seen=food.seen,
    )
