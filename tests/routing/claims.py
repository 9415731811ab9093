"""What must hold for any problem: said once, tried on few by the tests and on thousands by `./dev prove random-problems`."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from routing import (
    ENGINES,
    EngineError,
    MaxIterations,
    Problem,
    Rule,
    Solution,
    UncheckedError,
    apply_remedies,
    check,
    explain,
    solve,
)
from routing.explain import Reason
from routing.kernel.fits import fits
from tests.routing.best_by_enumeration import TooManyError, least_cost
from tests.routing.loosening import ALL, eager, loosened
from tests.routing.mutants import spoiled_figures, spoiled_shapes, stricter

LADDER = (100, 400, 1_600, 6_400)
"""Iterations that an engine is given before it may be said not to find the best."""


class RetimedError(Exception):
    """Routes that must not overlap were timed anew in a changed problem and got in each other's way: nothing is shown."""


def answer(problem: Problem, engine: str, iterations: int, *, seed: int = 1) -> Solution:
    """What the engine says, sound: a must-stop left out is the only rule that it may break."""
    try:
        return solve(problem, stop=MaxIterations(iterations), engine=engine, seed=seed)
    except UncheckedError as error:
        if not error.only_must:
            raise
        return error.solution


def engines_for(problem: Problem) -> Iterator[str]:
    """The engines that can express the problem."""
    for engine in ENGINES:
        if engine != "kernel" or fits(problem) is None:
            yield engine


def engines_agree_with_the_checker(problem: Problem) -> dict[str, Solution]:
    """No engine's answer breaks a rule; its stated cost is the checker's."""
    return {engine: answer(problem, engine, 40) for engine in engines_for(problem)}


def no_engine_beats_the_best(problem: Problem, solutions: dict[str, Solution]) -> int | None:
    """No answer costs less than the least there is; that least cost.

    None when there are too many routes to look at, or rules that the enumeration does not claim to be exact for.
    """
    if any(place.setup_s for place in (*problem.stops, *problem.pickups)) or problem.matrices[0].costs is not None:
        return None
    try:
        least = least_cost(problem)
    except TooManyError:
        return None
    for engine, solution in solutions.items():
        assert solution.cost.total >= least, f"{engine} says {solution.cost.total}, {least} is the least there is"
    return least


def the_best_is_found(problem: Problem, least: int) -> bool:
    """With enough iterations, by some engine; whether the portfolio was the one.

    Where routes must not overlap the least is only a bound, and nothing is claimed.
    """
    if any(limit.exclusive for limit in problem.limits):
        return True
    found = []
    for engine in ("portfolio", "ruin_recreate"):
        for seed, iterations in enumerate(LADDER):
            found.append(answer(problem, engine, iterations, seed=seed).cost.total)
            if found[-1] == least:
                return engine == "portfolio"
    raise AssertionError(f"the engines found {found}, {least} is the least there is")


def mutants_are_rejected(problem: Problem, solution: Solution) -> int:
    """Every way to spoil the solution is seen, and every rule made just too strict is named; how many were tried."""
    tried = 0
    for by in (-60, -1, 1, 3600):
        for name, spoiled in spoiled_figures(solution, by):
            assert check(problem, spoiled), f"not seen: {name}"
            tried += 1
    for name, spoiled in spoiled_shapes(solution):
        assert check(problem, spoiled), f"not seen: {name}"
        tried += 1
    for rule, harder in stricter(problem, solution):
        rules = {violation.rule for violation in check(harder, solution)}
        assert rule in rules, f"{rule} is broken, not seen beside {rules}"
        tried += 1
    return tried


def explanations_are_true(problem: Problem, solution: Solution) -> tuple[int, int]:
    """What each reason says, done, serves the stop beside the others; reasons and remedies tried."""
    reasons = explain(problem, solution, seconds=60)
    assert [reason.stop_id for reason in reasons] == list(solution.unserved)
    tried = remedies = 0
    for reason in reasons:
        assert reason.proven
        try:
            remedies += _one_is_true(problem, solution, reason)
            tried += 1
        except RetimedError:
            continue
    return tried, remedies


def _one_is_true(problem: Problem, solution: Solution, reason: Reason) -> int:
    """One reason acted on; how many remedies it had."""
    remedies = 0
    _rules_are_true(problem, solution, reason)
    for changes in ((reason.remedy,) if reason.remedy else (), reason.together):
        if changes:
            changed = eager(apply_remedies(problem, reason.stop_id, changes), reason.stop_id)
            assert _serves(changed, solution, reason.stop_id), f"{changes} do not serve {reason.stop_id}"
            remedies += 1
    return remedies


def _rules_are_true(problem: Problem, solution: Solution, reason: Reason) -> None:
    stop_id, rules = reason.stop_id, reason.rules
    if rules == (Rule.REACH,):
        assert not _relaxed_serves(problem, solution, stop_id, tuple(ALL)), "it can be reached"
        return
    if rules in ((), (Rule.PRIZE,)):
        assert _serves(eager(problem, stop_id), solution, stop_id), f"nothing keeps {stop_id} out, yet it does not fit"
        as_it_is = _inserted(problem, solution)
        assert (stop_id in as_it_is.unserved) or rules == (), f"{stop_id} pays"
        return
    assert _relaxed_serves(problem, solution, stop_id, rules), f"relaxing {rules} does not serve {stop_id}"
    for rule in reason.alternatives:
        assert _relaxed_serves(problem, solution, stop_id, (rule,)), f"relaxing {rule} does not do"
    for size in range(len(rules)):
        for fewer in combinations(ALL if len(rules) <= 3 else rules, size):
            enough = _relaxed_serves(problem, solution, stop_id, fewer)
            assert not enough, f"{fewer} are enough for {stop_id}, not {rules}"


def _relaxed_serves(problem: Problem, solution: Solution, stop_id: str, rules: tuple[Rule, ...]) -> bool:
    """Whether some vehicle serves the stop when these rules do not bind it."""
    return any(_serves(loosened(problem, stop_id, rules, car.id), solution, stop_id) for car in problem.vehicles)


def _serves(problem: Problem, solution: Solution, stop_id: str) -> bool:
    """Whether the stop is served when it is put into the routes as they are; the answer must be sound."""
    alone = replace(
        problem,
        stops=tuple(
            replace(stop, allowed_vehicles=frozenset()) if stop.id in solution.unserved and stop.id != stop_id else stop
            for stop in problem.stops
        ),
    )
    done = _inserted(alone, solution)
    return stop_id not in done.unserved


def _inserted(problem: Problem, solution: Solution) -> Solution:
    done = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100), initial=solution)
    wrong = [violation for violation in check(problem, done) if violation.rule is not Rule.MUST]
    assert not wrong, wrong
    lost = set(done.unserved) - set(solution.unserved)
    if lost and any(limit.exclusive for limit in problem.limits):
        raise RetimedError
    assert not lost, f"{lost} lost their place"
    return done


def impossible_start(problem: Problem) -> bool:
    """Whether what is fixed cannot be driven, which engines answer with an error."""
    try:
        ENGINES["insertion"]().solve(problem, stop=MaxIterations(1))
    except EngineError:
        return True
    return False
