"""Why a stop could not be served, and what would: found by trying, never guessed.

Every other route stays as it is. The stop is offered to each vehicle with one rule relaxed (for all vehicles alike).
When no single rule is enough, a smallest set is found by its duality with what such sets must hit: a set that is not
enough is grown until it just is not, and every answer must hold a rule that was left out of it; the next set tried is
a smallest one that meets all of these (Reiter's hitting sets, 1987). So the set reported is true (relaxing exactly it
serves the stop), and no smaller one was found to do.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from time import monotonic

from routing.compiled import Compiled
from routing.engines.plan import Plan, plan_from
from routing.engines.positions import best_place
from routing.explain_remedies import KINDS, Served, extra_vehicle, remedy_for
from routing.problem import Problem
from routing.relaxations import RELAXATIONS, relaxed
from routing.remedies import TIMED, Remedy, RemedyKind
from routing.rules import Rule
from routing.solution import Solution

NO_REMEDY_S = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one stop is not served.

    `rules`: a smallest set found whose relaxation serves it; none at all: it fits as things are, the engine did not
    see it; `PRIZE` alone: it can be served, but costs more than its prize; `REACH` alone: nobody can get there.
    `alternatives`: other single rules that would do. `remedy`: the cheapest single change; `together`: when several
    rules are named, a change for each that serve it together (none when one of them cannot be asked for). `proven` is
    False when there was no time for trying: the rule is then the one that keeps most vehicles away.
    """

    stop_id: str
    rules: tuple[Rule, ...]
    alternatives: tuple[Rule, ...] = ()
    remedy: Remedy | None = None
    together: tuple[Remedy, ...] = ()
    proven: bool = True


def explain(
    problem: Problem, solution: Solution, *, seconds: float = 5.0, stop_ids: Iterable[str] | None = None
) -> tuple[Reason, ...]:
    """A reason for each unserved stop (or for those named), in the order of the unserved list.

    Takes at most about `seconds` in all; the time is shared out evenly.
    """
    world = Compiled(problem)
    plan, _ = plan_from(world, solution.sequences)
    wanted = list(solution.unserved if stop_ids is None else stop_ids)
    began = monotonic()
    reasons = []
    for number, stop_id in enumerate(wanted):
        left = seconds - (monotonic() - began)
        until = monotonic() + max(0.0, left) / (len(wanted) - number)
        reasons.append(_Case(plan, world.stop_node[stop_id], until).reason())
    return tuple(reasons)


class _Case:
    """One unserved stop."""

    def __init__(self, plan: Plan, node: int, until: float) -> None:
        self.plan, self.node, self.until = plan, node, until
        self.world = plan.world
        self.stop_id = self.world.names[node]

    def reason(self) -> Reason:
        """The smallest set of rules found, and the cheapest remedy."""
        now = self._serve(())
        if now is not None:
            return self._as_things_are(now)
        singles: dict[Rule, Served] = {}
        for rule in RELAXATIONS:
            if monotonic() > self.until and not singles:
                return self._unproven()
            served = self._serve((rule,))
            if served is not None:
                singles[rule] = served
        if not singles:
            return self._several(self._smallest())
        remedies = {rule: self._least(rule, served) for rule, served in singles.items()}
        first, *others = sorted(singles, key=lambda rule: _trouble_s(remedies[rule]))
        best = min([*remedies.values(), extra_vehicle(self.plan, self.node)], key=_trouble_s)
        return Reason(
            stop_id=self.stop_id,
            rules=(self._named(first),),
            alternatives=tuple(map(self._named, others)),
            remedy=best,
        )

    def _as_things_are(self, now: Served) -> Reason:
        """It fits: then either it does not pay, or it was overlooked."""
        if now.added >= self.world.unserved_cost[self.node]:
            return Reason(stop_id=self.stop_id, rules=(Rule.PRIZE,))
        car, timing = self.world.cars[now.vehicle], now.built.timing
        remedy = Remedy(
            kind=RemedyKind.PLACE_NOW, vehicle_id=car.id, profile=car.profile, from_s=timing.depart_s,
            to_s=timing.end_s,
        )  # fmt: skip
        return Reason(stop_id=self.stop_id, rules=(), remedy=remedy)

    def _several(self, rules: tuple[Rule, ...]) -> Reason:
        """No single rule is enough: a remedy for each, made together, or one more vehicle."""
        extra = extra_vehicle(self.plan, self.node)
        named = tuple(map(self._named, rules))
        served = None if rules == (Rule.REACH,) else self._serve(rules)
        if served is None:
            return Reason(stop_id=self.stop_id, rules=named, remedy=extra)
        found = [remedy_for(self.plan, self.node, rule, served) for rule in rules]
        together = tuple(remedy for remedy in found if remedy is not None)
        if len(together) < len(rules):
            together = ()
        return Reason(stop_id=self.stop_id, rules=named, remedy=extra, together=together)

    def _smallest(self) -> tuple[Rule, ...]:
        """A smallest set that serves the stop; without time for that one of which no rule can be left out."""
        everything = tuple(RELAXATIONS)
        if self._serve(everything) is None:
            return (Rule.REACH,)
        to_hit: list[set[Rule]] = []
        tried: tuple[Rule, ...] = ()
        while monotonic() <= self.until:
            short = set(tried)
            for rule in everything:
                if rule not in short and self._serve(_ordered(short | {rule})) is None:
                    short.add(rule)
            to_hit.append(set(everything) - short)
            tried = _smallest_hitting(to_hit)
            if self._serve(tried) is not None:
                return tried
        kept = list(everything)
        for rule in everything:
            fewer = [other for other in kept if other is not rule]
            if self._serve(tuple(fewer)) is not None:
                kept = fewer
        return tuple(kept)

    def _unproven(self) -> Reason:
        """Without time to try: what keeps the vehicles away, most often met first."""
        world = self.world
        met = Counter(
            rule
            for vehicle in range(len(world.cars))
            if (rule := world.refusal(self.node, vehicle) or world.in_time(self.node, vehicle)) is not None
        )
        rules = tuple(rule for rule, _ in met.most_common(1)) or (Rule.SHIFT,)
        return Reason(stop_id=self.stop_id, rules=rules, remedy=extra_vehicle(self.plan, self.node), proven=False)

    def _named(self, rule: Rule) -> Rule:
        """A shift that nobody has is told apart from one that is too short."""
        if rule is not Rule.SHIFT:
            return rule
        able = (v for v in range(len(self.world.cars)) if self.world.refusal(self.node, v) is None)
        return rule if any(self.world.in_time(self.node, v) is None for v in able) else Rule.NO_VEHICLE

    def _least(self, rule: Rule, served: Served) -> Remedy | None:
        """The remedy of this rule that is least trouble: other vehicles than the cheapest are tried while time lasts."""
        best = remedy_for(self.plan, self.node, rule, served)
        if KINDS.get(rule) not in TIMED:
            return best
        for vehicle in range(len(self.world.cars)):
            if monotonic() > self.until:
                break
            other = None if vehicle == served.vehicle else self._serve((rule,), only=vehicle)
            if other is not None:
                best = min(best, remedy_for(self.plan, self.node, rule, other), key=_trouble_s)
        return best

    def _serve(self, rules: tuple[Rule, ...], *, only: int | None = None) -> Served | None:
        """The cheapest vehicle (or that one) and route that serve the stop when these rules are relaxed."""
        view = relaxed(self.world, self.node, rules)
        plan = self.plan.copy()
        plan.world, plan.blank = view, {}
        for pickup in list(plan.taken):
            if pickup not in view.supply:
                del plan.taken[pickup]
        best: Served | None = None
        for vehicle in range(len(view.cars)) if only is None else (only,):
            if view.refusal(self.node, vehicle) is not None or view.in_time(self.node, vehicle) is not None:
                continue
            if vehicle in plan.routes:
                plan.routes[vehicle] = replace(plan.routes[vehicle], memo={}, quick=None)
            found = best_place(plan, self.node, vehicle, float("inf") if best is None else best.added)
            if isinstance(found, tuple):
                best = Served(view, vehicle, found[1], found[0])
        return best


def _ordered(rules: set[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in RELAXATIONS if rule in rules)


def _smallest_hitting(to_hit: list[set[Rule]]) -> tuple[Rule, ...]:
    """The first of the smallest sets that share a rule with each of these sets."""
    for size in range(1, len(RELAXATIONS) + 1):
        for rules in combinations(RELAXATIONS, size):
            if all(hit.intersection(rules) for hit in to_hit):
                return rules
    raise AssertionError("every set to hit holds a rule")


def _trouble_s(remedy: Remedy | None) -> int:
    return NO_REMEDY_S if remedy is None else remedy.trouble_s
