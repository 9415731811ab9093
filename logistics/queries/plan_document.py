"""A whole plan as one JSON document, so that anybody can check it against the input with a program of their own.

Refs of the spreadsheets (H0001, V001, DON01, HUB1) instead of names; no phone, no address, no coordinates. The form is
in `docs/plan-document.md` and `logistics/schemas/plan.schema.json`.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows, read_plan_rows
from logistics.domain.charge_zones import ChargeZone
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import Fulfilment, VehicleKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import Batch, DemandLine, DemandSnapshot, DonationSlot, Network, StopItem, Week
from logistics.queries.plan_document_totals import document_totals

FORMAT = "food-rounds-plan"
FORMAT_VERSION = 1

type Json = dict[str, Any]


def plan_document(session: Session, plan_id: uuid.UUID) -> Json:
    """The plan and what it was made from, ready for `json.dumps`. The same plan is the same document. Raises NotFound."""
    rows = read_plan_rows(session, plan_id)
    network = session.get_one(Network, rows.plan.network_id)
    week = IsoWeek.of(session.get_one(Week, rows.plan.week_id).monday)
    snapshot = session.get_one(DemandSnapshot, rows.plan.snapshot_id)
    writer = _Writer(rows)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "network": {"slug": network.slug, "name": network.name, "timezone": network.timezone},
        "week": str(week),
        "monday": week.monday.isoformat(),
        "snapshot": {"number": snapshot.number, "taken_at": writer.at(snapshot.taken_at)},
        "plan": writer.plan(),
        "roads": writer.roads(),
        "rules": rows.rules.numbers,
        "vehicle_parking_s": rows.rules.vehicle_parking_s.to_settings(),
        "charge_zones": [writer.zone(zone) for zone in rows.zones or ()],
        "slow_hours": [hours.to_settings() for hours in rows.rules.slow_hours],
        "totals": document_totals(rows, writer.left_goods_g(week)),
        "orders": [writer.order(line) for line in sorted(rows.lines.values(), key=writer.order_key)],
        "routes": [writer.route(route) for route in rows.routes],
        "collections": writer.collections(),
        "unserved": writer.unserved(),
        "left_goods": writer.left_goods(week),
    }


def _hhmm(at: time) -> str:
    return f"{at:%H:%M}"


class _Writer:
    """Writes rows as refs and local instants."""

    def __init__(self, rows: PlanRows) -> None:
        self._rows = rows

    def at(self, instant: datetime) -> str:
        """ISO 8601 in the network's time with its offset, to the second."""
        return instant.astimezone(self._rows.zone).isoformat(timespec="seconds")

    def plan(self) -> Json:
        """The version, how it was made, and its cost."""
        plan = self._rows.plan
        return {
            "id": str(plan.id),
            "number": plan.number,
            "state": plan.state.value,
            "method": plan.method.value,
            "engine": plan.engine,
            "seed": plan.seed,
            "cost": plan.cost,
            "made_at": self.at(plan.made_at),
            "published_at": self.at(plan.published_at) if plan.published_at is not None else None,
        }

    def roads(self) -> Json:
        """What made the times and distances."""
        plan = self._rows.plan
        return {
            "engine": plan.roads_engine,
            "data": plan.roads_data or "",
            "data_date": plan.roads_data_date or None,
            "profiles": plan.roads_profiles or {},
            "attribution": plan.roads_attribution,
            "is_estimate": plan.roads_is_estimate,
        }

    def zone(self, zone: ChargeZone) -> Json:
        """A charge zone without its outline: the document holds no coordinates that it could be held against."""
        return {
            "name": zone.name,
            "price_pence": zone.price_pence,
            "hours": [hours.to_json() for hours in zone.hours],
            "vehicles": [kind.value for kind in VehicleKind if kind in zone.vehicles],
        }

    def order_key(self, line: DemandLine) -> tuple[str, ...]:
        """By household, then what and when."""
        ref = self._household(line.household_id)
        return ref, line.product, *line.dates, _hhmm(line.window_start), str(line.order_id)

    def order(self, line: DemandLine) -> Json:
        """One order as the snapshot fixed it."""
        return {
            "order": str(line.order_id),
            "household": self._household(line.household_id),
            "product": line.product.value,
            "quantity": line.quantity,
            "dates": list(line.dates),
            "window_start": _hhmm(line.window_start),
            "window_end": _hhmm(line.window_end),
            "fulfilment": line.fulfilment.value,
        }

    def route(self, route: RouteRows) -> Json:
        """A route, who goes, and its stops."""
        row, driver = route.route, self._rows.driver_of(route)
        return {
            "route": str(row.id),
            "letter": row.letter,
            "date": row.service_date.isoformat(),
            "volunteer": driver.ref,
            "vehicle": row.vehicle.value,
            "capacity": {
                "parcels": driver.capacity_parcels,
                "portions": driver.capacity_portions,
                "hot_ml": driver.hot_ml,
                "cold_ml": driver.cold_ml,
            },
            "crew": [
                {
                    "volunteer": self._rows.volunteers[member.volunteer_id].ref,
                    "role": member.role.value,
                    "shift_start": _hhmm(self._rows.shifts[member.shift_id].starts_at),
                    "shift_end": _hhmm(self._rows.shifts[member.shift_id].ends_at),
                }
                for member in route.crew
            ],
            "departs_at": self.at(row.departs_at),
            "ends_at": self.at(row.ends_at),
            "distance_m": row.distance_m,
            "duration_s": row.duration_s,
            "charges": [{"zone": each["name"], "price_pence": each["price_pence"]} for each in row.charges or ()],
            "stops": [self._stop(at) for at in route.stops],
        }

    def _stop(self, at: StopRows) -> Json:
        stop = at.stop
        organisation = self._rows.organisations.get(stop.organisation_id) if stop.organisation_id else None
        return {
            "sequence": stop.sequence,
            "number": stop.number,
            "kind": stop.kind.value,
            "household": self._household(stop.household_id) if stop.household_id is not None else None,
            "organisation": organisation.code if organisation is not None else None,
            "slot": self._slot(self._rows.slots[stop.slot_id]) if stop.slot_id is not None else None,
            "arrives_at": self.at(stop.arrives_at),
            "service_at": self.at(stop.service_at),
            "departs_at": self.at(stop.departs_at),
            "latest_at": self.at(stop.latest_at) if stop.latest_at is not None else None,
            "leg_m": stop.leg_m,
            "leg_s": stop.leg_s,
            "load": dict(stop.load),
            "items": [self._item(item) for item in sorted(at.items, key=self._item_key)],
        }

    def _item_key(self, item: StopItem) -> tuple[str, ...]:
        return item.code, str(item.batch_id), str(item.order_id), f"{item.quantity:09d}", f"{item.weight_g:09d}"

    def _item(self, item: StopItem) -> Json:
        return {
            "order": str(item.order_id) if item.order_id is not None else None,
            "product": item.product.value if item.product is not None else None,
            "quantity": item.quantity,
            "weight_g": item.weight_g,
            "batch": self._batch(self._rows.batches[item.batch_id]) if item.batch_id is not None else None,
            "hub": self._hub(item.hub_id) if item.hub_id is not None else None,
            "code": item.code,
        }

    def _slot(self, slot: DonationSlot) -> Json:
        hold = slot.hot_hold_until
        return {
            "donor": self._rows.organisations[slot.donor_id].code,
            "date": slot.service_date.isoformat(),
            "ready_at": _hhmm(slot.ready_at),
            "collect_by": _hhmm(slot.collect_by),
            "temperature": slot.temperature.value,
            "hot_hold_until": _hhmm(hold) if hold is not None else None,
        }

    def _batch(self, batch: Batch) -> Json:
        return {**self._slot(self._rows.slots[batch.slot_id]), "number": batch.number, "dish": batch.dish}

    def _hub(self, hub_id: uuid.UUID) -> str:
        return self._rows.organisations[self._rows.hubs[hub_id].organisation_id].code

    def _household(self, household_id: uuid.UUID) -> str:
        return self._rows.households[household_id].ref

    def collections(self) -> list[Json]:
        """Parcels that households fetch, by date, hub and household."""
        found = [
            {
                "order": str(line.order_id),
                "household": self._household(line.household_id),
                "hub": self._hub(allocation.hub_id),
                "date": allocation.service_date.isoformat(),
                "quantity": allocation.quantity,
            }
            for allocation in self._rows.allocations
            if allocation.hub_id is not None
            and (line := self._rows.lines[allocation.order_id]).fulfilment is Fulfilment.COLLECTION
        ]
        return sorted(found, key=lambda row: (row["date"], row["hub"], row["household"], row["order"]))

    def unserved(self) -> list[Json]:
        """What is not served: the reason, and what would fix it."""
        found = [
            {
                "order": str(row.order_id),
                "household": self._household(row.household_id),
                "product": row.product.value,
                "quantity": row.quantity,
                "date": row.service_date.isoformat() if row.service_date is not None else None,
                "code": row.code.value,
                "sentence": row.sentence,
                "remedy": row.remedy,
            }
            for row in self._rows.unserved
        ]
        return sorted(found, key=lambda row: (row["household"], row["product"], row["date"] or "", row["order"]))

    def left_goods_g(self, week: IsoWeek) -> int:
        """Grams of goods for the hub that nobody fetches that week."""
        return sum(weight_g for _, weight_g in self._left(week))

    def left_goods(self, week: IsoWeek) -> list[Json]:
        """Goods for the hub that nobody fetches, by batch, with the plan's reason."""
        reasons = {left["slot_id"]: left["sentence"] for left in self._rows.plan.totals.get("left_goods", ())}
        return [
            {
                "batch": self._batch(batch),
                "weight_g": weight_g,
                "sentence": reasons.get(str(batch.slot_id), ""),
            }
            for batch, weight_g in self._left(week)
        ]

    def _left(self, week: IsoWeek) -> list[tuple[Batch, int]]:
        brought_g: Counter[uuid.UUID] = Counter()
        for route in self._rows.routes:
            for at in route.stops:
                if at.stop.kind is StopKind.HUB_DROP:
                    for item in at.items:
                        if item.batch_id is not None:
                            brought_g[item.batch_id] += item.weight_g
        left = [
            (batch, batch.weight_g - brought_g[batch.id])
            for batch in self._rows.batches.values()
            if not batch.portions and self._day(batch) in week.days and batch.weight_g > brought_g[batch.id]
        ]
        return sorted(left, key=lambda pair: (self._day(pair[0]), str(pair[0].slot_id), pair[0].number))

    def _day(self, batch: Batch) -> date:
        return self._rows.slots[batch.slot_id].service_date
