"""One cell at a time: what people write, and what is made of it."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.vocabulary import Allergen, CredentialKind, Diet, VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.services.imports import cells
from logistics.services.imports.cells import BadCell, Parser
from logistics.services.imports.columns import TABLES, Column, credentials, declaration

DIETS = cells.several(Diet, "a diet")
ALLERGENS = cells.several(Allergen, "an allergen")
VEHICLE = cells.one_of(VehicleKind, "a vehicle")


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (cells.day, "2026-11-30", date(2026, 11, 30)),
        (cells.day, "2026/11/3", date(2026, 11, 3)),
        (cells.day, "30/11/2026", date(2026, 11, 30)),
        (cells.day, "1.12.2026", date(2026, 12, 1)),
        (cells.day, "30 Nov 2026", date(2026, 11, 30)),
        (cells.day, "30-november-2026", date(2026, 11, 30)),
        (cells.day, "46356", date(2026, 11, 30)),
        (cells.day, "2026-11-30 00:00:00", date(2026, 11, 30)),
        (cells.clock_time, "09:30", time(9, 30)),
        (cells.clock_time, "9:30", time(9, 30)),
        (cells.clock_time, "9.30", time(9, 30)),
        (cells.clock_time, "0930", time(9, 30)),
        (cells.clock_time, "9:30:00", time(9, 30)),
        (cells.clock_time, "9.30 PM", time(21, 30)),
        (cells.clock_time, "12am", time(0)),
        (cells.clock_time, "12:05 p.m.", time(12, 5)),
        (cells.clock_time, "0.395833333333333", time(9, 30)),
        (cells.clock_time, "0.5", time(12)),
        (cells.whole(0, 20), "12.0", 12),
        (cells.scaled(1000, 100), "7.5", 7500),
        (cells.yes_no, "Y", True),
        (cells.yes_no, "FALSE", False),
        (cells.weekdays, "Mon|wednesday, FRI", frozenset({Weekday.MON, Weekday.WED, Weekday.FRI})),
        (cells.phone, "+44 (0)7700 900123", "07700 900123"),
        (cells.phone, "447700900123", "07700 900123"),
        (cells.phone, "7700900123", "07700 900123"),
        (cells.phone, "02079460123", "020 7946 0123"),
        (cells.phone, "0033 1 23 45 67 89", "+33123456789"),
        (cells.postcode, "se1 2uz", "SE1 2UZ"),
        (cells.postcode, " Se12Uz ", "SE1 2UZ"),
        (cells.postcode, "zz99 3vz", "ZZ99 3VZ"),
        (cells.code(), "h 0001", "H0001"),
        (DIETS, "No-Pork | HALAL", frozenset({Diet.NO_PORK, Diet.HALAL})),
        (DIETS, "none", frozenset()),
        (ALLERGENS, "Nuts; peanuts", frozenset({Allergen.NUTS, Allergen.PEANUTS})),
        (ALLERGENS, "Cereals containing gluten", frozenset({Allergen.GLUTEN})),
        (VEHICLE, "Cargo bike", VehicleKind.CARGO_BIKE),
        (VEHICLE, "on foot", VehicleKind.FOOT),
        (credentials, "dbs_basic: 31/01/2028", ((CredentialKind.DBS_BASIC, date(2028, 1, 31)),)),
    ],
)
def test_what_people_write_is_understood(parse: Parser, text: str, value: Any) -> None:
    """Odd case, spaces, British dates, Excel's numbers: one meaning each."""
    assert parse(cells.tidy(text)) == value


@pytest.mark.parametrize(
    ("parse", "text", "sentence"),
    [
        (cells.day, "2026-02-30", "not in the calendar"),
        (cells.day, "11/30/2026", "not in the calendar"),
        (cells.day, "30/11/26", "is not a date"),
        (cells.day, "soon", "is not a date"),
        (cells.day, "0026-11-30", "unlikely year"),
        (cells.clock_time, "24:00", "not a time of day"),
        (cells.clock_time, "12", "not a time of day"),
        (cells.clock_time, "13 pm", "not a time of day"),
        (cells.clock_time, "0.99999", "not a time of day"),
        (cells.clock_time, "noon", "not a time of day"),
        (cells.whole(0, 20), "21", "from 0 to 20"),
        (cells.whole(0, 20), "1e1", "not a whole number"),
        (cells.whole(0, 20), "１２", "not a whole number"),
        (cells.whole(0, 20), "2.5", "not a whole number"),
        (cells.scaled(1000, 100), "nan", "not a number"),
        (cells.scaled(1000, 100), "101", "from 0 to 100"),
        (cells.yes_no, "maybe", "neither yes nor no"),
        (cells.weekdays, "mon|funday", "“funday” is not a day"),
        (cells.weekdays, "|", "no day is named"),
        (cells.phone, "07700", "not a phone number"),
        (cells.phone, "ask her", "not a phone number"),
        (cells.postcode, "SE1", "whole postcode"),
        (cells.postcode, "home", "not a whole postcode"),
        (DIETS, "halal|keto", "“keto” is not a diet that is known. Write one of: halal,"),
        (DIETS, "none|halal", "“none” is not a diet"),
        (ALLERGENS, "dairy", "“dairy” is not an allergen"),
        (ALLERGENS, "undeclared", "“undeclared” is not an allergen"),
        (declaration, "soya|undeclared", "“undeclared” is not an allergen"),
        (credentials, "dbs_basic", "has no expiry date"),
        (credentials, "dbs_basic:2028-01-31|DBS basic:2029-01-31", "there twice"),
        (cells.words(5), "sixsix", "Shorten it to 5"),
        (cells.words(50), "bell\x07", "cannot be printed"),
    ],
)
def test_what_cannot_be_understood_says_what_to_write(parse: Parser, text: str, sentence: str) -> None:
    """Never a guess, never dropped: a sentence that ends in what to do."""
    with pytest.raises(BadCell) as caught:
        parse(cells.tidy(text))
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")


COLUMNS = [column for table in TABLES for column in table.columns]


@given(st.sampled_from(COLUMNS), st.text(max_size=40))
def test_no_text_breaks_a_parser(column: Column, text: str) -> None:
    """Whatever a cell holds, its parser returns a value or raises BadCell; nothing else."""
    tidied = cells.tidy(text)
    if tidied:
        try:
            outcome = column.parse(tidied)
        except BadCell as error:
            outcome = str(error)
        assert outcome is not None


@given(st.sampled_from(COLUMNS), st.from_regex(r"[0-9./: apm+\-|]{1,14}", fullmatch=True))
def test_no_number_breaks_a_parser(column: Column, text: str) -> None:
    """The same for texts made of what dates, times, numbers and phones are made of."""
    test_no_text_breaks_a_parser.hypothesis.inner_test(column, text)  # type: ignore[attr-defined]  # hypothesis puts it there


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_date_is_read_in_every_form(day: date) -> None:
    """ISO, British, worded and Excel forms of a date are the same date."""
    serial = (day - date(1899, 12, 30)).days
    for text in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day.day} {day:%b} {day.year}", str(serial)):
        assert cells.day(text) == day


@given(st.times())
def test_every_minute_is_read_in_every_form(at: time) -> None:
    """24 hours, 12 hours and Excel's part of a day of a time are the same time."""
    at = at.replace(second=0, microsecond=0)
    fraction = (at.hour * 60 + at.minute) / 1440
    for text in (f"{at:%H:%M}", f"{at:%I:%M %p}", f"{fraction:.15f}"):
        assert cells.clock_time(text) == at
