"""Networks in databases of their own, exported, imported and compared by the names that people use."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.week import IsoWeek
from logistics.gateways.geocoding.port import Geocoder
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence import scope
from logistics.persistence.database import Database, open_database
from logistics.persistence.tables import (
    DemandLine,
    DonationSlot,
    Household,
    Hub,
    Network,
    Order,
    Organisation,
    Round,
    Shift,
    Volunteer,
)
from logistics.planning.day_plan import allot_day, set_up_day
from logistics.planning.travel import travel_of_week
from logistics.planning.week_input import WeekInput
from logistics.queries.week_input import read_week_input
from logistics.services.exports import NetworkExport, as_files, export_network
from logistics.services.freeze_demand import freeze_demand
from logistics.services.imports import import_network
from tests.databases import sqlite_database
from tests.logistics.imports.conftest import NOW, KnownPlaces

WEEK = IsoWeek.parse("2026-W49")


def network_of(database: Database) -> uuid.UUID:
    """The only network."""
    with database.unscoped_reading() as session:
        return session.scalars(select(Network.id)).one()


def export_of(database: Database, *, with_confidential: bool = True) -> NetworkExport:
    """What the database's only network is written as."""
    network_id = network_of(database)
    with database.writing(network_id) as session:
        actor = Actor.system(network_id)
        return export_network(session, actor, with_confidential=with_confidential, to="folder", now=NOW)


def write(export: NetworkExport, folder: Path) -> Path:
    """Its files in a new folder."""
    folder.mkdir()
    for name, content in as_files(export).items():
        (folder / name).write_bytes(content)
    return folder


def take_in(database: Database, path: Path, geocoder: Geocoder | None = None) -> None:
    """Import; whatever is told is a failure."""
    report = import_network(database, path, now=NOW, geocoder=geocoder or KnownPlaces())
    assert report.problems == ()


@contextmanager
def another(folder: Path, tables: Path) -> Iterator[Database]:
    """An empty SQLite database in a new folder."""
    folder.mkdir()
    with sqlite_database(folder, tables) as url:
        database = open_database(url)
        yield database
        database.close()


def frozen(database: Database) -> tuple[uuid.UUID, Counter[tuple[str, ...]]]:
    """The week's snapshot, and each of its lines by the household's reference."""
    network_id = network_of(database)
    with database.writing(network_id) as session:
        snapshot_id = freeze_demand(session, Actor.system(network_id), WEEK, now=NOW).snapshot_id
        refs = {row.id: row.ref for row in session.scalars(select(Household))}
        lines = session.scalars(select(DemandLine).where(DemandLine.snapshot_id == snapshot_id)).all()
        named = Counter(
            (
                refs[line.household_id],
                *(line.product, str(line.quantity), "|".join(line.dates), line.fulfilment),
                *(line.window_start.isoformat(), line.window_end.isoformat()),
            )
            for line in lines
        )
    return snapshot_id, named


class Named:
    """Ids made of names: two databases that hold the same have the same ids, whatever was drawn for them.

    Which of two equally good ways the planner takes hangs on ids; with these, it must take the same.
    """

    def __init__(self, session: Session) -> None:
        self._ids: dict[uuid.UUID, uuid.UUID] = {scope.network_of(session): uuid.UUID(int=0)}
        self.words: dict[uuid.UUID, tuple[str, ...]] = {}
        for organisation in session.scalars(select(Organisation)):
            self._call(organisation.id, "organisation", organisation.code)
            self._call(organisation.site_id, "site", organisation.code)
        for hub in session.scalars(select(Hub)):
            self._call(hub.id, "hub", *self._of(hub.organisation_id))
        for kind in (Household, Volunteer):
            for person in session.scalars(select(kind)):
                self._call(person.id, kind.__tablename__, person.ref)
                self._call(person.site_id, "site", person.ref)
        for slot in session.scalars(select(DonationSlot)):
            times = (slot.service_date, slot.ready_at, slot.collect_by, slot.temperature, slot.hot_hold_until)
            self._call(slot.id, "slot", *self._of(slot.donor_id), *map(str, times))
            for batch in slot.batches:
                self._call(batch.id, "batch", *self._of(slot.id), str(batch.number), batch.dish)
        for shift in session.scalars(select(Shift)):
            self._call(shift.id, "shift", *self._of(shift.volunteer_id), str(shift.service_date), str(shift.starts_at))
        same: Counter[tuple[str, ...]] = Counter()
        for order in session.scalars(select(Order)):
            wish = (order.product, order.quantity, order.dates, order.window_start, order.window_end, order.fulfilment)
            words = (*self._of(order.household_id), *map(str, wish))
            self._call(order.id, "order", *words, str(same[words]))
            same[words] += 1
        for tour in session.scalars(select(Round)):
            self._call(tour.id, "round", tour.name)

    def _call(self, row_id: uuid.UUID, *words: str) -> None:
        made = uuid.uuid5(uuid.NAMESPACE_OID, repr(words))
        self._ids[row_id], self.words[made] = made, words

    def _of(self, row_id: uuid.UUID) -> tuple[str, ...]:
        return self.words[self._ids[row_id]]

    def renamed(self, value: Any) -> Any:
        """The value with these ids for the drawn ones, and everything that came in their order in the new one."""
        match value:
            case uuid.UUID():
                return self._ids[value]
            case tuple():
                parts = [self.renamed(part) for part in value]
                return tuple(sorted(parts, key=_simple) if parts and is_dataclass(parts[0]) else parts)
            case frozenset():
                return frozenset(self.renamed(part) for part in value)
            case Mapping():
                pairs = [(self.renamed(key), self.renamed(part)) for key, part in value.items()]
                return dict(sorted(pairs, key=lambda pair: str(pair[0])))
            case _ if is_dataclass(value) and not isinstance(value, type):
                kept = {part.name: self.renamed(getattr(value, part.name)) for part in fields(value) if part.init}
                return type(value)(**kept)
        return value


def _simple(value: Any) -> str:
    parts = [getattr(value, part.name) for part in fields(value)]
    return str([str(part) for part in parts if isinstance(part, uuid.UUID | str | int | date | None)])


def week_of(database: Database, snapshot_id: uuid.UUID) -> tuple[WeekInput, Named]:
    """Everything that planning reads of the week, with ids made of names."""
    network_id = network_of(database)
    with database.reading(network_id) as session:
        week_input = read_week_input(session, network_id=network_id, week=WEEK, snapshot_id=snapshot_id)
        named = Named(session)
    return named.renamed(week_input), named


def allotted(week_input: WeekInput, named: Named) -> Counter[tuple[str, ...]]:
    """Portions of each dish of each pickup that each order is given on each day."""
    travel = travel_of_week(week_input, StraightLineRouter())
    hours = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
    given: Counter[tuple[str, ...]] = Counter()
    for day in WEEK.days:
        for item in allot_day(set_up_day(week_input, travel, day, hours, usual={})).allotted:
            assert item.batch_id is not None
            who, what = named.words[item.line.order_id], named.words[item.batch_id]
            given[day.isoformat(), *who, *what] += item.quantity
    return given
