"""How long things may wait, and which rungs a passing deadline reaches."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.care_times import CareTimes
from logistics.domain.errors import BadInput
from logistics.domain.escalation import EscalationRung, roles_of, rungs_to_take, tells_at_once
from logistics.domain.outbox import wait_after
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import Role

R = EscalationRung
DUE = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)


def test_deadlines() -> None:
    """An hour, four hours, three days from being told, unless the network says otherwise."""
    times = CareTimes.from_settings({})
    assert [times.due_at(urgency, DUE) - DUE for urgency in ConcernUrgency] == [
        timedelta(hours=1), timedelta(hours=4), timedelta(days=3)
    ]  # fmt: skip
    own = CareTimes.from_settings({"care": {"urgent_s": 600}, "door_s": 90})
    assert own.due_at(ConcernUrgency.URGENT, DUE) == DUE + timedelta(minutes=10)


def test_own_times_leave_planning_alone() -> None:
    """A network that has set its times is planned as before; what it wrote comes back as it was."""
    settings = {"care": CareTimes(urgent_s=900).to_settings(), "door_s": 90}
    assert PlanningRules.from_settings(settings) == PlanningRules(door_s=90)
    assert CareTimes.from_settings(settings) == CareTimes(urgent_s=900)


@pytest.mark.parametrize(
    ("own", "field"),
    [
        ({"urgent_s": 0}, "urgent_s"),
        ({"soon_s": 15 * 86_400}, "soon_s"),
        ({"urgent_s": 5 * 3_600}, "today_s"),
        ({"second_try_s": 600}, "second_try_s"),
        ({"lead_after_s": 3_000}, "deputy_after_s"),
    ],
)
def test_times_that_make_no_sense_are_refused(own: dict[str, int], field: str) -> None:
    """Nothing below a minute or above two weeks, and no later rung before an earlier one; the field is named."""
    with pytest.raises(BadInput) as refused:
        CareTimes.from_settings({"care": own})
    assert set(refused.value.fields) == {field}


def test_unknown_time_is_refused() -> None:
    """A slip of the hand does not do nothing in silence."""
    with pytest.raises(BadInput, match="urgently_s"):
        CareTimes.from_settings({"care": {"urgently_s": 60}})


def test_every_rung_minute_by_minute() -> None:
    """Looking every minute for three hours takes each rung once, in order, in the minute in which its time comes."""
    taken: dict[EscalationRung, int] = {}
    for minute in range(-60, 121):
        now = DUE + timedelta(minutes=minute)
        for rung in rungs_to_take(DUE, CareTimes(), frozenset(taken), now=now):
            taken[rung] = minute
    assert taken == {R.OWNER: 0, R.LEAD: 15, R.DEPUTY: 30, R.COORDINATOR: 60}


@given(st.lists(st.integers(-100, 20_000), min_size=1, max_size=30))
def test_rungs_are_taken_once_however_often_one_looks(looks: list[int]) -> None:
    """At any instants, in any order of length: never twice, never before their time, and all that are due are taken."""
    taken: list[EscalationRung] = []
    for seconds in sorted(looks):
        taken += rungs_to_take(DUE, CareTimes(), frozenset(taken), now=DUE + timedelta(seconds=seconds))
    reached = [
        rung
        for rung, after in ((R.OWNER, 0), (R.LEAD, 900), (R.DEPUTY, 1_800), (R.COORDINATOR, 3_600))
        if after <= max(looks)
    ]
    assert taken == reached


def test_who_is_told() -> None:
    """Lead and deputy of what is urgent, at once; of a restricted concern nobody else, at no rung."""
    concern, closed_door = FollowUpCause.CONCERN, FollowUpCause.NO_REPLY
    both = (Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY)
    assert roles_of(R.AT_ONCE, concern, is_restricted=False) == both
    assert roles_of(R.AT_ONCE, closed_door, is_restricted=False) == (Role.SUPPORT_WORKER,)
    assert {roles_of(rung, concern, is_restricted=True) for rung in R} == {both}
    at_once: list[tuple[Any, ...]] = [
        (cause, urgency, restricted)
        for cause in FollowUpCause
        for urgency in ConcernUrgency
        for restricted in (False, True)
        if tells_at_once(cause, urgency, is_restricted=restricted)
    ]
    assert (concern, ConcernUrgency.URGENT, False) in at_once
    assert (concern, ConcernUrgency.SOON, True) in at_once
    assert (concern, ConcernUrgency.TODAY, False) not in at_once


def test_a_mail_is_tried_again_ever_later() -> None:
    """30 seconds, doubled each time, half an hour at most, however many attempts there were."""
    waits = [wait_after(attempts).total_seconds() for attempts in range(1, 9)]
    assert waits == [30, 60, 120, 240, 480, 960, 1_800, 1_800]
    assert wait_after(5_000) == timedelta(minutes=30)
