"""On day N it is still there, on day N + 1 it is gone: by a clock that stands where the test puts it. On both databases."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.care import ConcernUrgency, FollowUpCause, FollowUpOutcome
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.outbox import MessageKind
from logistics.domain.retention import RetentionTimes, is_over
from logistics.domain.states import FollowUpState, ReferralState
from logistics.domain.vocabulary import DonorLinkPurpose, Role
from logistics.domain.welfare import WelfareCause, WelfareOutcome
from logistics.jobs.keeping_times import KeepingTimes
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Account,
    AccountSession,
    DeliveryEvent,
    DonorLink,
    DriverLink,
    Erasure,
    FollowUp,
    FollowUpEntry,
    GeocodeEntry,
    Household,
    LabelPhoto,
    Network,
    OutgoingMessage,
    Referral,
    StopNote,
    Volunteer,
    WelfareCall,
)
from logistics.services.retention import keep_times, set_retention_times
from tests.logistics.plans import StoredPlan, store_good_plan

DAY = date(2026, 12, 10)
LATE = datetime(2026, 12, 10, 23, 50, tzinfo=UTC)
"""Ten minutes before that day ends in London, whose time is UTC in winter."""
TIMES = RetentionTimes(
    household_days=3, volunteer_days=4, case_days=5, call_days=6, note_days=7, link_days=8, session_days=9, mail_days=10,
    place_days=11, photo_days=12,
)  # fmt: skip


@pytest.fixture
def plan(database: Database) -> StoredPlan:
    """The tiny network, with times of its own that all differ."""
    plan = store_good_plan(database)
    with database.writing(plan.network_id) as session:
        set_retention_times(session, Actor.system(plan.network_id), TIMES, now=LATE)
    return plan


def keep(plan: StoredPlan, on: date) -> Any:
    """One round at the first minute of this day."""
    now = datetime(on.year, on.month, on.day, 0, 1, tzinfo=UTC)
    with plan.database.writing(plan.network_id) as session:
        return keep_times(session, Actor.system(plan.network_id), now=now)


def add_call(session: Session, plan: StoredPlan) -> None:
    session.add(
        WelfareCall(
            household_id=plan.ids["H0001"], due_on=DAY, cause=WelfareCause.NO_REPLY, outcome=WelfareOutcome.REACHED,
            called_at=LATE, note="well",
        )
    )  # fmt: skip


def add_note(session: Session, plan: StoredPlan) -> None:
    event = DeliveryEvent(
        id=uuid.uuid4(), route_id=plan.ids["route mon A"], stop_id=plan.ids["mon A 3"],
        kind=DeliveryEventKind.STOP_NOTED, happened_at=LATE, received_at=LATE,
    )  # fmt: skip
    session.add_all([event, StopNote(event_id=event.id, stop_id=plan.ids["mon A 3"], text="a dog")])


def add_link(session: Session, plan: StoredPlan) -> None:
    session.add(
        DriverLink(
            route_id=plan.ids["route mon A"], volunteer_id=plan.ids["V003"], token_hash="d" * 64, made_at=LATE,
            expires_at=LATE,
        )
    )  # fmt: skip


def add_donor_link(session: Session, plan: StoredPlan) -> None:
    session.add(
        DonorLink(
            donor_id=plan.ids["DON01"], purpose=DonorLinkPurpose.WEEK, monday=DAY, token_hash="c" * 64, made_at=LATE,
            expires_at=LATE,
        )
    )  # fmt: skip


def add_account(session: Session) -> uuid.UUID:
    account = Account(id=uuid.uuid4(), email="a@example.org", fs_uniquifier=uuid.uuid4().hex, made_at=LATE)
    session.add(account)
    session.flush()
    return account.id


def add_session(session: Session, plan: StoredPlan) -> None:
    del plan
    session.add(AccountSession(account_id=add_account(session), token_hash="b" * 64, made_at=LATE, seen_at=LATE))


def add_place(session: Session, plan: StoredPlan) -> None:
    del plan
    session.add(GeocodeEntry(query="SE16 1AA", source="test", asked_at=LATE))


def add_photo(session: Session, plan: StoredPlan) -> None:
    session.add(LabelPhoto(slot_id=plan.ids["slot hot"], made_at=LATE, width_px=1, height_px=1, jpeg=b"x"))


def add_case(session: Session, plan: StoredPlan) -> uuid.UUID:
    case = FollowUp(
        id=uuid.uuid4(), cause=FollowUpCause.NO_REPLY, household_id=plan.ids["H0001"], urgency=ConcernUrgency.TODAY,
        state=FollowUpState.CLOSED, outcome=FollowUpOutcome.SAFE_AND_WELL, opened_at=LATE, due_at=LATE, closed_at=LATE,
    )  # fmt: skip
    entry = FollowUpEntry(follow_up_id=case.id, at=LATE, state=FollowUpState.CLOSED, note="well")
    session.add_all([case, entry])
    return case.id


def add_mail(session: Session, plan: StoredPlan) -> None:
    open_case = FollowUp(
        id=uuid.uuid4(), cause=FollowUpCause.NO_REPLY, urgency=ConcernUrgency.TODAY, opened_at=LATE, due_at=LATE
    )
    del plan
    session.add(open_case)
    session.add(
        OutgoingMessage(
            account_id=add_account(session), kind=next(iter(MessageKind)), follow_up_id=open_case.id, made_at=LATE,
            sent_at=LATE, next_try_at=None,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("add", "left", "days"),
    [
        (add_call, select(WelfareCall.note), TIMES.call_days),
        (add_note, select(StopNote.id), TIMES.note_days),
        (add_link, select(DriverLink.id), TIMES.link_days),
        (add_donor_link, select(DonorLink.id), TIMES.link_days),
        (add_session, select(AccountSession.id), TIMES.session_days),
        (add_place, select(GeocodeEntry.source), TIMES.place_days),
        (add_photo, select(LabelPhoto.id), TIMES.photo_days),
        (add_case, select(FollowUpEntry.id), TIMES.case_days),
        (add_mail, select(OutgoingMessage.id), TIMES.mail_days),
    ],
    ids=["call", "note", "link", "donor link", "session", "place", "photo", "case", "mail"],
)
def test_day_n_keeps_and_the_next_deletes(plan: StoredPlan, add: Any, left: Any, days: int) -> None:
    """A thing of ten to midnight counts for that whole day."""
    with plan.database.writing(plan.network_id) as session:
        add(session, plan)
    found = []
    for day in (DAY, DAY + timedelta(days=days), DAY + timedelta(days=days + 1)):
        keep(plan, day)
        with plan.database.reading(plan.network_id) as session:
            found.append(sum(bool(each) for each in session.scalars(left)))
    assert found == [1, 1, 0]


@pytest.mark.parametrize(
    ("kind", "name", "days"), [(Household, "H0006", TIMES.household_days), (Volunteer, "V002", TIMES.volunteer_days)]
)
def test_a_closed_one_is_erased_on_the_day_after_the_last(
    plan: StoredPlan, kind: type[Household | Volunteer], name: str, days: int
) -> None:
    """Counted from the day on which it was first seen closed, by whichever way; opened again, it counts anew."""

    def set_active(active: bool) -> None:
        with plan.database.writing(plan.network_id) as session:
            session.get_one(kind, plan.ids[name]).is_active = active

    set_active(False)
    keep(plan, DAY)
    set_active(True)
    keep(plan, DAY + timedelta(days=days + 1))
    set_active(False)
    closed = DAY + timedelta(days=days + 2)
    keep(plan, closed)
    assert keep(plan, closed + timedelta(days=days)).erased == ()
    assert keep(plan, closed + timedelta(days=days + 1)).erased == (plan.ids[name],)
    with plan.database.reading(plan.network_id) as session:
        assert session.scalars(select(Erasure.reason)).one().value == "retention"
    assert keep(plan, closed + timedelta(days=days + 2)).erased == ()


def test_who_is_in_an_open_case_waits_for_its_end(plan: StoredPlan) -> None:
    """A keeping time takes nobody away from those who look after them."""
    with plan.database.writing(plan.network_id) as session:
        case_id = add_case(session, plan)
        session.flush()
        case = session.get_one(FollowUp, case_id)
        case.state, case.outcome, case.closed_at = FollowUpState.ASSIGNED, None, None
        session.get_one(Household, plan.ids["H0001"]).is_active = False
    keep(plan, DAY)
    over = DAY + timedelta(days=TIMES.household_days + 1)
    assert keep(plan, over).waiting == (plan.ids["H0001"],)
    with plan.database.writing(plan.network_id) as session:
        case = session.get_one(FollowUp, case_id)
        case.state, case.outcome, case.closed_at = FollowUpState.CLOSED, FollowUpOutcome.SAFE_AND_WELL, LATE
    assert keep(plan, over).erased == (plan.ids["H0001"],)


def test_a_form_that_waits_for_an_answer_is_not_erased(plan: StoredPlan) -> None:
    """Whoever asks for themselves is stored as closed; the days count from when we have answered."""
    with plan.database.writing(plan.network_id) as session:
        session.get_one(Household, plan.ids["H0006"]).is_active = False
        waiting = Referral(
            id=uuid.uuid4(),
            household_id=plan.ids["H0006"],
            state=ReferralState.WAITING,
            code_hash="a" * 64,
            sent_at=LATE,
        )
        session.add(waiting)
    keep(plan, DAY)
    late = DAY + timedelta(days=TIMES.household_days + 1)
    assert (keep(plan, late).erased, keep(plan, late).waiting) == ((), ())
    with plan.database.writing(plan.network_id) as session:
        session.scalars(select(Referral)).one().state = ReferralState.DECLINED
    keep(plan, late)
    assert keep(plan, late + timedelta(days=TIMES.household_days + 1)).erased == (plan.ids["H0006"],)


def test_one_round_erases_so_many_and_the_next_goes_on(plan: StoredPlan) -> None:
    """Nobody waits for the database while hundreds are erased."""
    with plan.database.writing(plan.network_id) as session:
        for name in ("H0005", "H0006"):
            household = session.get_one(Household, plan.ids[name])
            household.is_active, household.closed_on = False, DAY
    over = datetime.combine(DAY + timedelta(days=TIMES.household_days + 30), time(12), UTC)
    with plan.database.writing(plan.network_id) as session:
        assert len(keep_times(session, Actor.system(plan.network_id), now=over, most=1).erased) == 1
    with plan.database.writing(plan.network_id) as session:
        assert len(keep_times(session, Actor.system(plan.network_id), now=over, most=1).erased) == 1


def test_the_worker_does_it_each_hour(plan: StoredPlan, tmp_path: Path) -> None:
    """The job erases, writes the list, and looks again only after an hour."""
    with plan.database.writing(plan.network_id) as session:
        household = session.get_one(Household, plan.ids["H0006"])
        household.is_active, household.closed_on = False, DAY
    home = tmp_path / "home"
    job = KeepingTimes(plan.database, home)
    last = datetime(2026, 12, 13, 23, 30, tzinfo=UTC)
    job.look_round(last)
    job.look_round(last + timedelta(minutes=50))
    assert not (home / "erasures.jsonl").exists()
    job.look_round(last + timedelta(hours=1))
    line = (home / "erasures.jsonl").read_text(encoding="utf-8")
    assert str(plan.ids["H0006"]) in line
    assert "Resident" not in line
    assert (home / "erasures.jsonl").stat().st_mode & 0o077 == 0
    with plan.database.reading(plan.network_id) as session:
        assert session.scalars(select(Erasure.wiped_at)).one() is not None


def test_the_times_are_the_networks_own_and_have_bounds(plan: StoredPlan) -> None:
    """They stand in the network's settings; a time of no day, an unknown name and another role are refused."""
    with plan.database.reading(plan.network_id) as session:
        settings = session.get_one(Network, plan.network_id).settings
        assert RetentionTimes.from_settings(settings) == TIMES
    with pytest.raises(BadInput):
        RetentionTimes(case_days=0)
    with pytest.raises(BadInput):
        RetentionTimes.from_settings({"retention": {"cats": 3}})
    admin = Actor(network_id=plan.network_id, grants=(Grant(role=Role.ADMIN),))
    with plan.database.writing(plan.network_id) as session, pytest.raises(Forbidden):
        set_retention_times(session, admin, TIMES, now=LATE)
    assert [is_over(DAY, 3, DAY + timedelta(days=each)) for each in (3, 4)] == [False, True]
