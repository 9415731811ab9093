"""Plan a week in two passes. First each day in turn, quickly: parcels get a day, volunteers' hours are carried on, and what
a day could not serve goes on to the days that remain. Then each day again, from the routes it has, for its share of the time.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.port import Router
from logistics.planning.day_plan import DayPlan, DaySetting, extend_day, plan_day, set_up_day
from logistics.planning.finished_week import finished_week
from logistics.planning.parcel_ledger import ParcelLedger
from logistics.planning.plan_values import WeekPlan
from logistics.planning.progress import PlanProgress, Report, ShouldStop, ignore_progress, never_stop
from logistics.planning.travel import Travel, travel_of_week
from logistics.planning.week_input import WeekInput
from routing.engines.protocol import Progress

FIRST_PASS_SHARE = 0.2
"""The part of the time that the first pass gets: a whole week stands early, and the rest is improvement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWish:
    """How to plan: seconds of solving in all, a seed, and whether last week's rounds are the start to depart from.

    `least_day_s`: even a day that is not reached in time gets this much, so that nobody is forgotten. `threads`: of the
    solver; with more than one, the same seed need not give the same plan.
    """

    seconds: float
    seed: int = 0
    from_last_week: bool = False
    least_day_s: float = 0.3
    threads: int = 1


def plan_week_values(
    week_input: WeekInput,
    roads: Router,
    wish: PlanWish,
    *,
    report: Report = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> WeekPlan:
    """The week's proposal. When `should_stop` says so, the days not reached yet get a quick plan."""
    began = time.monotonic()
    travel = travel_of_week(week_input, roads)
    run = _WeekRun(week_input, travel, wish, report, should_stop)
    for day in week_input.week.days:
        run.plan(day)
    for day in week_input.week.days:
        run.improve(day)
    return finished_week(
        week_input,
        travel,
        run.days,
        run.ledger,
        seed=wish.seed,
        seconds=time.monotonic() - began,
    )


def usual_drivers(week_input: WeekInput) -> Mapping[date, Mapping[uuid.UUID, frozenset[uuid.UUID]]]:
    """Who came to each household on this weekday last week."""
    usual: dict[date, dict[uuid.UUID, frozenset[uuid.UUID]]] = {day: {} for day in week_input.week.days}
    for visit in week_input.last_week:
        if visit.day in usual:
            known = usual[visit.day].get(visit.household_id, frozenset())
            usual[visit.day][visit.household_id] = known | {visit.volunteer_id}
    return usual


class _WeekRun:
    """What one run carries from day to day."""

    def __init__(
        self, week_input: WeekInput, travel: Travel, wish: PlanWish, report: Report, should_stop: ShouldStop
    ) -> None:
        self._week_input = week_input
        self._travel = travel
        self._wish = wish
        self._report = report
        self._should_stop = should_stop
        self._usual = usual_drivers(week_input)
        self._shares = _time_shares(week_input)
        self.remaining_s = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
        self.days: dict[date, DayPlan] = {}
        self._improved: set[date] = set()
        self.ledger = ParcelLedger(week_input)

    def plan(self, day: date) -> None:
        """Plan one day with the hours left, and take them off."""
        days_left = [later for later in self._week_input.week.days if later >= day]
        settings = {later: self._setting(later) for later in days_left}
        parcels = self.ledger.allot(day, settings)
        self._tell(day, None)
        planned = plan_day(
            settings[day],
            parcels,
            seconds=self._seconds(self._shares[day] * FIRST_PASS_SHARE),
            seed=self._wish.seed,
            # A day that begins after the run was stopped gets its quick plan undisturbed.
            should_stop=never_stop if self._should_stop() else self._should_stop,
            on_progress=lambda progress: self._tell(day, progress),
        )
        self._keep(day, planned)

    def improve(self, day: date) -> None:
        """Look for better routes, with the hours that the other days leave, and try parcels that found no day so far."""
        before = self.days[day]
        if self._should_stop():
            return
        for volunteer, spent in before.driving_s.items():
            self.remaining_s[volunteer] += spent
        setting = self._setting(day)
        # What this day refused is open again, so it is in `that_fit` if at all: never the same parcel twice.
        again = extend_day(
            before,
            setting,
            (*self.ledger.kept(day), *self.ledger.that_fit(setting)),
            seconds=self._seconds(self._shares[day] * (1 - FIRST_PASS_SHARE)),
            seed=self._wish.seed,
            should_stop=self._should_stop,
            on_progress=lambda progress: self._tell_improvement(day, progress),
        )
        self._keep(day, again if _is_better(again, before) else before)
        self._improved.add(day)

    def _keep(self, day: date, planned: DayPlan) -> None:
        self.days[day] = planned
        self.ledger.keep(day, planned)
        for volunteer, spent in planned.driving_s.items():
            self.remaining_s[volunteer] -= spent

    def _setting(self, day: date) -> DaySetting:
        return set_up_day(
            self._week_input,
            self._travel,
            day,
            dict(self.remaining_s),
            usual=self._usual[day],
            departure_cost=self._week_input.rules.departure_cost if self._wish.from_last_week else 0,
            threads=self._wish.threads,
        )

    def _seconds(self, share: float) -> float:
        least_s = self._wish.least_day_s
        return least_s if self._should_stop() else max(least_s, self._wish.seconds * share)

    def _tell(self, day: date, progress: Progress | None) -> None:
        """The first pass: how many are served so far; a cost of half a week would mean nothing."""
        served, unserved = self._counts(None)
        done = sum(self._shares[known] for known in self.days)
        self._report(
            PlanProgress(
                phase=f"Planning {Weekday.of(day).label}",
                permille=min(999, round(1000 * FIRST_PASS_SHARE * done)),
                best_cost=None,
                served=served + (progress.served if progress else 0),
                unserved=unserved + (progress.unserved if progress else 0),
            )
        )

    def _tell_improvement(self, day: date, progress: Progress) -> None:
        """The second pass: the cost of the whole week's routes, with this day's best so far."""
        before = self.days[day].solution
        served, unserved = self._counts(day)
        same_served = progress.unserved == len(before.unserved)
        routes_today = progress.best_cost - before.cost.unserved if same_served else _cost_of(self.days[day])
        others = sum(_cost_of(planned) for other, planned in self.days.items() if other != day)
        share = self._shares[day]
        within = min(1.0, progress.elapsed_s / max(0.001, self._wish.seconds * share * (1 - FIRST_PASS_SHARE)))
        done = sum(self._shares[known] for known in self._improved) + within * share
        self._report(
            PlanProgress(
                phase=f"Improving {Weekday.of(day).label}",
                permille=min(999, round(1000 * (FIRST_PASS_SHARE + (1 - FIRST_PASS_SHARE) * done))),
                best_cost=others + min(routes_today, _cost_of(self.days[day])),
                served=served + progress.served,
                unserved=unserved + progress.unserved,
            )
        )

    def _counts(self, without: date | None) -> tuple[int, int]:
        """Doors served and unserved on the days planned, one day left out."""
        plans = [planned.solution for day, planned in self.days.items() if day != without]
        return sum(plan.served_count for plan in plans), sum(len(plan.unserved) for plan in plans)


def _is_better(again: DayPlan, before: DayPlan) -> bool:
    """More people fed; or as many on cheaper routes."""
    if again.people_fed != before.people_fed:
        return again.people_fed > before.people_fed
    return again.solution.cost.total < before.solution.cost.total


def _cost_of(planned: DayPlan) -> int:
    """What the day's routes cost, without the prizes of what is unserved."""
    return planned.solution.cost.total - planned.solution.cost.unserved


def _time_shares(week_input: WeekInput) -> dict[date, float]:
    """Days share the time by how many doors they may have, to the power 1.5: larger days are harder than they are long."""
    weights = dict.fromkeys(week_input.week.days, 0.0)
    for line in week_input.plannable:
        for day in line.days:
            weights[day] += 1 / len(line.days)
    powers = {day: weight**1.5 for day, weight in weights.items()}
    whole = sum(powers.values()) or 1.0
    return {day: power / whole for day, power in powers.items()}
