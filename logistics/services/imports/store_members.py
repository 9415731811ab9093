"""Ages, extras, members and own words of households: what a file says is stored, what it does not say stays."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.household import AgeBand
from logistics.persistence.tables import HouseholdBand, HouseholdExtra, HouseholdMember
from logistics.services.household_needs import MOST_WORDS, NOT_AGREED, WITHDREW, own_words
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import Row


@dataclass(slots=True)
class KnownPeople:
    """What the database holds of every household's people, by its id."""

    bands: defaultdict[uuid.UUID, dict[AgeBand, HouseholdBand]] = field(default_factory=lambda: defaultdict(dict))
    extras: defaultdict[uuid.UUID, dict[Any, HouseholdExtra]] = field(default_factory=lambda: defaultdict(dict))
    members: defaultdict[uuid.UUID, list[HouseholdMember]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def read(cls, session: Session) -> KnownPeople:
        """All of it, once."""
        known = cls()
        for band in session.scalars(select(HouseholdBand)):
            known.bands[band.household_id][band.band] = band
        for extra in session.scalars(select(HouseholdExtra)):
            known.extras[extra.household_id][extra.kind] = extra
        for member in session.scalars(select(HouseholdMember).order_by(HouseholdMember.number)):
            known.members[member.household_id].append(member)
        return known

    def ages(self, household_id: uuid.UUID) -> Mapping[AgeBand, int]:
        """How many of each age."""
        return {band: row.people for band, row in self.bands[household_id].items()}


def put_ages_and_extras(upsert: Upsert, row: Row, household_id: uuid.UUID, known: KnownPeople) -> None:
    """Those that the row says, and no others; a row that says nothing of them leaves them."""
    if row["ages"] is not None:
        bands = dict(known.bands[household_id])
        for band, people in row["ages"].items():
            upsert.put(
                bands.pop(band, None), HouseholdBand, part=True, household_id=household_id, band=band, people=people
            )
        _delete(upsert, bands.values())
    if row["extras"] is not None:
        extras = dict(known.extras[household_id])
        for kind, detail in row["extras"].items():
            upsert.put(
                extras.pop(kind, None), HouseholdExtra, part=True, household_id=household_id, kind=kind, detail=detail
            )
        _delete(upsert, extras.values())


def _delete(upsert: Upsert, rows: Iterable[Any]) -> None:
    for row in rows:
        upsert.session.delete(row)
        upsert.changed()


def put_members(upsert: Upsert, rows: tuple[Row, ...], households: dict[str, uuid.UUID], known: KnownPeople) -> None:
    """Each person of the files. One that they do not name is kept: what nobody may eat is never lost by omission."""
    if not rows:
        return
    left = {household_id: list(known.members[household_id]) for household_id in households.values()}
    last = {household_id: max((row.number for row in rows), default=0) for household_id, rows in left.items()}
    for row in rows:
        household_id = households[row["household"]]
        existing = next((member for member in left[household_id] if member.who == row["who"]), None)
        if existing is not None:
            left[household_id].remove(existing)
        else:
            last[household_id] += 1
        upsert.begin_row()
        upsert.put(
            existing,
            HouseholdMember,
            household_id=household_id,
            number=existing.number if existing is not None else last[household_id],
            who=row["who"],
            band=row["age"],
            diets=row["diets"],
            allergens=row["allergens"],
        )
        upsert.end_row("members")
    upsert.table("members").elsewhere = sum(map(len, left.values()))


def words_that_stand(waiting: str, row: Row) -> str:
    """The household's own words after this row: those that wait stay, whatever the file says, until a person maps them.

    While they stand no meal is safe, so that neither an old file nor an empty cell can make one look safe. Words that are new
    are added. Raises BadInput when there is no room for them.
    """
    said: str = row["own_words"] or ""
    if not said or waiting in (NOT_AGREED, WITHDREW):
        return waiting
    if not own_words(waiting):
        return said
    if not own_words(said) or said in waiting:
        return waiting
    both = f"{waiting}; {said}"
    if len(both) > MOST_WORDS:
        raise BadInput(f"Household {row['ref']} has much to clarify already. Clarify its own words on its page first.")
    return both
