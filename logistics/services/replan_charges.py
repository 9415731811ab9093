"""What the routes of a day that was planned again pay for charge zones, counted anew on their rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.states import StopState
from logistics.gateways.roads.port import Router
from logistics.persistence.charge_zones import zones_of_plan
from logistics.persistence.tables import Network, PlanVersion, Route, Site, Stop, Volunteer
from logistics.planning.charges import ChargeCounter, DrivenWay


def recount_charges(session: Session, plan: PlanVersion, day: date, *, roads: Router) -> None:
    """Write down who pays what on that day. A plan that keeps no zones, or knows of none, is left as it is."""
    zones = zones_of_plan(session, plan.id)
    if not zones:
        return
    zone = ZoneInfo(session.get_one(Network, plan.network_id).timezone)
    counter = ChargeCounter(zones, roads)
    routes = session.scalars(select(Route).where(Route.plan_id == plan.id, Route.service_date == day)).all()
    for route in sorted(routes, key=lambda each: (each.departs_at, str(each.shift_id))):
        paid = counter.charges(route.volunteer_id, day, route.vehicle, _ways(session, route, zone))
        route.charges = [
            {"zone_id": str(charge.zone_id), "name": charge.name, "price_pence": charge.price_pence} for charge in paid
        ]
    session.flush()


def _ways(session: Session, route: Route, zone: ZoneInfo) -> Iterator[DrivenWay]:
    def wall_s(instant: datetime) -> int:
        wall = instant.astimezone(zone).replace(tzinfo=None)
        return round((wall - datetime.combine(route.service_date, time())).total_seconds())

    stops = session.scalars(
        select(Stop).where(Stop.route_id == route.id, Stop.state != StopState.CANCELLED).order_by(Stop.sequence)
    ).all()
    home = session.get_one(Volunteer, route.volunteer_id).site_id
    sites = [session.get_one(Site, site_id) for site_id in (home, *(stop.site_id for stop in stops))]
    left_s = wall_s(route.departs_at)
    for (here, there), stop in zip(pairwise(sites), stops, strict=True):
        if stop.leg_m and here.latitude is not None and there.latitude is not None:
            points = [(float(site.latitude or 0), float(site.longitude or 0)) for site in (here, there)]
            yield DrivenWay(here=points[0], there=points[1], left_s=left_s, arrive_s=wall_s(stop.arrives_at))
        left_s = wall_s(stop.departs_at)
