"""How often something repeats, as a rule of RFC 5545 (`FREQ=WEEKLY;BYDAY=TU,TH`), and the dates that a rule names.

Rules are of dates alone. The time of day is wall time and stands beside the rule, so that "Tuesdays at 11:30" is at 11:30
before and after the clocks change.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from dateutil.rrule import rrulestr

from logistics.domain.errors import BadInput
from logistics.domain.weekdays import Weekday

MOST_INTERVAL = {"DAILY": 31, "WEEKLY": 12, "MONTHLY": 6}
LONGEST_RULE = 120
_ICAL_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), Weekday, strict=True))
_SHORT = {day: short for short, day in _ICAL_DAYS.items()}
_KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"}
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last", -2: "last but one"}


class Rhythm(StrEnum):
    """How a partner says it; each becomes a rule together with the days of the week."""

    WEEKLY = "1w"
    FORTNIGHTLY = "2w"
    EVERY_3_WEEKS = "3w"
    EVERY_4_WEEKS = "4w"
    FIRST = "1m"
    SECOND = "2m"
    THIRD = "3m"
    FOURTH = "4m"
    LAST = "-1m"

    @property
    def label(self) -> str:
        """The words people read."""
        if self is Rhythm.WEEKLY:
            return "Every week"
        number = int(self.value[:-1])
        if self.value.endswith("w"):
            return f"Every {number} weeks"
        return f"The {_ORDINALS[number]} of the month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule that was read. `text` is its normal form: parts in one order, without a RRULE: in front."""

    frequency: str
    interval: int = 1
    days: tuple[tuple[int, Weekday], ...] = ()
    month_days: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    @classmethod
    def of(cls, rhythm: Rhythm, days: frozenset[Weekday]) -> Recurrence:
        """The rule of a rhythm on these days. Raises BadInput when no day is given."""
        if not days:
            raise BadInput("There is a problem", {"days": "Choose at least one day"})
        number = int(rhythm.value[:-1])
        ordered = sorted(days, key=lambda day: day.position)
        if rhythm.value.endswith("w"):
            return cls(frequency="WEEKLY", interval=number, days=tuple((0, day) for day in ordered))
        return cls(frequency="MONTHLY", days=tuple((number, day) for day in ordered))

    @classmethod
    def parse(cls, text: str) -> Recurrence:
        """Read a rule that a calendar wrote. Raises BadInput for what no donor would say, or what would never come."""
        parts = _parts(text)
        frequency = parts["FREQ"]
        rule = cls(
            frequency=frequency,
            interval=_interval(parts.get("INTERVAL", "1"), frequency),
            days=_days(parts.get("BYDAY", "")),
            month_days=_numbers(parts.get("BYMONTHDAY", ""), range(1, 32), "day of the month"),
            positions=_numbers(parts.get("BYSETPOS", ""), range(1, 5), "position"),
        )
        _require_sense(rule)
        return rule

    @property
    def text(self) -> str:
        """The rule as RFC 5545 writes it."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{number or ''}{_SHORT[day]}" for number, day in self.days))
        if self.month_days:
            parts.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.positions:
            parts.append("BYSETPOS=" + ",".join(map(str, self.positions)))
        return ";".join(parts)

    @property
    def rhythm(self) -> tuple[Rhythm, frozenset[Weekday]] | None:
        """The rhythm and days that say the same, or None for a rule that only a calendar would write."""
        numbers = {number for number, _ in self.days}
        if self.month_days or self.positions or len(numbers) != 1:
            return None
        number = numbers.pop()
        weekly = self.frequency == "WEEKLY" and number == 0
        word = f"{self.interval}w" if weekly else f"{number}m" if self.frequency == "MONTHLY" and number else ""
        if word not in tuple(Rhythm) or (not weekly and self.interval != 1):
            return None
        return Rhythm(word), frozenset(day for _, day in self.days)

    @property
    def words(self) -> str:
        """`every Tuesday and Thursday`, `every 2 weeks on Monday`, `the first Tuesday of the month`."""
        return _words(self)

    def dates(self, starts_on: date, first: date, last: date) -> tuple[date, ...]:
        """The days from `first` to `last` (both inclusive) that the rule names, counted from `starts_on`."""
        begins = datetime.combine(starts_on, time())
        ends = datetime.combine(last, time())
        if last < max(first, starts_on):
            return ()
        rule = rrulestr(f"{self.text};UNTIL={last:%Y%m%dT000000}", dtstart=begins)
        found = rule.between(datetime.combine(max(first, starts_on), time()), ends, inc=True)
        return tuple(moment.date() for moment in found)

    def due(
        self,
        starts_on: date,
        ends_on: date | None,
        breaks: Sequence[tuple[date, date]],
        first: date,
        last: date,
    ) -> tuple[date, ...]:
        """`dates`, up to the last day of all, and none within a break (both its ends belong to it)."""
        until = min(last, ends_on) if ends_on else last
        named = self.dates(starts_on, first, until)
        return tuple(day for day in named if not any(begins <= day <= ends for begins, ends in breaks))


def _parts(text: str) -> dict[str, str]:
    cleaned = text.strip().upper().removeprefix("RRULE:")
    if len(cleaned) > LONGEST_RULE or not re.fullmatch(r"[A-Z]+=[A-Z0-9,+-]+(;[A-Z]+=[A-Z0-9,+-]+)*", cleaned):
        raise BadInput("This is no rule of a calendar. Write it like FREQ=WEEKLY;BYDAY=TU,TH.")
    pairs = [part.split("=", 1) for part in cleaned.split(";")]
    parts = dict(pairs)
    if len(parts) != len(pairs):
        raise BadInput("The rule says the same thing twice: leave one of them out.")
    if parts.get("FREQ") not in MOST_INTERVAL:
        raise BadInput("The rule must repeat by days, weeks or months: FREQ is DAILY, WEEKLY or MONTHLY.")
    if "UNTIL" in parts or "COUNT" in parts:
        raise BadInput("Leave UNTIL and COUNT out of the rule, and give the last day beside it.")
    if unknown := sorted(set(parts) - _KNOWN):
        raise BadInput(f"The rule may not hold {unknown[0]}: a donation repeats by days, weeks or months.")
    return parts


def _interval(typed: str, frequency: str) -> int:
    most = MOST_INTERVAL[frequency]
    if not typed.isdecimal() or not 1 <= int(typed) <= most:
        raise BadInput(f"INTERVAL must be from 1 to {most} for {frequency}.")
    return int(typed)


def _days(typed: str) -> tuple[tuple[int, Weekday], ...]:
    found = []
    for part in filter(None, typed.split(",")):
        match = re.fullmatch(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)", part)
        if match is None:
            raise BadInput(f"“{part}” is no day. Write days like TU, or 1TU for the first Tuesday of a month.")
        found.append((int(match[1] or 0), _ICAL_DAYS[match[2]]))
    return tuple(dict.fromkeys(sorted(found, key=lambda pair: (pair[0], pair[1].position))))


def _numbers(typed: str, allowed: range, what: str) -> tuple[int, ...]:
    found = []
    for part in filter(None, typed.split(",")):
        number = int(part) if re.fullmatch(r"[+-]?\d{1,2}", part) else 0
        if abs(number) not in allowed:
            raise BadInput(f"“{part}” is no {what}.")
        found.append(number)
    return tuple(dict.fromkeys(found))


def _require_sense(rule: Recurrence) -> None:
    """Refuse what would never come, such as every 7 days from a Monday, but on Tuesdays: nobody would notice for months."""
    monthly = rule.frequency == "MONTHLY"
    numbered = any(number for number, _ in rule.days)
    if (numbered or rule.month_days or rule.positions) and not monthly:
        raise BadInput("Days counted within a month need FREQ=MONTHLY.")
    if rule.month_days and numbered:
        raise BadInput("Give days of the month or counted days of the week, not both.")
    if rule.positions and (numbered or rule.month_days or not rule.days):
        raise BadInput("BYSETPOS needs plain days of the week, like BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1.")
    if rule.frequency == "DAILY" and rule.interval > 1 and rule.days:
        raise BadInput("Every so many days falls on any day of the week: leave BYDAY out, or repeat by weeks.")


def _words(rule: Recurrence) -> str:
    if rule.frequency == "DAILY":
        plain = Recurrence(frequency="WEEKLY", days=rule.days)
        if rule.days:
            return _words(plain)
        return "every day" if rule.interval == 1 else f"every {rule.interval} days"
    names = [day.label for _, day in rule.days]
    if rule.frequency == "WEEKLY":
        on = "every day" if len(names) == 7 else _listed(names)
        if rule.interval == 1:
            return on if len(names) == 7 else f"every {on}" if names else "every week"
        return f"every {rule.interval} weeks" + (f" on {on}" if names else "")
    every = "the month" if rule.interval == 1 else f"every {rule.interval} months"
    if rule.positions:
        places = _listed([_ORDINALS.get(number, f"{number}th") for number in rule.positions])
        return f"the {places} of {_listed(names, 'or')} of {every}"
    if rule.month_days:
        days = _listed([_month_day(number) for number in rule.month_days])
        return f"the {days} of {every}" + (f", when it is a {_listed(names, 'or')}" if names else "")
    counted = [f"{_ORDINALS.get(number, f'{-number}th from last')} {day.label}" if number else f"every {day.label}"
               for number, day in rule.days]  # fmt: skip
    return f"the {_listed(counted)} of {every}" if counted else f"once in {every}"


def _month_day(number: int) -> str:
    if number < 0:
        return "last day" if number == -1 else f"{-number}th day from the end"
    suffix = "th" if 10 < number < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _listed(names: list[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else ""
