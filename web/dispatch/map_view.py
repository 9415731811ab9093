"""A plan as a drawing: which lines, marks and words this reader may see. No label holds a name, no point a hidden address."""

from __future__ import annotations

from collections.abc import Iterable

from flask import url_for

from logistics.domain.authority import Permission
from logistics.domain.charge_zones import ChargeZone
from logistics.domain.vocabulary import Product
from logistics.gateways.roads.port import LatLon
from logistics.queries.plan_rows import PlanHead, PlanView, RouteRow, StopRow, UnservedRow
from logistics.queries.week_board import PlaceRow
from web.context import actor
from web.dispatch.unserved import WHY
from web.formatting import clock_time, counted, day, kilograms, pounds, upper_first
from web.maps import MapPlace, MapRoute, MapStop, MapUnserved, MapView, MapZone, PlaceKind
from web.maps.lines import STRAIGHT, way_through

DAY_UNKNOWN = "Any day"


def map_of(
    view: PlanView,
    places: tuple[PlaceRow, ...],
    *,
    with_days: bool,
    with_links: bool = True,
    zones: tuple[ChargeZone, ...] = (),
) -> MapView:
    """The plan as a drawing; `with_days`: several days, of which the first is open.

    What a label says depends on the reader: a household's reference, and the way to its page, are for those who may see
    households. `with_links` False leaves both out, for a file that may go anywhere.
    """
    sees_households = with_links and actor().may(Permission.SEE_HOUSEHOLD)
    ordered = sorted(view.routes, key=lambda route: (route.day, not route.doors))
    lines = {route.id: line_of(route, view.head) for route in ordered}
    routes = tuple(
        _route(route, lines[route.id][0], with_day=with_days, sees_households=sees_households) for route in ordered
    )
    return MapView(
        routes=routes,
        unserved=tuple(_unserved(view.unserved, with_day=with_days, sees_households=sees_households)),
        places=tuple(
            MapPlace(
                latitude=place.latitude,
                longitude=place.longitude,
                kind=PlaceKind.HUB if place.is_hub else PlaceKind.DONOR,
                label=place.name,
            )
            for place in places
        ),
        zones=tuple(_zone(zone) for zone in zones),
        credits=credits_of(view.head, is_straight=any(straight for _, straight in lines.values())),
        open_group=routes[0].group if routes else "",
    )


def credits_of(head: PlanHead, *, is_straight: bool) -> tuple[str, ...]:
    """What stands along the foot: where the figures come from, whom to credit, and that lines are not streets."""
    return tuple(
        filter(None, (f"{upper_first(head.roads_words)}.", head.roads_attribution, STRAIGHT if is_straight else ""))
    )


def line_of(route: RouteRow, head: PlanHead) -> tuple[tuple[LatLon, ...], bool]:
    """The way from the first stop to the last, and whether it is straight lines.

    The volunteer's home is left out, and so is a hidden address: the line goes past it.
    """
    points = [
        (stop.latitude, stop.longitude)
        for stop in route.stops
        if stop.latitude is not None and stop.longitude is not None
    ]
    way = way_through(points, route.vehicle, is_estimate=head.roads_is_estimate)
    return way.points, way.is_straight


def _route(route: RouteRow, line: tuple[LatLon, ...], *, with_day: bool, sees_households: bool) -> MapRoute:
    carries = counted(len(route.doors), "door") if route.doors else f"goods for the hub, {kilograms(route.goods_g)}"
    return MapRoute(
        letter=route.letter,
        colour_index=route.colour_index,
        name=upper_first(f"{route.vehicle.label}, {carries}"),
        points=line,
        stops=tuple(
            MapStop(
                latitude=stop.latitude,
                longitude=stop.longitude,
                number=stop.number,
                time=clock_time(stop.service_at),
                label=_label(stop, sees_households=sees_households),
                link_text=stop.name if sees_households else "",
                link=_page_of(stop) if sees_households else "",
            )
            for stop in route.doors
            if stop.latitude is not None and stop.longitude is not None and stop.number is not None
        ),
        group=day(route.day) if with_day else "",
    )


def _zone(zone: ChargeZone) -> MapZone:
    return MapZone(
        words=f"{zone.name}, zone charge {pounds(zone.price_pence)}",
        polygons=tuple(
            tuple(tuple((latitude, longitude) for longitude, latitude in ring) for ring in polygon)
            for polygon in zone.polygons
        ),
    )


def _label(stop: StopRow, *, sees_households: bool) -> str:
    quantities: dict[Product, int] = {}
    for item in stop.items:
        if item.product is not None:
            quantities[item.product] = quantities.get(item.product, 0) + item.quantity
    lines = [", ".join(product.counted(quantity) for product, quantity in quantities.items())]
    if stop.latest_at is not None:
        lines.append(f"Hand over by {clock_time(stop.latest_at)}")
    if sees_households:
        lines.append(stop.name)
    return "\n".join(filter(None, lines))


def _page_of(stop: StopRow) -> str:
    return url_for("admin.household", household_id=stop.household_id) if stop.household_id else ""


def _unserved(rows: Iterable[UnservedRow], *, with_day: bool, sees_households: bool) -> Iterable[MapUnserved]:
    for row in rows:
        if row.latitude is None or row.longitude is None:
            continue
        words = f"{row.product.counted(row.quantity)}: {WHY[row.code].lower()}"
        yield MapUnserved(
            latitude=row.latitude,
            longitude=row.longitude,
            label=f"{row.ref}, {words}" if sees_households else words,
            group=(day(row.day) if row.day else DAY_UNKNOWN) if with_day else "",
            link_text=row.ref if sees_households else "",
            link=url_for("admin.household", household_id=row.household_id) if sees_households else "",
        )
