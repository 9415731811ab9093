"""A re-plan of a running day: what was asked, and what was proposed. They hold ids and words, no personal value."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.replanning import ProposalKind, ReplanReason, ReplanState
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class Replan(Scoped, Base):
    """Something went wrong on `service_date` of the published version `plan_id`. `details`: what was told of it.

    `run_id` is the run that works out its proposals; a later one takes its place when they went stale. `site_id`: where a
    van with food on board stands. `made_at`: when its proposals were made.
    """

    __tablename__ = "replans"
    __table_args__ = within_network(
        ("plan_id", "plan_versions"),
        ("run_id", "solve_runs"),
        ("route_id", "routes"),
        ("slot_id", "donation_slots"),
        ("household_id", "households"),
        ("site_id", "sites"),
        ("accepted_plan_id", "plan_versions"),
    )

    plan_id: Mapped[uuid.UUID] = mapped_column()
    run_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    service_date: Mapped[date] = mapped_column(index=True)
    reason: Mapped[ReplanReason] = mapped_column(words_of(ReplanReason))
    route_id: Mapped[uuid.UUID | None] = mapped_column()
    slot_id: Mapped[uuid.UUID | None] = mapped_column()
    household_id: Mapped[uuid.UUID | None] = mapped_column()
    site_id: Mapped[uuid.UUID | None] = mapped_column()
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[ReplanState] = mapped_column(words_of(ReplanState), default=ReplanState.ASKED)
    asked_by: Mapped[uuid.UUID | None]
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    accepted_number: Mapped[int | None]
    accepted_plan_id: Mapped[uuid.UUID | None] = mapped_column()
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    proposals: Mapped[list[ReplanProposal]] = relationship(
        foreign_keys="ReplanProposal.replan_id",
        primaryjoin="Replan.id == ReplanProposal.replan_id",
        order_by="ReplanProposal.number",
    )


class ReplanProposal(Scoped, Base):
    """One way to go on. `draft` is what it would change (see `logistics.planning.replan_draft`); `marks`: by route, how each
    route that it changes stood when it was made."""

    __tablename__ = "replan_proposals"
    __table_args__ = (*within_network(("replan_id", "replans")), UniqueConstraint("network_id", "replan_id", "number"))

    replan_id: Mapped[uuid.UUID] = mapped_column()
    number: Mapped[int]
    kind: Mapped[ProposalKind] = mapped_column(words_of(ProposalKind))
    draft: Mapped[dict[str, Any]] = mapped_column(default=dict)
    marks: Mapped[dict[str, Any]] = mapped_column(default=dict)
