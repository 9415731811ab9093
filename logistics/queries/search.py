"""One search over households, volunteers and streets: by name, number, postcode, or the end of a phone number."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.persistence.tables import Household, Site
from logistics.queries.household_scope import within_reach
from logistics.queries.households import HouseholdRow, household_list
from logistics.queries.matching import contains, postcode_starts
from logistics.queries.volunteers import VolunteerRow, volunteer_list

SHOWN = 20
FEWEST_LETTERS = 2
_DOOR = re.compile(r"^(?:(?:flat|unit|room|apartment)\s+\S+|\d+\w?)\s*,?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetRow:
    """A street or building with a postcode, and how many households in reach live there."""

    name: str
    postcode: str
    households: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchAnswer:
    """What was found, the first 20 of each, and how many there are."""

    words: str
    households: tuple[HouseholdRow, ...]
    household_total: int
    volunteers: tuple[VolunteerRow, ...]
    volunteer_total: int
    streets: tuple[StreetRow, ...]

    @property
    def only(self) -> tuple[str, uuid.UUID] | None:
        """The one person found, as ("household" or "volunteer", id), when there is exactly one."""
        if self.household_total + self.volunteer_total != 1:
            return None
        return ("household", self.households[0].id) if self.households else ("volunteer", self.volunteers[0].id)


def search(session: Session, actor: Actor, words: str, *, today: date) -> SearchAnswer:
    """Everything in the actor's reach that matches; nothing for fewer than two letters."""
    words = " ".join(words.split())[:100]
    if len(words) < FEWEST_LETTERS:
        return SearchAnswer(words=words, households=(), household_total=0, volunteers=(), volunteer_total=0, streets=())
    households = household_list(session, actor, words=words, today=today)
    volunteers = volunteer_list(session, actor, words=words, today=today)
    return SearchAnswer(
        words=words,
        households=households.rows[:SHOWN],
        household_total=households.total,
        volunteers=volunteers.rows[:SHOWN],
        volunteer_total=volunteers.total,
        streets=_streets(session, actor, words),
    )


def street_of(address: str) -> str:
    """The building or street of an address: without "Flat 17," or a leading house number. Empty when nothing is left."""
    name = address.strip()
    while (shorter := _DOOR.sub("", name, count=1).strip(" ,")) != name:
        name = shorter
    return name


def _streets(session: Session, actor: Actor, words: str) -> tuple[StreetRow, ...]:
    conditions = [within_reach(actor, Permission.SEE_HOUSEHOLD), Household.is_active, ~Household.confidential_address]
    found = session.execute(
        select(Site.address, Site.postcode)
        .join(Household, Household.site_id == Site.id)
        .where(*conditions, contains(Site.address, words) | postcode_starts(Site.postcode, words))
    )
    counted = Counter((street_of(address), postcode) for address, postcode in found)
    rows = [
        StreetRow(name=name, postcode=postcode, households=number)
        for (name, postcode), number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        if name or postcode
    ]
    return tuple(rows[:SHOWN])
