"""A resident asks for themselves: the form waits, and a coordinator accepts it, declines it with a reason, or asks something.

A household that waits is stored as closed, and its wish as submitted: nothing falls due before somebody has said yes.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.referrals import LABELS, MOST_LETTERS, OPEN
from logistics.domain.states import OrderState, ReferralState, change
from logistics.gateways.geocoding.port import Geocoder
from logistics.gateways.return_codes import hash_code
from logistics.persistence.scope import network_of
from logistics.persistence.tables import Household, Network, Referral, ReferralChange, StandingOrder
from logistics.services.household_draft import HouseholdDraft
from logistics.services.households import load_household
from logistics.services.referral_steps import keep_step
from logistics.services.requests import request_food
from logistics.services.standing_orders import StandingOrderDraft

PROBLEM = "There is a problem"
MOST_WAITING = 200
"""Forms that may wait in one network, so that nobody fills its database through a public page."""
NO_SUCH_CODE = "We know no form with this code. Check each letter, or ring us."


@dataclass(frozen=True, slots=True, kw_only=True)
class SentForm:
    """What a resident is told, this once: the code with which they read the answer."""

    code: str
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How a form stands, for the holder of its code: never what is in it. `words`: the open question, or the reason of a no."""

    state: ReferralState
    words: str


def send_form(
    session: Session,
    household: HouseholdDraft,
    wish: StandingOrderDraft,
    *,
    code: str,
    geocoder: Geocoder,
    now: datetime,
) -> SentForm:
    """Store what a resident asks for, waiting. `code`: the random one that their form began with; sent again, nothing is stored again.

    Raises BadInput with the fields of the form, RuleBroken when too many wait.
    """
    # One form at a time in a network: of two that are the same the second meets the first.
    network = session.scalars(select(Network).where(Network.id == network_of(session)).with_for_update()).one()
    network_id = network.id
    before = session.scalar(select(Referral).where(Referral.code_hash == hash_code(code)))
    if before is not None:
        return SentForm(code=code, ref=before.household.ref)
    if not network.takes_own_forms:
        raise RuleBroken(f"{network.name} does not take forms from people themselves now.")
    waiting = select(func.count()).select_from(Referral).where(Referral.state.in_(OPEN))
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise RuleBroken("Very many people have asked. We cannot take this form now: please ring us.")
    system = Actor.system(network_id)
    closed = replace(household, is_active=False, group_id=None, referrer_id=None)
    saved = request_food(session, system, closed, wish, geocoder=geocoder, now=now)
    session.flush()
    session.get_one(StandingOrder, saved.order_id).state = OrderState.SUBMITTED
    referral = Referral(
        id=uuid.uuid4(),
        household_id=saved.household_id,
        state=ReferralState.WAITING,
        code_hash=hash_code(code),
        sent_at=now,
    )
    session.add(referral)
    keep_step(session, system, referral, "form_sent", before="", after=LABELS[ReferralState.WAITING], now=now)
    return SentForm(code=code, ref=saved.ref)


def accept_form(session: Session, actor: Actor, referral_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Say yes: the household is open, and what it asked for falls due. Returns its id.

    Raises NotFound, Forbidden, IllegalTransition.
    """
    referral = _loaded(session, actor, referral_id)
    _step(session, actor, referral, ReferralState.ACCEPTED, "form_accepted", words="", now=now)
    referral.household.is_active = True
    _answer_wishes(session, referral, OrderState.CONFIRMED)
    return referral.household_id


def decline_form(session: Session, actor: Actor, referral_id: uuid.UUID, *, reason: str, now: datetime) -> uuid.UUID:
    """Say no, and why: the resident reads the reason. Raises NotFound, Forbidden, BadInput, IllegalTransition."""
    referral = _loaded(session, actor, referral_id)
    words = _words(reason, "reason", "Say why, as you would say it to them")
    _step(session, actor, referral, ReferralState.DECLINED, "form_declined", words=words, now=now)
    _answer_wishes(session, referral, OrderState.DECLINED)
    return referral.household_id


def ask_back(session: Session, actor: Actor, referral_id: uuid.UUID, *, question: str, now: datetime) -> uuid.UUID:
    """Ask the resident something; the form waits for them. Raises NotFound, Forbidden, BadInput, IllegalTransition."""
    referral = _loaded(session, actor, referral_id)
    words = _words(question, "question", "Enter what you want to know")
    _step(session, actor, referral, ReferralState.ASKED, "form_asked", words=words, now=now)
    return referral.household_id


def look_at_answer(session: Session, typed: str) -> Answer:
    """How the form of this code stands. Raises NotFound."""
    referral = _by_code(session, typed)
    words = ""
    if referral.state in (ReferralState.ASKED, ReferralState.DECLINED):
        words = session.scalars(
            select(ReferralChange.words)
            .where(ReferralChange.referral_id == referral.id)
            .order_by(ReferralChange.number.desc())
            .limit(1)
        ).one()
    return Answer(state=referral.state, words=words)


def answer_back(session: Session, network_id: uuid.UUID, typed: str, *, answer: str, now: datetime) -> None:
    """The resident answers the open question: the form waits for a coordinator again. Raises NotFound, BadInput, RuleBroken."""
    referral = _by_code(session, typed)
    if referral.state is not ReferralState.ASKED:
        raise RuleBroken("There is no question open. Ring us if something has changed.")
    words = _words(answer, "answer", "Enter your answer")
    system = Actor.system(network_id)
    _step(session, system, referral, ReferralState.WAITING, "form_answered", words=words, now=now)


def household_of_code(session: Session, typed: str) -> Household:
    """Whose form it is. Raises NotFound."""
    return _by_code(session, typed).household


def _loaded(session: Session, actor: Actor, referral_id: uuid.UUID) -> Referral:
    """The referral, locked, so that the second of two answers meets the first."""
    referral = session.scalar(select(Referral).where(Referral.id == referral_id).with_for_update())
    if referral is None:
        raise NotFound("There is no such form here.")
    referral.household = load_household(session, actor, referral.household_id, Permission.ADD_HOUSEHOLD)
    return referral


def _step(
    session: Session,
    actor: Actor,
    referral: Referral,
    wanted: ReferralState,
    action: str,
    *,
    words: str,
    now: datetime,
) -> None:
    before = referral.state
    if before is wanted and wanted is not ReferralState.ASKED:
        raise RuleBroken(f"This form has been answered already: {LABELS[before].lower()}.")
    referral.state = change(before, wanted)
    keep_step(session, actor, referral, action, before=LABELS[before], after=LABELS[wanted], words=words, now=now)


def _answer_wishes(session: Session, referral: Referral, state: OrderState) -> None:
    chosen = select(StandingOrder).where(
        StandingOrder.household_id == referral.household_id, StandingOrder.state == OrderState.SUBMITTED
    )
    for order in session.scalars(chosen):
        order.state = change(order.state, state)


def _by_code(session: Session, typed: str) -> Referral:
    referral = session.scalar(select(Referral).where(Referral.code_hash == hash_code(typed)))
    if referral is None:
        raise NotFound(NO_SUCH_CODE)
    return referral


def _words(typed: str, field: str, missing: str) -> str:
    words = typed.strip()
    if not words:
        raise BadInput(PROBLEM, {field: missing})
    if len(words) > MOST_LETTERS:
        raise BadInput(PROBLEM, {field: f"Use {MOST_LETTERS} characters or fewer"})
    return words
