"""Drafts of plans that are edited by hand, and their edits: each keeps what the day was after it, so that undo moves a number."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.plan_edits import DraftState, EditKind
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class PlanDraft(Scoped, Base):
    """A plan version being edited. The edits up to `position` hold; those after it were undone and can be done again.

    `pins`: those that the draft began with, by day. `run_id`: the planning run that improves it. `version` counts every
    change, so that the second of two people who edit at once is told.
    """

    __tablename__ = "plan_drafts"
    __table_args__ = within_network(
        ("base_plan_id", "plan_versions"),
        ("saved_plan_id", "plan_versions"),
        ("week_id", "weeks"),
        ("run_id", "solve_runs"),
    )

    week_id: Mapped[uuid.UUID] = mapped_column(index=True)
    base_plan_id: Mapped[uuid.UUID] = mapped_column(index=True)
    saved_plan_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    run_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    state: Mapped[DraftState] = mapped_column(words_of(DraftState), default=DraftState.OPEN)
    position: Mapped[int] = mapped_column(default=0)
    pins: Mapped[dict[str, Any]] = mapped_column(default=dict)
    opened_by: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute


class PlanEdit(Scoped, Base):
    """One thing done by hand: what, on which day, by whom, when. `details` and `after` hold ids and numbers, no names."""

    __tablename__ = "plan_edits"
    __table_args__ = (
        *within_network(("draft_id", "plan_drafts")),
        UniqueConstraint("network_id", "draft_id", "number"),
    )

    draft_id: Mapped[uuid.UUID] = mapped_column(index=True)
    number: Mapped[int]
    kind: Mapped[EditKind] = mapped_column(words_of(EditKind))
    service_date: Mapped[date]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_by: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
