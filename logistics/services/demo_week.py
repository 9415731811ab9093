"""The demo week, moved so that it is this week and today is a delivery day with hot lunches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import exists, select

from logistics.demo import DEMO_WEEK_FOLDER
from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.database import Database
from logistics.persistence.scope import narrow
from logistics.persistence.tables import DonationSlot, Network, Shift
from logistics.services.imports import ImportReport, NetworkFiles, Problems, check_files, store_files
from logistics.services.imports.values import Row

DEMO_SLUG = "demo"
LUNCH_IS_READY_BEFORE = time(15)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoWeek:
    """The network that holds the demo and the week it is set in. `report` is None when it was there already."""

    network_id: uuid.UUID
    slug: str
    week: IsoWeek
    report: ImportReport | None


def load_demo_week(database: Database, *, today: date, geocoder: Geocoder) -> DemoWeek:
    """Load the bundled network, with today as one of its hot lunch days.

    Loaded again on a day that the network in the database already serves, nothing changes; on any other day a second
    network is made beside it, called after that day, because plans of the first may be out.
    """
    week = IsoWeek.of(today)
    for slug in (DEMO_SLUG, f"{DEMO_SLUG}-{today.isoformat()}"):
        network_id, serves_today = _look_up(database, slug, today)
        if network_id is not None and serves_today:
            return DemoWeek(network_id=network_id, slug=slug, week=week, report=None)
        if network_id is None:
            break
    files = replace(move_to(read_demo(), today), slug=slug, slug_is_given=True)
    report = store_files(database, files, now=datetime.combine(today, time(), UTC), geocoder=geocoder)
    made, _ = _look_up(database, slug, today)
    assert made is not None, "it was stored a line above"
    return DemoWeek(network_id=made, slug=slug, week=week, report=report)


def read_demo() -> NetworkFiles:
    """The bundled files as values, at their own dates."""
    problems = Problems()
    files = check_files(DEMO_WEEK_FOLDER, problems)
    if files is None or problems:
        raise RuntimeError(f"The bundled demo week is damaged; install Food Rounds again. {problems.sorted()[0]}")
    return files


def move_to(files: NetworkFiles, today: date) -> NetworkFiles:
    """The same network in the week of today, its weekdays turned just far enough that today has hot lunches and shifts.

    Turning moves a day within its own week (Wednesday to Saturday, Saturday to Tuesday), so that everything that meets on
    a day still meets. Weeks are moved whole, so that fortnightly orders keep their rhythm.
    """
    assert files.week is not None, "the demo names its week"
    moves = _Moves(weeks=IsoWeek.of(today).monday - files.week.monday, days=_turn(files, today))
    tables = {name: tuple(moves.row(name, row) for row in rows) for name, rows in files.tables.items()}
    return replace(files, week=IsoWeek.of(today), tables=tables)


def _turn(files: NetworkFiles, today: date) -> int:
    """By how many days, from -3 to 3: none if today's weekday has hot lunches and shifts, else the busiest such day's."""
    portions: dict[int, int] = {}
    staffed = {row["date"].weekday() for row in files.tables["shifts"]}
    for row in files.tables["donation_slots"]:
        day = row["date"].weekday()
        if row["temperature"] is TemperatureClass.HOT and row["ready_at"] < LUNCH_IS_READY_BEFORE and day in staffed:
            portions[day] = portions.get(day, 0) + row["portions"]
    if today.weekday() in portions:
        return 0
    busiest = max(portions, key=lambda day: (portions[day], -day))
    return (today.weekday() - busiest + 3) % 7 - 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moves:
    """How the demo's dates move: by whole weeks, and by turning the weekdays."""

    weeks: timedelta
    days: int

    def row(self, table: str, row: Row) -> Row:
        """The row at its new dates."""
        return replace(row, values={**row.values, **self._moved(table, row.values)})

    def _moved(self, table: str, values: Mapping[str, Any]) -> dict[str, Any]:
        match table:
            case "donation_slots":
                new = self._within_week(values["date"])
                use_by = values["use_by"]
                return {"date": new, "use_by": use_by and use_by + (new - values["date"])}
            case "shifts":
                return {"date": self._within_week(values["date"])}
            case "last_week":
                return {"date": self._within_week(values["date"]), "round": self._round(values["round"])}
            case "standing_orders":
                return {
                    "from": values["from"] + self.weeks,
                    "until": values["until"] and self._along(values["until"]),
                    "days": frozenset(self._weekday(day) for day in values["days"]),
                }
            case "pauses":
                return {"from": self._along(values["from"]), "to": self._along(values["to"])}
            case "volunteers":
                return {"credentials": tuple((kind, self._along(expiry)) for kind, expiry in values["credentials"])}
            case "households":
                return {"consent_on": values["consent_on"] and values["consent_on"] + self.weeks}
            case _:
                return {}

    def _within_week(self, day: date) -> date:
        monday = day - timedelta(days=day.weekday())
        return monday + self.weeks + timedelta(days=(day.weekday() + self.days) % 7)

    def _along(self, day: date) -> date:
        """For the ends of periods, which may reach into another week."""
        return day + self.weeks + timedelta(days=self.days)

    def _weekday(self, day: Weekday) -> Weekday:
        return tuple(Weekday)[(tuple(Weekday).index(day) + self.days) % 7]

    def _round(self, name: str) -> str:
        """`Wed lunch` is called after its day."""
        first, _, rest = name.partition(" ")
        if first.lower() not in set(Weekday):
            return name
        return f"{self._weekday(Weekday(first.lower())).value.capitalize()} {rest}"


def _look_up(database: Database, slug: str, today: date) -> tuple[uuid.UUID | None, bool]:
    """The network of this slug, and whether it has hot lunches and shifts today."""
    with database.unscoped_reading() as session:
        network_id = session.scalar(select(Network.id).where(Network.slug == slug))
        if network_id is None:
            return None, False
        narrow(session, network_id)
        hot = exists().where(
            DonationSlot.service_date == today,
            DonationSlot.temperature == TemperatureClass.HOT,
            DonationSlot.ready_at < LUNCH_IS_READY_BEFORE,
        )
        found = session.scalar(select(Shift.id).where(Shift.service_date == today, hot).limit(1))
        return network_id, found is not None
