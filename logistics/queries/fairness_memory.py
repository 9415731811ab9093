"""What a week remembers of those before it: who was missed last time comes first (fairness)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.week import IsoWeek
from logistics.persistence.tables import RoundVisit, UnservedOrder, Week, WeekClosing

DELIVERED = "delivered"


def missed_before(session: Session, week: IsoWeek) -> frozenset[uuid.UUID]:
    """The households whose latest outcome on record before this week is that they got nothing, or not all of it.

    On record is what was imported, and what a closed week wrote down: its doors, and whoever its plan could not serve.
    """
    latest: dict[uuid.UUID, tuple[date, bool]] = defaultdict(lambda: (date.min, True))
    for household, day, delivered in (*_visits_before(session, week), *_unserved_before(session, week)):
        # Of one day, what was missed counts: a household that got its parcel and not its meal was missed.
        if day > latest[household][0] or (day == latest[household][0] and not delivered):
            latest[household] = (day, delivered)
    return frozenset(household for household, (_, delivered) in latest.items() if not delivered)


def _visits_before(session: Session, week: IsoWeek) -> list[tuple[uuid.UUID, date, bool]]:
    rows = session.execute(
        select(RoundVisit.household_id, RoundVisit.service_date, RoundVisit.outcome).where(
            RoundVisit.service_date < week.monday
        )
    )
    return [(household, day, outcome == DELIVERED) for household, day, outcome in rows]


def _unserved_before(session: Session, week: IsoWeek) -> list[tuple[uuid.UUID, date, bool]]:
    """On the day that it was for; without a day, on the week's last."""
    rows = session.execute(
        select(UnservedOrder.household_id, UnservedOrder.service_date, Week.monday)
        .join(WeekClosing, WeekClosing.plan_id == UnservedOrder.plan_id)
        .join(Week, Week.id == WeekClosing.week_id)
        .where(Week.monday < week.monday)
    )
    return [(household, day or monday + timedelta(days=6), False) for household, day, monday in rows]
