"""Messages for whom an accepted re-plan touches, and for nobody else: ready to be sent from the desk's own phone.

They are written when they are looked at and kept nowhere. No message names a street, a diet or another household.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.planning import StopKind
from logistics.domain.replanning import FoodOnVan
from logistics.domain.week import LONDON
from logistics.persistence.tables import Household, Organisation, Route, Volunteer
from logistics.queries.driver_route import first_name
from logistics.queries.replan_view import DoorChange, ProposalView, ReplanView, RouteChange
from logistics.queries.withheld import withheld_households

Id = uuid.UUID


class Told(StrEnum):
    """Who a message is for."""

    DRIVER = "driver"
    DONOR = "donor"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMessage:
    """One message. `name`: a volunteer's, a donor's, or a household's reference; `link_route_id`: the route whose link is to be
    made and sent along."""

    told: Told
    name: str
    phone: str
    text: str
    link_route_id: Id | None = None
    is_urgent: bool = False


def replan_messages(session: Session, view: ReplanView) -> tuple[PreparedMessage, ...]:
    """Drivers first, then donors, then households, those whom nobody serves before the others; none before it is accepted."""
    accepted = view.accepted
    if accepted is None:
        return ()
    writer = _Writer(session, view, accepted)
    return (*writer.drivers(), *writer.donors(), *writer.households())


class _Writer:
    """Writes the messages of one accepted proposal."""

    def __init__(self, session: Session, view: ReplanView, accepted: ProposalView) -> None:
        self._session, self._view, self._accepted = session, view, accepted

    def drivers(self) -> Iterator[PreparedMessage]:
        """Who stops, who goes on with more, who is new."""
        phones = {row.id: row.phone for row in self._session.scalars(select(Volunteer))}
        for route in self._accepted.routes:
            text = self._to_stop(route) if route.ends else self._to_go_on(route)
            link = self._new_route_of(route) if route.route_id is None else None
            yield PreparedMessage(
                told=Told.DRIVER,
                name=route.driver,
                phone=phones.get(route.volunteer_id, ""),
                text=text,
                link_route_id=link,
            )

    def _to_stop(self, route: RouteChange) -> str:
        text = f"Food Rounds: thank you. Route {route.letter} goes on without you, and your link to it has ended."
        vans = [change for other in self._accepted.changed for change in other.pickups if change.from_van]
        if vans and self._view.food is FoodOnVan.FETCH:
            times = " and ".join(_clock(change.at) for change in sorted(vans, key=lambda change: change.at))
            text += f" Please stay with the food: it is fetched from you at about {times}."
        return text

    def _to_go_on(self, route: RouteChange) -> str:
        doors = len(route.doors)
        more = f"{doors} door{'' if doors == 1 else 's'}"
        fetch = ", first the food from another volunteer’s vehicle" if any(c.from_van for c in route.pickups) else ""
        if route.route_id is None:
            return (
                f"Food Rounds: could you help out today? {more}{fetch}, {_clock(route.starts_at)} to "
                f"{_clock(route.ends_at)}, by {route.vehicle.label.lower()}. Your link comes with the next message."
            )
        added = f"{more} more{fetch}" if doors else "other times"
        return (
            f"Food Rounds: your route {route.letter} has changed: {added}. It now ends at about {_clock(route.ends_at)}. "
            "Open your link again to see it; it is the same link."
        )

    def _new_route_of(self, route: RouteChange) -> Id | None:
        return self._session.scalar(
            select(Route.id).where(
                Route.plan_id == self._view.accepted_plan_id,
                Route.service_date == self._view.day,
                Route.shift_id == route.shift_id,
                Route.volunteer_id == route.volunteer_id,
            )
        )

    def donors(self) -> Iterator[PreparedMessage]:
        """Donors to whom somebody else comes, or at another time."""
        names = {change.name for route in self._accepted.changed for change in route.pickups if not change.from_van}
        names |= {
            change.name for route in self._accepted.changed for change in route.moved if change.kind is StopKind.PICKUP
        }
        rows = self._session.scalars(
            select(Organisation).where(Organisation.name.in_(names)).order_by(Organisation.name)
        )
        for row in rows:
            times = sorted(
                change.at
                for route in self._accepted.changed
                for change in (*route.pickups, *route.moved)
                if change.name == row.name
            )
            yield PreparedMessage(
                told=Told.DONOR,
                name=row.name,
                phone=row.phone,
                text=(
                    "Food Rounds: there is a change today. A volunteer comes to you for the food at about "
                    f"{' and '.join(map(_clock, times))}. Thank you."
                ),
            )

    def households(self) -> Iterator[PreparedMessage]:
        """Those whom nobody serves, then those to whom somebody else comes, or at another time.

        None is prepared for whoever has us keep their data and not use it.
        """
        left = {door.household_id for door in self._accepted.left}
        changes = {
            change.household_id: change
            for route in self._accepted.changed
            for change in (*route.doors, *route.moved)
            if change.household_id is not None and change.household_id not in left
        }
        wanted = (left | set(changes)) - {None} - withheld_households(self._session).keys()
        rows = self._session.scalars(select(Household).where(Household.id.in_(wanted)).order_by(Household.ref)).all()
        for row in sorted(rows, key=lambda row: row.id not in left):
            hello = f"Hello {first_name(row.contact_name)}, "
            if row.id in left:
                text = f"{hello}we are sorry: we cannot bring your food today. We will ring you."
            else:
                text = hello + _coming(changes[row.id])
            yield PreparedMessage(
                told=Told.HOUSEHOLD, name=row.ref, phone=row.phone, text=text, is_urgent=row.id in left
            )


def _coming(change: DoorChange) -> str:
    if change.before_at is None:
        return f"one of our volunteers brings you food today at about {_clock(change.at)}."
    who = "with another of our volunteers" if change.from_letter else "a little later or earlier than planned"
    return f"your food comes today at about {_clock(change.at)}, {who}."


def _clock(instant: datetime) -> str:
    return instant.astimezone(LONDON).strftime("%H:%M")
