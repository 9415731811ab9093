"""Spoil any one figure of any solution: the checker sees it."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing import ENGINES, MaxIterations, Problem, check
from routing.wire import solution_from_json, solution_to_json
from tests.routing.mutants import figures, with_figure
from tests.routing.worlds import problems


@settings(max_examples=100, deadline=None)
@given(problem=problems(most_stops=3, whole=True), data=st.data(), by=st.sampled_from([-60, -1, 1, 3600]))
def test_one_changed_figure_is_one_violation_at_least(problem: Problem, data: st.DataObject, by: int) -> None:
    """Times, places, loads, lengths and costs."""
    document = solution_to_json(ENGINES["insertion"]().solve(problem, stop=MaxIterations(10)))
    assume(document["routes"])
    path = data.draw(st.sampled_from(figures(document)))
    assert check(problem, solution_from_json(document)) == ()
    assert check(problem, with_figure(document, path, by)) != ()


@settings(max_examples=80, deadline=None)
@given(problem=problems(most_stops=4, whole=True), data=st.data())
def test_a_step_that_is_dropped_doubled_or_moved_is_seen(problem: Problem, data: st.DataObject) -> None:
    """Without new times the route no longer fits together, or something is served twice or not at all."""
    document = solution_to_json(ENGINES["insertion"]().solve(problem, stop=MaxIterations(10)))
    assume(document["routes"])
    steps = data.draw(st.sampled_from(document["routes"]))["steps"]
    place = data.draw(st.integers(1, len(steps) - 2))
    step = steps[place]
    if data.draw(st.booleans()):
        del steps[place]
    elif step["kind"] == "stop":
        steps.insert(place, step)
    else:
        steps.insert(1, steps.pop(-2))
        assume(steps[1] != step)
    assert check(problem, solution_from_json(document)) != ()
