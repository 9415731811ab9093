"""The schedule of one sequence against exhaustion."""

from hypothesis import given, settings
from hypothesis import strategies as st

from routing import Breach, Problem, Route, Visit, VisitKind, check, replay
from routing.replay import build_solution
from routing.rules import Rule
from tests.routing.brute_force import least_duration
from tests.routing.worlds import problems

OTHERS = {
    Rule.SKILL, Rule.CREW, Rule.BLOCK, Rule.PIN, Rule.SHARED_HOURS, Rule.EXCLUSIVE, Rule.SUPPLY, Rule.ONCE, Rule.MUST,
}  # fmt: skip
"""Rules that one sequence's timing does not know."""


@st.composite
def sequences(draw: st.DrawFn, whole: bool = False) -> tuple[Problem, tuple[Visit, ...]]:
    """A problem, and some of its stops and pickups in some order."""
    problem = draw(problems(whole=whole))
    stops = [Visit(VisitKind.STOP, stop.id) for stop in problem.stops]
    pickups = [Visit(VisitKind.PICKUP, pickup.id) for pickup in problem.pickups]
    chosen = draw(st.lists(st.sampled_from(stops), min_size=1, max_size=4, unique=True))
    visits: list[Visit] = []
    for visit in chosen:
        visits += draw(st.lists(st.sampled_from(pickups), max_size=2))
        visits.append(visit)
    if not any(visit.kind is VisitKind.PICKUP for visit in visits):
        visits = [*pickups, *visits]
    return problem, tuple(visits)


def agree(problem: Problem, visits: tuple[Visit, ...]) -> None:
    """Replay, exhaustion and checker say the same of one sequence."""
    vehicle = problem.vehicles[0]
    truth = least_duration(problem, vehicle, visits)
    found = replay(problem, vehicle.id, visits)
    if truth is None:
        assert isinstance(found, Breach)
        return
    assert isinstance(found, Route), found
    assert found.duration_s == truth
    violations = check(problem, build_solution(problem, [found], engine="replay"))
    assert not [violation for violation in violations if violation.rule not in OTHERS]


@settings(max_examples=300, deadline=None)
@given(sequences())
def test_replay_finds_the_least_duration_or_none_exactly_as_exhaustion_does(
    case: tuple[Problem, tuple[Visit, ...]],
) -> None:
    """Feasible by replay if and only if feasible at all; its duration is the least there is; the checker agrees."""
    agree(*case)


@settings(max_examples=150, deadline=None)
@given(sequences(whole=True))
def test_breaks_setups_and_collected_goods_are_timed_exactly_too(case: tuple[Problem, tuple[Visit, ...]]) -> None:
    """The same claim where vehicles rest, setups repeat only at another place, and stops hand goods over."""
    agree(*case)
