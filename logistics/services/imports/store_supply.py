"""Donation slots: rows of one pickup make one slot, each row a batch of it in the order of the file."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from logistics.domain.authority import Actor
from logistics.persistence.tables import Batch, DonationSlot
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import Row
from logistics.services.slot_trail import BY_IMPORT, note_slot

_SLOT = ("donor", "date", "ready_at", "collect_by", "temperature", "hot_hold_until")
"""Rows that agree in these are batches of one slot; two rows that agree in everything are two batches."""
DECLARED_BY = "the donor, by the imported files"
_SLOT_ATTRIBUTES = ("donor_id", "service_date", "ready_at", "collect_by", "temperature", "hot_hold_until")


def put_slots(
    upsert: Upsert, rows: tuple[Row, ...], organisations: dict[str, uuid.UUID], *, network_id: uuid.UUID
) -> None:
    """Every slot of the files with its batches; counted by row, so by batch. A new one gets the first line of its history."""
    session = upsert.session
    slots = {
        (slot.donor_id, slot.service_date, slot.ready_at, slot.collect_by, slot.temperature, slot.hot_hold_until): slot
        for slot in session.scalars(select(DonationSlot))
    }
    batches: dict[uuid.UUID, list[Batch]] = {}
    for batch in session.scalars(select(Batch).order_by(Batch.number)):
        batches.setdefault(batch.slot_id, []).append(batch)
    by_slot: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        key = (organisations[row["donor"]], *(row[column] for column in _SLOT[1:]))
        by_slot.setdefault(key, []).append(row)
    new: list[DonationSlot] = []
    for key, slot_rows in by_slot.items():
        slot = slots.get(key)
        known = batches.pop(slot.id, []) if slot is not None else []
        put = _put_slot(upsert, key, slot, known, slot_rows)
        if slot is None:
            new.append(put)
        upsert.table("donation_slots").elsewhere += max(0, len(known) - len(slot_rows))
    upsert.table("donation_slots").elsewhere += sum(map(len, batches.values()))
    session.flush()
    for made in new:
        who = Actor.system(network_id)
        note_slot(session, who, made, "slot_made", before=None, now=upsert.now, by=BY_IMPORT)


def _put_slot(
    upsert: Upsert, key: tuple[Any, ...], slot: DonationSlot | None, known: list[Batch], rows: list[Row]
) -> DonationSlot:
    pairs = _match(rows, known)
    number = max((batch.number for batch in known), default=0)
    for row, batch in pairs:
        upsert.begin_row()
        if slot is None:
            values = dict(zip(_SLOT_ATTRIBUTES, key, strict=True))
            slot = upsert.put(None, DonationSlot, part=True, **values)
        if batch is None:
            number += 1
        _put_batch(upsert, row, slot.id, batch.number if batch is not None else number, batch)
        upsert.end_row("donation_slots")
    assert slot is not None
    return slot


def _match(rows: list[Row], known: list[Batch]) -> list[tuple[Row, Batch | None]]:
    """Each row with the batch it was before: the first of the same dish that is left, else any that is left.

    So a row taken out of the middle leaves the others their batches, and a dish renamed keeps its own.
    """
    left = list(known)
    found: dict[int, Batch] = {}
    for same_dish in (True, False):
        for position, row in enumerate(rows):
            if position in found:
                continue
            batch = next((batch for batch in left if batch.dish == row["dish"] or not same_dish), None)
            if batch is not None:
                found[position] = batch
                left.remove(batch)
    return [(row, found.get(position)) for position, row in enumerate(rows)]


def _put_batch(upsert: Upsert, row: Row, slot_id: uuid.UUID, number: int, existing: Batch | None) -> None:
    """The batch as the row says. What the donor claims is kept with who said it and when, as far as a sheet can tell."""
    said, allergens = row["allergens"]
    claims = (said, allergens, row["diets"])
    same = existing is not None and claims == (existing.declaration, existing.allergens, existing.diets)
    who: dict[str, Any] = {} if same else {"declared_by": DECLARED_BY, "declared_at": upsert.now}
    upsert.put(
        existing,
        Batch,
        slot_id=slot_id,
        number=number,
        dish=row["dish"],
        portions=row["portions"],
        weight_g=row["weight_g"],
        diets=row["diets"],
        declaration=said,
        allergens=allergens,
        texture_iddsi=row["texture_iddsi"],
        use_by=row["use_by"],
        **who,
    )
