"""When stops still to come will be served: the plan's times, moved by what has happened, never into the past."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.arrivals import Call, Journey, expected_services, straight_m

LEAVES = datetime(2026, 12, 2, 11, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def call(number: int, *, waits: float = 0, **values: object) -> Call:
    """The plan: every ten minutes a stop, five of way, one of parking, four of service; and `waits` before it."""
    arrives = LEAVES + minutes(10 * number + 5)
    begins = arrives + minutes(1 + waits)
    made = Call(
        id=uuid.UUID(int=number + 1),
        arrives_at=arrives,
        service_at=begins,
        departs_at=LEAVES + minutes(10 * number + 10 + waits),
        place=(51.5 + number / 100, -0.05),
    )
    return replace(made, **values)  # type: ignore[arg-type]  # fields by name


def journey(*calls: Call, has_left: bool = True) -> Journey:
    return Journey(calls=calls, leaves_at=LEAVES, has_left=has_left, parking_s=60)


def done(number: int, at: datetime) -> Call:
    return call(number, is_open=False, ended_at=at)


def expected(held: Journey, now: datetime, first: int | None = None) -> list[datetime]:
    """The expected services in the order of the calls."""
    found = expected_services(held, now=now, first=None if first is None else held.calls[first].id)
    return [found[each.id] for each in held.calls if each.is_open]


def test_before_anything_happens_the_plan_is_expected() -> None:
    """Nobody is late who has not left yet."""
    held = journey(call(0), call(1), call(2), has_left=False)
    assert expected(held, LEAVES - minutes(30)) == [each.service_at for each in held.calls]


def test_a_late_stop_moves_all_that_follow() -> None:
    """Seven minutes late at the first door is seven minutes late at the others."""
    held = journey(done(0, call(0).departs_at + minutes(7)), call(1), call(2))
    assert expected(held, call(0).departs_at + minutes(8)) == [
        call(1).service_at + minutes(7),
        call(2).service_at + minutes(7),
    ]


def test_waiting_takes_a_delay_up() -> None:
    """Where the plan waited ten minutes for a window, seven late is on time; and early begins no earlier."""
    late = journey(done(0, call(0).departs_at + minutes(7)), call(1, waits=10), call(2))
    assert expected(late, call(0).departs_at + minutes(8))[0] == call(1, waits=10).service_at
    early = journey(done(0, call(0).departs_at - minutes(4)), call(1, waits=10), call(2))
    assert expected(early, call(0).departs_at)[0] == call(1, waits=10).service_at


def test_early_without_a_window_is_early() -> None:
    """Who is four minutes ahead comes four minutes sooner."""
    held = journey(done(0, call(0).departs_at - minutes(4)), call(1))
    assert expected(held, call(0).departs_at - minutes(3)) == [call(1).service_at - minutes(4)]


def test_silence_pushes_the_next_stop_on() -> None:
    """Half an hour past its time and nothing told: the next is expected now, and the rest after it."""
    held = journey(done(0, call(0).departs_at), call(1), call(2))
    now = call(1).service_at + minutes(30)
    assert expected(held, now) == [now, call(2).service_at + minutes(30)]


def test_a_route_that_has_not_left_leaves_now_at_the_earliest() -> None:
    """Twenty minutes past its departure and nobody has loaded."""
    held = journey(call(0), call(1), has_left=False)
    assert expected(held, LEAVES + minutes(20)) == [each.service_at + minutes(20) for each in held.calls]


def test_who_is_at_a_door_is_there_since_they_said_so() -> None:
    """The door's service began when they arrived; they leave no earlier than now."""
    there = call(1, reached_at=call(1).arrives_at + minutes(2))
    held = journey(done(0, call(0).departs_at), there, call(2))
    now = call(1).departs_at + minutes(9)
    assert expected(held, now) == [there.reached_at, now + minutes(6)]


def test_another_order_takes_the_straight_line_at_the_plans_own_pace() -> None:
    """Going to the third first: two legs' way there, two back to the second, which is not next to it in that order."""
    held = journey(done(0, call(0).departs_at), call(1), call(2), call(3))
    now = call(0).departs_at
    second, third, fourth = expected(held, now, first=2)
    assert abs(third - (now + minutes(11))) < minutes(0.1)
    assert abs(second - (third + minutes(4 + 5 + 1))) < minutes(0.1)
    assert abs(fourth - (second + minutes(4 + 10 + 1))) < minutes(0.1)


def test_without_a_place_the_way_goes_past_the_stops_between() -> None:
    """A door whose place nobody knows still gets a time, the longer one."""
    held = journey(done(0, call(0).departs_at), call(1), call(2, place=None))
    now = call(0).departs_at
    assert expected(held, now, first=2)[1] == now + minutes(5 + 5 + 1)
    skipped = journey(done(0, call(0).departs_at), call(1, is_open=False), call(2, place=None))
    assert expected(skipped, now) == [now + minutes(11)]


@given(
    late=st.integers(-20, 90),
    told=st.integers(0, 4),
    later=st.integers(0, 120),
    waits=st.lists(st.integers(0, 20), min_size=5, max_size=5),
)
def test_expected_times_go_on_in_order_and_never_back(late: int, told: int, later: int, waits: list[int]) -> None:
    """Whatever has happened: each stop is after the one before it with its service, and none before now but the one in hand."""
    shift = 0
    calls = []
    for number, wait in enumerate(waits):
        moved = minutes(shift)
        base = call(number, waits=wait)
        calls.append(
            replace(
                base,
                arrives_at=base.arrives_at + moved,
                service_at=base.service_at + moved,
                departs_at=base.departs_at + moved,
            )
        )
        shift += wait
    for number in range(told):
        calls[number] = replace(calls[number], is_open=False, ended_at=calls[number].departs_at + minutes(late))
    now = max((each.ended_at for each in calls if each.ended_at), default=LEAVES) + minutes(later)
    times = expected(journey(*calls), now)
    assert times == sorted(times)
    assert all(time >= now for time in times)
    for earlier, after, served in zip(times, times[1:], calls[told:], strict=False):
        assert after >= earlier + served.service


def test_straight_line_is_that_of_the_globe() -> None:
    """A hundredth of a degree north is 1,112 m; as much east at London's height is 692 m."""
    assert abs(straight_m((51.5, 0.0), (51.51, 0.0)) - 1112) < 2
    assert abs(straight_m((51.5, 0.0), (51.5, 0.01)) - 692) < 2
