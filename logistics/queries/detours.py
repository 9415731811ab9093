"""What another order of stops does to the food on board: for each stop still to come, which food would be late if it came first."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.arrivals import expected_services
from logistics.domain.vocabulary import TemperatureClass
from logistics.persistence.tables import Route
from logistics.queries.day_routes import RouteFacts, route_facts
from logistics.queries.plan_rows import StopRow

MINUTE_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Detour:
    """Food that would be late only because of going there now: portions by temperature, and the worst of it in seconds."""

    portions: Mapping[TemperatureClass, int]
    late_s: int

    @property
    def words(self) -> str:
        """`2 hot meals would be 12 min late`; empty where nothing would be."""
        if not self.portions:
            return ""
        counts = [
            f"{count} {kind.value} {'meal' if count == 1 else 'meals'}" for kind, count in sorted(self.portions.items())
        ]
        hours, minutes = divmod(max(1, round(self.late_s / MINUTE_S)), 60)
        late = f"{hours} h {minutes} min" if hours else f"{minutes} min"
        return f"{' and '.join(counts)} would be {'' if len(self.portions) == 1 else 'up to '}{late} late"


def detours(session: Session, route_id: uuid.UUID, *, now: datetime) -> Mapping[uuid.UUID, Detour]:
    """By open stop: what going there before all others would do. Times are an estimate, as the board's are."""
    route = session.execute(
        select(Route.plan_id, Route.service_date, Route.letter).where(Route.id == route_id)
    ).one_or_none()
    if route is None:
        return {}
    (facts,) = route_facts(session, route.plan_id, route.service_date, [route.letter])
    return detours_of(facts, now=now)


def detours_of(facts: RouteFacts, *, now: datetime) -> Mapping[uuid.UUID, Detour]:
    """The same from facts. Pure. Food that is late in the planned order too counts only where it would be a minute later."""
    usual = _late_s(facts, expected_services(facts.journey, now=now))
    stops = {stop.id: stop for stop in facts.route.stops}
    found = {}
    for call in facts.journey.calls:
        if call.is_open:
            late = _late_s(facts, expected_services(facts.journey, now=now, first=call.id))
            worse = {
                stop_id: by for stop_id, by in late.items() if by >= MINUTE_S and by - usual.get(stop_id, 0) >= MINUTE_S
            }
            portions: Counter[TemperatureClass] = Counter()
            for stop_id in worse:
                portions.update(_portions(stops[stop_id]))
            found[call.id] = Detour(portions=dict(portions), late_s=max(worse.values(), default=0))
    return found


def _late_s(facts: RouteFacts, expected: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, int]:
    return {
        stop_id: max(0, int((expected[stop_id] - clock.latest_at).total_seconds()))
        for stop_id, clock in facts.clocks.items()
        if stop_id in expected
    }


def _portions(stop: StopRow) -> Counter[TemperatureClass]:
    counts: Counter[TemperatureClass] = Counter()
    for item in stop.items:
        if item.temperature in (TemperatureClass.HOT, TemperatureClass.CHILLED):
            counts[item.temperature] += item.quantity
    return counts
