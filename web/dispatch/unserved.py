"""Who is left out of a plan, told so that a tired person can take it in: by reason, each household once, its days together."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from logistics.domain.vocabulary import Product, UnservedCode
from logistics.domain.weekdays import Weekday
from logistics.queries.plan_rows import UnservedRow
from web.formatting import upper_first

WHY = {
    UnservedCode.NOT_PLACED: "Not on the map",
    UnservedCode.NO_SAFE_FOOD: "No safe food",
    UnservedCode.NOT_ENOUGH_FOOD: "Not enough food",
    UnservedCode.HUB_FULL: "The hub is full",
    UnservedCode.OUT_OF_REACH: "Out of reach",
    UnservedCode.NO_DRIVER: "No driver",
    UnservedCode.NO_TIME: "No time in its window",
    UnservedCode.NO_ROOM: "No room on a route",
    UnservedCode.FOOD_CLOCK: "Food would be too old",
    UnservedCode.DRIVER_NEEDS: "Needs a driver who fits",
    UnservedCode.TWO_PEOPLE: "Needs two at the door",
    UnservedCode.HOURS: "Drivers’ hours used up",
    UnservedCode.BLOCKED: "May not be paired",
    UnservedCode.NOT_LAST_WEEK: "Not in last week’s rounds",
    UnservedCode.TAKEN_OFF: "Taken off by hand",
    UnservedCode.WITHHELD: "We may not use their data",
}

MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What one household goes without: `H0018, 1 hot meal on Mon, Tue and Wed`, and what it can eat."""

    ref: str
    what: str
    needs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedReason:
    """Everybody for whom the same is true; why, and what would help."""

    missed: tuple[Missed, ...]
    sentences: tuple[str, ...]
    remedies: tuple[str, ...]

    @property
    def named(self) -> tuple[Missed, ...]:
        """The first of them."""
        return self.missed[:MOST_NAMED]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedGroup:
    """Everything left out for one kind of reason."""

    title: str
    homes: int
    items: int
    reasons: tuple[UnservedReason, ...]


def unserved_groups(
    rows: Iterable[UnservedRow], needs: Mapping[uuid.UUID, str], *, with_days: bool
) -> tuple[UnservedGroup, ...]:
    """What is left out, by reason: the most households first. `needs` are the words for whoever may read them."""
    by_code: defaultdict[UnservedCode, list[UnservedRow]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    groups = [
        UnservedGroup(
            title=WHY[code],
            homes=len({row.household_id for row in found}),
            items=sum(row.quantity for row in found),
            reasons=_reasons(found, needs if code is UnservedCode.NO_SAFE_FOOD else {}, with_days=with_days),
        )
        for code, found in by_code.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.homes, group.title)))


def _reasons(rows: list[UnservedRow], needs: Mapping[uuid.UUID, str], *, with_days: bool) -> tuple[UnservedReason, ...]:
    """What is true of several households once, with all of them; then each other household once, with its days."""
    said: defaultdict[tuple[str, str], list[UnservedRow]] = defaultdict(list)
    for row in rows:
        said[row.sentence, row.remedy].append(row)
    shared, own = [], defaultdict(list)
    for same in said.values():
        if len({row.household_id for row in same}) > 1:
            shared.append(same)
        else:
            own[same[0].ref, same[0].household_id].extend(same)
    together = [*sorted(shared, key=lambda same: -len(same)), *(own[key] for key in sorted(own))]
    return tuple(_reason(same, needs, with_days=with_days) for same in together)


def _reason(rows: list[UnservedRow], needs: Mapping[uuid.UUID, str], *, with_days: bool) -> UnservedReason:
    by_home: defaultdict[tuple[str, uuid.UUID], list[UnservedRow]] = defaultdict(list)
    for row in rows:
        by_home[row.ref, row.household_id].append(row)
    several = len({row.day for row in rows}) > 1 and len(by_home) == 1
    return UnservedReason(
        missed=tuple(
            Missed(ref=ref, what=_what(own, with_days=with_days), needs=needs.get(household_id, ""))
            for (ref, household_id), own in by_home.items()
        ),
        sentences=_merged(
            [_undated(row.sentence, row, "these days") for row in rows] if several else [rows[0].sentence]
        ),
        remedies=_merged(
            [_undated(row.remedy, row, "each of these days") for row in rows] if several else [rows[0].remedy]
        ),
    )


def _what(rows: list[UnservedRow], *, with_days: bool) -> str:
    """`1 hot meal on Mon, Tue and Wed; 2 hot meals on Thu`."""
    days: defaultdict[tuple[Product, int], list[str]] = defaultdict(list)
    for row in rows:
        days[row.product, row.quantity].append("" if row.day is None else Weekday.of(row.day).label[:3])
    return "; ".join(
        product.counted(quantity) + (f" on {_listed(named)}" if with_days and any(named) else "")
        for (product, quantity), named in days.items()
    )


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _undated(sentence: str, row: UnservedRow, days: str) -> str:
    """A sentence about one day, as one about several."""
    return sentence if row.day is None else upper_first(sentence.replace(Weekday.of(row.day).label, days))


def _merged(sentences: list[str]) -> tuple[str, ...]:
    """Each once. Where they begin alike and then count different dishes, the beginning says it; a day's board has the rest."""
    different = list(dict.fromkeys(filter(None, sentences)))
    beginnings = {sentence.split(". ")[0].rstrip(".") + "." for sentence in different}
    return tuple(beginnings) if len(beginnings) == 1 < len(different) else tuple(different)
