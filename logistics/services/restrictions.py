"""Restriction of processing (UK GDPR Art 18): somebody's data is kept and used for nothing new, until that is lifted."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.erasure import PersonKind
from logistics.domain.errors import BadInput, RuleBroken
from logistics.domain.withholding import LiftReason, RestrictionReason
from logistics.persistence.tables import Restriction
from logistics.queries.withheld import of_person
from logistics.services.audit import note
from logistics.services.erase_person import locked_person

PROBLEM = "There is a problem"


def restrict_person(
    session: Session,
    actor: Actor,
    kind: PersonKind,
    person_id: uuid.UUID,
    *,
    reason: RestrictionReason | None,
    now: datetime,
) -> uuid.UUID:
    """Keep this person's data and use it for nothing new. Asked for twice it is done once. Returns the restriction's id.

    Plans that are out stay as they are: they are told on the week and the day (`queries.to_take_out`). Raises Forbidden,
    NotFound, BadInput without a reason.
    """
    actor.require(Permission.RESTRICT_PERSON)
    locked_person(session, kind, person_id)
    if reason is None:
        raise BadInput(PROBLEM, {"restrict_reason": "Choose why"})
    known = _in_force(session, kind, person_id)
    if known is not None:
        return known.id
    row = Restriction(
        id=uuid.uuid4(),
        household_id=person_id if kind is PersonKind.HOUSEHOLD else None,
        volunteer_id=person_id if kind is PersonKind.VOLUNTEER else None,
        reason=reason,
        restricted_at=now,
        restricted_by=actor.account_id,
    )
    session.add(row)
    note(session, actor, "person_restricted", kind.value, person_id, now=now, reason=reason.value)
    session.flush()
    return row.id


def lift_restriction(
    session: Session,
    actor: Actor,
    kind: PersonKind,
    person_id: uuid.UUID,
    *,
    reason: LiftReason | None,
    now: datetime,
) -> None:
    """Use this person's data again. Raises Forbidden, NotFound, BadInput without a reason, RuleBroken where nothing is restricted."""
    actor.require(Permission.RESTRICT_PERSON)
    locked_person(session, kind, person_id)
    if reason is None:
        raise BadInput(PROBLEM, {"lift_reason": "Choose why"})
    row = _in_force(session, kind, person_id)
    if row is None:
        raise RuleBroken("Their data is not restricted. Somebody may have lifted it already.")
    row.lift_reason, row.lifted_at, row.lifted_by = reason, now, actor.account_id
    note(session, actor, "restriction_lifted", kind.value, person_id, now=now, reason=reason.value)
    session.flush()


def _in_force(session: Session, kind: PersonKind, person_id: uuid.UUID) -> Restriction | None:
    return session.scalars(
        select(Restriction).where(of_person(kind, person_id), Restriction.lifted_at.is_(None))
    ).one_or_none()
