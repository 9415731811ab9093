"""Rules of donation schedules: read, said in words, bounded, and always of dates."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.domain.recurrence import Recurrence, Rhythm
from logistics.domain.week import is_real_time
from logistics.domain.weekdays import Weekday


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TH,TU", "every Tuesday and Thursday"),
        ("RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "every 2 weeks on Monday"),
        ("FREQ=DAILY", "every day"),
        ("freq=daily;byday=mo,fr", "every Monday and Friday"),
        ("FREQ=MONTHLY;BYDAY=1TU", "the first Tuesday of the month"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "the last Friday of the month"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,-1", "the 15th and last day of the month"),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "the last of Monday or Tuesday of the month"),
    ],
)
def test_rule_is_said_in_plain_words(text: str, words: str) -> None:
    """What a calendar writes is what a person reads; its normal form reads the same again."""
    rule = Recurrence.parse(text)
    assert rule.words == words
    assert Recurrence.parse(rule.text) == rule


@pytest.mark.parametrize(
    "text",
    [
        "", "every Tuesday", "FREQ=YEARLY", "FREQ=SECONDLY", "FREQ=WEEKLY;BYHOUR=3", "FREQ=WEEKLY;COUNT=3",
        "FREQ=WEEKLY;UNTIL=20270101", "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=13", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1TU", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO", "FREQ=MONTHLY;BYSETPOS=2", "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=" + ",".join(["MO"] * 60), "FREQ=WEEKLY\nEXDATE:20260101", "💥", "FREQ=WEEKLY;INTERVAL=２",
    ],
)  # fmt: skip
def test_what_no_donor_says_is_refused(text: str) -> None:
    """A rule that is malformed, unbounded or would never come gets one sentence."""
    with pytest.raises(BadInput):
        Recurrence.parse(text)


@given(st.text(max_size=60))
def test_any_text_is_a_rule_or_one_sentence(text: str) -> None:
    """Nothing but our own error comes out of a text."""
    try:
        rule = Recurrence.parse(text)
    except BadInput:
        return
    assert rule.words


@given(
    st.sampled_from(Rhythm),
    st.sets(st.sampled_from(Weekday), min_size=1),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 200),
)
def test_dates_are_those_of_the_standard_and_come_back_as_the_form_had_them(
    rhythm: Rhythm, days: set[Weekday], starts: date, ahead: int
) -> None:
    """For every choice of the form: each date is on a chosen weekday, within both ends, and as dateutil counts them."""
    rule = Recurrence.of(rhythm, frozenset(days))
    assert rule.rhythm == (rhythm, frozenset(days))
    first = starts + timedelta(days=ahead)
    last = first + timedelta(days=60)
    found = rule.dates(starts, first, last)
    assert {Weekday.of(day) for day in found} <= days
    assert all(first <= day <= last for day in found)
    every = rrulestr(f"DTSTART:{starts:%Y%m%d}T120000\nRRULE:{rule.text};UNTIL={last:%Y%m%d}T120000")
    assert list(found) == [at.date() for at in every if at.date() >= first]
    assert found or rhythm is not Rhythm.WEEKLY


def test_term_time_leaves_the_holidays_out() -> None:
    """Both ends of a break belong to it, and the last day of all ends everything."""
    rule = Recurrence.parse("FREQ=WEEKLY;BYDAY=TU,TH")
    breaks = [(date(2026, 12, 17), date(2027, 1, 4))]
    found = rule.due(date(2026, 9, 1), date(2027, 1, 7), breaks, date(2026, 12, 14), date(2027, 2, 1))
    assert found == (date(2026, 12, 15), date(2027, 1, 5), date(2027, 1, 7))


def test_an_hour_is_missing_once_a_year() -> None:
    """01:30 is not there in the night when the clocks go forward, and is there twice when they go back."""
    assert not is_real_time(date(2027, 3, 28), time(1, 30))
    assert is_real_time(date(2027, 3, 28), time(2, 0))
    assert is_real_time(date(2026, 10, 25), time(1, 30))
