"""A resident's form waits; a coordinator accepts, declines or asks; each step is kept. On both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.errors import BadInput, Forbidden, IllegalTransition, NotFound, RuleBroken
from logistics.domain.states import OrderState, ReferralState
from logistics.domain.vocabulary import Product, Role
from logistics.domain.weekdays import Weekday
from logistics.gateways.return_codes import new_code
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Household, Network, Referral, StandingOrder
from logistics.queries.referrals import referral_view, waiting_forms
from logistics.services import self_referrals
from logistics.services.self_referrals import (
    accept_form,
    answer_back,
    ask_back,
    decline_form,
    look_at_answer,
    send_form,
)
from logistics.services.standing_orders import StandingOrderDraft
from tests.logistics.services.test_household_people import Nowhere, draft

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NETWORK = uuid.uuid4()
COORDINATOR = Actor(network_id=NETWORK, grants=(Grant(role=Role.COORDINATOR),))
WISH = StandingOrderDraft(
    product=Product.PARCEL, days=frozenset({Weekday.WED}), window_start=time(12), window_end=time(14)
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session of a network."""
    with database.unscoped_writing() as made:
        made.add(Network(id=NETWORK, slug="riverside", name="Riverside", takes_own_forms=True))
    with database.writing(NETWORK) as session:
        yield session


def send(session: Session, at: datetime = NOW, code: str = "") -> tuple[str, uuid.UUID]:
    """A form is sent; its code and its id."""
    household = draft(phone="07700 900321")
    sent = send_form(session, household, WISH, code=code or new_code(), geocoder=Nowhere(), now=at)
    session.flush()
    stored = select(Household.id).where(Household.ref == sent.ref)
    return sent.code, session.scalars(select(Referral.id).where(Referral.household_id.in_(stored))).one()


def states(session: Session) -> tuple[bool, OrderState]:
    """Whether the household is open, and how its wish stands."""
    session.flush()
    return session.scalars(select(Household.is_active)).one(), session.scalars(select(StandingOrder.state)).one()


def test_a_form_waits_and_nothing_falls_due(session: Session) -> None:
    """The household is closed, the wish is submitted, and the code says only that it waits."""
    code, referral_id = send(session)
    assert states(session) == (False, OrderState.SUBMITTED)
    assert look_at_answer(session, code.lower()).state is ReferralState.WAITING
    assert code not in str(session.scalars(select(Referral.code_hash)).one())
    assert [form.id for form in waiting_forms(session, COORDINATOR, now=NOW)] == [referral_id]


def test_sent_twice_is_sent_once(session: Session) -> None:
    """A double click, or the same form sent again and again: one household, and the answer has the same code."""
    first, second = send(session, code="7H2KQ-04MXC-7H2KQ-04MXC"), send(session, code="7H2KQ-04MXC-7H2KQ-04MXC")
    assert first == second
    assert len(session.scalars(select(Household.id)).all()) == 1


def test_a_question_goes_there_and_back_and_a_yes_opens_the_household(session: Session) -> None:
    """Every step is in the history with from and to, the latest first; words never reach the trail."""
    code, referral_id = send(session)
    ask_back(session, COORDINATOR, referral_id, question="Which floor?", now=NOW + timedelta(hours=1))
    asked = look_at_answer(session, code)
    assert (asked.state, asked.words) == (ReferralState.ASKED, "Which floor?")
    answer_back(session, NETWORK, code, answer="The third", now=NOW + timedelta(hours=2))
    household_id = accept_form(session, COORDINATOR, referral_id, now=NOW + timedelta(hours=3))
    assert states(session) == (True, OrderState.CONFIRMED)
    view = referral_view(session, household_id, with_words=True)
    assert view is not None
    assert [(step.before, step.after, step.words) for step in view.steps] == [
        ("Waits for an answer", "Accepted", ""),
        ("A question is open", "Waits for an answer", "The third"),
        ("Waits for an answer", "A question is open", "Which floor?"),
        ("", "Waits for an answer", ""),
    ]
    assert [step.at.hour for step in view.steps] == [15, 14, 13, 12]
    session.commit()  # the trail is written with the commit
    trail = session.scalars(select(AuditEvent).where(AuditEvent.subject == "referral")).all()
    assert {event.action for event in trail} == {"form_sent", "form_asked", "form_answered", "form_accepted"}
    assert not any("floor" in str(event.details) or "third" in str(event.details) for event in trail)
    assert waiting_forms(session, COORDINATOR, now=NOW) == ()
    hidden = referral_view(session, household_id, with_words=False)
    assert hidden is not None
    assert {step.words for step in hidden.steps} == {""}


def test_a_no_needs_a_reason_which_the_code_shows(session: Session) -> None:
    """Without one nothing changes; with one the household stays closed and the wish is declined."""
    code, referral_id = send(session)
    with pytest.raises(BadInput):
        decline_form(session, COORDINATOR, referral_id, reason="  ", now=NOW)
    decline_form(session, COORDINATOR, referral_id, reason="You live in another borough", now=NOW)
    assert states(session) == (False, OrderState.DECLINED)
    assert look_at_answer(session, code).words == "You live in another borough"
    with pytest.raises(IllegalTransition):
        accept_form(session, COORDINATOR, referral_id, now=NOW)
    with pytest.raises(RuleBroken):
        decline_form(session, COORDINATOR, referral_id, reason="Again", now=NOW)
    with pytest.raises(RuleBroken):
        answer_back(session, NETWORK, code, answer="But", now=NOW)


@pytest.mark.parametrize(
    ("role", "refusal"), [(Role.DISPATCHER, Forbidden), (Role.REFERRER, NotFound), (Role.RECIPIENT, NotFound)]
)
def test_nobody_else_answers(session: Session, role: Role, refusal: type[Exception]) -> None:
    """A form belongs to no group and no referrer yet."""
    _, referral_id = send(session)
    other = Actor(network_id=NETWORK, grants=(Grant(role=role, organisation_id=uuid.uuid4()),))
    assert waiting_forms(session, other, now=NOW) == ()
    with pytest.raises(refusal):
        accept_form(session, other, referral_id, now=NOW)


def test_the_oldest_is_first(session: Session) -> None:
    """With how many days each has waited."""
    send(session, NOW)
    send(session, NOW - timedelta(days=3))
    forms = waiting_forms(session, COORDINATOR, now=NOW)
    assert [form.days for form in forms] == [3, 0]
    assert [form.has_look_alike for form in forms] == [True, True], "the same form twice is noticed"


def test_no_code_and_too_many_forms(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that nobody has opens nothing; a public page cannot fill the database."""
    for code in ("", "7H2K0-04MX1-9TZB3-W5EYN"):
        with pytest.raises(NotFound):
            look_at_answer(session, code)
    monkeypatch.setattr(self_referrals, "MOST_WAITING", 0)
    with pytest.raises(RuleBroken, match="ring us"):
        send(session)
