"""Hours in which travel takes longer: a network's own table of peak hours, by weekday and kind of vehicle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.weekdays import Weekday

USUAL_PERCENT = 100
MOST_PERCENT = 400
NEVER_ARRIVES_S = 2**31 - 1
"""What the road routers write where there is no way: slow or not, there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowHours:
    """From `start` to `end` on these weekdays, travel with these vehicles takes `percent` of its usual time."""

    days: frozenset[Weekday]
    start: time
    end: time
    vehicles: frozenset[VehicleKind]
    percent: int

    def __post_init__(self) -> None:
        if not self.days or not self.vehicles:
            raise BadInput("Slow hours need at least one day and one kind of vehicle.")
        if self.start >= self.end:
            raise BadInput(f"Slow hours from {self.start:%H:%M} to {self.end:%H:%M} end before they begin.")
        if not USUAL_PERCENT < self.percent <= MOST_PERCENT:
            raise BadInput(f"Slow hours take from 101 to {MOST_PERCENT} percent of the usual time, not {self.percent}.")

    @classmethod
    def from_settings(cls, raw: Mapping[str, Any]) -> SlowHours:
        """As a network's settings keep it. Raises BadInput."""
        try:
            return cls(
                days=frozenset(Weekday(day) for day in raw["days"]),
                start=time.fromisoformat(raw["from"]),
                end=time.fromisoformat(raw["to"]),
                vehicles=frozenset(VehicleKind(kind) for kind in raw["vehicles"]),
                percent=int(raw["percent"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BadInput(
                'Slow hours are written as {"days": ["mon"], "from": "16:00", "to": "18:30", "vehicles": ["car"], '
                f'"percent": 130}}; this cannot be read: {error}.'
            ) from error

    def to_settings(self) -> dict[str, Any]:
        """As JSON, in a fixed order."""
        return {
            "days": [day.value for day in Weekday if day in self.days],
            "from": f"{self.start:%H:%M}",
            "to": f"{self.end:%H:%M}",
            "vehicles": [kind.value for kind in VehicleKind if kind in self.vehicles],
            "percent": self.percent,
        }


def slow_percent(table: Iterable[SlowHours], kind: VehicleKind, day: date, start_s: int, end_s: int) -> int:
    """What travel in a shift takes, in percent: that of the slowest hours which the shift touches (seconds of the day).

    The slowest and not the mean: a promise about hot food must hold also if every leg falls into the peak.
    """
    weekday = Weekday.of(day)
    return max(
        (
            hours.percent
            for hours in table
            if weekday in hours.days
            and kind in hours.vehicles
            and start_s < _seconds(hours.end)
            and _seconds(hours.start) < end_s
        ),
        default=USUAL_PERCENT,
    )


def slowed_s(usual_s: int, percent: int) -> int:
    """Seconds of travel at that percentage, rounded up."""
    return usual_s if usual_s == NEVER_ARRIVES_S else -(-usual_s * percent // 100)


def slowed_matrix(usual_s: NDArray[np.int32], percent: int) -> NDArray[np.int32]:
    """The same for a whole table."""
    if percent == USUAL_PERCENT:
        return usual_s
    slowed = -(-usual_s.astype(np.int64) * percent // 100)
    return np.where(usual_s == NEVER_ARRIVES_S, NEVER_ARRIVES_S, slowed).astype(np.int32)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
