"""The settings of the road that a plan was made with, as its page says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logistics.domain.parking import VehicleParking
from logistics.domain.slow_hours import SlowHours
from logistics.domain.weekdays import Weekday


def road_words(made_with: Mapping[str, Any] | None) -> tuple[str, ...]:
    """`Slow hours: Mon, Tue 16:00 to 18:30, car 130%`, `Parking: car 4 min`; nothing for what is not set."""
    kept = made_with or {}
    words = []
    slow = [_slow(SlowHours.from_settings(raw)) for raw in kept.get("slow_hours", ())]
    if slow:
        words.append(f"Slow hours: {'; '.join(slow)}.")
    parking = VehicleParking.from_settings(kept.get("vehicle_parking_s", {})).seconds
    if parking:
        minutes = ", ".join(f"{kind.label} {parking_s / 60:g} min" for kind, parking_s in parking.items())
        words.append(f"Parking at every stop: {minutes}.")
    return tuple(words)


def _slow(hours: SlowHours) -> str:
    days = ", ".join(day.label[:3] for day in Weekday if day in hours.days)
    kinds = ", ".join(sorted(kind.label for kind in hours.vehicles))
    return f"{days} {hours.start:%H:%M} to {hours.end:%H:%M}, {kinds} {hours.percent}%"
