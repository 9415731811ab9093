"""Donation slots as their donor logs them: offered, confirmed, changed and withdrawn, until a driver has set off.

A dish is declared with who said it and when. Changing what is in it after a plan was sent out changes nothing of the plan:
the driver's page holds back what is no longer safe, and the change stands in the trail.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.states import SlotState, change
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, OrganisationKind, TemperatureClass
from logistics.domain.week import LONDON
from logistics.persistence.tables import Allocation, Batch, DonationSlot, Organisation, StopItem
from logistics.queries.donor_slots import has_set_off
from logistics.services.audit import note

PROBLEM = "There is a problem"
MOST_PORTIONS = 2_000
MOST_DISHES = 12
MOST_DAYS_AHEAD = 90
PORTION_G = 420
MOST_WEIGHT_G = 2_000_000
STILL_OPEN = (SlotState.OFFERED, SlotState.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DishDraft:
    """One dish as a form holds it. `batch_id` None: new. Errors about it carry its `key` behind the field's name.

    Hot and chilled food is counted in portions; cupboard food is weighed, for it goes to a hub and into parcels.
    """

    key: str = "1"
    batch_id: uuid.UUID | None = None
    dish: str = ""
    portions: int = 0
    weight_g: int = 0
    diets: frozenset[Diet] = frozenset()
    declaration: AllergenDeclaration | None = None
    allergens: frozenset[Allergen] = frozenset()
    texture_iddsi: int | None = None
    use_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDraft:
    """A slot as a form holds it. `is_more` answers the question about another slot at the same time."""

    donor_id: uuid.UUID
    service_date: date | None
    ready_at: time | None
    collect_by: time | None
    temperature: TemperatureClass | None
    hot_hold_until: time | None = None
    dishes: tuple[DishDraft, ...] = ()
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSaved:
    """What was stored."""

    id: uuid.UUID
    state: SlotState


def log_slot(session: Session, actor: Actor, draft: SlotDraft, *, declared_by: str, now: datetime) -> SlotSaved:
    """Store a slot that its donor logs: it is confirmed by being logged. Raises BadInput, NotFound, Forbidden."""
    _require_donor(session, actor, draft.donor_id)
    _check(session, draft, slot=None, now=now)
    slot = DonationSlot(id=uuid.uuid4(), donor_id=draft.donor_id, state=SlotState.CONFIRMED)
    _write_slot(slot, draft)
    session.add(slot)
    session.flush()
    for number, dish in enumerate(draft.dishes, start=1):
        batch = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
        _write_dish(batch, dish, draft, declared_by, now)
        session.add(batch)
    note(session, actor, "slot_logged", "donation_slot", slot.id, now=now)
    return SlotSaved(id=slot.id, state=slot.state)


def edit_slot(
    session: Session,
    actor: Actor,
    slot_id: uuid.UUID,
    draft: SlotDraft,
    *,
    version: int,
    declared_by: str,
    now: datetime,
) -> SlotSaved:
    """Store a slot as the draft has it. Editing an offered one confirms it: the donor has just said what it is.

    Raises NotFound, Conflict when somebody else changed it since `version`, RuleBroken once a driver has set off, BadInput.
    """
    slot = _own_slot(session, actor, slot_id)
    if slot.version != version:
        raise Conflict("Somebody else changed this donation meanwhile. Load it again and repeat your change.")
    _require_changeable(session, slot, now)
    _check(session, draft, slot=slot, now=now)
    _write_slot(slot, draft)
    slot.state = change(slot.state, SlotState.CONFIRMED)
    # A change of the dishes alone is a change of the slot too: whoever loaded it before must load it again.
    flag_modified(slot, "service_date")
    _write_dishes(session, slot, draft, declared_by, now)
    note(session, actor, "slot_changed", "donation_slot", slot.id, now=now)
    return SlotSaved(id=slot.id, state=slot.state)


def confirm_slot(session: Session, actor: Actor, slot_id: uuid.UUID, *, now: datetime) -> SlotSaved:
    """The donor says that an offered slot stands as it is. Twice is once. Raises NotFound, IllegalTransition."""
    slot = _own_slot(session, actor, slot_id)
    if slot.state is not SlotState.CONFIRMED:
        slot.state = change(slot.state, SlotState.CONFIRMED)
        note(session, actor, "slot_confirmed", "donation_slot", slot.id, now=now)
    return SlotSaved(id=slot.id, state=slot.state)


def withdraw_slot(session: Session, actor: Actor, slot_id: uuid.UUID, *, now: datetime) -> SlotSaved:
    """Take a slot back before a driver has set off. Raises NotFound, RuleBroken, IllegalTransition."""
    slot = _own_slot(session, actor, slot_id)
    if slot.state is not SlotState.WITHDRAWN:
        _require_changeable(session, slot, now)
        slot.state = change(slot.state, SlotState.WITHDRAWN)
        note(session, actor, "slot_withdrawn", "donation_slot", slot.id, now=now)
    return SlotSaved(id=slot.id, state=slot.state)


def _own_slot(session: Session, actor: Actor, slot_id: uuid.UUID) -> DonationSlot:
    slot = session.scalar(
        select(DonationSlot)
        .where(DonationSlot.id == slot_id)
        .options(selectinload(DonationSlot.batches))
        .with_for_update()
    )
    # What belongs to another donor is not there for this one.
    if slot is None or not actor.may(Permission.EDIT_SLOTS, organisations=frozenset({slot.donor_id})):
        raise NotFound("There is no such donation of yours. It may belong to somebody else.")
    return slot


def _require_donor(session: Session, actor: Actor, donor_id: uuid.UUID) -> None:
    actor.require(Permission.EDIT_SLOTS, organisations=frozenset({donor_id}))
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == donor_id))
    if kind is None:
        raise NotFound("There is no such donor in this network.")
    if kind is not OrganisationKind.DONOR:
        raise BadInput(PROBLEM, {"donor": "Choose an organisation that donates food"})


def _require_changeable(session: Session, slot: DonationSlot, now: datetime) -> None:
    if slot.state not in STILL_OPEN:
        raise RuleBroken(f"This donation is {slot.state.value}: it cannot be changed any more. Ring your dispatcher.")
    if has_set_off(session, slot.id, now=now):
        raise RuleBroken("A driver has set off for this donation: ring your dispatcher to change it.")


def _check(session: Session, draft: SlotDraft, *, slot: DonationSlot | None, now: datetime) -> None:
    errors = {**_wrong_with_times(draft, slot, now.astimezone(LONDON).date())}
    for dish in draft.dishes:
        errors |= {f"{name}-{dish.key}": words for name, words in _wrong_with_dish(dish, draft).items()}
    if not draft.dishes:
        errors["dish-1"] = "Enter what the food is"
    if len(draft.dishes) > MOST_DISHES:
        errors["dish-1"] = f"Log at most {MOST_DISHES} dishes together"
    if not errors and not draft.is_more and (other := _overlapping(session, draft, slot)) is not None:
        errors["is_more"] = (
            f"You have already logged food for {other.ready_at:%H:%M} to {other.collect_by:%H:%M} that day. "
            "Tick the box if this is more food, or change the other one instead"
        )
    if errors:
        raise BadInput(PROBLEM, errors)


def _wrong_with_times(draft: SlotDraft, slot: DonationSlot | None, today: date) -> dict[str, str]:
    errors: dict[str, str] = {}
    if draft.temperature is None:
        errors["temperature"] = "Choose how the food leaves you"
    if draft.service_date is None:
        errors["service_date"] = "Choose the day"
    elif draft.service_date < today and (slot is None or draft.service_date != slot.service_date):
        errors["service_date"] = "Choose today or a later day"
    elif draft.service_date > today + timedelta(days=MOST_DAYS_AHEAD):
        errors["service_date"] = f"Choose a day within {MOST_DAYS_AHEAD} days"
    if draft.ready_at is None:
        errors["ready_at"] = "Enter when it is ready, like 11:30"
    if draft.collect_by is None:
        errors["collect_by"] = "Enter by when it must be collected, like 12:15"
    if draft.ready_at and draft.collect_by and draft.collect_by <= draft.ready_at:
        errors["collect_by"] = "It must be collected after it is ready"
    if draft.hot_hold_until is not None:
        if draft.temperature is not None and draft.temperature is not TemperatureClass.HOT:
            errors["hot_hold_until"] = "Only hot food is kept hot: leave this empty"
        elif draft.ready_at and draft.hot_hold_until < draft.ready_at:
            errors["hot_hold_until"] = "It cannot be kept hot until before it is ready"
    return errors


def _wrong_with_dish(dish: DishDraft, draft: SlotDraft) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not dish.dish:
        errors["dish"] = "Enter what the food is"
    if draft.temperature is TemperatureClass.AMBIENT:
        if not 1 <= dish.weight_g <= MOST_WEIGHT_G:
            errors["kilograms"] = f"Kilograms must be a number from 0.5 to {MOST_WEIGHT_G // 1000:,}"
    elif not 1 <= dish.portions <= MOST_PORTIONS:
        errors["portions"] = f"Portions must be a whole number from 1 to {MOST_PORTIONS:,}"
    if dish.declaration is None:
        errors["declaration"] = "Say whether any of the 14 allergens are in it"
    elif dish.declaration is AllergenDeclaration.CONTAINS and not dish.allergens:
        errors["allergens"] = "Tick each allergen that is in it"
    if dish.texture_iddsi is not None and not 3 <= dish.texture_iddsi <= 7:
        errors["texture"] = "Choose a texture from level 3 to 7"
    if draft.temperature is TemperatureClass.CHILLED and dish.use_by is None:
        errors["use_by"] = "Chilled food needs its use-by date"
    if dish.use_by is not None and draft.service_date is not None and dish.use_by < draft.service_date:
        errors["use_by"] = "It would be past its use-by on that day: it cannot be given out"
    return errors


def _overlapping(session: Session, draft: SlotDraft, slot: DonationSlot | None) -> DonationSlot | None:
    """Another open slot of this donor on that day whose times cross these."""
    return session.scalar(
        select(DonationSlot)
        .where(
            DonationSlot.donor_id == draft.donor_id,
            DonationSlot.service_date == draft.service_date,
            DonationSlot.state.in_(STILL_OPEN),
            DonationSlot.ready_at < draft.collect_by,
            DonationSlot.collect_by > draft.ready_at,
            DonationSlot.id != (slot.id if slot else uuid.UUID(int=0)),
        )
        .limit(1)
    )


def _write_slot(slot: DonationSlot, draft: SlotDraft) -> None:
    assert draft.service_date is not None, "checked"
    assert draft.ready_at is not None, "checked"
    assert draft.collect_by is not None, "checked"
    assert draft.temperature is not None, "checked"
    slot.service_date = draft.service_date
    slot.ready_at = draft.ready_at
    slot.collect_by = draft.collect_by
    slot.temperature = draft.temperature
    slot.hot_hold_until = draft.hot_hold_until


def _write_dish(batch: Batch, dish: DishDraft, draft: SlotDraft, declared_by: str, now: datetime) -> None:
    assert dish.declaration is not None, "checked"
    contains = dish.declaration is AllergenDeclaration.CONTAINS
    claims = (dish.diets, dish.declaration, dish.allergens if contains else frozenset(), dish.texture_iddsi)
    if batch.declared_at is None or claims != (batch.diets, batch.declaration, batch.allergens, batch.texture_iddsi):
        batch.declared_by = declared_by[:200]
        batch.declared_at = now
    batch.diets, batch.declaration, batch.allergens, batch.texture_iddsi = claims
    batch.dish = dish.dish
    is_goods = draft.temperature is TemperatureClass.AMBIENT
    batch.portions = 0 if is_goods else dish.portions
    batch.weight_g = dish.weight_g if is_goods else dish.portions * PORTION_G
    batch.use_by = dish.use_by


def _write_dishes(session: Session, slot: DonationSlot, draft: SlotDraft, declared_by: str, now: datetime) -> None:
    kept = {batch.id: batch for batch in slot.batches}
    wanted = {dish.batch_id for dish in draft.dishes if dish.batch_id is not None}
    if not wanted <= set(kept):
        raise NotFound("One of these dishes is not of this donation. Load the page again.")
    gone = [batch for batch in slot.batches if batch.id not in wanted]
    _require_unused(session, gone)
    for batch in gone:
        slot.batches.remove(batch)
        session.delete(batch)
    session.flush()
    number = max((batch.number for batch in slot.batches), default=0)
    for dish in draft.dishes:
        batch_row = kept.get(dish.batch_id) if dish.batch_id is not None else None
        if batch_row is None:
            number += 1
            batch_row = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
            session.add(batch_row)
        _write_dish(batch_row, dish, draft, declared_by, now)


def _require_unused(session: Session, batches: Iterable[Batch]) -> None:
    for batch in batches:
        for table in (Allocation, StopItem):
            if session.scalar(select(table.id).where(table.batch_id == batch.id).limit(1)) is not None:
                raise RuleBroken(
                    f"“{batch.dish}” is in a plan already. Lower its portions, withdraw the whole donation, or ring your dispatcher."
                )
