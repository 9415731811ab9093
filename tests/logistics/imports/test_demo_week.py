"""Whatever day it is, the demo's today is a delivery day with hot lunches and people to bring them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from logistics.domain.vocabulary import CredentialKind, Frequency, Product, TemperatureClass
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import DonationSlot, Network
from logistics.services.demo_week import load_demo_week, move_to, read_demo
from logistics.services.imports import NetworkFiles
from logistics.services.imports.checking import check_rows
from logistics.services.imports.report import Problems
from tests.logistics.imports.conftest import KnownPlaces, content_of

DEMO = read_demo()

DAYS = {
    "a year ahead, a Tuesday": date(2027, 11, 23),
    "a Sunday": date(2026, 11, 22),
    "a leap day": date(2028, 2, 29),
    "clocks go forward": date(2027, 3, 28),
    "clocks go back": date(2027, 10, 31),
    "New Year, week 53": date(2027, 1, 1),
    "the demo's own Wednesday": date(2026, 12, 2),
    "years ago": date(2019, 7, 13),
}


def lunches(files: NetworkFiles, day: date) -> int:
    """Hot portions ready before 15:00 on that day."""
    return sum(
        row["portions"]
        for row in files.tables["donation_slots"]
        if row["date"] == day and row["temperature"] is TemperatureClass.HOT and row["ready_at"] < time(15)
    )


def wanted(files: NetworkFiles, day: date) -> int:
    """Hot meals that standing orders ask for on that day's weekday."""
    return sum(
        row["quantity"]
        for row in files.tables["standing_orders"]
        if row["product"] is Product.HOT_MEAL and Weekday.of(day) in row["days"] and row["window_start"] < time(14)
    )


@pytest.mark.parametrize("today", DAYS.values(), ids=DAYS.keys())
def test_today_is_a_delivery_day(today: date) -> None:
    """Food, shifts and orders of one lunch meet on today, in the ISO week of today."""
    files = move_to(DEMO, today)
    assert files.week == IsoWeek.of(today)
    assert lunches(files, today) >= 30
    assert wanted(files, today) >= 30
    assert sum(1 for row in files.tables["shifts"] if row["date"] == today) >= 5
    monday = IsoWeek.of(today).monday
    for table in ("donation_slots", "shifts"):
        assert {(row["date"] - monday).days for row in files.tables[table]} <= set(range(7))


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_a_moved_week_is_the_same_week(today: date) -> None:
    """On any day: as many portions, shifts and orders per day as before, and nothing that the import would refuse."""
    files = move_to(DEMO, today)
    problems = Problems()
    check_rows(files, problems)
    assert problems.sorted() == ()
    assert lunches(files, today) > 0

    def per_day(week: NetworkFiles) -> list[tuple[int, int]]:
        assert week.week is not None
        return sorted((lunches(week, day), wanted(week, day)) for day in week.week.days)

    assert per_day(files) == per_day(DEMO)


def test_a_lunch_day_is_not_turned() -> None:
    """On a day that has lunches anyway the weekdays stay: only whole weeks pass."""
    today = date(2027, 12, 1)
    files = move_to(DEMO, today)
    assert [row["date"] - timedelta(weeks=52) for row in files.tables["shifts"]] == [
        row["date"] for row in DEMO.tables["shifts"]
    ]


def test_what_belongs_together_moves_together() -> None:
    """Fortnightly orders keep their rhythm, credentials their time left, use-by dates their distance to the slot."""
    today = date(2028, 2, 29)
    files = move_to(DEMO, today)
    assert files.week is not None
    assert DEMO.week is not None
    for old, new in zip(DEMO.tables["standing_orders"], files.tables["standing_orders"], strict=True):
        if new["frequency"] is Frequency.FORTNIGHTLY:
            assert files.week.monday - new["from"] == DEMO.week.monday - old["from"]
    lapsed = sum(
        1
        for row in files.tables["volunteers"]
        for kind, expiry in row["credentials"]
        if kind is CredentialKind.DBS_BASIC and expiry < files.week.monday
    )
    assert lapsed == sum(
        1
        for row in DEMO.tables["volunteers"]
        for kind, expiry in row["credentials"]
        if kind is CredentialKind.DBS_BASIC and expiry < DEMO.week.monday
    )
    for old, new in zip(DEMO.tables["donation_slots"], files.tables["donation_slots"], strict=True):
        assert (old["use_by"] and old["use_by"] - old["date"]) == (new["use_by"] and new["use_by"] - new["date"])


def test_rounds_are_called_after_their_day() -> None:
    """A round that moved from Wednesday to Saturday is a Saturday lunch."""
    files = move_to(DEMO, date(2026, 11, 22))
    for row in files.tables["last_week"]:
        assert row["round"].split()[0].lower() == Weekday.of(row["date"]).value


def test_loading_it_twice_on_a_day_changes_nothing(database: Database) -> None:
    """The second time the network is found, not stored."""
    today = date(2026, 11, 22)
    first = load_demo_week(database, today=today, geocoder=KnownPlaces())
    before = content_of(database)
    second = load_demo_week(database, today=today, geocoder=KnownPlaces())
    assert (second.network_id, second.slug, second.report) == (first.network_id, "demo", None)
    assert content_of(database) == before


def test_a_later_day_gets_a_network_of_its_own(database: Database) -> None:
    """Plans of the first demo may be out, so it is left as it is."""
    first = load_demo_week(database, today=date(2026, 11, 22), geocoder=KnownPlaces())
    later = load_demo_week(database, today=date(2026, 12, 1), geocoder=KnownPlaces())
    assert later.slug == "demo-2026-12-01"
    assert later.network_id != first.network_id
    with database.unscoped_reading() as session:
        assert session.scalar(select(func.count(Network.id))) == 2
    with database.reading(first.network_id) as session:
        assert session.scalar(select(func.max(DonationSlot.service_date))) == date(2026, 11, 22)
