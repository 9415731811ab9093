"""What a desk may know of households while it looks at a plan: read from their own rows when shown, never from the plan's."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.persistence.tables import Household, HouseholdNeeds
from logistics.queries.plan_summary import needs_in_words


def needs_of(session: Session, actor: Actor, household_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    """What these households can eat, in words (`kosher; no milk`). Empty for whoever may not see every household."""
    asked = frozenset(household_ids)
    if not asked or not actor.may(Permission.SEE_HOUSEHOLD):
        return {}
    rows = session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id.in_(asked)))
    return {row.household_id: words for row in rows if (words := needs_in_words(row))}


def at_risk_among(session: Session, actor: Actor, household_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Those of these households where a closed door must worry somebody. Empty for whoever may not see every household."""
    asked = frozenset(household_ids)
    if not asked or not actor.may(Permission.SEE_HOUSEHOLD):
        return frozenset()
    return frozenset(session.scalars(select(Household.id).where(Household.id.in_(asked), Household.at_risk)))
