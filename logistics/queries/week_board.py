"""The dispatcher's week: its state, its plan versions, its timetable and the places its food comes from."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.states import WeekState
from logistics.domain.vocabulary import OrganisationKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import Organisation, Site, Week
from logistics.queries.plan_rows import PlanHead, PlanView
from logistics.queries.plan_view import plan_heads
from logistics.queries.rounds_of_week import DayBand, RoundRow, bands_of
from logistics.queries.rounds_of_week import Session as DaySession


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekHead:
    """A week and the plan versions it has, the newest first. `id` is None for a week nobody has touched."""

    week: IsoWeek
    id: uuid.UUID | None
    state: WeekState
    plans: tuple[PlanHead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A donor of the day or a hub, as the map marks it."""

    name: str
    is_hub: bool
    latitude: float
    longitude: float


def week_head(session: Session, week: IsoWeek) -> WeekHead:
    """The week's state and its plans; a week without a row is open and has none."""
    row = session.scalars(select(Week).where(Week.monday == week.monday)).one_or_none()
    if row is None:
        return WeekHead(week=week, id=None, state=WeekState.OPEN, plans=())
    return WeekHead(week=week, id=row.id, state=row.state, plans=plan_heads(session, row.id))


def planned_bands(plan: PlanView) -> tuple[DayBand, ...]:
    """The timetable of a plan: served and wanted, routes and the tightest clock by day and session."""
    rounds: defaultdict[tuple[date | None, DaySession], _Count] = defaultdict(_Count)
    for route in plan.routes:
        for stop in route.doors:
            for item in stop.items:
                if item.session is not None:
                    count = rounds[route.day, item.session]
                    count.take(item.quantity, item.window_start)
                    count.routes.add(route.id)
                    if stop.spare_s is not None:
                        count.spares.append(stop.spare_s)
    for collected in plan.collected:
        count = rounds[collected.day, collected.session]
        count.take(collected.quantity, collected.window_start)
        count.collected += collected.quantity
    for missed in plan.unserved:
        rounds[missed.day, missed.session].miss(missed.quantity, missed.window_start)
    return bands_of([count.row(day, session) for (day, session), count in rounds.items()])


def places_of(session: Session, plan: PlanView) -> tuple[PlaceRow, ...]:
    """Where the plan's food comes from: every donor and hub that a route stops at."""
    names = {stop.name for route in plan.routes for stop in route.stops if stop.household_id is None}
    rows = session.execute(
        select(Organisation.name, Organisation.kind, Site.latitude, Site.longitude)
        .join(Site, Site.id == Organisation.site_id)
        .where(Organisation.kind.in_((OrganisationKind.DONOR, OrganisationKind.HUB)))
        .order_by(Organisation.code)
    )
    return tuple(
        PlaceRow(name=name, is_hub=kind is OrganisationKind.HUB, latitude=latitude, longitude=longitude)
        for name, kind, latitude, longitude in rows
        if name in names and latitude is not None and longitude is not None
    )


class _Count:
    """What one round adds up to."""

    def __init__(self) -> None:
        self.served = self.missed = self.collected = 0
        self.starts_at: time | None = None
        self.routes: set[uuid.UUID] = set()
        self.spares: list[int] = []

    def take(self, quantity: int, starts_at: time | None) -> None:
        self.served += quantity
        self._start(starts_at)

    def miss(self, quantity: int, starts_at: time) -> None:
        self.missed += quantity
        self._start(starts_at)

    def _start(self, starts_at: time | None) -> None:
        if starts_at is not None:
            self.starts_at = starts_at if self.starts_at is None else min(self.starts_at, starts_at)

    def row(self, day: date | None, session: DaySession) -> RoundRow:
        return RoundRow(
            day=day,
            session=session,
            starts_at=self.starts_at,
            wanted=self.served + self.missed,
            served=self.served,
            routes=len(self.routes),
            collected=self.collected,
            least_spare_s=min(self.spares, default=None),
        )
