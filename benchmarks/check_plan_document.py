"""Check a plan document against the spreadsheets it was made from, with nothing but Python's own library.

    python benchmarks/check_plan_document.py PLAN.json FOLDER

It shares no line with Food Rounds: it reads the CSV files and `network.json` of the folder, works out for itself who
asked for what, and prints every fault of the plan (exit code 1), or that there is none (exit code 0). What the
spreadsheets do not hold it cannot check: the travel times themselves are taken as stated, all else follows from them.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

HOT_LIMIT_S, CHILLED_LIMIT_S = 90 * 60, 120 * 60
DONOR_S, HUB_S, PARKING_S = 300, 300, 60
DOOR_S, FURTHER_ITEM_S, FLOOR_S = 150, 30, 20
PORTION_ML, PARCEL_G = 600, 8000
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLAIMS = {
    "vegan": {"vegan"},
    "vegetarian": {"vegetarian", "vegan"},
    "halal": {"halal"},
    "kosher": {"kosher"},
    "no_pork": {"no_pork", "halal", "kosher", "vegetarian", "vegan"},
    "no_beef": {"no_beef", "vegetarian", "vegan"},
}
"""Any one of these claims of a dish is enough for that diet of a household."""

type Row = dict[str, Any]


def words(cell: str) -> set[str]:
    """The words of a list inside a cell."""
    return {word.strip() for word in cell.split("|") if word.strip()}


def clock(text: str) -> int:
    """`13:05` as seconds of the day."""
    hours, minutes = text.split(":")[:2]
    return int(hours) * 3600 + int(minutes) * 60


class Folder:
    """The input: its tables, and the demand of the week as this program reads it."""

    def __init__(self, path: Path, monday: date) -> None:
        self.path = path
        self.days = [monday + timedelta(days=n) for n in range(7)]
        self.households = {row["ref"]: row for row in self.table("households")}
        self.volunteers = {row["ref"]: row for row in self.table("volunteers")}
        self.organisations = {row["code"]: row for row in self.table("organisations")}
        self.blocks = {(r["volunteer"], r["household"]) for r in self.table("pairs") if r["kind"] == "block"}
        self.shifts = {(r["volunteer"], r["date"], r["start"], r["end"]) for r in self.table("shifts")}
        network = json.loads((path / "network.json").read_text(encoding="utf-8-sig"))
        self.hubs = {hub["organisation"]: hub for hub in network["hubs"]}
        self.batches: dict[tuple[Any, ...], Row] = {}
        numbers: Counter[tuple[Any, ...]] = Counter()
        for row in self.table("donation_slots"):
            slot = slot_key(row)
            numbers[slot] += 1
            self.batches[*slot, numbers[slot]] = row
        self.pauses: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self.table("pauses"):
            self.pauses[row["household"]].append((row["from"], row["to"]))

    def table(self, name: str) -> list[Row]:
        """The rows of one CSV file, without spaces around cells."""
        with (self.path / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
            rows = [{key: (cell or "").strip() for key, cell in row.items() if key} for row in csv.DictReader(file)]
        return [row for row in rows if any(row.values())]

    def demand(self) -> Counter[tuple[Any, ...]]:
        """What falls due: a meal on each of its days, a parcel once on any of them."""
        due: Counter[tuple[Any, ...]] = Counter()
        for row in self.table("standing_orders"):
            days = tuple(day.isoformat() for day in self.days if self.falls_due(row, day))
            for dates in [days] if row["product"] == "parcel" else [(day,) for day in days]:
                if dates:
                    window = (row["window_start"], row["window_end"])
                    due[row["household"], row["product"], int(row["quantity"]), dates, *window, row["fulfilment"]] += 1
        return due

    def falls_due(self, row: Row, day: date) -> bool:
        """Whether a standing order falls due on a day: weekday, dates, fortnights, pauses."""
        first = date.fromisoformat(row["from"])
        if DAYS[day.weekday()] not in words(row["days"]) or day < first:
            return False
        if row["until"] and day.isoformat() > row["until"]:
            return False
        weeks = (self.days[0] - (first - timedelta(days=first.weekday()))).days // 7
        if row["frequency"] == "fortnightly" and weeks % 2:
            return False
        return not any(begin <= day.isoformat() <= end for begin, end in self.pauses[row["household"]])


def slot_key(row: Row) -> tuple[Any, ...]:
    """What makes rows of `donation_slots.csv` batches of one pickup; the document's slots have the same fields."""
    return (
        row["donor"],
        row["date"],
        row["ready_at"],
        row["collect_by"],
        row["temperature"],
        row["hot_hold_until"] or "",
    )


def place(row: Row, prefix: str = "") -> tuple[str, str]:
    """The postcode, and the address behind the flat; `prefix` of the columns."""
    address = (row.get(f"{prefix}address") or "").split(",")[-1].strip().casefold()
    return row[f"{prefix}postcode"].replace(" ", "").upper(), address


class Check:
    """One document against one folder."""

    def __init__(self, document: Row, folder: Folder) -> None:
        self.document, self.folder = document, folder
        self.orders = {order["order"]: order for order in document["orders"]}
        self.stops = [(route, stop) for route in document["routes"] for stop in route["stops"]]

    def faults(self) -> Iterator[str]:
        """Every fault, as a sentence."""
        yield from self.demand()
        yield from self.balance()
        yield from self.supply()
        for route, stop in self.stops:
            if stop["kind"] == "delivery":
                yield from self.door(route, stop)
            else:
                yield from self.opening(route, stop)
        for route in self.document["routes"]:
            yield from self.times(route)
            yield from self.cargo(route)
            yield from self.crew(route)
        yield from self.people()
        yield from self.charges()
        yield from self.totals()

    def demand(self) -> Iterator[str]:
        """The orders of the document are those that fall due."""
        stated: Counter[tuple[Any, ...]] = Counter(
            (
                o["household"],
                o["product"],
                o["quantity"],
                tuple(o["dates"]),
                o["window_start"],
                o["window_end"],
                o["fulfilment"],
            )
            for o in self.orders.values()
        )
        due = self.folder.demand()
        for order in sorted((due - stated).elements()):
            yield f"forgotten: {order} falls due and is no order of the plan"
        for order in sorted((stated - due).elements()):
            yield f"invented: {order} is an order of the plan and does not fall due"

    def balance(self) -> Iterator[str]:
        """Every order is served or named as unserved, once."""
        served: Counter[str] = Counter()
        for _, stop in self.stops:
            for item in stop["items"] if stop["kind"] == "delivery" else ():
                served[item["order"]] += item["quantity"]
        for row in self.document["collections"]:
            served[row["order"]] += row["quantity"]
            order = self.orders[row["order"]]
            if order["fulfilment"] != "collection" or row["date"] not in order["dates"]:
                yield f"collection: {row} does not answer {order}"
        unserved: Counter[str] = Counter()
        for row in self.document["unserved"]:
            unserved[row["order"]] += row["quantity"]
            if not row["sentence"]:
                yield f"reason: {row['household']} {row['product']} is unserved without a reason"
        for order in sorted(set(served) | set(unserved) | set(self.orders)):
            wanted = self.orders[order]["quantity"] if order in self.orders else 0
            if served[order] + unserved[order] != wanted:
                of = self.orders.get(order, {}).get("household", "nobody")
                yield f"balance: order {order} of {of} wants {wanted}: {served[order]} served, {unserved[order]} unserved"

    def supply(self) -> Iterator[str]:
        """No batch, no goods and no hub gives more than it has."""
        portions: Counter[tuple[Any, ...]] = Counter()
        goods_g: Counter[tuple[Any, ...]] = Counter()
        parcels: Counter[tuple[str, str]] = Counter()
        for row in self.document["collections"]:
            parcels[row["hub"], row["date"]] += row["quantity"]
        for route, stop in self.stops:
            for item in stop["items"] if stop["kind"] == "pickup" else ():
                if item["hub"] is not None:
                    parcels[item["hub"], route["date"]] += item["quantity"]
                else:
                    portions[batch_key(item)] += item["quantity"]
                    goods_g[batch_key(item)] += item["weight_g"]
        for key in portions:
            batch = self.folder.batches.get(key)
            if batch is None:
                yield f"supply: there is no batch {key}"
            elif portions[key] > int(batch["portions"]):
                yield f"supply: {portions[key]} portions of {key} are taken, there are {batch['portions']}"
            elif goods_g[key] and (int(batch["portions"]) or goods_g[key] > int(batch["weight_g"] or 0)):
                yield f"supply: {goods_g[key]} g of {key} are taken for the hub"
        for (hub, day), quantity in parcels.items():
            if quantity > self.folder.hubs[hub]["parcels_per_day"]:
                yield f"supply: {quantity} parcels leave {hub} on {day}"

    def door(self, route: Row, stop: Row) -> Iterator[str]:
        """The right food for the household, on a day and at a time it asked for, brought by people who may come."""
        household = self.folder.households[stop["household"]]
        where = f"{route['date']} {route['letter']}{stop['sequence']} {household['ref']}"
        for item in stop["items"]:
            order = self.orders.get(item["order"])
            if order is None or (order["household"], order["product"]) != (household["ref"], item["product"]):
                yield f"order: {where}: an item answers no order of theirs"
                continue
            if route["date"] not in order["dates"] or order["fulfilment"] != "delivery":
                yield f"date: {where}: delivered on a day or in a way nobody asked for"
            if not clock(order["window_start"]) <= second(stop["service_at"]) <= clock(order["window_end"]):
                yield f"window: {where}: served at {stop['service_at']}"
            if item["product"] != "parcel":
                for fault in unsafe(household, self.folder.batches[batch_key(item)], item["product"], route["date"]):
                    yield f"food: {where}: {fault}"
            elif item["hub"] is None:
                yield f"food: {where}: a parcel that comes from no hub"
        yield from self.who_comes(route, household, where)

    def who_comes(self, route: Row, household: Row, where: str) -> Iterator[str]:
        """Enough people, each with what the household asks for, none of them blocked."""
        crew = [self.folder.volunteers[member["volunteer"]] for member in route["crew"]]
        if len(crew) < int(household["people_at_door"] or 1):
            yield f"two at the door: {where}: {len(crew)} goes"
        for volunteer in crew:
            if (volunteer["ref"], household["ref"]) in self.folder.blocks:
                yield f"block: {where}: {volunteer['ref']}"
            for need in words(household["driver_needs"]):
                if not has(volunteer, need, route["date"]):
                    yield f"driver needs: {where}: {volunteer['ref']} has no {need}"

    def opening(self, route: Row, stop: Row) -> Iterator[str]:
        """Donors and hubs are visited while they wait."""
        if stop["slot"] is not None:
            begin, end = stop["slot"]["ready_at"], stop["slot"]["collect_by"]
            if stop["slot"]["date"] != route["date"] or any(
                batch_key(item)[:6] != slot_key(stop["slot"]) for item in stop["items"]
            ):
                yield f"pickup: {route['date']} {route['letter']}{stop['sequence']}: another slot's food or date"
        else:
            begin, end = self.folder.hubs[stop["organisation"]]["open"], self.folder.hubs[stop["organisation"]]["close"]
        if not clock(begin) <= second(stop["service_at"]) <= clock(end):
            yield f"pickup: {route['date']} {route['letter']}{stop['sequence']}: {stop['service_at']} is not in {begin}-{end}"

    def times(self, route: Row) -> Iterator[str]:
        """Each arrival follows from the departure before and the stated leg; parking, service and sums are right."""
        now, before = route["departs_at"], None
        stood_at = place(self.folder.volunteers[route["volunteer"]], "start_")
        for stop in route["stops"]:
            where = f"times: {route['date']} {route['letter']}{stop['sequence']}"
            arrives, begins, leaves = (second(stop[name]) for name in ("arrives_at", "service_at", "departs_at"))
            if not stop["items"]:
                yield f"{where}: nothing changes hands there"
            if arrives != second(now) + stop["leg_s"]:
                yield f"{where}: arrives at {stop['arrives_at']} after {stop['leg_s']} s from {now}"
            parking_s = self.parking_s(before, stop)
            if stood_at != self.place(stop):
                parking_s += self.document["vehicle_parking_s"].get(route["vehicle"], 0)
            if begins < arrives + parking_s:
                yield f"{where}: begins before the vehicle is parked"
            if leaves - begins != self.service_s(stop):
                yield f"{where}: service of {leaves - begins} s, not {self.service_s(stop)} s"
            now, before, stood_at = stop["departs_at"], stop, self.place(stop)
        if route["ends_at"] != now or route["duration_s"] != second(now) - second(route["departs_at"]):
            yield f"times: {route['date']} {route['letter']}: its end or duration is not its stops'"
        if route["distance_m"] != sum(stop["leg_m"] for stop in route["stops"]):
            yield f"times: {route['date']} {route['letter']}: its distance is not its legs'"

    def parking_s(self, before: Row | None, stop: Row) -> int:
        """Seconds of parking before service: none at pickups, once for the doors of a building or the yard of a hub."""
        if stop["kind"] == "pickup":
            return 0
        if stop["kind"] == "hub_drop":
            return 0 if before is not None and before["organisation"] == stop["organisation"] else PARKING_S
        together = before is not None and before["kind"] == "delivery" and self.building(before) == self.building(stop)
        return 0 if together else PARKING_S

    def building(self, stop: Row) -> tuple[str, str]:
        """The building of a door: the address behind the flat, and the postcode."""
        return place(self.folder.households[stop["household"]])

    def place(self, stop: Row) -> tuple[str, str]:
        """The building that a stop is in, a household's or an organisation's."""
        return self.building(stop) if stop["household"] else place(self.folder.organisations[stop["organisation"]])

    def service_s(self, stop: Row) -> int:
        """How long a stop takes."""
        if stop["kind"] != "delivery":
            return DONOR_S if stop["kind"] == "pickup" and stop["slot"] is not None else HUB_S
        household = self.folder.households[stop["household"]]
        stairs_s = 0 if household["lift"] == "yes" else max(0, int(household["floor"] or 0)) * FLOOR_S
        return DOOR_S + FURTHER_ITEM_S * (sum(item["quantity"] for item in stop["items"]) - 1) + stairs_s

    def cargo(self, route: Row) -> Iterator[str]:
        """Loaded before handed over, within every capacity, nothing left over, in time by the food's clock."""
        on_board: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        """For each kind of goods, the second at which each unit was loaded: the oldest is handed over first."""
        driver = self.folder.volunteers[route["volunteer"]]
        most = {
            "parcels": int(driver["capacity_parcels"]),
            "portions": int(driver["capacity_portions"]),
            "hot_ml": round(float(driver["hot_litres"]) * 1000),
            "cold_ml": round(float(driver["cold_litres"]) * 1000),
        }
        load: Counter[str] = Counter()
        for stop in route["stops"]:
            where = f"{route['date']} {route['letter']}{stop['sequence']}"
            for item in stop["items"]:
                if stop["kind"] == "pickup":
                    load.update(load_of(item))
                    on_board[goods_key(item)] += [second(stop["service_at"])] * units(item)
                    continue
                load.subtract(load_of(item))
                held = on_board[goods_key(item)]
                taken, on_board[goods_key(item)] = held[: units(item)], held[units(item) :]
                if len(taken) < units(item):
                    yield f"cargo: {where}: {units(item) - len(taken)} of {goods_key(item)} were not loaded before"
                if stop["kind"] == "delivery" and second(stop["service_at"]) > latest(item, taken):
                    yield f"clock: {where}: {stop['household']} is served at {stop['service_at']}"
            for name, limit in most.items():
                if load[name] > limit or load[name] != stop["load"][name]:
                    yield f"load: {where}: {load[name]} {name}, stated {stop['load'][name]}, at most {limit}"
        for goods, left in on_board.items():
            if left:
                yield f"cargo: {route['date']} {route['letter']}: {len(left)} of {goods} are never handed over"

    def crew(self, route: Row) -> Iterator[str]:
        """One driver with their own vehicle, inside a shift that everybody in the crew offered."""
        label = f"{route['date']} {route['letter']}"
        drivers = [member["volunteer"] for member in route["crew"] if member["role"] == "driver"]
        driver = self.folder.volunteers[route["volunteer"]]
        if drivers != [route["volunteer"]] or driver["vehicle"] != route["vehicle"]:
            yield f"crew: {label}: its driver or vehicle is wrong"
        for member in route["crew"]:
            offered = (member["volunteer"], route["date"], member["shift_start"], member["shift_end"])
            if offered not in self.folder.shifts:
                yield f"shift: {label}: {member['volunteer']} offered no such shift"
            begin, end = second(route["departs_at"]), second(route["ends_at"])
            if begin < clock(member["shift_start"]) or end > clock(member["shift_end"]):
                yield f"shift: {label}: not within the shift of {member['volunteer']}"

    def people(self) -> Iterator[str]:
        """Nobody is over their stops or hours, or in two places at once."""
        seconds: Counter[str] = Counter()
        deliveries: Counter[tuple[Any, ...]] = Counter()
        spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        for route in self.document["routes"]:
            for member in route["crew"]:
                ref = member["volunteer"]
                seconds[ref] += route["duration_s"]
                spans[ref].append(tuple(map(datetime.fromisoformat, (route["departs_at"], route["ends_at"]))))
                shift = (ref, route["date"], member["shift_start"])
                deliveries[shift] += sum(stop["kind"] == "delivery" for stop in route["stops"])
        for ref, total in seconds.items():
            if total > float(self.folder.volunteers[ref]["max_hours_week"]) * 3600:
                yield f"hours: {ref} is on the road for {total} s this week"
        for (ref, day, _), count in deliveries.items():
            if count > int(self.folder.volunteers[ref]["max_stops"]):
                yield f"stops: {ref} makes {count} deliveries on {day}"
        for ref, own in spans.items():
            own.sort()
            if any(second_begin < first_end for (_, first_end), (second_begin, _) in pairwise(own)):
                yield f"two places: {ref} is on two routes at once"

    def charges(self) -> Iterator[str]:
        """Zones are paid for by whom they charge, while they do, and once a day; whether a way goes in is not in the document."""
        zones = {zone["name"]: zone for zone in self.document["charge_zones"]}
        paid: set[tuple[str, str, str]] = set()
        for route in self.document["routes"]:
            where = f"charge: {route['date']} {route['letter']}"
            for charge in route["charges"]:
                zone, who = zones.get(charge["zone"]), (route["volunteer"], route["date"], charge["zone"])
                if zone is None or charge["price_pence"] != zone["price_pence"] or who in paid:
                    yield f"{where}: {charge} is no zone of the plan, of another price, or paid already"
                elif route["vehicle"] not in zone["vehicles"] or not any(
                    DAYS[date.fromisoformat(route["date"]).weekday()] in hours["days"]
                    and second(route["departs_at"]) < clock(hours["until"])
                    and clock(hours["from"]) < second(route["ends_at"])
                    for hours in zone["hours"]
                ):
                    yield f"{where}: {charge['zone']} does not charge this vehicle then"
                paid.add(who)
        stated = self.document["totals"]["charges_pence"]
        if stated != sum(charge["price_pence"] for route in self.document["routes"] for charge in route["charges"]):
            yield "totals: charges_pence is not the sum of the routes"

    def totals(self) -> Iterator[str]:
        """Served and unserved by product, as stated, are what the items add up to."""
        served: Counter[str] = Counter()
        for _, stop in self.stops:
            for item in stop["items"] if stop["kind"] == "delivery" else ():
                served[item["product"]] += item["quantity"]
        for row in self.document["collections"]:
            served[self.orders[row["order"]]["product"]] += row["quantity"]
        unserved: Counter[str] = Counter()
        for row in self.document["unserved"]:
            unserved[row["product"]] += row["quantity"]
        for product, stated in self.document["totals"]["products"].items():
            true = (served[product], unserved[product])
            if true != (stated["quantity"]["served"], stated["quantity"]["unserved"]):
                yield f"totals: {product}: {true} served and unserved, stated {stated['quantity']}"
        for name in ("distance_m", "duration_s"):
            if self.document["totals"][name] != sum(route[name] for route in self.document["routes"]):
                yield f"totals: {name} is not the sum of the routes"


def second(instant: str) -> int:
    """The second of the local day of an ISO instant."""
    at = datetime.fromisoformat(instant)
    return at.hour * 3600 + at.minute * 60 + at.second


def batch_key(item: Row) -> tuple[Any, ...]:
    """The row of `donation_slots.csv` that an item comes from."""
    return (*slot_key(item["batch"]), item["batch"]["number"]) if item["batch"] is not None else ()


def goods_key(item: Row) -> tuple[Any, ...]:
    """What is on board, told apart by where it comes from."""
    return ("goods", *batch_key(item)) if is_goods(item) else (item["hub"], *batch_key(item))


def is_goods(item: Row) -> bool:
    """Whether it is goods for the hub, which are weighed."""
    return item["product"] is None


def units(item: Row) -> int:
    """Portions, parcels, or grams."""
    return item["weight_g"] if is_goods(item) else item["quantity"]


def load_of(item: Row) -> dict[str, int]:
    """What an item takes of a vehicle's room; goods for the hub take that of the parcels they weigh."""
    if is_goods(item):
        return {"parcels": -(-item["weight_g"] // PARCEL_G)}
    if item["batch"] is None:
        return {"parcels": item["quantity"]}
    box = {"hot": "hot_ml", "chilled": "cold_ml"}[item["batch"]["temperature"]]
    return {"portions": item["quantity"], box: item["quantity"] * PORTION_ML}


def latest(item: Row, loaded: list[int]) -> int:
    """The last second of the day at which service may begin, for food loaded then."""
    batch = item["batch"]
    if batch is None:
        return 86_400
    ready = clock(batch["ready_at"])
    if batch["temperature"] == "chilled":
        return ready + CHILLED_LIMIT_S
    if not batch["hot_hold_until"]:
        return ready + HOT_LIMIT_S
    return min(max(ready, min(loaded, default=ready)), clock(batch["hot_hold_until"])) + HOT_LIMIT_S


def unsafe(household: Row, batch: Row, product: str, day: str) -> Iterator[str]:
    """Why a household cannot have a dish."""
    if {"hot_meal": "hot", "chilled_meal": "chilled"}[product] != batch["temperature"]:
        yield f"{batch['temperature']} food as {product}"
    if batch["use_by"] and day > batch["use_by"]:
        yield "after its use-by"
    if words(household["allergens"]):
        declared = words(batch["allergens"])
        if not declared or "undeclared" in declared:
            yield "undeclared food for somebody with an allergy"
        if declared & words(household["allergens"]):
            yield f"contains {declared & words(household['allergens'])}"
    for diet in words(household["diets"]):
        if not CLAIMS[diet] & words(batch["diets"]):
            yield f"not {diet}"
    level = int(household["texture_iddsi"] or 7)
    if level < 7 and not 3 <= int(batch["texture_iddsi"] or 7) <= level:
        yield "a texture they cannot swallow"


def has(volunteer: Row, need: str, day: str) -> bool:
    """Whether a volunteer has a trait, or a check that is valid on that day; an enhanced check includes the basic one."""
    if need == "female_driver":
        return need in words(volunteer["traits"])
    expiries = dict(entry.split(":") for entry in words(volunteer["credentials"]))
    return any(expiries.get(kind, "") >= day for kind in (need, need.replace("basic", "enhanced")))


def main() -> int:
    """Print the faults. Exit code 0: none; 1: some; 2: wrong arguments."""
    if len(sys.argv) != 3:
        print(__doc__)
        return 2
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    folder = Folder(Path(sys.argv[2]), date.fromisoformat(document["monday"]))
    check = Check(document, folder)
    faults = list(check.faults())
    for fault in faults:
        print(fault)
    doors = sum(stop["kind"] == "delivery" for _, stop in check.stops)
    print(f"{len(faults)} faults in {len(document['routes'])} routes with {doors} doors, {len(check.orders)} orders.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
