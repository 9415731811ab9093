"""What a phone sends, read strictly: an event of a form, an event of a JSON list, instants, counts and degrees."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import request

from logistics.domain.care import ConcernAbout, ConcernUrgency
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import BadInput
from logistics.services.concerns import ReportedConcern
from logistics.services.deliveries import ReportedEvent

WORDS = ("how", "with", "reason", "note", "decision")
CONCERN = "concern_raised"
"""The kind of a report that becomes a concern, and not an event of the route."""
COUNTS = ("given", "collected", "left")
METRES_IN_A_MILE = 1609.344
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9])?")
_MILES = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")


def event_of_json(part: object, sent_at: datetime | None) -> ReportedEvent:
    """One event of a list; `sent_at` is what the phone's clock said when it sent the list. Raises BadInput."""
    if not isinstance(part, dict):
        raise BadInput("Each event must be an object with id and kind.")
    details = part.get("details", {})
    if not isinstance(details, dict):
        raise BadInput("“details” must be an object.")
    stop_id = part.get("stop_id")
    return ReportedEvent(
        id=uuid_of(part.get("id"), "id"),
        kind=_kind(part.get("kind")),
        stop_id=None if stop_id is None else uuid_of(stop_id, "stop_id"),
        happened_at=instant_of(part.get("happened_at"), "happened_at"),
        sent_at=sent_at,
        details=details,
    )


def event_of_form() -> ReportedEvent:
    """The event that a form of the page says. Raises BadInput."""
    form = request.form
    details: dict[str, Any] = {name: form[name] for name in WORDS if form.get(name)}
    for name in COUNTS:
        counts = {
            key.removeprefix(f"{name}-"): _count(value) for key, value in form.items() if key.startswith(f"{name}-")
        }
        if counts:
            details[name] = counts
    if form.get("celsius"):
        details["tenths_c"] = _tenths(form["celsius"])
    if form.get("miles"):
        details.setdefault("left", {})["driven_m"] = _metres(form["miles"])
    return ReportedEvent(
        id=uuid_of(form.get("event_id"), "event_id"),
        kind=_kind(form.get("kind")),
        stop_id=uuid_of(form["stop_id"], "stop_id") if form.get("stop_id") else None,
        happened_at=instant_of(form.get("happened_at") or None, "happened_at"),
        details=details,
    )


def concern_of_json(part: dict[str, Any], sent_at: datetime | None) -> ReportedConcern:
    """A worry that stands in a list of events. Raises BadInput."""
    details = part.get("details")
    said: dict[str, Any] = details if isinstance(details, dict) else {}
    return _concern(part, said, sent_at)


def concern_of_form() -> ReportedConcern:
    """The worry that a form of the page says. Raises BadInput."""
    form = request.form
    head = {"id": form.get("event_id"), "stop_id": form.get("stop_id"), "happened_at": form.get("happened_at") or None}
    return _concern(head, form, None)


def _concern(head: Mapping[str, Any], said: Mapping[str, Any], sent_at: datetime | None) -> ReportedConcern:
    urgency, about, note = said.get("urgency"), said.get("about"), said.get("note")
    if urgency not in tuple(ConcernUrgency):
        raise BadInput("Say how soon somebody must look: urgent, today, or in the next days.")
    if about not in tuple(ConcernAbout):
        raise BadInput("Say whom it is about.")
    return ReportedConcern(
        id=uuid_of(head.get("id"), "id"),
        stop_id=uuid_of(head.get("stop_id"), "stop_id"),
        urgency=ConcernUrgency(urgency),
        about=ConcernAbout(about),
        note=note if isinstance(note, str) else "",
        happened_at=instant_of(head.get("happened_at"), "happened_at"),
        sent_at=sent_at,
    )


def pickups_of_form(event: ReportedEvent) -> list[ReportedEvent]:
    """The pickups that the same tap marks as collected: fields `collected_too-<stop>` with the id of each one's event."""
    return [
        ReportedEvent(
            id=uuid_of(value, "collected_too"),
            kind=DeliveryEventKind.PICKUP_DONE,
            stop_id=uuid_of(key.removeprefix("collected_too-"), "collected_too"),
            happened_at=event.happened_at,
        )
        for key, value in request.form.items()
        if key.startswith("collected_too-")
    ]


def _count(typed: str) -> int:
    digits = typed.strip()
    if digits.isascii() and digits.isdecimal() and len(digits) < 6:
        return int(digits)
    raise BadInput("Enter how many with figures, such as 2.")


def _tenths(typed: str) -> int:
    """`66.5` or `66,5` degrees as tenths."""
    found = _DEGREES.fullmatch(typed.strip().replace("−", "-").replace(",", "."))
    if found is None:
        raise BadInput("Enter what the probe shows in degrees Celsius, such as 66.5.")
    return round(float(found[0]) * 10)


def _metres(typed: str) -> int:
    """Miles as typed, `12` or `12.4`, in metres."""
    found = _MILES.fullmatch(typed.strip().replace(",", "."))
    if found is None:
        raise BadInput("Enter the miles you drove with figures, such as 12.4.")
    return round(float(found[0]) * METRES_IN_A_MILE)


def uuid_of(value: object, name: str) -> uuid.UUID:
    """A field as a UUID. Raises BadInput."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        raise BadInput(f"“{name}” must be a UUID.") from None


def _kind(value: object) -> DeliveryEventKind:
    if isinstance(value, str) and value in tuple(DeliveryEventKind):
        return DeliveryEventKind(value)
    raise BadInput(f"“kind” must be one of: {', '.join(DeliveryEventKind)}.")


def instant_of(value: object, name: str) -> datetime | None:
    """An instant with its zone, or None where nothing was sent. Raises BadInput."""
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        raise BadInput(f"“{name}” must be an instant like 2026-12-02T12:14:00Z.") from None
    if instant.tzinfo is None:
        raise BadInput(f"“{name}” needs a time zone, like 2026-12-02T12:14:00Z.")
    return instant
