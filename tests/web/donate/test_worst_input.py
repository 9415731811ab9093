"""The donor's forms given the worst that can be typed: an answer that names the fields, nothing half-saved, no fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, Batch, DonationSchedule, DonationSlot
from tests.web.donate.test_schedules import TERM
from tests.web.donate.test_slots import WHOLE
from tests.web.world import Visitor, World

WORST = [
    "💥🍲", "\u202eevil\u202c", "مرحبا", "-60", "0", "1e9", "٣", "NaN", "9" * 400, "31/02/2027", "2027-02-29", "9999-12-31",
    "01:30", "25:61", "-1:00", "\r\n", "\x07", "\u0000", "<script>alert(1)</script>", "{{7*7}}", "' OR 1=1 --", "",
]  # fmt: skip
ANYTHING = st.one_of(st.sampled_from(WORST), st.text(max_size=300))


@pytest.fixture
def cook(world: World, signed_in: Callable[..., Visitor]) -> Visitor:
    """A kitchen's cook."""
    donor = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")
    return signed_in(email=world.account(Role.DONOR, organisation_id=donor))


def counts(world: World) -> tuple[int, ...]:
    """How many rows there are of everything that a donor's form may write."""
    with world.session() as session:
        return tuple(session.query(kind).count() for kind in (DonationSlot, Batch, DonationSchedule, AuditEvent))


@pytest.mark.parametrize(("path", "whole"), [("/donate/new", WHOLE), ("/donate/schedules/new", TERM)])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_worst_is_named_or_stored_whole(
    cook: Visitor, world: World, path: str, whole: dict[str, Any], data: st.DataObject
) -> None:
    """Up to three fields hold anything at all: the form is stored, or refused with what is wrong and nothing written."""
    fields = data.draw(st.lists(st.sampled_from(sorted(whole)), min_size=1, max_size=3, unique=True))
    sent = {**whole, **{name: data.draw(ANYTHING) for name in fields}}
    before = counts(world)
    answer = cook.post(path, data=sent)
    assert answer.status_code in (200, 303, 400, 422), (answer.status_code, sent)
    assert "Traceback" not in answer.text
    if answer.status_code != 303:
        assert counts(world) == before
    if answer.status_code == 422:
        assert 'id="errors-heading"' in answer.text
        assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize("field", ["ready_at", "collect_by", "hot_hold_until"])
def test_hour_that_is_not_there_is_named(
    world: World, signed_in: Callable[..., Visitor], clock: FixedClock, field: str
) -> None:
    """In the night of 28 March 2027 there is no 01:30; the form says so beside the field, and the day before it is fine."""
    clock.set(datetime(2027, 3, 1, 12, tzinfo=UTC))
    donor = world.organisation("DON1", OrganisationKind.DONOR)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=donor))
    times = {"ready_at": "00:30", "collect_by": "04:00", "hot_hold_until": "03:00"} | {field: "01:30"}
    for day, status in (("2027-03-27", 303), ("2027-03-28", 422)):
        answer = cook.post("/donate/new", data={**WHOLE, **times, "day": "other", "service_date": day})
        assert answer.status_code == status, answer.text
    assert "there is no 01:30" in answer.text
    assert f'href="#{field}"' in answer.text
