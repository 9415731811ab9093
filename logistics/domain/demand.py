"""When a standing order falls due (DOMAIN: the week; the scenarios' README: meals on every day, a parcel on any one)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from logistics.domain.vocabulary import Frequency, Product
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingWish:
    """The part of a standing order that says when."""

    product: Product
    days: frozenset[Weekday]
    frequency: Frequency
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PauseDates:
    """Dates, inclusive, on which nothing falls due."""

    starts_on: date
    ends_on: date

    def covers(self, day: date) -> bool:
        """Whether the day lies in the pause."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class Due:
    """One dated order: to be served on any one of these ISO dates."""

    days: tuple[str, ...]


def due_dates(wish: StandingWish, week: IsoWeek, pauses: tuple[PauseDates, ...] = ()) -> tuple[Due, ...]:
    """What falls due in that week: a meal on each of its days, a parcel once on any of them.

    Fortnightly counts whole ISO weeks from the week of `starts_on`. Days before `starts_on`, after `ends_on` or in a
    pause fall away; a parcel with no day left is not due.
    """
    if wish.frequency is Frequency.FORTNIGHTLY:
        weeks = (week.monday - IsoWeek.of(wish.starts_on).monday).days // 7
        if weeks % 2:
            return ()
    days = tuple(
        day.isoformat()
        for day in week.days
        if Weekday.of(day) in wish.days
        and wish.starts_on <= day
        and (wish.ends_on is None or day <= wish.ends_on)
        and not any(pause.covers(day) for pause in pauses)
    )
    if not days:
        return ()
    return (Due(days),) if wish.product is Product.PARCEL else tuple(Due((day,)) for day in days)
