"""Dated slots made ahead from donation schedules. Doing it twice is doing it once; what a person answered is left alone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from logistics.domain.authority import Actor, Permission
from logistics.domain.recurrence import Recurrence
from logistics.domain.states import SlotState, change
from logistics.domain.usual_dish import UsualDish
from logistics.domain.vocabulary import AllergenDeclaration
from logistics.domain.week import LONDON, is_real_time
from logistics.persistence.tables import Batch, DonationSchedule, DonationSlot
from logistics.services.donation_slots import is_used
from logistics.services.slot_draft import STILL_OPEN
from logistics.services.slot_trail import BY_SCHEDULE, facts_of, note_slot

MADE_AHEAD_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeAhead:
    """What was done: slots made, brought in line, withdrawn because their day fell out, and offered again."""

    made: int = 0
    changed: int = 0
    withdrawn: int = 0
    offered_again: int = 0

    def plus(self, other: MadeAhead) -> MadeAhead:
        """Both together."""
        return MadeAhead(
            made=self.made + other.made,
            changed=self.changed + other.changed,
            withdrawn=self.withdrawn + other.withdrawn,
            offered_again=self.offered_again + other.offered_again,
        )


def make_slots_ahead(session: Session, actor: Actor, *, now: datetime, until: date | None = None) -> MadeAhead:
    """Make the slots of every schedule of the network up to `until` (four weeks ahead when None).

    Raises Forbidden for whoever neither plans the week nor is the network itself.
    """
    actor.require(Permission.PLAN_WEEK)
    last = until or now.astimezone(LONDON).date() + timedelta(days=MADE_AHEAD_DAYS)
    total = MadeAhead()
    for schedule in session.scalars(select(DonationSchedule).order_by(DonationSchedule.id).with_for_update()):
        total = total.plus(bring_in_line(session, actor, schedule, until=last, now=now))
    return total


def bring_in_line(
    session: Session, actor: Actor, schedule: DonationSchedule, *, until: date, now: datetime
) -> MadeAhead:
    """Make what is missing of one schedule from today to `until`, and bring what nobody answered in line with it."""
    today = now.astimezone(LONDON).date()
    due = set(due_dates(schedule, today, until))
    known = session.scalars(
        select(DonationSlot)
        .where(DonationSlot.schedule_id == schedule.id, DonationSlot.occurs_on >= today)
        .options(selectinload(DonationSlot.batches))
    ).all()
    made = changed = withdrawn = again = 0
    for day in sorted(due - {slot.occurs_on for slot in known}):
        _make(session, actor, schedule, day, now)
        made += 1
    for slot in known:
        if slot.is_exception or any(is_used(session, batch.id) for batch in slot.batches):
            continue
        if slot.occurs_on not in due and slot.state is SlotState.OFFERED and not _is_due(schedule, slot):
            _move(session, actor, slot, SlotState.WITHDRAWN, now)
            withdrawn += 1
        elif slot.occurs_on in due and slot.state is SlotState.WITHDRAWN:
            _move(session, actor, slot, SlotState.OFFERED, now)
            again += 1
        if slot.occurs_on in due and slot.state is SlotState.OFFERED:
            changed += _change(session, actor, schedule, slot, now)
    return MadeAhead(made=made, changed=changed, withdrawn=withdrawn, offered_again=again)


def due_dates(schedule: DonationSchedule, first: date, last: date) -> tuple[date, ...]:
    """The days of a schedule within both ends, without its breaks, and without a night that lacks its hour."""
    breaks = tuple((date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in schedule.breaks)
    held = [schedule.hot_hold_until] if schedule.hot_hold_until else []
    rule = Recurrence.parse(schedule.rule)
    return tuple(
        day
        for day in rule.due(schedule.starts_on, schedule.ends_on, breaks, first, last)
        if all(is_real_time(day, at) for at in (schedule.ready_at, schedule.collect_by, *held))
    )


def hand_logged_beside(
    session: Session, donor_id: uuid.UUID, days: Sequence[date], ready_at: time | None, collect_by: time | None
) -> DonationSlot | None:
    """An open slot of this donor on one of these days whose times cross these."""
    return session.scalar(
        select(DonationSlot)
        .where(
            DonationSlot.donor_id == donor_id,
            DonationSlot.service_date.in_(days),
            DonationSlot.state.in_(STILL_OPEN),
            DonationSlot.ready_at < collect_by,
            DonationSlot.collect_by > ready_at,
        )
        .order_by(DonationSlot.service_date)
        .limit(1)
    )


def _is_due(schedule: DonationSchedule, slot: DonationSlot) -> bool:
    """Whether the schedule still names the slot's day, however far ahead it lies."""
    assert slot.occurs_on is not None, "of a schedule"
    return bool(due_dates(schedule, slot.occurs_on, slot.occurs_on))


def _make(session: Session, actor: Actor, schedule: DonationSchedule, day: date, now: datetime) -> None:
    slot = DonationSlot(
        id=uuid.uuid4(),
        donor_id=schedule.donor_id,
        schedule_id=schedule.id,
        occurs_on=day,
        service_date=day,
        state=SlotState.OFFERED,
    )
    _put_times(slot, schedule)
    session.add(slot)
    session.flush()
    for number, usual in enumerate(map(UsualDish.of_row, schedule.dishes), start=1):
        batch = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
        _put_dish(batch, usual, day)
        session.add(batch)
    note_slot(session, actor, slot, "slot_made", before=None, now=now, by=BY_SCHEDULE)


def _put_times(slot: DonationSlot, schedule: DonationSchedule) -> None:
    slot.ready_at = schedule.ready_at
    slot.collect_by = schedule.collect_by
    slot.temperature = schedule.temperature
    slot.hot_hold_until = schedule.hot_hold_until


def _put_dish(batch: Batch, usual: UsualDish, day: date) -> None:
    """What and how much. What is in it nobody has said of this day's food yet, so nothing is claimed: unknown is never safe."""
    batch.dish = usual.dish
    batch.portions = usual.portions
    batch.weight_g = usual.weight_g
    batch.diets = frozenset()
    batch.declaration = AllergenDeclaration.UNDECLARED
    batch.allergens = frozenset()
    batch.texture_iddsi = None
    batch.use_by = None if usual.use_by_days is None else day + timedelta(days=usual.use_by_days)


def _move(session: Session, actor: Actor, slot: DonationSlot, to: SlotState, now: datetime) -> None:
    before = facts_of(slot)
    slot.state = change(slot.state, to)
    action = "slot_withdrawn" if to is SlotState.WITHDRAWN else "slot_offered"
    note_slot(session, actor, slot, action, before=before, now=now, by=BY_SCHEDULE)


def _change(session: Session, actor: Actor, schedule: DonationSchedule, slot: DonationSlot, now: datetime) -> int:
    """Bring times and dishes in line; 1 when something differed."""
    before = facts_of(slot)
    usual = [UsualDish.of_row(row) for row in schedule.dishes]
    _put_times(slot, schedule)
    for batch in slot.batches[len(usual) :]:
        slot.batches.remove(batch)
        session.delete(batch)
    for batch, dish in zip(slot.batches, usual, strict=False):
        _put_dish(batch, dish, slot.service_date)
    for number in range(len(slot.batches) + 1, len(usual) + 1):
        batch = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
        _put_dish(batch, usual[number - 1], slot.service_date)
        session.add(batch)
    session.flush()
    session.expire(slot, ["batches"])
    if facts_of(slot) == before:
        return 0
    flag_modified(slot, "service_date")
    note_slot(session, actor, slot, "slot_changed", before=before, now=now, by=BY_SCHEDULE)
    return 1
