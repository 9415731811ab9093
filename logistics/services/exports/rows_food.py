"""Organisations, wishes, food and what was driven as values of the spreadsheets' columns, by table."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.states import OrderState
from logistics.persistence.tables import (
    Batch,
    DonationSlot,
    Hub,
    Organisation,
    Pause,
    Round,
    RoundVisit,
    StandingOrder,
)
from logistics.queries.week_input import PLANNABLE_SLOTS
from logistics.services.exports.rows_people import Values

Refs = Mapping[uuid.UUID, str]


def organisations(session: Session) -> dict[uuid.UUID, Values]:
    """Every organisation by its id."""
    rows = session.scalars(select(Organisation).options(selectinload(Organisation.site)))
    return {
        row.id: {
            "code": row.code,
            "name": row.name,
            "kind": row.kind,
            "postcode": row.site.postcode,
            "access_notes": row.site.access_notes,
            "phone": row.phone,
        }
        for row in rows
    }


def hubs(session: Session, codes: Refs) -> list[Values]:
    """Where parcels are packed."""
    return [
        {
            "organisation": codes[row.organisation_id],
            "parcels_per_day": row.parcels_per_day,
            "open": row.opens_at,
            "close": row.closes_at,
        }
        for row in session.scalars(select(Hub))
    ]


def standing_orders(session: Session, homes: Refs) -> list[Values]:
    """Wishes that stand."""
    return [
        {
            "household": homes[row.household_id],
            "product": row.product,
            "quantity": row.quantity,
            "days": row.days,
            "window_start": row.window_start,
            "window_end": row.window_end,
            "frequency": row.frequency,
            "from": row.starts_on,
            "until": row.ends_on,
            "fulfilment": row.fulfilment,
        }
        for row in session.scalars(select(StandingOrder).where(StandingOrder.state == OrderState.CONFIRMED))
        if row.household_id in homes
    ]


def pauses(session: Session, homes: Refs) -> list[Values]:
    """Days without food."""
    return [
        {"household": homes[row.household_id], "from": row.starts_on, "to": row.ends_on, "reason": row.reason}
        for row in session.scalars(select(Pause))
        if row.household_id in homes
    ]


def donation_slots(session: Session, codes: Refs) -> list[Values]:
    """Every dish of every pickup that a plan may use, those of one pickup in their order.

    What was collected counts where somebody counted it; a dish of which nothing is there is left out.
    """
    rows = session.scalars(
        select(DonationSlot).where(DonationSlot.state.in_(PLANNABLE_SLOTS)).options(selectinload(DonationSlot.batches))
    )
    ordered = sorted(
        rows,
        key=lambda row: (
            *(row.service_date, codes[row.donor_id], row.ready_at, row.collect_by, row.temperature),
            row.hot_hold_until or time.min,
            [(batch.dish, _there(batch)) for batch in row.batches],
        ),
    )
    return [_batch(slot, batch, codes) for slot in ordered for batch in slot.batches if _there(batch) or batch.weight_g]


def _there(batch: Batch) -> int:
    return batch.portions if batch.portions_collected is None else batch.portions_collected


def _batch(slot: DonationSlot, batch: Batch, codes: Refs) -> Values:
    return {
        "donor": codes[slot.donor_id],
        "date": slot.service_date,
        "ready_at": slot.ready_at,
        "collect_by": slot.collect_by,
        "temperature": slot.temperature,
        "portions": _there(batch),
        "dish": batch.dish,
        "diets": batch.diets,
        "allergens": (batch.declaration, batch.allergens),
        "texture_iddsi": batch.texture_iddsi,
        "weight_g": batch.weight_g,
        "hot_hold_until": slot.hot_hold_until,
        "use_by": batch.use_by,
    }


def last_week(session: Session, volunteers: Refs, homes: Refs) -> list[Values]:
    """Every door of rounds as they were driven."""
    names = {row.id: row.name for row in session.scalars(select(Round))}
    return [
        {
            "round": names[row.round_id],
            "date": row.service_date,
            "volunteer": volunteers[row.volunteer_id],
            "sequence": row.sequence,
            "household": homes[row.household_id],
            "outcome": row.outcome,
        }
        for row in session.scalars(select(RoundVisit))
        if row.volunteer_id in volunteers and row.household_id in homes
    ]
