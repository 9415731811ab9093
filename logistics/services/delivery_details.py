"""The details of an event, read strictly: only what is known of is kept, only what the household agreed to is allowed.

`how` and `with` (delivered), `given` (stop item -> quantity, where not all of it), `reason` (failed), `collected` (batch ->
portions, where a pickup held less or more than planned), `tenths_c` and `decision` (temperature), `left` (counted at the end).
A `note` is kept apart, as text that can be erased. Words, ids and numbers alone: no personal value can get in.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import MOST_NOTE_LETTERS, DeliveryEventKind, TemperatureDecision
from logistics.domain.errors import BadInput, RuleBroken
from logistics.domain.food import is_out_of_range
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import DeliveredHow, FailureReason, Handover, TemperatureClass
from logistics.persistence.tables import DonationSlot, Household, Stop, StopItem
from logistics.queries.safe_items import unsafe_items

AT_THE_DOOR = (
    FailureReason.NO_REPLY,
    FailureReason.REFUSED,
    FailureReason.BAD_ADDRESS,
    FailureReason.UNSAFE,
    FailureReason.FOOD_UNFIT,
    FailureReason.RAN_OUT,
)
"""The reasons a person on the route may give; that there was no driver is the desk's to say."""

MOST_AT_ONCE = 10_000

LEFT_OVER = {
    "portions_returned": MOST_AT_ONCE,
    "portions_wasted": MOST_AT_ONCE,
    "parcels_returned": MOST_AT_ONCE,
    "parcels_wasted": MOST_AT_ONCE,
    "driven_m": 1_000_000,
}
"""What a driver counts at the end of the route, and the most of it: what came back, what was thrown away, how far they drove."""

LOWEST_TENTHS_C, HIGHEST_TENTHS_C = -400, 1500


def kept_details(
    kind: DeliveryEventKind, stop: Stop | None, details: Mapping[str, Any], session: Session
) -> dict[str, Any]:
    """What of the details is stored with the event. Raises BadInput or RuleBroken."""
    if kind is DeliveryEventKind.ROUTE_RECONCILED:
        return _counts(details, "left", LEFT_OVER)
    if stop is None:
        return {}
    if kind is DeliveryEventKind.STOP_DELIVERED:
        return _delivered(session, stop, details)
    if kind is DeliveryEventKind.STOP_FAILED:
        return {"reason": _word(details, "reason", FailureReason, AT_THE_DOOR).value}
    if kind is DeliveryEventKind.TEMPERATURE_TAKEN:
        return _temperature(session, stop, details)
    if kind is DeliveryEventKind.PICKUP_DONE:
        batches = {str(item.batch_id) for item in stop.items if item.batch_id is not None}
        collected = _counts(details, "collected", dict.fromkeys(batches, MOST_AT_ONCE))
        return {"collected": collected} if collected else {}
    return {}


def _delivered(session: Session, stop: Stop, details: Mapping[str, Any]) -> dict[str, Any]:
    if stop.kind is StopKind.HUB_DROP:
        return {"how": DeliveredHow.HANDED_OVER.value}
    how = _word(details, "how", DeliveredHow, tuple(DeliveredHow))
    items = {str(item.id): item for item in stop.items}
    given = {key: item.quantity for key, item in items.items()}
    given |= _counts(details, "given", given)
    _require_some(given)
    _require_safe(session, stop, given)
    kept: dict[str, Any] = {"how": how.value}
    if how is not DeliveredHow.HANDED_OVER:
        kept |= _as_agreed(session, stop, how, details, {key: items[key] for key, count in given.items() if count})
    if any(given[key] != item.quantity for key, item in items.items()):
        kept["given"] = given
    return kept


def note_of(details: Mapping[str, Any]) -> str:
    """The text of a note, in one line. Raises BadInput for none and for one that is too long."""
    text = details.get("note")
    words = " ".join(text.split()) if isinstance(text, str) else ""
    if not words or len(words) > MOST_NOTE_LETTERS or "\0" in words:
        raise BadInput(f"Write a note of at most {MOST_NOTE_LETTERS} letters.", {"note": "Write a note"})
    return words


def _temperature(session: Session, stop: Stop, details: Mapping[str, Any]) -> dict[str, Any]:
    """The reading in tenths of a degree, with the decision where the food is too cold or too warm."""
    slot = session.get(DonationSlot, stop.slot_id) if stop.slot_id is not None else None
    if stop.kind is not StopKind.PICKUP or slot is None:
        raise BadInput("A temperature is taken of food at its pickup.")
    tenths = details.get("tenths_c")
    if isinstance(tenths, bool) or not isinstance(tenths, int) or not LOWEST_TENTHS_C <= tenths <= HIGHEST_TENTHS_C:
        raise BadInput(
            "Enter what the probe shows in degrees Celsius, such as 66.5.", {"celsius": "Enter degrees Celsius"}
        )
    if not is_out_of_range(slot.temperature, tenths):
        return {"tenths_c": tenths}
    if not details.get("decision"):
        rule = "below 63 °C" if slot.temperature is TemperatureClass.HOT else "above 8 °C"
        raise BadInput(
            f"{tenths / 10:g} °C is {rule}: ring the on-call number, then choose whether the food stays here or comes with you.",
            {"decision": "Choose what happens with the food"},
        )
    return {
        "tenths_c": tenths,
        "decision": _word(details, "decision", TemperatureDecision, tuple(TemperatureDecision)).value,
    }


def _require_some(given: Mapping[str, int]) -> None:
    if not any(given.values()):
        raise BadInput(
            "Nothing was given: say why instead, for example no reply or refused.", {"given": "Give at least one"}
        )


def _require_safe(session: Session, stop: Stop, given: Mapping[str, int]) -> None:
    if any(given.get(str(item_id)) for item_id in unsafe_items(session, stop)):
        raise RuleBroken(
            "This food is not safe for this household any more: what is in it was changed. Keep it, and ring the on-call number."
        )


def _as_agreed(
    session: Session, stop: Stop, how: DeliveredHow, details: Mapping[str, Any], given: Mapping[str, StopItem]
) -> dict[str, Any]:
    agreed = session.scalar(select(Household.handover).where(Household.id == stop.household_id))
    if how is DeliveredHow.LEFT_AT_DOOR:
        if agreed is not Handover.LEFT_AT_DOOR:
            raise RuleBroken("This household has not agreed to food left at the door. Report no reply instead.")
        if any(item.product is None or item.product.is_meal for item in given.values()):
            raise RuleBroken("Only parcels may be left at the door: meals are never left unattended.")
        return {}
    if agreed not in (Handover.NEIGHBOUR, Handover.CONCIERGE):
        raise RuleBroken("This household has not agreed to food left with somebody else. Report no reply instead.")
    return {"with": _word({"with": details.get("with", agreed.value)}, "with", Handover, (agreed,)).value}


def _word[Word: (DeliveredHow, FailureReason, Handover, TemperatureDecision)](
    details: Mapping[str, Any], name: str, kind: type[Word], allowed: tuple[Word, ...]
) -> Word:
    value = details.get(name)
    if isinstance(value, str) and value in tuple(kind) and kind(value) in allowed:
        return kind(value)
    raise BadInput(
        f"Say {name} with one of: {', '.join(word.value for word in allowed)}.", {name: "Choose one of the list"}
    )


def _counts(details: Mapping[str, Any], name: str, most: Mapping[str, int]) -> dict[str, int]:
    """Whole numbers by id, each from 0 to its most. Raises BadInput for an id that is not of this stop."""
    counts = details.get(name)
    if counts is None:
        return {}
    if not isinstance(counts, Mapping):
        raise BadInput(f"“{name}” must be an object of ids and numbers.")
    for key, count in counts.items():
        if key not in most or isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= most[key]:
            raise BadInput(
                "Enter how many were given, from 0 to what the list says.", {name: "Enter a number from the list"}
            )
    return {str(key): int(count) for key, count in counts.items()}


def given_of(stop: Stop, details: Mapping[str, Any]) -> dict[uuid.UUID, int]:
    """How many of each item a delivered event says were given: all, where it does not say otherwise."""
    told: Mapping[str, int] = details.get("given", {})
    return {item.id: told.get(str(item.id), item.quantity) for item in stop.items}
