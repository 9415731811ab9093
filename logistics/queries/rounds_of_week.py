"""Rounds as a board names them: what is brought on one day in one part of it ("Monday lunch"), counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from logistics.domain.vocabulary import Product
from logistics.domain.weekdays import Weekday

SUPPER_FROM = time(15)
PARCELS = "parcels"


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A part of any day, called after what it is. `slug` stands in addresses; `note` says what the name does not."""

    slug: str
    name: str
    note: str


def session_of(product: Product, window_start: time) -> Session:
    """The session that an order belongs to, by its product and by when its window begins.

    Hot food is eaten when it comes, so it is lunch or supper; chilled food comes when it comes.
    """
    if product is Product.PARCEL:
        return Session(PARCELS, PARCELS, "")
    is_supper = window_start >= SUPPER_FROM
    if product is Product.CHILLED_MEAL:
        return Session("chilled-evening", "chilled", "evening") if is_supper else Session("chilled", "chilled", "")
    part = "supper" if is_supper else "lunch"
    return Session(f"hot-{part}", part, "hot")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One round of the timetable. `day` None: what no day could take. Figures are portions and parcels.

    `least_spare_s`: the least time to spare before hot or chilled food reaches its limit at a door; None: no clock.
    `has_plan` is False while nothing is planned: then `served` says nothing.
    """

    day: date | None
    session: Session
    starts_at: time | None
    wanted: int
    served: int = 0
    routes: int = 0
    collected: int = 0
    least_spare_s: int | None = None
    has_plan: bool = True

    @property
    def name(self) -> str:
        """`Monday lunch`; for what no day took, `Parcels, no day`."""
        if self.day is None:
            return f"{self.session.name.capitalize()}, no day"
        return f"{Weekday.of(self.day).label} {self.session.name}"

    @property
    def short_name(self) -> str:
        """`Mon lunch`, as people write it in lists; parcels by themselves."""
        if self.day is None or self.session.slug == PARCELS:
            return self.session.name.capitalize()
        return f"{Weekday.of(self.day).label[:3]} {self.session.name}"

    @property
    def short(self) -> int:
        """How many of the wanted are not served."""
        return self.wanted - self.served


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBand:
    """One day of the timetable with its rounds, by time."""

    day: date | None
    rounds: tuple[RoundRow, ...]


def bands_of(rounds: list[RoundRow]) -> tuple[DayBand, ...]:
    """The rounds by day, each day by time; what has no day comes last."""
    days = sorted({row.day for row in rounds if row.day is not None})
    bands = [DayBand(day=day, rounds=_by_time([row for row in rounds if row.day == day])) for day in days]
    undated = [row for row in rounds if row.day is None]
    return (*bands, DayBand(day=None, rounds=_by_time(undated))) if undated else tuple(bands)


def _by_time(rounds: list[RoundRow]) -> tuple[RoundRow, ...]:
    return tuple(sorted(rounds, key=lambda row: (row.starts_at or time.max, row.session)))
