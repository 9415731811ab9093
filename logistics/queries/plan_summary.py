"""A plan in figures: served and unserved by product, routes, way and hours, and the reasons."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.states import PlanState
from logistics.domain.vocabulary import Product, UnservedCode
from logistics.domain.week import IsoWeek
from logistics.gateways.roads.port import stored_roads_label
from logistics.persistence.tables import Household, HouseholdNeeds, Network, PlanVersion, Route, UnservedOrder, Week


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedRow:
    """One order left out: whose (by reference), what they can eat, what, when, why, and what would help."""

    household_ref: str
    needs: str
    product: Product
    quantity: int
    when: str
    code: UnservedCode
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """Counts are portions and parcels; metres and seconds."""

    plan_id: uuid.UUID
    network_name: str
    week: IsoWeek
    number: int
    state: PlanState
    engine: str
    roads: str
    served: Mapping[Product, int]
    unserved: Mapping[Product, int]
    routes: int
    doors: int
    collections: int
    distance_m: int
    duration_s: int
    charges_pence: int
    violations: int
    left_goods: tuple[str, ...]
    reasons: tuple[UnservedRow, ...]


def plan_summary(session: Session, plan_id: uuid.UUID) -> PlanSummary:
    """The summary of one plan version. Raises NotFound."""
    plan = session.get(PlanVersion, plan_id)
    if plan is None:
        raise NotFound("There is no such plan.")
    week = session.get_one(Week, plan.week_id)
    network = session.get_one(Network, plan.network_id)
    totals = plan.totals
    return PlanSummary(
        plan_id=plan.id,
        network_name=network.name,
        week=IsoWeek.of(week.monday),
        number=plan.number,
        state=plan.state,
        engine=plan.engine,
        roads=stored_roads_label(
            engine=plan.roads_engine,
            data=plan.roads_data or "",
            data_date=plan.roads_data_date,
            is_estimate=plan.roads_is_estimate,
        ),
        served={Product(name): count for name, count in totals.get("served", {}).items()},
        unserved={Product(name): count for name, count in totals.get("unserved", {}).items()},
        routes=session.scalar(select(func.count()).select_from(Route).where(Route.plan_id == plan.id)) or 0,
        doors=totals.get("doors", 0),
        collections=totals.get("collections", 0),
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        charges_pence=totals.get("charges_pence", 0),
        violations=plan.violations,
        left_goods=tuple(
            f"{left['weight_g'] / 1000:.0f} kg. {left['sentence']}" for left in totals.get("left_goods", [])
        ),
        reasons=_reasons(session, plan_id),
    )


def latest_proposal(session: Session, week: IsoWeek) -> uuid.UUID | None:
    """The plan version of that week that waits to be published, None when there is none."""
    return session.scalar(
        select(PlanVersion.id)
        .join(Week, Week.id == PlanVersion.week_id)
        .where(Week.monday == week.monday, PlanVersion.state == PlanState.PROPOSED)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )


def needs_in_words(needs: HouseholdNeeds | None) -> str:
    """`kosher; no milk; IDDSI 5`: what a household's meals must respect, read from its own row when it is shown."""
    if needs is None:
        return ""
    words = sorted(diet.label.lower() for diet in needs.diets)
    words += [f"no {allergen.label.lower()}" for allergen in sorted(needs.allergens)]
    words += [f"IDDSI {needs.texture_iddsi}"] if needs.texture_iddsi is not None else []
    words += ["a need still to be translated"] if needs.unmapped else []
    return "; ".join(words)


def _reasons(session: Session, plan_id: uuid.UUID) -> tuple[UnservedRow, ...]:
    rows = session.execute(
        select(UnservedOrder, Household.ref, HouseholdNeeds)
        .join(Household, Household.id == UnservedOrder.household_id)
        .join(HouseholdNeeds, HouseholdNeeds.household_id == Household.id, isouter=True)
        .where(UnservedOrder.plan_id == plan_id)
        .order_by(UnservedOrder.service_date, UnservedOrder.code, Household.ref)
    )
    return tuple(
        UnservedRow(
            household_ref=ref,
            needs=needs_in_words(needs) if row.code is UnservedCode.NO_SAFE_FOOD else "",
            product=row.product,
            quantity=row.quantity,
            when=f"{row.service_date:%A}" if row.service_date else "any day",
            code=row.code,
            sentence=row.sentence,
            remedy=row.remedy,
        )
        for row, ref, needs in rows
    )
