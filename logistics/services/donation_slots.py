"""Donation slots as their donor logs them: offered, confirmed, changed and withdrawn, until a driver has set off.

A dish is declared with who said it and when. Changing what is in it after a plan was sent out changes nothing of the plan:
the driver's page holds back what is no longer safe, and the change stands in the trail.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.states import SlotState, change
from logistics.domain.vocabulary import AllergenDeclaration, OrganisationKind, TemperatureClass
from logistics.persistence.tables import Allocation, Batch, DonationSlot, Organisation, StopItem
from logistics.queries.donor_slots import has_set_off
from logistics.services.slot_draft import PROBLEM, STILL_OPEN, DishDraft, SlotDraft, check_slot
from logistics.services.slot_trail import facts_of, note_slot

PORTION_G = 420


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSaved:
    """What was stored."""

    id: uuid.UUID
    state: SlotState


def log_slot(session: Session, actor: Actor, draft: SlotDraft, *, declared_by: str, now: datetime) -> SlotSaved:
    """Store a slot that its donor logs: it is confirmed by being logged. Raises BadInput, NotFound, Forbidden."""
    require_donor(session, actor, draft.donor_id)
    check_slot(session, draft, slot=None, now=now)
    slot = DonationSlot(id=uuid.uuid4(), donor_id=draft.donor_id, state=SlotState.CONFIRMED)
    _write_slot(slot, draft)
    session.add(slot)
    session.flush()
    for number, dish in enumerate(draft.dishes, start=1):
        batch = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
        write_dish(batch, dish, slot.temperature, declared_by, now)
        session.add(batch)
    note_slot(session, actor, slot, "slot_logged", before=None, now=now)
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
    slot = own_slot(session, actor, slot_id)
    require_version(slot, version)
    require_changeable(session, slot, now)
    check_slot(session, draft, slot=slot, now=now)
    before = facts_of(slot)
    _write_slot(slot, draft)
    slot.state = change(slot.state, SlotState.CONFIRMED)
    # A change of the dishes alone is a change of the slot too: whoever loaded it before must load it again.
    flag_modified(slot, "service_date")
    slot.is_exception = slot.schedule_id is not None
    write_dishes(session, slot, draft.dishes, declared_by, now)
    note_slot(session, actor, slot, "slot_changed", before=before, now=now)
    return SlotSaved(id=slot.id, state=slot.state)


def withdraw_slot(
    session: Session, actor: Actor, slot_id: uuid.UUID, *, now: datetime, version: int | None = None, by: str = ""
) -> SlotSaved:
    """Take a slot back before a driver has set off; twice is once. Raises NotFound, Conflict, RuleBroken."""
    slot = own_slot(session, actor, slot_id)
    if slot.state is not SlotState.WITHDRAWN:
        require_version(slot, version)
        require_changeable(session, slot, now)
        before = facts_of(slot)
        slot.state = change(slot.state, SlotState.WITHDRAWN)
        slot.is_exception = slot.schedule_id is not None
        note_slot(session, actor, slot, "slot_withdrawn", before=before, now=now, by=by)
    return SlotSaved(id=slot.id, state=slot.state)


def require_version(slot: DonationSlot, version: int | None) -> None:
    """Raises Conflict when the slot is not the one that the page showed. None: the page showed none."""
    if version is not None and slot.version != version:
        raise Conflict("Somebody else changed this donation meanwhile. Load it again and repeat your change.")


def own_slot(session: Session, actor: Actor, slot_id: uuid.UUID) -> DonationSlot:
    """A slot that this actor may change, locked, with its batches. Raises NotFound."""
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


def require_donor(session: Session, actor: Actor, donor_id: uuid.UUID) -> None:
    """Raises Forbidden, NotFound, or BadInput for an organisation that gives no food."""
    actor.require(Permission.EDIT_SLOTS, organisations=frozenset({donor_id}))
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == donor_id))
    if kind is None:
        raise NotFound("There is no such donor in this network.")
    if kind is not OrganisationKind.DONOR:
        raise BadInput(PROBLEM, {"donor": "Choose an organisation that donates food"})


def require_changeable(session: Session, slot: DonationSlot, now: datetime) -> None:
    """Raises RuleBroken once a driver has set off, or the slot is over."""
    if slot.state not in STILL_OPEN:
        raise RuleBroken(f"This donation is {slot.state.value}: it cannot be changed any more. Ring your dispatcher.")
    if has_set_off(session, slot.id, now=now):
        raise RuleBroken("A driver has set off for this donation: ring your dispatcher to change it.")


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


def write_dish(batch: Batch, dish: DishDraft, temperature: TemperatureClass, declared_by: str, now: datetime) -> None:
    """Put a dish into its row; who said what is in it, and when, changes only when what they say does."""
    assert dish.declaration is not None, "checked"
    contains = dish.declaration is AllergenDeclaration.CONTAINS
    claims = (dish.diets, dish.declaration, dish.allergens if contains else frozenset(), dish.texture_iddsi)
    if batch.declared_at is None or claims != (batch.diets, batch.declaration, batch.allergens, batch.texture_iddsi):
        batch.declared_by = declared_by[:200]
        batch.declared_at = now
    batch.diets, batch.declaration, batch.allergens, batch.texture_iddsi = claims
    batch.dish = dish.dish
    is_goods = temperature is TemperatureClass.AMBIENT
    batch.portions = 0 if is_goods else dish.portions
    batch.weight_g = dish.weight_g if is_goods else dish.portions * PORTION_G
    batch.use_by = dish.use_by


def write_dishes(
    session: Session, slot: DonationSlot, dishes: tuple[DishDraft, ...], declared_by: str, now: datetime
) -> None:
    """Make these the dishes of a slot: known ones keep their rows, others go unless a plan uses them."""
    kept = {batch.id: batch for batch in slot.batches}
    wanted = {dish.batch_id for dish in dishes if dish.batch_id is not None}
    if not wanted <= set(kept):
        raise NotFound("One of these dishes is not of this donation. Load the page again.")
    gone = [batch for batch in slot.batches if batch.id not in wanted]
    _require_unused(session, gone)
    for batch in gone:
        slot.batches.remove(batch)
        session.delete(batch)
    session.flush()
    number = max((batch.number for batch in slot.batches), default=0)
    for dish in dishes:
        batch_row = kept.get(dish.batch_id) if dish.batch_id is not None else None
        if batch_row is None:
            number += 1
            batch_row = Batch(id=uuid.uuid4(), slot_id=slot.id, number=number)
            session.add(batch_row)
        write_dish(batch_row, dish, slot.temperature, declared_by, now)
    session.flush()
    session.expire(slot, ["batches"])


def _require_unused(session: Session, batches: Iterable[Batch]) -> None:
    for batch in batches:
        if is_used(session, batch.id):
            raise RuleBroken(
                f"“{batch.dish}” is in a plan already. Lower its portions, withdraw the whole donation, or ring your dispatcher."
            )


def is_used(session: Session, batch_id: uuid.UUID) -> bool:
    """Whether any plan gives this food to somebody."""
    return any(
        session.scalar(select(table.id).where(table.batch_id == batch_id).limit(1)) is not None
        for table in (Allocation, StopItem)
    )
