"""A network in a real database: a donor, a hub, two households, a driver; the tests add what they are about."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.vocabulary import (
    AllergenDeclaration,
    Fulfilment,
    OrganisationKind,
    PlanMethod,
    Product,
    Role,
    TemperatureClass,
    VehicleKind,
)
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Batch,
    DemandLine,
    DonationSlot,
    Household,
    Hub,
    Network,
    Order,
    Organisation,
    PlanVersion,
    Round,
    RoundVisit,
    Route,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.services.freeze_demand import FrozenDemand, freeze_demand
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import PublishedPlan, publish_plan

WEEK = IsoWeek(2026, 49)
MON, TUE = WEEK.days[:2]
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ROADS = StraightLineRouter()
SECONDS = 0.05


class TinyNetwork:
    """Each maker returns the id of what it made; what was made is stored, in one transaction, before it is looked at."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.network_id = uuid.uuid4()
        self._made: list[Any] = []
        with database.unscoped_writing() as session:
            session.add(Network(id=self.network_id, slug=f"tiny-{self.network_id.hex[:8]}", name="Tiny"))

    @property
    def system(self) -> Actor:
        """The command line."""
        return Actor.system(self.network_id)

    def actor(self, role: Role) -> Actor:
        """Somebody of this network."""
        return Actor(network_id=self.network_id, account_id=uuid.uuid4(), grants=(Grant(role=role),))

    def add(self, row: Any) -> uuid.UUID:
        """One more row."""
        row.id = row.id or uuid.uuid4()
        self._made.append(row)
        made: uuid.UUID = row.id
        return made

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session of this network that holds everything made so far."""
        with self.database.writing(self.network_id) as session:
            session.add_all(self._made)
            session.flush()
            self._made = []
            yield session

    def store(self) -> None:
        """For those who open sessions of their own."""
        with self.writing():
            pass

    def change(self, kind: type[Any], row_id: uuid.UUID, **values: Any) -> None:
        """Set columns of a stored row."""
        with self.writing() as session:
            row = session.get_one(kind, row_id)
            for name, value in values.items():
                setattr(row, name, value)

    def all[Row](self, kind: type[Row]) -> Sequence[Row]:
        """Every row of a table, detached."""
        with self.writing() as session:
            return session.scalars(select(kind)).all()

    def site(self, metres_east: int = 0) -> uuid.UUID:
        """A place on the street."""
        degrees = metres_east * 0.00001443
        return self.add(Site(address="1 Street", postcode="SE16 4TB", latitude=51.5, longitude=-0.07 + degrees))

    def household(self, ref: str, metres_east: int = 100) -> uuid.UUID:
        """One adult."""
        return self.add(Household(ref=ref, contact_name=ref, site_id=self.site(metres_east)))

    def wish(self, household: uuid.UUID, product: Product = Product.HOT_MEAL, **values: Any) -> uuid.UUID:
        """A standing order for Mondays at lunch."""
        plain: dict[str, Any] = {
            "quantity": 1,
            "days": frozenset({Weekday.MON}),
            "window_start": time(12),
            "window_end": time(14),
            "starts_on": WEEK.monday - timedelta(weeks=4),
            "fulfilment": Fulfilment.DELIVERY,
        }
        return self.add(StandingOrder(household_id=household, product=product, **{**plain, **values}))

    def driver(self, ref: str = "V001", day: date = MON) -> uuid.UUID:
        """A car and a shift from 11 to 15."""
        volunteer = self.add(
            Volunteer(
                ref=ref,
                name=ref,
                site_id=self.site(),
                vehicle=VehicleKind.CAR,
                capacity_parcels=10,
                capacity_portions=20,
                hot_ml=12_000,
                cold_ml=12_000,
                max_stops=10,
                max_week_s=36_000,
            )
        )
        self.add(Shift(volunteer_id=volunteer, service_date=day, starts_at=time(11), ends_at=time(15)))
        return volunteer

    def hot_slot(self, portions: int = 5, day: date = MON) -> uuid.UUID:
        """Stew from half past eleven."""
        donor = self.add(
            Organisation(
                code=f"DON{uuid.uuid4().hex[:6]}", name="Donor", kind=OrganisationKind.DONOR, site_id=self.site()
            )
        )
        slot = self.add(
            DonationSlot(
                donor_id=donor,
                service_date=day,
                ready_at=time(11, 30),
                collect_by=time(13),
                temperature=TemperatureClass.HOT,
            )
        )
        batch = Batch(slot_id=slot, number=1, dish="Stew", portions=portions, declaration=AllergenDeclaration.NONE)
        return self.add(batch)

    def hub(self, parcels_per_day: int = 10) -> uuid.UUID:
        """Open from 9 to 17."""
        organisation = self.add(Organisation(code="HUB1", name="Hub", kind=OrganisationKind.HUB, site_id=self.site()))
        return self.add(
            Hub(organisation_id=organisation, parcels_per_day=parcels_per_day, opens_at=time(9), closes_at=time(17))
        )

    def came(self, volunteer: uuid.UUID, *households: uuid.UUID) -> None:
        """Last Monday's round."""
        round_id = self.add(Round(name="Mon lunch"))
        for sequence, household in enumerate(households, start=1):
            self.add(
                RoundVisit(
                    round_id=round_id,
                    service_date=MON - timedelta(weeks=1),
                    volunteer_id=volunteer,
                    household_id=household,
                    sequence=sequence,
                    outcome="delivered",
                )
            )

    def freeze(self) -> FrozenDemand:
        """The week's snapshot."""
        with self.writing() as session:
            return freeze_demand(session, self.system, WEEK, now=NOW)

    def lines(self, frozen: FrozenDemand) -> set[tuple[str, int, tuple[str, ...]]]:
        """Product, quantity and dates of a snapshot's lines."""
        return {
            (line.product.value, line.quantity, tuple(line.dates))
            for line in self.all(DemandLine)
            if line.snapshot_id == frozen.snapshot_id
        }

    def plan(self, method: PlanMethod = PlanMethod.SOLVER) -> uuid.UUID:
        """A stored proposal."""
        self.store()
        order = PlanOrder(week=WEEK, method=method, seconds=SECONDS)
        return plan_week(self.database, self.network_id, order, roads=ROADS, now=NOW)

    def publish(self, plan_id: uuid.UUID, actor: Actor | None = None) -> PublishedPlan:
        """Send it out."""
        with self.writing() as session:
            return publish_plan(session, actor or self.system, plan_id, now=NOW)

    def version(self, plan_id: uuid.UUID) -> PlanVersion:
        """The plan's row."""
        return next(plan for plan in self.all(PlanVersion) if plan.id == plan_id)

    def routes(self, plan_id: uuid.UUID) -> list[Route]:
        """Its routes."""
        return [route for route in self.all(Route) if route.plan_id == plan_id]

    def states(self) -> dict[uuid.UUID, str]:
        """Standing order -> the state of its order that is not cancelled, else of any."""
        orders = sorted(self.all(Order), key=lambda order: order.state.value != "cancelled")
        return {order.standing_order_id: order.state.value for order in orders if order.standing_order_id}


def lunch_network(database: Database) -> TinyNetwork:
    """One hot lunch for one household, one driver: the smallest week with a route."""
    network = TinyNetwork(database)
    network.driver()
    network.hot_slot()
    network.wish(network.household("H0001"))
    return network
