"""Charge zones: areas in which some kinds of vehicle pay for a day. What a network imported, as values; none is built in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.weekdays import Weekday

MOST_PRICE_PENCE = 100_000
"""A price above 1,000 pounds a day is a slip of the hand."""
MOST_HOURS = 21
MOST_NAME = 80
DAY_S = 86_400

type Position = tuple[float, float]
"""(longitude, latitude) in WGS84 degrees, in GeoJSON's order."""
type Ring = tuple[Position, ...]
"""Closed: the last position is the first."""
type Polygon = tuple[Ring, ...]
"""The outline, then its holes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeHours:
    """On these weekdays the zone charges from `from_s` up to, and not including, `until_s` (seconds of the day, local time)."""

    days: frozenset[Weekday]
    from_s: int
    until_s: int

    def __post_init__(self) -> None:
        if not self.days:
            raise BadInput("it needs at least one day.")
        if not 0 <= self.from_s < self.until_s <= DAY_S:
            raise BadInput(
                f"from {_hhmm(self.from_s)} until {_hhmm(self.until_s)} ends before it begins; "
                "a night is two entries, the first until 24:00."
            )

    @classmethod
    def from_json(cls, raw: Any) -> ChargeHours:
        """`{"days": ["mon"], "from": "07:00", "until": "18:00"}`. Raises BadInput."""
        if not isinstance(raw, Mapping) or set(raw) != {"days", "from", "until"} or not isinstance(raw["days"], list):
            raise BadInput('an entry is written as {"days": ["mon", "tue"], "from": "07:00", "until": "18:00"}.')
        days = [_word(Weekday, day, "day") for day in raw["days"]]
        if len(set(days)) < len(days):
            raise BadInput("a day is named twice.")
        return cls(days=frozenset(days), from_s=_seconds(raw["from"]), until_s=_seconds(raw["until"]))

    def to_json(self) -> dict[str, Any]:
        """The same, in a fixed order."""
        return {
            "days": [day.value for day in Weekday if day in self.days],
            "from": _hhmm(self.from_s),
            "until": _hhmm(self.until_s),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeZone:
    """Whoever drives in with one of these vehicles while it charges pays `price_pence` once for the vehicle and day."""

    id: uuid.UUID
    name: str
    price_pence: int
    hours: tuple[ChargeHours, ...]
    vehicles: frozenset[VehicleKind]
    polygons: tuple[Polygon, ...]

    def charges_between(self, kind: VehicleKind, day: date, start_s: int, end_s: int) -> bool:
        """Whether it charges that kind at any moment between two seconds of that day."""
        weekday = Weekday.of(day)
        return kind in self.vehicles and any(
            weekday in hours.days and start_s < hours.until_s and hours.from_s < end_s for hours in self.hours
        )

    @property
    def words(self) -> str:
        """`Monday to Friday 07:00 to 18:00; car, van`: when, and whom."""
        times = "; ".join(
            f"{', '.join(day.label[:3] for day in Weekday if day in hours.days)} {_hhmm(hours.from_s)} to {_hhmm(hours.until_s)}"
            for hours in self.hours
        )
        return f"{times}; {', '.join(kind.label for kind in VehicleKind if kind in self.vehicles)}"


def checked_name(raw: Any) -> str:
    """A name of one line. Raises BadInput."""
    name = raw.strip() if isinstance(raw, str) else ""
    if not 0 < len(name) <= MOST_NAME or not name.isprintable():
        raise BadInput(f"it must be a text of 1 to {MOST_NAME} characters.")
    return name


def checked_price_pence(raw: Any) -> int:
    """Whole pence. Raises BadInput."""
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= MOST_PRICE_PENCE:
        raise BadInput(f"it must be whole pence from 0 to {MOST_PRICE_PENCE}: 15 pounds are 1500.")
    return raw


def checked_hours(raw: Any) -> tuple[ChargeHours, ...]:
    """At least one entry. Raises BadInput."""
    if not isinstance(raw, list) or not 0 < len(raw) <= MOST_HOURS:
        raise BadInput(f"it must be a list of 1 to {MOST_HOURS} entries.")
    return tuple(ChargeHours.from_json(each) for each in raw)


def checked_vehicles(raw: Any) -> frozenset[VehicleKind]:
    """At least one kind. Raises BadInput."""
    if not isinstance(raw, list) or not raw:
        raise BadInput("it must be a list of at least one kind.")
    kinds = [_word(VehicleKind, kind, "kind of vehicle") for kind in raw]
    if len(set(kinds)) < len(kinds):
        raise BadInput("a kind is named twice.")
    return frozenset(kinds)


def _word[Word: (Weekday, VehicleKind)](words: type[Word], raw: Any, what: str) -> Word:
    known = [word for word in words if word.value == raw]
    if not known:
        raise BadInput(f"{raw!r} is no {what}; there are {', '.join(word.value for word in words)}.")
    return known[0]


def _seconds(raw: Any) -> int:
    match = re.fullmatch(r"([01]\d|2[0-4]):([0-5]\d)", raw) if isinstance(raw, str) else None
    if match is None or (seconds := int(match[1]) * 3600 + int(match[2]) * 60) > DAY_S:
        raise BadInput(f"{raw!r} is no time of the day; write 07:00, and 24:00 for the end of a day.")
    return seconds


def _hhmm(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"
