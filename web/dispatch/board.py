"""What the week's board shows, put together from the read models: figures, routes by day, the run's progress."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from logistics.domain.states import RunState, WeekState
from logistics.domain.vocabulary import PlanMethod, Product
from logistics.queries.plan_rows import PlanHead, PlanView, RouteRow
from logistics.queries.solve_runs import RunProgress
from logistics.queries.week_board import WeekHead

MOST_STOPS_OPENED = 400
"""A board of more stops than this shows its routes in short; a day's board shows them in full."""

METHODS = {
    PlanMethod.SOLVER: "planned by the solver",
    PlanMethod.FROM_LAST_WEEK: "started from last week’s rounds",
    PlanMethod.AS_LAST_WEEK: "as last week",
    PlanMethod.BY_HAND: "changed by hand",
    PlanMethod.REPLANNED: "planned again while it ran",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A state in a word or two; `kind` colours it."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What stands above a plan. Meals and parcels are counted apart from households."""

    served: int
    wanted: int
    routes: int
    doors: int
    distance_m: int
    duration_s: int
    charges_pence: int
    by_product: tuple[tuple[Product, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRoutes:
    """A day's routes as cards."""

    day: date
    routes: tuple[RouteRow, ...]


def chip_of(head: WeekHead, plan: PlanHead | None, run: RunProgress | None) -> Chip:
    """The week's state in the masthead."""
    number = f", version {plan.number}" if plan is not None else ""
    if run is not None and run.is_open:
        return Chip(text="Planning", kind="info")
    match head.state:
        case WeekState.PUBLISHED:
            return Chip(text=f"Published{number}", kind="good")
        case WeekState.RUNNING:
            return Chip(text=f"Under way{number}", kind="good")
        case WeekState.CLOSED:
            return Chip(text=f"Closed{number}", kind="")
    if plan is not None:
        return Chip(text=f"Proposed{number}", kind="info")
    return Chip(text="Open" if head.state is WeekState.OPEN else "Orders closed", kind="")


def figures_of(view: PlanView, session: str = "") -> Figures:
    """The sums over what is shown; of one session's food alone where one is named."""
    served: Counter[Product] = Counter()
    for route in view.routes:
        for stop in route.doors:
            for item in stop.items:
                if item.product is not None and item.session is not None and session in ("", item.session.slug):
                    served[item.product] += item.quantity
    for collected in view.collected:
        served[collected.product] += collected.quantity
    missed: Counter[Product] = Counter()
    for row in view.unserved:
        missed[row.product] += row.quantity
    return Figures(
        served=served.total(),
        wanted=served.total() + missed.total(),
        routes=len(view.routes),
        doors=sum(len(route.doors) for route in view.routes),
        distance_m=sum(route.distance_m for route in view.routes),
        duration_s=sum(route.duration_s for route in view.routes),
        charges_pence=sum(charge.price_pence for route in view.routes for charge in route.charges),
        by_product=tuple(
            (product, served[product], served[product] + missed[product])
            for product in Product
            if served[product] or missed[product]
        ),
    )


def only(view: PlanView, day: date | None, session: str) -> PlanView:
    """The part of a plan that lies on one day and serves one session; each may be left open."""
    return PlanView(
        head=view.head,
        routes=tuple(
            route
            for route in view.routes
            if (day is None or route.day == day) and (not session or session in route.sessions)
        ),
        unserved=tuple(
            row
            for row in view.unserved
            if (day is None or row.day == day) and (not session or row.session.slug == session)
        ),
        collected=tuple(
            row
            for row in view.collected
            if (day is None or row.day == day) and (not session or row.session.slug == session)
        ),
    )


def by_day(routes: Iterable[RouteRow]) -> tuple[DayRoutes, ...]:
    """The routes' cards under their days; those that only bring goods to a hub come after those with doors."""
    days: defaultdict[date, list[RouteRow]] = defaultdict(list)
    for route in routes:
        days[route.day].append(route)
    return tuple(
        DayRoutes(day=day, routes=tuple(sorted(days[day], key=lambda route: not route.doors))) for day in sorted(days)
    )


def day_to_look_at(head: WeekHead, view: PlanView, *, today: date) -> date | None:
    """The day that the map opens on: today where a route goes out, else the first day with one; None without routes."""
    with_routes = sorted({route.day for route in view.routes})
    if today in with_routes and today in head.week.days:
        return today
    return with_routes[0] if with_routes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A run as its panel shows it. `points` is the curve of the best cost, in a box of 120 by 40."""

    state: RunState
    is_open: bool
    is_stopping: bool
    phase: str
    used_s: int
    given_s: int
    first_cost: int | None
    best_cost: int | None
    served: int | None
    unserved: int | None
    points: str
    error: str

    def as_json(self) -> dict[str, object]:
        """What the page's script asks for each second."""
        return {
            "is_open": self.is_open,
            "is_stopping": self.is_stopping,
            "phase": self.phase,
            "used_s": self.used_s,
            "given_s": self.given_s,
            "first_cost": self.first_cost,
            "best_cost": self.best_cost,
            "served": self.served,
            "unserved": self.unserved,
            "points": self.points,
        }


def progress_of(run: RunProgress, *, now: datetime) -> Progress:
    """The run's figures at this instant."""
    used_s = 0 if run.started_at is None else int(((run.ended_at or now) - run.started_at).total_seconds())
    costs = [cost for _, cost in run.curve]
    return Progress(
        state=run.state,
        is_open=run.is_open,
        is_stopping=run.is_open and run.cancel_requested,
        phase=run.phase,
        used_s=max(0, min(used_s, run.seconds)),
        given_s=run.seconds,
        first_cost=costs[0] if costs else None,
        best_cost=run.best_cost,
        served=run.served,
        unserved=run.unserved,
        points=curve_points(run.curve, run.seconds),
        error=run.error,
    )


def curve_points(curve: tuple[tuple[int, int], ...], seconds: int) -> str:
    """The best cost over time as steps: the points of a polyline in a box of 120 by 40, the best at the bottom."""
    if not curve:
        return ""
    costs = [cost for _, cost in curve]
    low, high = min(costs), max(costs)
    span_ms = max(seconds * 1000, curve[-1][0], 1)
    points: list[str] = []
    before: float | None = None
    for elapsed_ms, cost in curve:
        x = round(120 * elapsed_ms / span_ms, 1)
        y = round(36 - 32 * (cost - low) / (high - low), 1) if high > low else 36.0
        if before is not None and before != y:
            points.append(f"{x:g},{before:g}")
        points.append(f"{x:g},{y:g}")
        before = y
    return " ".join(points)
