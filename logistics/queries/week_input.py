"""Read one week of a network into the frozen values that planning takes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.errors import NotFound
from logistics.domain.food import Declared, FoodNeeds
from logistics.domain.rules import PlanningRules
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import PairKind
from logistics.domain.week import IsoWeek, axis_s
from logistics.domain.withholding import Withheld
from logistics.persistence.charge_zones import zones_in_force
from logistics.persistence.tables import (
    DemandLine,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Organisation,
    Pair,
    Round,
    RoundVisit,
    Shift,
    Site,
    Volunteer,
)
from logistics.planning.week_input import (
    BatchIn,
    DemandIn,
    HouseholdIn,
    HubIn,
    PastVisit,
    Place,
    ShiftIn,
    SlotIn,
    VolunteerIn,
    WeekInput,
)
from logistics.queries.fairness_memory import missed_before
from logistics.queries.withheld import restricted_volunteers, withheld_households

PLANNABLE_SLOTS = (SlotState.OFFERED, SlotState.CONFIRMED, SlotState.READY, SlotState.COLLECTED, SlotState.SHORT)


def building_of(address: str, postcode: str) -> str:
    """The key of the building a door is in: its name and postcode, so that flats of one block share one parking.

    "Flat 17, Cedar Court" and "Flat 3, Cedar Court" at one postcode are one building; "80" and "82" are two.
    """
    name = address.rsplit(",", 1)[-1].strip().casefold()
    return f"{postcode}|{name}"


def seconds_of_day(at: time) -> int:
    """A wall time as seconds since midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def read_week_input(session: Session, *, network_id: uuid.UUID, week: IsoWeek, snapshot_id: uuid.UUID) -> WeekInput:
    """Everything planning needs of that week. Raises NotFound for an unknown network."""
    network = session.get(Network, network_id)
    if network is None:
        raise NotFound("There is no such network.")
    past = _past_visits(session, week)
    missed = set(missed_before(session, week))
    blocks, preferences = _pairs(session)
    return WeekInput(
        network_id=network_id,
        week=week,
        rules=PlanningRules.from_settings(network.settings),
        places=_places(session),
        demand=_demand(session, snapshot_id),
        households=_households(session, missed, withheld_households(session)),
        slots=_slots(session, week),
        hubs=_hubs(session),
        volunteers=_volunteers(session),
        shifts=_shifts(session, week),
        blocks=blocks,
        preferences=preferences,
        last_week=past,
        charge_zones=zones_in_force(session),
        organisation_names={row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))},
    )


def _places(session: Session) -> Mapping[uuid.UUID, Place]:
    rows = session.execute(
        select(Site.id, Site.latitude, Site.longitude, Site.address, Site.postcode).where(Site.latitude.is_not(None))
    )
    return {
        row.id: Place(
            site_id=row.id,
            latitude=row.latitude,
            longitude=row.longitude,
            building=building_of(row.address, row.postcode),
        )
        for row in rows
    }


def _demand(session: Session, snapshot_id: uuid.UUID) -> tuple[DemandIn, ...]:
    lines = session.scalars(select(DemandLine).where(DemandLine.snapshot_id == snapshot_id)).all()
    demand = (
        DemandIn(
            order_id=line.order_id,
            household_id=line.household_id,
            product=line.product,
            quantity=line.quantity,
            days=tuple(date.fromisoformat(day) for day in line.dates),
            window_start_s=seconds_of_day(line.window_start),
            window_end_s=seconds_of_day(line.window_end),
            fulfilment=line.fulfilment,
        )
        for line in lines
    )
    return tuple(sorted(demand, key=lambda line: (line.days, str(line.order_id))))


def _households(
    session: Session, missed: set[uuid.UUID], withheld: Mapping[uuid.UUID, Withheld]
) -> Mapping[uuid.UUID, HouseholdIn]:
    needs = {row.household_id: row for row in session.scalars(select(HouseholdNeeds))}
    return {
        household.id: HouseholdIn(
            id=household.id,
            ref=household.ref,
            site_id=household.site_id,
            needs=_food_needs(needs.get(household.id)),
            people=household.adults + household.children,
            floor=household.floor,
            has_lift=household.has_lift,
            driver_needs=household.driver_needs,
            people_at_door=household.people_at_door,
            was_missed=household.id in missed,
            withheld=withheld.get(household.id),
        )
        for household in session.scalars(select(Household))
    }


def _food_needs(row: HouseholdNeeds | None) -> FoodNeeds:
    if row is None:
        return FoodNeeds()
    return FoodNeeds(
        diets=row.diets, allergens=row.allergens, texture_iddsi=row.texture_iddsi, unmapped=bool(row.unmapped)
    )


def _slots(session: Session, week: IsoWeek) -> tuple[SlotIn, ...]:
    rows = session.scalars(
        select(DonationSlot)
        .where(DonationSlot.service_date.in_(week.days), DonationSlot.state.in_(PLANNABLE_SLOTS))
        .options(selectinload(DonationSlot.batches), selectinload(DonationSlot.donor))
    )
    slots = (
        SlotIn(
            id=slot.id,
            donor_id=slot.donor_id,
            site_id=slot.donor.site_id,
            day=slot.service_date,
            ready_s=axis_s(week, slot.service_date, slot.ready_at),
            collect_by_s=axis_s(week, slot.service_date, slot.collect_by),
            temperature=slot.temperature,
            hold_until_s=axis_s(week, slot.service_date, slot.hot_hold_until) if slot.hot_hold_until else None,
            batches=tuple(
                BatchIn(
                    id=batch.id,
                    dish=batch.dish,
                    portions=batch.portions if batch.portions_collected is None else batch.portions_collected,
                    weight_g=batch.weight_g,
                    declared=Declared(
                        temperature=slot.temperature,
                        diets=batch.diets,
                        declaration=batch.declaration,
                        allergens=batch.allergens,
                        texture_iddsi=batch.texture_iddsi,
                        use_by=batch.use_by,
                    ),
                )
                for batch in slot.batches
            ),
        )
        for slot in rows
    )
    return tuple(sorted(slots, key=lambda slot: (slot.ready_s, str(slot.id))))


def _hubs(session: Session) -> tuple[HubIn, ...]:
    hubs = (
        HubIn(
            id=hub.id,
            organisation_id=hub.organisation_id,
            site_id=hub.organisation.site_id,
            parcels_per_day=hub.parcels_per_day,
            opens_s=seconds_of_day(hub.opens_at),
            closes_s=seconds_of_day(hub.closes_at),
        )
        for hub in session.scalars(select(Hub).options(selectinload(Hub.organisation)))
    )
    return tuple(sorted(hubs, key=lambda hub: str(hub.id)))


def _volunteers(session: Session) -> Mapping[uuid.UUID, VolunteerIn]:
    rows = session.scalars(select(Volunteer).where(Volunteer.is_active).options(selectinload(Volunteer.credentials)))
    restricted = restricted_volunteers(session)
    return {
        row.id: VolunteerIn(
            id=row.id,
            ref=row.ref,
            site_id=row.site_id,
            vehicle=row.vehicle,
            capacity_parcels=row.capacity_parcels,
            capacity_portions=row.capacity_portions,
            hot_ml=row.hot_ml,
            cold_ml=row.cold_ml,
            credentials={credential.kind: credential.expires_on for credential in row.credentials},
            traits=row.traits,
            max_stops=row.max_stops,
            max_week_s=row.max_week_s,
            is_restricted=row.id in restricted,
        )
        for row in rows
    }


def _shifts(session: Session, week: IsoWeek) -> tuple[ShiftIn, ...]:
    rows = session.execute(
        select(Shift.id, Shift.volunteer_id, Shift.service_date, Shift.starts_at, Shift.ends_at)
        .join(Volunteer, Volunteer.id == Shift.volunteer_id)
        .where(Shift.service_date.in_(week.days), Volunteer.is_active)
    )
    shifts = (
        ShiftIn(
            id=row.id,
            volunteer_id=row.volunteer_id,
            day=row.service_date,
            start_s=axis_s(week, row.service_date, row.starts_at),
            end_s=axis_s(week, row.service_date, row.ends_at),
        )
        for row in rows
    )
    return tuple(sorted(shifts, key=lambda shift: (shift.start_s, str(shift.id))))


def _pairs(
    session: Session,
) -> tuple[frozenset[tuple[uuid.UUID, uuid.UUID]], Mapping[tuple[uuid.UUID, uuid.UUID], int]]:
    rows = session.execute(select(Pair.volunteer_id, Pair.household_id, Pair.kind, Pair.weight)).all()
    blocks = frozenset((row.volunteer_id, row.household_id) for row in rows if row.kind is PairKind.BLOCK)
    preferences = {(row.volunteer_id, row.household_id): row.weight for row in rows if row.kind is PairKind.PREFER}
    return blocks, preferences


def _past_visits(session: Session, week: IsoWeek) -> tuple[PastVisit, ...]:
    before = week.plus(-1)
    rows = session.execute(
        select(
            Round.name, RoundVisit.service_date, RoundVisit.volunteer_id, RoundVisit.household_id, RoundVisit.sequence
        )
        .join(Round, Round.id == RoundVisit.round_id)
        .where(RoundVisit.service_date.in_(before.days))
    )
    visits = (
        PastVisit(
            round_name=row.name,
            day=row.service_date + timedelta(days=7),
            volunteer_id=row.volunteer_id,
            household_id=row.household_id,
            sequence=row.sequence,
        )
        for row in rows
    )
    return tuple(sorted(visits, key=lambda visit: (visit.day, str(visit.volunteer_id), visit.sequence)))
