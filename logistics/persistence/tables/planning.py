"""Solve runs and plan versions: routes, crews, stops, items, and the orders a plan could not serve."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.states import PlanState, RouteState, RunState, StopState
from logistics.domain.vocabulary import PlanMethod, Product, UnservedCode, VehicleKind
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class SolveRun(Scoped, Base):
    """One planning job. Its id is the durable workflow's id; its progress is read by the pages while it runs."""

    __tablename__ = "solve_runs"
    __table_args__ = within_network(("week_id", "weeks"), ("plan_id", "plan_versions"))

    week_id: Mapped[uuid.UUID] = mapped_column(index=True)
    plan_id: Mapped[uuid.UUID | None] = mapped_column()
    method: Mapped[PlanMethod] = mapped_column(words_of(PlanMethod))
    seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(default=0)
    state: Mapped[RunState] = mapped_column(words_of(RunState), default=RunState.QUEUED)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    requested_by: Mapped[uuid.UUID | None]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    phase: Mapped[str] = mapped_column(String(80), default="Waiting for the planner")
    progress_permille: Mapped[int] = mapped_column(default=0)
    best_cost: Mapped[int | None]
    cost_curve: Mapped[list[Any]] = mapped_column(default=list)
    served: Mapped[int | None]
    unserved: Mapped[int | None]
    error: Mapped[str] = mapped_column(String(500), default="")


class PlanVersion(Scoped, Base):
    """One plan of a week: a proposal, or the frozen version sent out. `totals` as the checker recomputed them.

    `roads_profiles`: for each kind of vehicle, what its times were made from (the router's profile, or speed and factor).
    `made_with`: the network's settings that its times followed (slow hours, parking by kind of vehicle), `charge_zones`: the
    ids of the zones that its costs followed; a later change of them does not make the plan false. None: made before they
    were kept.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (
        *within_network(("week_id", "weeks"), ("snapshot_id", "demand_snapshots")),
        UniqueConstraint("network_id", "week_id", "number"),
    )

    week_id: Mapped[uuid.UUID] = mapped_column(index=True)
    snapshot_id: Mapped[uuid.UUID] = mapped_column()
    number: Mapped[int]
    state: Mapped[PlanState] = mapped_column(words_of(PlanState), default=PlanState.PROPOSED)
    method: Mapped[PlanMethod] = mapped_column(words_of(PlanMethod))
    engine: Mapped[str] = mapped_column(String(120))
    roads_engine: Mapped[str] = mapped_column(String(120))
    roads_data_date: Mapped[str] = mapped_column(String(40), default="")
    roads_data: Mapped[str | None] = mapped_column(String(60))
    roads_profiles: Mapped[dict[str, Any] | None] = mapped_column()
    roads_attribution: Mapped[str] = mapped_column(String(300), default="")
    roads_is_estimate: Mapped[bool]
    made_with: Mapped[dict[str, Any] | None] = mapped_column()
    charge_zones: Mapped[list[Any] | None] = mapped_column()
    seed: Mapped[int] = mapped_column(default=0)
    cost: Mapped[int]
    distance_m: Mapped[int]
    duration_s: Mapped[int]
    violations: Mapped[int] = mapped_column(default=0)
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    published_by: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    routes: Mapped[list[Route]] = relationship(
        foreign_keys="Route.plan_id",
        primaryjoin="PlanVersion.id == Route.plan_id",
        order_by="Route.departs_at, Route.letter",
    )
    unserved: Mapped[list[UnservedOrder]] = relationship(
        foreign_keys="UnservedOrder.plan_id", primaryjoin="PlanVersion.id == UnservedOrder.plan_id"
    )


class Route(Scoped, Base):
    """All the trips of one shift. Its instants are what the plan promised; what happened is in the events.

    A route that was planned again while it ran: its first `resumed_after` stops are history, and the rest is planned from the
    last of them on (from the driver's start, where there is none), leaving at `resumed_at`.

    `charges`: the zones that it pays for (`zone_id`, `name`, `price_pence`), once for the volunteer's vehicle and day.
    """

    __tablename__ = "routes"
    __table_args__ = (
        *within_network(("plan_id", "plan_versions"), ("shift_id", "shifts"), ("volunteer_id", "volunteers")),
        UniqueConstraint("network_id", "plan_id", "service_date", "letter"),
    )

    plan_id: Mapped[uuid.UUID] = mapped_column(index=True)
    shift_id: Mapped[uuid.UUID] = mapped_column()
    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    service_date: Mapped[date]
    letter: Mapped[str] = mapped_column(String(4))
    vehicle: Mapped[VehicleKind] = mapped_column(words_of(VehicleKind))
    state: Mapped[RouteState] = mapped_column(words_of(RouteState), default=RouteState.DRAFT)
    departs_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    distance_m: Mapped[int]
    duration_s: Mapped[int]
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    resumed_after: Mapped[int] = mapped_column(default=0)
    charges: Mapped[list[Any] | None] = mapped_column()

    crew: Mapped[list[RouteCrew]] = relationship(
        foreign_keys="RouteCrew.route_id", primaryjoin="Route.id == RouteCrew.route_id", order_by="RouteCrew.role"
    )
    stops: Mapped[list[Stop]] = relationship(
        foreign_keys="Stop.route_id", primaryjoin="Route.id == Stop.route_id", order_by="Stop.sequence"
    )


class RouteCrew(Scoped, Base):
    """Who goes: the driver, and a helper where two must be at the door. `shift_id` is the shift each gives to it."""

    __tablename__ = "route_crew"
    __table_args__ = (
        *within_network(("route_id", "routes"), ("volunteer_id", "volunteers"), ("shift_id", "shifts")),
        UniqueConstraint("network_id", "route_id", "volunteer_id"),
    )

    route_id: Mapped[uuid.UUID] = mapped_column()
    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    shift_id: Mapped[uuid.UUID] = mapped_column()
    role: Mapped[CrewRole] = mapped_column(words_of(CrewRole))


class Stop(Scoped, Base):
    """A scheduled service in a route: a pickup at a donor or hub, a delivery at a household, goods brought to a hub.

    `number` counts the doors (None for pickups). `load` is what is carried on leaving. `latest_at` is the hot or chilled
    food's limit for service to begin here. `from_route_id`: a pickup from the van of a route that could not go on.
    """

    __tablename__ = "stops"
    __table_args__ = (
        *within_network(
            ("route_id", "routes"),
            ("site_id", "sites"),
            ("household_id", "households"),
            ("organisation_id", "organisations"),
            ("slot_id", "donation_slots"),
            ("from_route_id", "routes"),
        ),
        UniqueConstraint("network_id", "route_id", "sequence"),
    )

    route_id: Mapped[uuid.UUID] = mapped_column()
    from_route_id: Mapped[uuid.UUID | None] = mapped_column()
    sequence: Mapped[int]
    number: Mapped[int | None]
    kind: Mapped[StopKind] = mapped_column(words_of(StopKind))
    household_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    organisation_id: Mapped[uuid.UUID | None] = mapped_column()
    slot_id: Mapped[uuid.UUID | None] = mapped_column()
    site_id: Mapped[uuid.UUID] = mapped_column()
    state: Mapped[StopState] = mapped_column(words_of(StopState), default=StopState.PLANNED)
    arrives_at: Mapped[datetime] = mapped_column(UtcDateTime())
    service_at: Mapped[datetime] = mapped_column(UtcDateTime())
    departs_at: Mapped[datetime] = mapped_column(UtcDateTime())
    latest_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    leg_m: Mapped[int]
    leg_s: Mapped[int]
    load: Mapped[dict[str, Any]] = mapped_column(default=dict)

    items: Mapped[list[StopItem]] = relationship(
        foreign_keys="StopItem.stop_id", primaryjoin="Stop.id == StopItem.stop_id", order_by="StopItem.code"
    )


class StopItem(Scoped, Base):
    """What changes hands at a stop: portions of a batch, or a parcel of a hub, for an order. Pickups sum what they load.

    `loaded_at_id`: the pickup that puts it on board, where a re-plan said so; else the latest of its source before the stop.
    """

    __tablename__ = "stop_items"
    __table_args__ = within_network(
        ("stop_id", "stops"),
        ("order_id", "orders"),
        ("batch_id", "batches"),
        ("hub_id", "hubs"),
        ("loaded_at_id", "stops"),
    )

    stop_id: Mapped[uuid.UUID] = mapped_column(index=True)
    loaded_at_id: Mapped[uuid.UUID | None] = mapped_column()
    order_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    batch_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    hub_id: Mapped[uuid.UUID | None] = mapped_column()
    product: Mapped[Product | None] = mapped_column(words_of(Product))
    quantity: Mapped[int]
    weight_g: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(String(20), default="")


class Allocation(Scoped, Base):
    """Which batch (or hub) was meant for which order on which date, and which others would be as safe."""

    __tablename__ = "allocations"
    __table_args__ = within_network(
        ("plan_id", "plan_versions"), ("order_id", "orders"), ("batch_id", "batches"), ("hub_id", "hubs")
    )

    plan_id: Mapped[uuid.UUID] = mapped_column(index=True)
    order_id: Mapped[uuid.UUID] = mapped_column()
    batch_id: Mapped[uuid.UUID | None] = mapped_column()
    hub_id: Mapped[uuid.UUID | None] = mapped_column()
    service_date: Mapped[date]
    quantity: Mapped[int]
    interchangeable: Mapped[list[Any]] = mapped_column(default=list)


class UnservedOrder(Scoped, Base):
    """An order, or a part of one, that a plan does not serve: the true reason and what would fix it."""

    __tablename__ = "unserved_orders"
    __table_args__ = within_network(
        ("plan_id", "plan_versions"), ("order_id", "orders"), ("household_id", "households")
    )

    plan_id: Mapped[uuid.UUID] = mapped_column(index=True)
    order_id: Mapped[uuid.UUID] = mapped_column()
    household_id: Mapped[uuid.UUID] = mapped_column()
    product: Mapped[Product] = mapped_column(words_of(Product))
    quantity: Mapped[int]
    service_date: Mapped[date | None]
    code: Mapped[UnservedCode] = mapped_column(words_of(UnservedCode))
    sentence: Mapped[str] = mapped_column(String(500))
    remedy: Mapped[str] = mapped_column(String(500), default="")
