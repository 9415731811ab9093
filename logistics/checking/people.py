"""May these people go there, then, and for so long? Crews, shifts, checks, blocks, weekly hours, two places at once."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows, clock_label, day_label, seconds_of
from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.replanning import SETTLED_STOPS
from logistics.domain.slow_hours import slowed_s
from logistics.domain.vocabulary import CredentialKind, DriverNeed, Fulfilment, Trait
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import RouteCrew, Stop, Volunteer

BASIC_OR_BETTER = (CredentialKind.DBS_BASIC, CredentialKind.DBS_ENHANCED)
"""An enhanced check shows all that a basic one does."""


def people_faults(rows: PlanRows, roads: Router) -> Iterator[PlanFault]:
    """Everything about who goes."""
    meeting_s = {route.route.id: _meetings(rows, route, roads) for route in rows.routes}
    for route in rows.routes:
        yield from _crew(rows, route)
        yield from _shifts(rows, route, meeting_s[route.route.id])
        for at in route.stops:
            if at.stop.kind is StopKind.DELIVERY and at.stop.household_id is not None:
                yield from _at_the_door(rows, route, at.stop, at.stop.household_id)
    yield from _max_stops(rows)
    yield from _week_hours(rows, meeting_s)
    yield from _two_places(rows, meeting_s)
    yield from _collections(rows)


def _collections(rows: PlanRows) -> Iterator[PlanFault]:
    """Parcels that a plan which is not out yet would have ready at a hub."""
    if rows.plan.published_at is not None:
        return
    for allocation in rows.allocations:
        line = rows.lines.get(allocation.order_id)
        if line is None or line.fulfilment is not Fulfilment.COLLECTION or line.household_id not in rows.withheld:
            continue
        yield PlanFault(
            rule=PlanRule.WITHHELD,
            sentence=f"{rows.household_ref(line.household_id)} is to collect on {day_label(allocation.service_date)}, "
            "and its data may not be used.",
            household_id=line.household_id,
            order_id=line.order_id,
        )


def _fault(rule: PlanRule, route: RouteRows, words: str, stop: Stop | None = None) -> PlanFault:
    return PlanFault(
        rule=rule,
        sentence=f"{route.label}: {words}",
        route_id=route.route.id,
        stop_id=stop.id if stop is not None else None,
        household_id=stop.household_id if stop is not None else None,
    )


def _meetings(rows: PlanRows, route: RouteRows, roads: Router) -> dict[uuid.UUID, int]:
    """Seconds that each helper travels, by their own means, to where the driver starts."""
    start = rows.sites[rows.driver_of(route).site_id]
    seconds = {}
    for helper in rows.helpers_of(route):
        home = rows.sites[helper.site_id]
        if None in (home.latitude, home.longitude, start.latitude, start.longitude):
            continue  # the leg check reports a start that is nowhere
        points = [(float(site.latitude or 0), float(site.longitude or 0)) for site in (home, start)]
        usual_s = int(roads.matrix(points, helper.vehicle).durations_s[0, 1])
        shift_id = next(member.shift_id for member in route.crew if member.volunteer_id == helper.id)
        seconds[helper.id] = slowed_s(usual_s, rows.slow_percent(shift_id))
    return seconds


def _crew(rows: PlanRows, route: RouteRows) -> Iterator[PlanFault]:
    drivers = [member for member in route.crew if member.role is CrewRole.DRIVER]
    row = route.route
    if [(member.volunteer_id, member.shift_id) for member in drivers] != [(row.volunteer_id, row.shift_id)]:
        yield _fault(PlanRule.CREW, route, "it needs exactly one driver: the volunteer whose shift it is.")
    if rows.driver_of(route).vehicle is not row.vehicle:
        yield _fault(PlanRule.CREW, route, f"{rows.driver_of(route).ref} has no {row.vehicle.label}.")
    for member in route.crew:
        volunteer, shift = rows.volunteers[member.volunteer_id], rows.shifts[member.shift_id]
        if volunteer.id in rows.withheld and any(at.stop.state not in SETTLED_STOPS for at in route.stops):
            yield _fault(PlanRule.WITHHELD, route, f"the data of {volunteer.ref} may not be used.")
        if not volunteer.is_active:
            yield _fault(PlanRule.CREW, route, f"{volunteer.ref} is no longer a volunteer.")
        if shift.volunteer_id != volunteer.id or shift.service_date != row.service_date:
            yield _fault(PlanRule.CREW, route, f"{volunteer.ref} offered no such shift on that date.")


def _shifts(rows: PlanRows, route: RouteRows, meeting_s: dict[uuid.UUID, int]) -> Iterator[PlanFault]:
    day = route.route.service_date
    departs_s, ends_s = rows.wall_s(route.route.departs_at, day), rows.wall_s(route.route.ends_at, day)
    for member in route.crew:
        shift = rows.shifts[member.shift_id]
        from_s, until_s = seconds_of(shift.starts_at), seconds_of(shift.ends_at)
        if departs_s - meeting_s.get(member.volunteer_id, 0) < from_s or ends_s > until_s:
            ref = rows.volunteers[member.volunteer_id].ref
            words = f"{clock_label(departs_s)} to {clock_label(ends_s)} is not within the shift of {ref}, "
            yield _fault(PlanRule.SHIFT, route, f"{words}{clock_label(from_s)} to {clock_label(until_s)}.")


def _at_the_door(rows: PlanRows, route: RouteRows, stop: Stop, household_id: uuid.UUID) -> Iterator[PlanFault]:
    household, day = rows.households[household_id], route.route.service_date
    if household_id in rows.withheld and stop.state not in SETTLED_STOPS:
        yield _fault(PlanRule.WITHHELD, route, f"the data of {household.ref} may not be used.", stop)
    if len({member.volunteer_id for member in route.crew}) < household.people_at_door:
        yield _fault(PlanRule.TWO_AT_THE_DOOR, route, f"two people must go to {household.ref}; one goes.", stop)
    for member in route.crew:
        volunteer = rows.volunteers[member.volunteer_id]
        if (volunteer.id, household.id) in rows.blocks:
            yield _fault(PlanRule.BLOCK, route, f"{volunteer.ref} must not be sent to {household.ref}.", stop)
        if DriverNeed.FEMALE_DRIVER in household.driver_needs and Trait.FEMALE_DRIVER not in volunteer.traits:
            yield _fault(
                PlanRule.FEMALE_DRIVER, route, f"{household.ref} asked for women only, not {volunteer.ref}.", stop
            )
        if DriverNeed.DBS_BASIC in household.driver_needs and not _is_checked(rows, volunteer, day):
            words = (
                f"{household.ref} needs DBS-checked drivers; {volunteer.ref} has no check valid on {day_label(day)}."
            )
            yield _fault(PlanRule.CREDENTIAL, route, words, stop)


def _is_checked(rows: PlanRows, volunteer: Volunteer, day: date) -> bool:
    return any(
        credential.kind in BASIC_OR_BETTER and credential.expires_on >= day
        for credential in rows.credentials.get(volunteer.id, ())
    )


def _max_stops(rows: PlanRows) -> Iterator[PlanFault]:
    """Everybody's limit counts, a helper's too: both climb the stairs."""
    deliveries: Counter[tuple[uuid.UUID, uuid.UUID]] = Counter()
    for route in rows.routes:
        doors = sum(at.stop.kind is StopKind.DELIVERY for at in route.stops)
        for member in route.crew:
            deliveries[member.volunteer_id, member.shift_id] += doors
    for route in rows.routes:
        for member in route.crew:
            volunteer, count = rows.volunteers[member.volunteer_id], deliveries[member.volunteer_id, member.shift_id]
            if count > volunteer.max_stops:
                words = f"{volunteer.ref} makes {count} deliveries in one shift and offered {volunteer.max_stops}."
                yield _fault(PlanRule.MAX_STOPS, route, words)


def _week_hours(rows: PlanRows, meeting_s: dict[uuid.UUID, dict[uuid.UUID, int]]) -> Iterator[PlanFault]:
    on_the_road_s: Counter[uuid.UUID] = Counter()
    for route in rows.routes:
        seconds = round((route.route.ends_at - route.route.departs_at).total_seconds())
        for member in route.crew:
            on_the_road_s[member.volunteer_id] += seconds + meeting_s[route.route.id].get(member.volunteer_id, 0)
    for volunteer_id, seconds in on_the_road_s.items():
        volunteer = rows.volunteers[volunteer_id]
        if seconds > volunteer.max_week_s:
            yield PlanFault(
                rule=PlanRule.WEEK_HOURS,
                sentence=f"{volunteer.ref} is on the road for {seconds / 3600:.2f} hours this week and offered "
                f"{volunteer.max_week_s / 3600:g}.",
            )


def _two_places(rows: PlanRows, meeting_s: dict[uuid.UUID, dict[uuid.UUID, int]]) -> Iterator[PlanFault]:
    spans: dict[tuple[uuid.UUID, date], list[tuple[int, int, RouteRows, RouteCrew]]] = defaultdict(list)
    for route in rows.routes:
        day = route.route.service_date
        departs_s, ends_s = rows.wall_s(route.route.departs_at, day), rows.wall_s(route.route.ends_at, day)
        for member in route.crew:
            leaves_s = departs_s - meeting_s[route.route.id].get(member.volunteer_id, 0)
            spans[member.volunteer_id, day].append((leaves_s, ends_s, route, member))
    for (volunteer_id, _), own in spans.items():
        own.sort(key=lambda span: span[:2])
        for (_, ends_s, first, _), (leaves_s, _, second, _) in pairwise(own):
            if leaves_s < ends_s:
                words = f"{rows.volunteers[volunteer_id].ref} is on Route {first.route.letter} at the same time."
                yield _fault(PlanRule.TWO_PLACES, second, words)
