"""Are the stated figures those of the rows? Routes against their stops, the plan against its routes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import Fulfilment, Product


def totals_faults(rows: PlanRows) -> Iterator[PlanFault]:
    """Every figure that differs."""
    for route in rows.routes:
        yield from _route(route)
    routes = [route.route for route in rows.routes]
    stated: dict[str, Any] = {
        "distance_m": rows.plan.distance_m,
        "duration_s": rows.plan.duration_s,
        **{name: rows.plan.totals[name] for name in recomputed_totals(rows) if name in rows.plan.totals},
    }
    true = {
        "distance_m": sum(route.distance_m for route in routes),
        "duration_s": sum(route.duration_s for route in routes),
        **recomputed_totals(rows),
    }
    for name, value in stated.items():
        if value != true[name]:
            yield PlanFault(
                rule=PlanRule.TOTALS, sentence=f"The plan says {name} is {value}; its rows make it {true[name]}."
            )


def recomputed_totals(rows: PlanRows) -> dict[str, Any]:
    """Counts from the rows: portions and parcels served and unserved by product, routes, doors, collections,
    charges for zones, goods (g)."""
    served: Counter[Product] = Counter()
    for _, _, item in rows.handovers():
        if item.product is not None:
            served[item.product] += item.quantity
    collected = [
        allocation
        for allocation in rows.allocations
        if (line := rows.lines.get(allocation.order_id)) is not None and line.fulfilment is Fulfilment.COLLECTION
    ]
    for allocation in collected:
        served[rows.lines[allocation.order_id].product] += allocation.quantity
    unserved: Counter[Product] = Counter()
    for row in rows.unserved:
        unserved[row.product] += row.quantity
    stops = [at for route in rows.routes for at in route.stops]
    return {
        "served": {product.value: served[product] for product in Product},
        "unserved": {product.value: unserved[product] for product in Product},
        "routes": len(rows.routes),
        "doors": sum(at.stop.kind is StopKind.DELIVERY for at in stops),
        "collections": len(collected),
        "charges_pence": sum(each["price_pence"] for route in rows.routes for each in route.route.charges or ()),
        "goods_g": sum(item.weight_g for at in stops if at.stop.kind is StopKind.HUB_DROP for item in at.items),
    }


def _route(route: RouteRows) -> Iterator[PlanFault]:
    row = route.route
    duration_s = round((row.ends_at - row.departs_at).total_seconds())
    pairs = [
        ("distance", row.distance_m, sum(at.stop.leg_m for at in route.stops)),
        ("duration", row.duration_s, duration_s),
        ("end", row.ends_at, route.stops[-1].stop.departs_at if route.stops else row.departs_at),
    ]
    for name, stated, true in pairs:
        if stated != true:
            yield PlanFault(
                rule=PlanRule.TOTALS,
                sentence=f"{route.label}: its {name} is said to be {stated}; its stops make it {true}.",
                route_id=row.id,
            )
