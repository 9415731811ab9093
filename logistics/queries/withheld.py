"""Whose data may be kept and not used now: restricted, or without the yes it was given on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from logistics.domain.erasure import PersonKind
from logistics.domain.vocabulary import ConsentPurpose
from logistics.domain.withholding import LiftReason, RestrictionReason, WithdrawalMethod, Withheld
from logistics.persistence.tables import Account, ConsentWithdrawal, Restriction


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRow:
    """One restriction, in force or lifted. `by` and `lifted_by` are names; empty for the command line or somebody erased."""

    reason: RestrictionReason
    at: datetime
    by: str
    lift_reason: LiftReason | None
    lifted_at: datetime | None
    lifted_by: str

    @property
    def is_in_force(self) -> bool:
        """Whether their data may not be used now."""
        return self.lifted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalRow:
    """One yes that was taken back. `by`: who entered it, empty for whoever used the code of their own form."""

    purpose: ConsentPurpose
    method: WithdrawalMethod
    at: datetime
    by: str
    ended_at: datetime | None

    @property
    def is_in_force(self) -> bool:
        """Whether no new yes has been given since."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithheldNow:
    """All whose data may not be used: households that no plan may hold, those without their needs, volunteers nobody may send."""

    households: Mapping[uuid.UUID, Withheld]
    without_needs: frozenset[uuid.UUID]
    volunteers: frozenset[uuid.UUID]


def withheld_now(session: Session) -> WithheldNow:
    """Everybody at once, in two statements: for pages that are opened all day."""
    withdrew: dict[ConsentPurpose, set[uuid.UUID]] = {purpose: set() for purpose in ConsentPurpose}
    for household_id, purpose in session.execute(
        select(ConsentWithdrawal.household_id, ConsentWithdrawal.purpose).where(ConsentWithdrawal.ended_at.is_(None))
    ):
        withdrew[purpose].add(household_id)
    restricted = session.execute(
        select(Restriction.household_id, Restriction.volunteer_id).where(Restriction.lifted_at.is_(None))
    ).all()
    households = dict.fromkeys(withdrew[ConsentPurpose.FOOD_SUPPORT], Withheld.WITHDREW)
    return WithheldNow(
        households=households | {each: Withheld.RESTRICTED for each, _ in restricted if each is not None},
        without_needs=frozenset(withdrew[ConsentPurpose.HEALTH_AND_RELIGION]),
        volunteers=frozenset(each for _, each in restricted if each is not None),
    )


def withheld_households(session: Session) -> Mapping[uuid.UUID, Withheld]:
    """Households that no new plan may hold, each with why. A restriction weighs more than a yes that was taken back."""
    return withheld_now(session).households


def restricted_volunteers(session: Session) -> frozenset[uuid.UUID]:
    """Volunteers whom no new plan may send."""
    return withheld_now(session).volunteers


def without_their_needs(session: Session) -> frozenset[uuid.UUID]:
    """Households that took back their yes to our keeping what they cannot eat, and that nobody has cleared it up with."""
    return withheld_now(session).without_needs


def of_person(kind: PersonKind, person_id: uuid.UUID) -> ColumnElement[bool]:
    """The restrictions of this person, as a condition."""
    if kind is PersonKind.HOUSEHOLD:
        return Restriction.household_id == person_id
    return Restriction.volunteer_id == person_id


def restrictions_of(session: Session, kind: PersonKind, person_id: uuid.UUID) -> tuple[RestrictionRow, ...]:
    """Every restriction of this person, the newest first."""
    rows = session.scalars(
        select(Restriction).where(of_person(kind, person_id)).order_by(Restriction.restricted_at.desc())
    ).all()
    names = _names(session, {row.restricted_by for row in rows} | {row.lifted_by for row in rows})
    return tuple(
        RestrictionRow(
            reason=row.reason,
            at=row.restricted_at,
            by=names.get(row.restricted_by, ""),
            lift_reason=row.lift_reason,
            lifted_at=row.lifted_at,
            lifted_by=names.get(row.lifted_by, ""),
        )
        for row in rows
    )


def withdrawals_of(session: Session, household_id: uuid.UUID) -> tuple[WithdrawalRow, ...]:
    """Every yes that this household took back, the newest first."""
    rows = session.scalars(
        select(ConsentWithdrawal)
        .where(ConsentWithdrawal.household_id == household_id)
        .order_by(ConsentWithdrawal.withdrawn_at.desc(), ConsentWithdrawal.purpose)
    ).all()
    names = _names(session, {row.withdrawn_by for row in rows})
    return tuple(
        WithdrawalRow(
            purpose=row.purpose,
            method=row.method,
            at=row.withdrawn_at,
            by=names.get(row.withdrawn_by, ""),
            ended_at=row.ended_at,
        )
        for row in rows
    )


def _names(session: Session, ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    return {
        row.id: row.name
        for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(ids - {None})))
    }
