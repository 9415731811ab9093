"""A week's donors for the dispatcher: who has still to say yes, and who has a link to do so."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.recurrence import Recurrence
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import DonorLinkPurpose, OrganisationKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import DonationSchedule, DonationSlot, DonorLink, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorWeekRow:
    """One donor in one week."""

    donor_id: uuid.UUID
    name: str
    phone: str
    offered: int
    confirmed: int
    withdrawn: int
    has_link: bool
    opened_at: datetime | None


def donor_week(session: Session, week: IsoWeek) -> tuple[DonorWeekRow, ...]:
    """Every donor with something in this week, those who have still to answer first, then by name."""
    slots = session.execute(
        select(DonationSlot.donor_id, DonationSlot.state, DonationSlot.schedule_id, DonationSlot.occurs_on).where(
            DonationSlot.service_date.between(week.monday, week.days[-1])
        )
    ).all()
    counts: Counter[tuple[uuid.UUID, SlotState]] = Counter((row.donor_id, row.state) for row in slots)
    links = {
        link.donor_id: link
        for link in session.scalars(
            select(DonorLink).where(
                DonorLink.purpose == DonorLinkPurpose.WEEK,
                DonorLink.monday == week.monday,
                DonorLink.revoked_at.is_(None),
            )
        )
    }
    named = {row.donor_id for row in slots} | set(links) | _due(session, week)
    donors = session.scalars(
        select(Organisation).where(Organisation.kind == OrganisationKind.DONOR, Organisation.id.in_(named))
    )
    rows = [_row(donor, counts, links.get(donor.id)) for donor in donors]
    return tuple(sorted(rows, key=lambda row: (row.offered == 0, row.name)))


def _due(session: Session, week: IsoWeek) -> set[uuid.UUID]:
    """Donors of schedules with a day in this week, whether it is on the list yet or not."""
    found = set()
    for schedule in session.scalars(select(DonationSchedule)):
        days = Recurrence.parse(schedule.rule).due(schedule.starts_on, schedule.ends_on, (), week.monday, week.days[-1])
        if days:
            found.add(schedule.donor_id)
    return found


def _row(donor: Organisation, counts: Counter[tuple[uuid.UUID, SlotState]], link: DonorLink | None) -> DonorWeekRow:
    answered = sum(
        count
        for (donor_id, state), count in counts.items()
        if donor_id == donor.id and state not in (SlotState.OFFERED, SlotState.WITHDRAWN, SlotState.EXPIRED)
    )
    return DonorWeekRow(
        donor_id=donor.id,
        name=donor.name,
        phone=donor.phone,
        offered=counts[donor.id, SlotState.OFFERED],
        confirmed=answered,
        withdrawn=counts[donor.id, SlotState.WITHDRAWN],
        has_link=link is not None,
        opened_at=None if link is None else link.opened_at,
    )
