"""What is still planned for people whose data may not be used: the dispatcher takes it out, or speaks with them.

Read from plans and people as they are now, so that a line is gone as soon as the plan no longer holds the person, the driver was
there, or the person says yes again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from logistics.domain.erasure import PersonKind
from logistics.domain.planning import StopKind
from logistics.domain.replanning import ON_THE_ROAD, OVER_ROUTES, SETTLED_STOPS
from logistics.domain.states import OrderState, PlanState
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.domain.week import IsoWeek
from logistics.domain.withholding import Withheld
from logistics.persistence.tables import (
    Allocation,
    Household,
    HouseholdNeeds,
    Order,
    PlanVersion,
    Route,
    RouteCrew,
    Stop,
    StopItem,
    Volunteer,
)
from logistics.queries.withheld import WithheldNow, withheld_now

_OVER_ORDERS = (OrderState.COLLECTED, OrderState.NOT_COLLECTED, OrderState.CANCELLED)
_WHERE = (PlanVersion.id, PlanVersion.state, Route.service_date, Route.letter, Route.state)
_MEALS = tuple(product for product in Product if product.is_meal)


class TakeOut(StrEnum):
    """What is planned, and with it what has to be done."""

    DOOR = "door"
    COLLECTION = "collection"
    MEALS = "meals"
    DRIVER = "driver"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAllTheSame:
    """One person on one day of a plan that is proposed or out. `letter`: of the route; empty for a collection at a hub.

    `on_the_road`: the driver has left, so that no other version can take its place.
    """

    what: TakeOut
    kind: PersonKind
    person_id: uuid.UUID
    ref: str
    withheld: Withheld | None
    plan_id: uuid.UUID
    state: PlanState
    day: date
    letter: str
    on_the_road: bool = False

    @property
    def is_out(self) -> bool:
        """Whether drivers go by this plan."""
        return self.state is PlanState.PUBLISHED

    @property
    def week(self) -> IsoWeek:
        """The week of the day."""
        return IsoWeek.of(self.day)

    @property
    def why(self) -> str:
        """What the person did."""
        if self.what is TakeOut.MEALS:
            return f"{self.ref} took back its yes to our keeping what it cannot eat."
        if self.what is TakeOut.DRIVER:
            return f"{self.ref} asked us to stop using their data."
        assert self.withheld is not None, "a door or a parcel is withheld for a reason"
        return self.withheld.sentence(self.ref)

    @property
    def remedy(self) -> str:
        """What to do about it."""
        day = f"{self.day:%A}"
        if self.on_the_road:
            return {
                TakeOut.DOOR: f"Ring the driver of route {self.letter}: they do not go there.",
                TakeOut.MEALS: f"Ring the driver of route {self.letter}: no meal is handed over until a coordinator has "
                "spoken with them.",
                TakeOut.DRIVER: f"They are under way on route {self.letter}: ring them, and ask who goes on.",
            }[self.what]
        return {
            TakeOut.DOOR: f"Take it out of {day}’s routes: route {self.letter}.",
            TakeOut.COLLECTION: f"Take its parcel off {day}’s list at the hub.",
            TakeOut.MEALS: f"A coordinator speaks with them before {day}, or take its meals off route {self.letter}: "
            "no meal is safe until then.",
            TakeOut.DRIVER: f"Give {day}’s route {self.letter} to somebody else.",
        }[self.what]


def to_take_out(session: Session, *, today: date, plan_id: uuid.UUID | None = None) -> tuple[PlannedAllTheSame, ...]:
    """Everything of the network that is ahead, by day; of one plan where one is named. Old versions of plans do not count."""
    which: list[ColumnElement[bool]] = [PlanVersion.state.in_((PlanState.PROPOSED, PlanState.PUBLISHED))]
    if plan_id is not None:
        which = [PlanVersion.id == plan_id]
    now = withheld_now(session)
    found = (
        *_households(session, now, which, today),
        *_needs(session, now, which, today),
        *_drivers(session, now, which, today),
    )
    return tuple(sorted(found, key=lambda row: (row.day, len(row.letter), row.letter, row.ref, row.what)))


def _ahead(today: date) -> tuple[ColumnElement[bool], ...]:
    return (Route.service_date >= today, Route.state.not_in(OVER_ROUTES))


def _households(
    session: Session, now: WithheldNow, which: list[ColumnElement[bool]], today: date
) -> Iterator[PlannedAllTheSame]:
    withheld = now.households
    if not withheld:
        return
    doors = session.execute(
        select(Household.id, Household.ref, *_WHERE)
        .join(Stop, Stop.household_id == Household.id)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(Household.id.in_(withheld), Stop.state.not_in(SETTLED_STOPS), *_ahead(today), *which)
        .distinct()
    )
    for household_id, ref, *where in doors:
        yield _row(TakeOut.DOOR, household_id, ref, withheld[household_id], where)
    collections = session.execute(
        select(Household.id, Household.ref, PlanVersion.id, PlanVersion.state, Allocation.service_date)
        .join(Order, Order.household_id == Household.id)
        .join(Allocation, Allocation.order_id == Order.id)
        .join(PlanVersion, PlanVersion.id == Allocation.plan_id)
        .where(
            Household.id.in_(withheld),
            Order.fulfilment == Fulfilment.COLLECTION,
            Order.state.not_in(_OVER_ORDERS),
            Allocation.service_date >= today,
            *which,
        )
        .distinct()
    )
    for household_id, ref, *where in collections:
        yield _row(TakeOut.COLLECTION, household_id, ref, withheld[household_id], [*where, "", None])


def _needs(
    session: Session, now: WithheldNow, which: list[ColumnElement[bool]], today: date
) -> Iterator[PlannedAllTheSame]:
    """Meals chosen by what a household cannot eat, which we may not go by any more. `unmapped` is sealed: it is read, not searched."""
    asked = now.without_needs - now.households.keys()
    if not asked:
        return
    rows = session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id.in_(asked)))
    waiting = {row.household_id for row in rows if row.unmapped}
    meals = session.execute(
        select(Household.id, Household.ref, *_WHERE)
        .join(Stop, Stop.household_id == Household.id)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            Household.id.in_(waiting),
            Stop.kind == StopKind.DELIVERY,
            StopItem.product.in_(_MEALS),
            Stop.state.not_in(SETTLED_STOPS),
            *_ahead(today),
            *which,
        )
        .distinct()
    )
    for household_id, ref, *where in meals:
        yield _row(TakeOut.MEALS, household_id, ref, None, where)


def _row(
    what: TakeOut, person_id: uuid.UUID, ref: str, withheld: Withheld | None, where: list[Any]
) -> PlannedAllTheSame:
    plan_id, state, day, letter, route_state = where
    return PlannedAllTheSame(
        what=what,
        kind=PersonKind.VOLUNTEER if what is TakeOut.DRIVER else PersonKind.HOUSEHOLD,
        person_id=person_id,
        ref=ref,
        withheld=withheld,
        plan_id=plan_id,
        state=state,
        day=day,
        letter=letter,
        on_the_road=route_state in ON_THE_ROAD,
    )


def _drivers(
    session: Session, now: WithheldNow, which: list[ColumnElement[bool]], today: date
) -> Iterator[PlannedAllTheSame]:
    restricted = now.volunteers
    if not restricted:
        return
    rows = session.execute(
        select(Volunteer.id, Volunteer.ref, *_WHERE)
        .join(RouteCrew, RouteCrew.volunteer_id == Volunteer.id)
        .join(Route, Route.id == RouteCrew.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(Volunteer.id.in_(restricted), *_ahead(today), *which)
        .distinct()
    )
    for volunteer_id, ref, *where in rows:
        yield _row(TakeOut.DRIVER, volunteer_id, ref, Withheld.RESTRICTED, where)
