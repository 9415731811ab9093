"""Days of the week as the spreadsheets write them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Weekday(StrEnum):
    """`mon` to `sun`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: date) -> Weekday:
        """The weekday of a date."""
        return tuple(cls)[day.weekday()]

    @property
    def position(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return tuple(Weekday).index(self)

    @property
    def label(self) -> str:
        """The word people read."""
        return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[self.position]
