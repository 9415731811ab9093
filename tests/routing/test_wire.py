"""JSON in and out, and the command."""

import json
import subprocess
import sys
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import MaxIterations, Problem, ProblemError, solve
from routing.__main__ import main
from routing.wire import READERS, problem_from_json, problem_to_json, solution_from_json, solution_to_json
from tests.routing.worlds import car, door, problems, tour, world


@settings(max_examples=60, deadline=None)
@given(problem=problems(whole=True))
def test_problem_and_solution_come_back_equal(problem: Problem) -> None:
    """Through text, without loss."""
    assert problem_from_json(json.loads(json.dumps(problem_to_json(problem)))) == problem
    solution = solve(problem, stop=MaxIterations(5), engine="insertion")
    assert solution_from_json(json.loads(json.dumps(solution_to_json(solution)))) == solution


def test_pins_prefixes_and_missing_ways_come_back_too() -> None:
    """What the random problems do not hold."""
    problem = world(
        door("a"), door("b"), vehicles=(car(), car("van")), pins={"b": "van"}, fixed_prefix={"car": tour("KITCHEN a")}
    )
    document = problem_to_json(problem)
    document["matrices"][0]["durations_s"][3][4] = document["matrices"][0]["distances_m"][3][4] = None
    again = problem_from_json(document)
    assert (again.pins, again.fixed_prefix) == (problem.pins, problem.fixed_prefix)
    assert problem_to_json(again) == document


def test_every_field_has_a_reader() -> None:
    """A field that is added to a class must be added to the table."""
    for kind, readers in READERS.items():
        assert set(readers) == {field.name for field in fields(kind)}


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [here] if here else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*here, key))
    return found


SMALL = problem_to_json(
    world(
        door("a"),
        matrices=(problem_from_json(problem_to_json(world())).matrices[0],),
        pins={"a": "car"},
        preferences={("a", "car"): 3},
    )
)
for _matrix in SMALL["matrices"]:  # three places are enough to spoil
    for _name in ("durations_s", "distances_m"):
        _matrix[_name] = [row[:3] for row in _matrix[_name][:3]]


@settings(max_examples=400, deadline=None)
@given(
    where=st.sampled_from(paths(SMALL)),
    junk=st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=3),
        st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    ),
)  # fmt: skip
def test_a_spoiled_document_is_read_or_refused_and_never_crashes(where: tuple[Any, ...], junk: Any) -> None:
    """ProblemError is the only way out beside a problem."""
    document = deepcopy(SMALL)
    target = document
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = junk
    refused = ""
    try:
        problem_from_json(document)
    except ProblemError as error:
        refused = error.subject
    assert refused or isinstance(problem_from_json(document), Problem)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, 'its "format" must be "rounds-problem-1"'),
        ({"colour": 1}, "document: has colour"),
        ({"stops": [{"id": "a"}]}, "stop a: lacks location"),
        ({"stops": [{"id": "a", "location": 1, "windows": [[1, 2, 3]]}]}, "stop a, windows: a window is"),
        ({"stops": [{"id": "a", "location": 1, "kind": "visit"}]}, "stop a, kind: must be one of delivery, dropoff"),
        ({"stops": "a"}, "stops: must be a list"),
        ({"vehicles": [7]}, "vehicle 0: must be an object"),
    ],
)
def test_the_message_names_the_place(change: dict[str, Any], words: str) -> None:
    """And the rule."""
    with pytest.raises(ProblemError) as caught:
        problem_from_json({**SMALL, **change})
    assert words in str(caught.value)


def test_the_command_solves_a_file_and_checks_the_answer(tmp_path: Path) -> None:
    """As a process of its own."""
    problem, solution = tmp_path / "problem.json", tmp_path / "solution.json"
    problem.write_text(json.dumps(problem_to_json(world(door("a", 1), door("b", 2)))), encoding="utf-8")
    command = [sys.executable, "-m", "routing"]
    solving = ["solve", str(problem), "--iterations", "5", "--output", str(solution)]
    subprocess.run([*command, *solving], check=True, cwd=Path(__file__).parents[2])
    subprocess.run([*command, "check", str(problem), str(solution)], check=True, cwd=Path(__file__).parents[2])
    document = json.loads(solution.read_text(encoding="utf-8"))
    document["routes"][0]["distance_m"] += 1
    solution.write_text(json.dumps(document), encoding="utf-8")
    assert main(["check", str(problem), str(solution)]) == 1


def test_bad_input_ends_with_2_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No stack trace."""
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    assert main(["solve", str(broken)]) == 2
    assert main(["solve", str(tmp_path / "absent.json")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_must_stop_that_cannot_be_served_ends_with_1(tmp_path: Path) -> None:
    """The engine's error is told."""
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem_to_json(world(door(prize=None, crew_size=5)))), encoding="utf-8")
    assert main(["solve", str(path), "--iterations", "5"]) == 1
