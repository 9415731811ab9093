"""The totals of a plan document: served and unserved by product, in portions or parcels, in orders and in people."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from logistics.checking.orders import served_quantities
from logistics.checking.plan_rows import PlanRows
from logistics.checking.totals import recomputed_totals
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.persistence.tables import DemandLine

type Json = dict[str, Any]


def document_totals(rows: PlanRows, left_goods_g: int) -> Json:
    """Counted from the rows, not copied from the plan."""
    served = served_quantities(rows)
    missing: Counter[uuid.UUID] = Counter()
    for row in rows.unserved:
        missing[row.order_id] += row.quantity
    counts = recomputed_totals(rows)
    return {
        "products": {
            product.value: _product(
                rows, [line for line in rows.lines.values() if line.product is product], served, missing
            )
            for product in Product
        },
        "households": _households(rows, served),
        "routes": counts["routes"],
        "doors": counts["doors"],
        "collections": counts["collections"],
        "goods_g": counts["goods_g"],
        "left_goods_g": left_goods_g,
        "distance_m": sum(route.route.distance_m for route in rows.routes),
        "charges_pence": counts["charges_pence"],
        "duration_s": sum(route.route.duration_s for route in rows.routes),
    }


def _product(
    rows: PlanRows, lines: Iterable[DemandLine], served: Mapping[uuid.UUID, int], missing: Mapping[uuid.UUID, int]
) -> Json:
    quantity: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for line in lines:
        got = served[line.order_id]
        quantity.update(wanted=line.quantity, served=got, unserved=missing[line.order_id])
        if line.fulfilment is Fulfilment.COLLECTION:
            quantity["collected"] += got
        orders.update(["wanted", "served" if got >= line.quantity else "part_served" if got else "unserved"])
        fed, wanted = _people(rows, line, got), _people(rows, line, line.quantity)
        people.update(wanted=wanted, served=fed, unserved=wanted - fed)
    return {
        "quantity": {name: quantity[name] for name in ("wanted", "served", "unserved", "collected")},
        "orders": {name: orders[name] for name in ("wanted", "served", "part_served", "unserved")},
        "people": {name: people[name] for name in ("wanted", "served", "unserved")},
    }


def _people(rows: PlanRows, line: DemandLine, quantity: int) -> int:
    """A portion is one person's meal; a parcel feeds the household, and a second one the same people."""
    if line.product.is_meal or not quantity:
        return quantity
    household = rows.households[line.household_id]
    return household.adults + household.children


def _households(rows: PlanRows, served: Mapping[uuid.UUID, int]) -> Json:
    """Households that asked for anything this week: all of it, some of it, none of it."""
    asked: Counter[uuid.UUID] = Counter()
    got: Counter[uuid.UUID] = Counter()
    for line in rows.lines.values():
        asked[line.household_id] += line.quantity
        got[line.household_id] += served[line.order_id]
    kinds = Counter(
        "served" if got[household] >= wanted else "part_served" if got[household] else "unserved"
        for household, wanted in asked.items()
    )
    return {
        "wanted": len(asked),
        **{name: kinds[name] for name in ("served", "part_served", "unserved")},
    }
