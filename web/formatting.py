"""How values are written for people: times of Europe/London, miles, pounds, counted things. Each is also a Jinja filter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from flask import Flask

from logistics.domain.week import LONDON

METRES_PER_MILE = 1609.344


def clock_time(at: datetime | time) -> str:
    """`11:30`; an instant in London's time, a wall time as it is."""
    if isinstance(at, datetime):
        at = at.astimezone(LONDON).time() if at.tzinfo is not None else at.time()
    return at.strftime("%H:%M")


def day(on: date | datetime) -> str:
    """`Wed 2 Dec`."""
    on = _date_of(on)
    return f"{on:%a} {on.day} {on:%b}"


def long_day(on: date | datetime) -> str:
    """`Wednesday 2 December 2026`."""
    on = _date_of(on)
    return f"{on:%A} {on.day} {on:%B %Y}"


def moment(at: datetime) -> str:
    """`Wed 2 Dec, 11:30`, in London's time."""
    return f"{day(at)}, {clock_time(at)}"


def _date_of(on: date | datetime) -> date:
    if isinstance(on, datetime):
        return on.astimezone(LONDON).date() if on.tzinfo is not None else on.date()
    return on


def miles(distance_m: float) -> str:
    """`1.3 miles`, `1 mile`; below ten miles with one decimal."""
    distance = distance_m / METRES_PER_MILE
    figure = f"{distance:.1f}" if distance < 9.95 else f"{distance:,.0f}"
    figure = figure.removesuffix(".0")
    return f"{figure} mile" if figure == "1" else f"{figure} miles"


def away(distance_m: float) -> str:
    """`140 m` as far as one can see, `1.3 miles` beyond half a mile."""
    return f"{round(distance_m)} m" if distance_m < METRES_PER_MILE / 2 else miles(distance_m)


def pounds(value_pence: int) -> str:
    """`£1,150.00`."""
    sign = "-" if value_pence < 0 else ""
    return f"{sign}£{abs(value_pence) / 100:,.2f}"


def duration(seconds: int) -> str:
    """`1 h 25 min`, `29 min`; rounded to the minute."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def kilograms(load_g: int) -> str:
    """`12.6 kg`."""
    return f"{load_g / 1000:,.1f}".removesuffix(".0") + " kg"


def litres(volume_ml: int) -> str:
    """`36 litres`."""
    return f"{volume_ml / 1000:,.1f}".removesuffix(".0") + " litres"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 stop`, `12 stops`, `2 households`; `many` where an s is not enough."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def words(values: object) -> str:
    """`celery, milk and soya`; enum members by their label where they have one."""
    shown = [word(value) for value in sorted(values)] if isinstance(values, (list, tuple, set, frozenset)) else []
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else ""


def word(value: object) -> str:
    """An enum member as people read it."""
    label = getattr(value, "label", None)
    if isinstance(label, str):
        return label
    return value.value.replace("_", " ").capitalize() if isinstance(value, StrEnum) else str(value)


def upper_first(text: str) -> str:
    """`Cargo bike`: the first letter in capitals, the rest as it is (unlike Jinja's own `capitalize`); DBS stays DBS."""
    text = text.replace("dbs ", "DBS ")
    return text[:1].upper() + text[1:]


def choices(things: Iterable[Any]) -> list[tuple[str, str]]:
    """The options of a list of organisations: id and name."""
    return [(str(thing.id), thing.name) for thing in things]


def choices_of(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """The options of a closed list: value and words."""
    return [(member.value, upper_first(word(member))) for member in kind]


def init_formatting(app: Flask) -> None:
    """Make every function of this page a filter of the same name."""
    for function in (
        *(clock_time, day, long_day, moment, miles, away, pounds, duration),
        *(kilograms, litres, counted, words, word),
        *(upper_first, choices, choices_of),
    ):
        app.jinja_env.filters[function.__name__] = function
