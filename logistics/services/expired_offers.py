"""Donations that were offered and that nobody ever confirmed: once their day is over, they have expired."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor
from logistics.domain.states import SlotState, change
from logistics.domain.week import LONDON
from logistics.persistence.tables import DonationSlot
from logistics.services.donation_slots import is_used
from logistics.services.slot_trail import BY_CALENDAR, facts_of, note_slot


def expire_offers(session: Session, actor: Actor, *, now: datetime) -> int:
    """Let every offer of a day before today expire, each with a line in its history. Returns how many.

    One that a plan gave to somebody stays: a phone without a signal, or the desk, may still tell what came of it.
    """
    today = now.astimezone(LONDON).date()
    over = session.scalars(
        select(DonationSlot)
        .where(DonationSlot.state == SlotState.OFFERED, DonationSlot.service_date < today)
        .options(selectinload(DonationSlot.batches))
        .order_by(DonationSlot.service_date, DonationSlot.id)
        .with_for_update()
    ).all()
    expired = 0
    for slot in over:
        if any(is_used(session, batch.id) for batch in slot.batches):
            continue
        before = facts_of(slot)
        slot.state = change(slot.state, SlotState.EXPIRED)
        note_slot(session, actor, slot, "slot_expired", before=before, now=now, by=BY_CALENDAR)
        expired += 1
    return expired
