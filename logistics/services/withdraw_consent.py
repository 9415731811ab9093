"""Taking back a yes: at the desk, on one's own page, or with the code of one's own form. New use stops at once.

Who takes back the yes to keeping what they cannot eat is never served as if they could eat everything: what was kept is deleted,
and no meal is safe for them until a coordinator has spoken with them. Parcels are not affected.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.vocabulary import ConsentPurpose, Role
from logistics.domain.withholding import AT_THE_DESK, WithdrawalMethod
from logistics.persistence.tables import Household, HouseholdMember, HouseholdNeeds
from logistics.services.audit import note
from logistics.services.consents import keep_answer, keep_withdrawal, open_withdrawal
from logistics.services.household_needs import WITHDREW
from logistics.services.households import load_household
from logistics.services.self_referrals import household_of_code

PROBLEM = "There is a problem"


def withdraw_consent(
    session: Session,
    actor: Actor,
    household_id: uuid.UUID,
    purpose: ConsentPurpose | None,
    *,
    method: WithdrawalMethod | None,
    now: datetime,
) -> None:
    """Take back this household's yes, as it asked. `method`: how somebody at the desk heard of it; their own page says so itself.

    Raises NotFound, Forbidden, BadInput.
    """
    household = load_household(session, actor, household_id, Permission.EDIT_HOUSEHOLD)
    if is_own(actor, household_id):
        method = WithdrawalMethod.OWN_PAGE
    errors = {}
    if purpose is None:
        errors["purpose"] = "Choose what they take back"
    if method is not WithdrawalMethod.OWN_PAGE and method not in AT_THE_DESK:
        errors["method"] = "Choose how they told us"
    if purpose is None or method is None or errors:
        raise BadInput(PROBLEM, errors)
    _withdraw(session, actor, household, purpose, method=method, now=now)


def withdraw_by_code(
    session: Session, network_id: uuid.UUID, typed: str, purpose: ConsentPurpose | None, *, now: datetime
) -> None:
    """The same for whoever has no account, with the code of the form that they sent. Raises NotFound, BadInput."""
    household = household_of_code(session, typed)
    if household.erased_at is not None:
        raise NotFound("We know no form with this code. Check each letter, or ring us.")
    if purpose is None:
        raise BadInput(PROBLEM, {"purpose": "Choose what you take back"})
    _withdraw(session, Actor.system(network_id), household, purpose, method=WithdrawalMethod.OWN_CODE, now=now)


def agree_again(session: Session, actor: Actor, household_id: uuid.UUID, *, now: datetime) -> None:
    """The household says yes to food support once more, and is planned again. Raises NotFound, Forbidden, RuleBroken.

    A new yes about what they cannot eat is said where that is written down.
    """
    household = load_household(session, actor, household_id, Permission.EDIT_HOUSEHOLD)
    if open_withdrawal(session, household.id, ConsentPurpose.FOOD_SUPPORT) is None:
        raise RuleBroken("They have not taken back their yes to food. Look at the page again.")
    method = WithdrawalMethod.OWN_PAGE if is_own(actor, household_id) else WithdrawalMethod.TOLD_US
    keep_answer(session, household.id, ConsentPurpose.FOOD_SUPPORT, given=True, method=method.value, now=now)
    purpose = ConsentPurpose.FOOD_SUPPORT.value
    note(session, actor, "consent_given_again", "household", household.id, now=now, purpose=purpose)


def is_own(actor: Actor, household_id: uuid.UUID) -> bool:
    """Whether the actor is this household itself."""
    return any(grant.role is Role.RECIPIENT and grant.household_id == household_id for grant in actor.grants)


def _withdraw(
    session: Session,
    actor: Actor,
    household: Household,
    purpose: ConsentPurpose,
    *,
    method: WithdrawalMethod,
    now: datetime,
) -> None:
    # Of two at once the second waits, and finds it done.
    session.scalars(select(Household.id).where(Household.id == household.id).with_for_update()).one()
    keep_answer(session, household.id, purpose, given=False, method=method.value, now=now)
    keep_withdrawal(session, actor, household.id, purpose, method=method, now=now)
    if purpose is ConsentPurpose.HEALTH_AND_RELIGION:
        _forget_needs(session, household.id)
    session.flush()


def _forget_needs(session: Session, household_id: uuid.UUID) -> None:
    """Delete what they cannot eat, and let the words stand that make every meal unsafe."""
    session.execute(delete(HouseholdMember).where(HouseholdMember.household_id == household_id))
    row = session.scalar(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id))
    if row is None:
        row = HouseholdNeeds(id=uuid.uuid4(), household_id=household_id)
        session.add(row)
    row.diets, row.allergens, row.texture_iddsi, row.unmapped = frozenset(), frozenset(), None, WITHDREW
