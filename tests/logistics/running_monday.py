"""The tiny plan on its Monday, out and under way, with a volunteer who is free: what the tests of re-plans begin with."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.replanning import ReplanReason
from logistics.domain.states import PlanState, WeekState
from logistics.domain.vocabulary import CredentialKind, Trait, VehicleKind
from logistics.gateways.clock import FixedClock
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Credential,
    DriverLink,
    PlanVersion,
    ReplanProposal,
    Route,
    Shift,
    Site,
    Stop,
    Volunteer,
    Week,
)
from logistics.planning.replan_draft import Draft, draft_of
from logistics.services.accept_replan import AcceptedReplan, accept_proposal
from logistics.services.deliveries import ReportedEvent, record_event
from logistics.services.driver_access import DriverInHand
from logistics.services.publish_plan import publish_plan
from logistics.services.replans import AskedReplan, RouteTrouble, ask_replan_of_route
from logistics.services.work_out_replan import work_out_replan
from tests.logistics.plans import MADE_AT, MONDAY, ROADS, StoredPlan, store_good_plan

K = DeliveryEventKind
OUT = RouteTrouble(reason=ReplanReason.VOLUNTEER_OUT)


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of the Monday; London is on UTC then."""
    return datetime(2026, 11, 30, hour, minute, tzinfo=UTC)


@dataclass(kw_only=True)
class RunningMonday:
    """Route A of V003 with hot meals at noon, route B of V001 and V002 in the afternoon, and V004, who is free from 11 to 16."""

    plan: StoredPlan
    clock: FixedClock

    @classmethod
    def begun(cls, database: Database, *, free: bool = True) -> RunningMonday:
        """Published, nothing told yet."""
        return cls.of(store_good_plan(database), free=free)

    @classmethod
    def of(cls, plan: StoredPlan, *, free: bool = True, clock: FixedClock | None = None) -> RunningMonday:
        """The same in a network that is there already."""
        world = cls(plan=plan, clock=clock or FixedClock(at(12, 20)))
        with world.writing() as session:
            plan.get(session, Week, "week").state = WeekState.PROPOSED
            publish_plan(session, world.actor, plan.plan_id, now=MADE_AT)
            if free:
                world._add_free(session)
        return world

    def _add_free(self, session: Session) -> None:
        site = Site(id=uuid.uuid4(), address="9 Test Row", postcode="SE16 9TB", latitude=51.4985, longitude=-0.0565)
        session.add(site)
        free = Volunteer(
            id=uuid.uuid4(), ref="V004", name="Volunteer V004", phone="07700 900444", site_id=site.id, vehicle=VehicleKind.CAR,
            capacity_parcels=20, capacity_portions=40, hot_ml=24_000, cold_ml=24_000, max_stops=12, max_week_s=36_000,
            traits=frozenset({Trait.FEMALE_DRIVER}),
        )  # fmt: skip
        session.add(free)
        shift = Shift(id=uuid.uuid4(), volunteer_id=free.id, service_date=MONDAY, starts_at=time(11), ends_at=time(16))
        check = Credential(volunteer_id=free.id, kind=CredentialKind.DBS_BASIC, expires_on=MONDAY + timedelta(days=99))
        session.add_all([shift, check])
        self.plan.ids["V004"], self.plan.ids["shift V004"] = free.id, shift.id

    @property
    def actor(self) -> Actor:
        """Who acts: the network itself."""
        return Actor.system(self.plan.network_id)

    def writing(self) -> Any:
        """A writing session of the network."""
        return self.plan.database.writing(self.plan.network_id)

    def reading(self) -> Any:
        """A reading session of the network."""
        return self.plan.database.reading(self.plan.network_id)

    def tell(self, stop: str, now: datetime, kind: K | None = None, route: str = "route mon A") -> None:
        """The driver of route A reports a stop: loaded at a pickup, handed over at a door."""
        with self.writing() as session:
            row = self.plan.get(session, Stop, stop)
            is_pickup = row.household_id is None
            kind = kind or (K.PICKUP_DONE if is_pickup else K.STOP_DELIVERED)
            details = {"how": "handed_over"} if kind is K.STOP_DELIVERED else {}
            event = ReportedEvent(id=uuid.uuid4(), kind=kind, stop_id=row.id, details=details)
            record_event(session, self.hand(route), event, now=now)

    def accept(self, route: str = "route mon A", volunteer: str = "V003") -> None:
        """A volunteer takes the route on, early in the morning."""
        with self.writing() as session:
            event = ReportedEvent(id=uuid.uuid4(), kind=K.ROUTE_ACCEPTED)
            record_event(session, self.hand(route, volunteer), event, now=at(9))

    def hand(self, route: str = "route mon A", volunteer: str = "V003") -> DriverInHand:
        """The holder of an open link."""
        return DriverInHand(
            network_id=self.plan.network_id, link_id=uuid.uuid4(), route_id=self.plan.ids[route],
            volunteer_id=self.plan.ids[volunteer], made_at=MADE_AT,
        )  # fmt: skip

    def link(self, route: str = "route mon A", volunteer: str = "V003") -> uuid.UUID:
        """A live link for that route."""
        with self.writing() as session:
            row = DriverLink(
                id=uuid.uuid4(), route_id=self.plan.ids[route], volunteer_id=self.plan.ids[volunteer],
                token_hash=hash_token(new_token()), made_at=MADE_AT, expires_at=at(23),
            )  # fmt: skip
            session.add(row)
        return row.id

    def loaded_and_one_door_done(self) -> None:
        """V003 has loaded parcel and meals, and has served the first door, at 12:19."""
        self.accept()
        for stop, minute in (("mon A 1", 0), ("mon A 2", 8), ("mon A 3", 19)):
            self.tell(stop, at(12, minute))

    def ask(self, trouble: RouteTrouble = OUT, route: str = "route mon A") -> AskedReplan:
        """Ask, and work it out at once."""
        with self.writing() as session:
            asked = ask_replan_of_route(session, self.actor, self.plan.ids[route], trouble, now=self.clock.now())
        self.work_out(asked)
        return asked

    def work_out(self, asked: AskedReplan) -> None:
        """What the worker does."""
        end = work_out_replan(
            self.plan.database, self.plan.network_id, asked.run_id, roads=ROADS, clock=self.clock, seconds=0.2
        )
        with self.writing() as session:
            end(session)

    def proposals(self, asked: AskedReplan) -> list[tuple[uuid.UUID, Draft]]:
        """What was found, in order."""
        with self.reading() as session:
            rows = session.scalars(
                select(ReplanProposal)
                .where(ReplanProposal.replan_id == asked.replan_id)
                .order_by(ReplanProposal.number)
            )
            return [(row.id, draft_of(row.draft)) for row in rows]

    def take(self, proposal_id: uuid.UUID) -> AcceptedReplan:
        """Accept it."""
        with self.writing() as session:
            return accept_proposal(session, self.actor, proposal_id, roads=ROADS, now=self.clock.now())

    def published(self) -> uuid.UUID:
        """The version that is out."""
        with self.reading() as session:
            found: uuid.UUID = session.scalars(
                select(PlanVersion.id).where(PlanVersion.state == PlanState.PUBLISHED)
            ).one()
        return found

    def route_of(self, volunteer: str) -> uuid.UUID:
        """That volunteer's route in the version that is out."""
        with self.reading() as session:
            found: uuid.UUID = session.scalars(
                select(Route.id).where(
                    Route.plan_id == self.published(),
                    Route.volunteer_id == self.plan.ids[volunteer],
                    Route.service_date == MONDAY,
                )
            ).one()
        return found
