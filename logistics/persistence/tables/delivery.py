"""The day: driver links, and what happened at the doors as append-only events."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.delivery import MOST_NOTE_LETTERS, DeliveryEventKind
from logistics.domain.no_reply import DoorStep
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of
from logistics.persistence.sealed import SealedText


class DriverLink(Scoped, Base):
    """A way in for one member of one route's crew. The token is kept hashed; it is bound to the first device."""

    __tablename__ = "driver_links"
    __table_args__ = (
        *within_network(("route_id", "routes"), ("volunteer_id", "volunteers")),
        UniqueConstraint("token_hash"),
    )

    route_id: Mapped[uuid.UUID] = mapped_column(index=True)
    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    token_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    device_hash: Mapped[str | None] = mapped_column(String(64))
    failed_checks: Mapped[int] = mapped_column(default=0)


class DeliveryEvent(Scoped, Base):
    """One thing that happened, as a person on the route said it. Append-only; the id was made on the phone.

    `happened_at` is by our clock, `phone_at` what the phone's own said. `came_late`: somebody else of the crew had reported
    the stop's later state before this arrived, so it decides nothing.
    """

    __tablename__ = "delivery_events"
    __table_args__ = within_network(("route_id", "routes"), ("stop_id", "stops"), ("volunteer_id", "volunteers"))

    route_id: Mapped[uuid.UUID] = mapped_column(index=True)
    stop_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    volunteer_id: Mapped[uuid.UUID | None] = mapped_column()
    account_id: Mapped[uuid.UUID | None]
    kind: Mapped[DeliveryEventKind] = mapped_column(words_of(DeliveryEventKind))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    phone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    came_late: Mapped[bool] = mapped_column(default=False)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class DoorStepTaken(Scoped, Base):
    """What the desk did about a door where nobody answered. Each step once for a stop."""

    __tablename__ = "door_steps_taken"
    __table_args__ = (
        *within_network(("stop_id", "stops")),
        UniqueConstraint("network_id", "stop_id", "step"),
    )

    stop_id: Mapped[uuid.UUID] = mapped_column(index=True)
    step: Mapped[DoorStep] = mapped_column(words_of(DoorStep))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))


class StopNote(Scoped, Base):
    """What a driver wrote about a stop, apart from its event: events hold ids, a text can be erased."""

    __tablename__ = "stop_notes"
    __table_args__ = (
        *within_network(("event_id", "delivery_events"), ("stop_id", "stops")),
        UniqueConstraint("network_id", "event_id"),
    )

    event_id: Mapped[uuid.UUID] = mapped_column()
    stop_id: Mapped[uuid.UUID] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(SealedText(MOST_NOTE_LETTERS))


class DoorPhoto(Scoped, Base):
    """A photo of food left at a door, or unfit, as JPEG that we drew ourselves; the id was made on the phone.

    It belongs to the event that it is the proof of, and goes with it: an undone tap leaves none. Kept for the network's days.
    """

    __tablename__ = "door_photos"
    __table_args__ = within_network(
        ("event_id", "delivery_events"), ("stop_id", "stops"), ("volunteer_id", "volunteers")
    )

    event_id: Mapped[uuid.UUID] = mapped_column()
    stop_id: Mapped[uuid.UUID] = mapped_column(index=True)
    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    width_px: Mapped[int]
    height_px: Mapped[int]
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
