"""When a standing order falls due."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.demand import Due, PauseDates, StandingWish, due_dates
from logistics.domain.vocabulary import Frequency, Product
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday

WEEK = IsoWeek(2026, 49)
MON, TUE, WED = (day.isoformat() for day in WEEK.days[:3])
LONG_AGO = date(2026, 1, 5)
DATES = st.dates(date(2025, 1, 1), date(2029, 12, 31))


def wish(
    *days: Weekday,
    product: Product = Product.HOT_MEAL,
    frequency: Frequency = Frequency.WEEKLY,
    starts_on: date = LONG_AGO,
    ends_on: date | None = None,
) -> StandingWish:
    """A standing order for these days."""
    return StandingWish(
        product=product, days=frozenset(days), frequency=frequency, starts_on=starts_on, ends_on=ends_on
    )


wishes = st.builds(
    wish,
    st.sampled_from(Weekday),
    st.sampled_from(Weekday),
    product=st.sampled_from(Product),
    frequency=st.sampled_from(Frequency),
    starts_on=DATES,
    ends_on=st.none() | DATES,
)
pauses = st.lists(st.tuples(DATES, st.integers(0, 400)), max_size=2).map(
    lambda spans: tuple(PauseDates(start, start + timedelta(days=length)) for start, length in spans)
)


def test_a_meal_is_due_on_each_of_its_days() -> None:
    """Two days are two orders, each for its own date."""
    assert due_dates(wish(Weekday.MON, Weekday.WED), WEEK) == (Due((MON,)), Due((WED,)))


def test_a_parcel_is_due_once_on_any_of_its_days() -> None:
    """Two possible days are one order."""
    assert due_dates(wish(Weekday.MON, Weekday.WED, product=Product.PARCEL), WEEK) == (Due((MON, WED)),)


def test_days_before_the_first_and_after_the_last_fall_away() -> None:
    """Both ends are inclusive."""
    whole = wish(Weekday.MON, Weekday.TUE, Weekday.WED, starts_on=WEEK.days[1], ends_on=WEEK.days[1])
    assert due_dates(whole, WEEK) == (Due((TUE,)),)


def test_a_pause_covers_its_first_and_its_last_day() -> None:
    """A pause from Tuesday to Tuesday takes Tuesday alone."""
    paused = due_dates(wish(Weekday.MON, Weekday.TUE, Weekday.WED), WEEK, (PauseDates(WEEK.days[1], WEEK.days[1]),))
    assert paused == (Due((MON,)), Due((WED,)))


def test_a_parcel_moves_to_the_days_that_a_pause_leaves() -> None:
    """One day paused: the other is still possible."""
    parcel = wish(Weekday.MON, Weekday.WED, product=Product.PARCEL)
    assert due_dates(parcel, WEEK, (PauseDates(LONG_AGO, WEEK.days[0]),)) == (Due((WED,)),)


def test_a_parcel_without_a_day_left_is_not_due() -> None:
    """A pause over all its days takes the parcel."""
    parcel = wish(Weekday.MON, Weekday.WED, product=Product.PARCEL)
    assert due_dates(parcel, WEEK, (PauseDates(WEEK.days[0], WEEK.days[6]),)) == ()


def test_fortnightly_goes_on_through_a_year_of_53_weeks() -> None:
    """From week 52 of 2026, which has 53 weeks: week 1 of 2027 is due, week 53 and week 2 are not."""
    every_other = wish(Weekday.MON, frequency=Frequency.FORTNIGHTLY, starts_on=IsoWeek(2026, 52).days[4])
    weeks = [IsoWeek(2026, 52).plus(n) for n in range(1, 5)]
    assert [str(week) for week in weeks if due_dates(every_other, week)] == ["2027-W01", "2027-W03"]


@given(every_other=wishes, week=DATES.map(IsoWeek.of), paused=pauses)
def test_what_is_due_lies_in_the_week_on_a_wished_day_outside_pauses(
    every_other: StandingWish, week: IsoWeek, paused: tuple[PauseDates, ...]
) -> None:
    """No date is ever due that the wish or a pause rules out."""
    for due in due_dates(every_other, week, paused):
        for day in map(date.fromisoformat, due.days):
            assert day in week.days
            assert Weekday.of(day) in every_other.days
            assert every_other.starts_on <= day <= (every_other.ends_on or day)
            assert not any(pause.covers(day) for pause in paused)


@given(weekly=wishes, week=DATES.map(IsoWeek.of), paused=pauses)
def test_of_two_weeks_in_a_row_a_fortnightly_wish_takes_what_a_weekly_one_takes_in_one(
    weekly: StandingWish, week: IsoWeek, paused: tuple[PauseDates, ...]
) -> None:
    """One week is as if weekly, its neighbour is empty."""
    shape = {"product": weekly.product, "starts_on": weekly.starts_on, "ends_on": weekly.ends_on}
    often = wish(*weekly.days, **shape)
    seldom = wish(*weekly.days, frequency=Frequency.FORTNIGHTLY, **shape)
    pair = (week, week.plus(1))
    on = [due_dates(seldom, one, paused) == due_dates(often, one, paused) for one in pair]
    empty = [due_dates(seldom, one, paused) == () for one in pair]
    assert (on[0] and empty[1]) or (empty[0] and on[1])
