"""A network with people who follow up, an open follow-up, and a mail server of its own."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from logistics.domain.authority import Actor, Grant
from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.gateways.mail import SmtpAddress, SmtpMail
from logistics.jobs.care_rounds import CareRounds
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Account,
    FollowUp,
    FollowUpEscalation,
    Household,
    Membership,
    Network,
    OutgoingMessage,
    Site,
)

DUE = datetime(2026, 11, 26, 13, 0, tzinfo=UTC)
CANARY = "Canary Mensah"


class CareWorld:
    """Each maker commits and returns the id of what it made."""

    def __init__(self, database: Database, *, port: int) -> None:
        self.database = database
        self.network_id = uuid.uuid4()
        self.clock = FixedClock(DUE - timedelta(hours=1))
        self.port = port
        with database.unscoped_writing() as session:
            session.add(Network(id=self.network_id, slug=f"care-{self.network_id.hex[:8]}", name="Care"))

    def rounds(self) -> CareRounds:
        """One more process's rounds, as far as the database can tell."""
        mail = SmtpMail(
            server=SmtpAddress.parse(f"smtp://127.0.0.1:{self.port}"),
            sender="Food Rounds <rounds@example.org>",
            clock=self.clock,
        )
        return CareRounds(
            self.database, mail, clock=self.clock, base_url="https://rounds.example.org", look_every_s=0.05
        )

    def account(
        self, role: Role, email: str = "", *, active: bool = True, volunteer_id: uuid.UUID | None = None
    ) -> uuid.UUID:
        """Somebody with this role; by default the address is the role's word."""
        account_id = uuid.uuid4()
        with self.database.unscoped_writing() as session:
            session.add(
                Account(
                    id=account_id,
                    email=email or f"{role.value}@example.org",
                    active=active,
                    fs_uniquifier=account_id.hex,
                    made_at=self.clock.now(),
                )
            )
            session.flush()
            session.add(
                Membership(network_id=self.network_id, account_id=account_id, role=role, volunteer_id=volunteer_id)
            )
        return account_id

    def everybody(self) -> None:
        """One account of each role that may hear of a follow-up."""
        for role in (Role.SUPPORT_WORKER, Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY, Role.COORDINATOR):
            self.account(role)

    def actor(self, role: Role, account_id: uuid.UUID | None = None) -> Actor:
        """Somebody of this network who acts."""
        return Actor(network_id=self.network_id, account_id=account_id, grants=(Grant(role=role),))

    def follow_up(self, **values: Any) -> uuid.UUID:
        """An open one of a household, due at 13:00."""
        with self.database.writing(self.network_id) as session:
            site = Site(id=uuid.uuid4(), address="9 Canary Row", postcode="SE16 3ZZ")
            household = Household(
                id=uuid.uuid4(),
                ref="H" + uuid.uuid4().hex[:8],
                contact_name=CANARY,
                phone="07700 900123",
                site_id=site.id,
            )
            session.add_all((site, household))
            defaults: dict[str, Any] = {
                "cause": FollowUpCause.CONCERN,
                "urgency": ConcernUrgency.TODAY,
                "opened_at": self.clock.now(),
                "due_at": DUE,
                "household_id": household.id,
            }
            row = FollowUp(id=uuid.uuid4(), **{**defaults, **values})
            session.add(row)
            return row.id

    def rungs(self) -> list[str]:
        """What was taken, in order."""
        with self.database.reading(self.network_id) as session:
            rows = session.scalars(select(FollowUpEscalation).order_by(FollowUpEscalation.at)).all()
            order = ["at_once", "owner", "lead", "deputy", "coordinator"]
            return sorted((row.rung.value for row in rows), key=order.index)

    def mails(self) -> list[OutgoingMessage]:
        """Every mail there is, the oldest first."""
        with self.database.reading(self.network_id) as session:
            return list(session.scalars(select(OutgoingMessage).order_by(OutgoingMessage.made_at)))
