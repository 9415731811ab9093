"""What a proposal would change, as values that can be stored: routes from where they stand, and whom nobody can serve."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from logistics.domain.planning import StopKind
from logistics.domain.replanning import ProposalKind
from logistics.domain.vocabulary import Product, UnservedCode
from logistics.planning.running_day import LiveItem

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStop:
    """A stop to come (planning axis). `stop_id`: the stop that is there already, on whatever route; None for a new pickup or
    door. `told_s`: when service was promised before (None: to nobody). `load` on leaving, by dimension."""

    stop_id: Id | None
    kind: StopKind
    site_id: Id
    household_id: Id | None = None
    organisation_id: Id | None = None
    slot_id: Id | None = None
    from_route_id: Id | None = None
    arrive_s: int
    service_s: int
    depart_s: int
    latest_s: int | None = None
    leg_m: int
    leg_s: int
    told_s: int | None = None
    from_letter: str = ""
    """The route that was to serve it, where that is another one."""
    items: tuple[LiveItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRoute:
    """A route from here on. `route_id` None: a new one, for this shift. `settled`: its stops that are history, in order.

    `resumes_s`: when it leaves the last of them (or home); `driver_ref` is for lists, `ends`: nothing more is asked of it.
    """

    route_id: Id | None
    shift_id: Id
    volunteer_id: Id
    settled: tuple[Id, ...] = ()
    resumes_s: int
    is_under_way: bool
    stops: tuple[DraftStop, ...] = ()
    ends: bool = False
    extra_m: int = 0
    extra_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLeftOut:
    """A door that nobody can serve: why, and what would help. `stop_id` None: it was asked for only now."""

    stop_id: Id | None
    household_id: Id | None
    told_s: int | None
    items: tuple[LiveItem, ...]
    code: UnservedCode
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One proposal. `extra_cost`, `extra_m` and `extra_s`: what its routes cost beside what they cost as they stand.

    `snapshot_id`: the demand that it answers, where an order came since the plan was made.
    """

    kind: ProposalKind
    routes: tuple[DraftRoute, ...]
    left_out: tuple[DraftLeftOut, ...]
    extra_cost: int
    extra_m: int
    extra_s: int
    engine: str
    snapshot_id: Id | None = None

    @property
    def doors_served(self) -> int:
        """Doors that get another driver, or are new."""
        return sum(
            bool(stop.from_letter) or stop.stop_id is None
            for route in self.routes
            for stop in route.stops
            if stop.kind is StopKind.DELIVERY
        )


def draft_document(draft: Draft) -> dict[str, Any]:
    """The draft as JSON: ids as text."""
    plain = _plain(asdict(draft))
    assert isinstance(plain, dict)
    return plain


def draft_of(document: Mapping[str, Any]) -> Draft:
    """The draft of such a document."""
    return Draft(
        kind=ProposalKind(document["kind"]),
        routes=tuple(_route(route) for route in document["routes"]),
        left_out=tuple(_left_out(left) for left in document["left_out"]),
        snapshot_id=_id(document.get("snapshot_id")),
        **{name: document[name] for name in ("extra_cost", "extra_m", "extra_s", "engine")},
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value) if isinstance(value, uuid.UUID) else value


def _id(text: str | None) -> Id | None:
    return None if text is None else uuid.UUID(text)


def _item(raw: Mapping[str, Any]) -> LiveItem:
    ids: dict[str, Any] = {name: _id(raw[name]) for name in ("order_id", "batch_id", "hub_id", "from_route_id")}
    product = None if raw["product"] is None else Product(raw["product"])
    rest = {name: raw[name] for name in ("quantity", "weight_g", "on_board", "limit_s", "stated_limit_s")}
    return LiveItem(product=product, **ids, **rest)


def _stop(raw: Mapping[str, Any]) -> DraftStop:
    names = ("stop_id", "household_id", "organisation_id", "slot_id", "from_route_id")
    numbers = ("arrive_s", "service_s", "depart_s", "latest_s", "leg_m", "leg_s", "told_s", "from_letter")
    ids: dict[str, Any] = {name: _id(raw[name]) for name in names}
    return DraftStop(
        kind=StopKind(raw["kind"]),
        site_id=uuid.UUID(raw["site_id"]),
        items=tuple(_item(item) for item in raw["items"]),
        **ids,
        **{name: raw[name] for name in numbers},
    )


def _route(raw: Mapping[str, Any]) -> DraftRoute:
    plain = ("resumes_s", "is_under_way", "ends", "extra_m", "extra_s")
    return DraftRoute(
        route_id=_id(raw["route_id"]),
        shift_id=uuid.UUID(raw["shift_id"]),
        volunteer_id=uuid.UUID(raw["volunteer_id"]),
        settled=tuple(uuid.UUID(stop) for stop in raw["settled"]),
        stops=tuple(_stop(stop) for stop in raw["stops"]),
        **{name: raw[name] for name in plain},
    )


def _left_out(raw: Mapping[str, Any]) -> DraftLeftOut:
    return DraftLeftOut(
        stop_id=_id(raw["stop_id"]),
        household_id=_id(raw["household_id"]),
        told_s=raw["told_s"],
        items=tuple(_item(item) for item in raw["items"]),
        code=UnservedCode(raw["code"]),
        sentence=raw["sentence"],
        remedy=raw["remedy"],
    )
