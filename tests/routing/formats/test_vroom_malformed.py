"""A malformed VROOM document gets one clear error that names the field; a spoiled one never crashes."""

import json
import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import MaxIterations, ProblemError, solve
from routing.__main__ import main
from routing.formats.vroom_problem import VroomProblem, read_vroom
from routing.formats.vroom_solution import solution_to_vroom
from tests.routing.formats.vroom_documents import LINE, Json, document, job, random_document, shipment


def with_vehicle(**vehicle: Any) -> Json:
    """A document whose vehicle is spoiled."""
    return document(job(1, 1, delivery=[1]), **vehicle)


MALFORMED: dict[str, tuple[Any, str]] = {
    "a list": ([], "document: must be an object"),
    "nothing to do": ({"vehicles": []}, "document: has neither jobs nor shipments"),
    "no vehicles": ({"jobs": []}, "vehicles: is missing"),
    "vehicles that are no list": ({"jobs": [], "vehicles": {}}, "vehicles: must be a list"),
    "a job that is a number": (document(7), "jobs[0]: must be an object"),
    "a job without an id": (document({"location_index": 1}), "jobs[0].id: is missing"),
    "an id that is a text": (document(job("x", 1)), "jobs[0].id: is 'x'; it must be a whole number from 0"),
    "two jobs of one id": (document(job(1, 1), job(1, 2)), "jobs[1].id: is 1, as is that of jobs[0]"),
    "a place off the matrix": (
        document(job(1, 6)),
        "jobs[0].location_index: is '6'; it must be a whole number from 0 to 5",
    ),
    "no place": (document({"id": 1, "location": [0, 0]}), "jobs[0].location_index: is missing"),
    "half a service": (document(job(1, 1, service=1.5)), "jobs[0].service: is '1.5'"),
    "a negative service": (document(job(1, 1, service=-1)), "jobs[0].service: is '-1'"),
    "a window of three": (
        document(job(1, 1, time_windows=[[1, 2, 3]])),
        "jobs[0].time_windows[0]: must be [start, end]",
    ),
    "a window that ends first": (
        document(job(1, 1, time_windows=[[5, 4]])),
        "jobs[0].time_windows[0]: ends (4) before",
    ),
    "windows that overlap": (
        document(job(1, 1, time_windows=[[0, 9], [9, 12]])),
        "jobs[0].time_windows[1]: begins (9) before the window before it is over",
    ),
    "no window at all": (document(job(1, 1, time_windows=[])), "jobs[0].time_windows: holds no window"),
    "a priority of 101": (document(job(1, 1, priority=101)), "jobs[0].priority: is '101'"),
    "a skill that is a text": (document(job(1, 1, skills=["a"])), "jobs[0].skills[0]: is 'a'"),
    "amounts of two lengths": (
        with_vehicle(capacity=[1, 2]),
        "jobs[0].delivery: has 1 quantities, vehicles[0].capacity has 2",
    ),
    "half a shipment": (document(shipments=({"pickup": job(1, 1)},)), "shipments[0].delivery: is missing"),
    "a vehicle from nowhere to nowhere": (
        {"vehicles": [{"id": 1}], "jobs": [job(1, 1)], "matrices": {"car": {"durations": LINE}}},
        "vehicles[0]: has neither start_index nor end_index",
    ),
    "a profile without a matrix": (
        with_vehicle(profile="boat"),
        "vehicles[0].profile: is boat, the matrices are for car",
    ),
    "a speed of 0": (with_vehicle(speed_factor=0), "vehicles[0].speed_factor: must be a number above 0"),
    "a break out of hours": (
        with_vehicle(time_window=[0, 100], breaks=[{"id": 3, "service": 10, "time_windows": [[95, 99]]}]),
        "vehicles[0].breaks: break 3 cannot be taken within",
    ),
    "two breaks of one id": (with_vehicle(breaks=[{"id": 3}, {"id": 3}]), "vehicles[0].breaks: has two breaks of id 3"),
    "a step of no kind": (with_vehicle(steps=[{"type": "jump"}]), "vehicles[0].steps[0].type: must be one of"),
    "a step to nobody": (with_vehicle(steps=[{"type": "job", "id": 9}]), "vehicles[0].steps: names job 9"),
    "a matrix that is not square": (
        document(job(1, 1), matrices={"car": {"durations": [[0, 1], [1]]}}),
        "matrices.car.durations[1]: has 1 numbers, the matrix 2 rows",
    ),
    "a matrix of texts": (
        document(job(1, 1), matrices={"car": {"durations": [[0, "x"], [1, 0]]}}),
        "matrices.car.durations[0][1]: is 'x'",
    ),
    "eleven million metres": (
        document(job(1, 1), matrices={"car": {"durations": [[0, 11_000_000], [1, 0]]}}),
        "matrices.car.durations[0][1]: is '11000000'; it must be a whole number from 0 to 10000000",
    ),
    "matrices of two sizes": (
        document(job(1, 1), matrices={"car": {"durations": LINE, "costs": [[0]]}}),
        "matrices.car.costs: has 1 rows, durations 6",
    ),
    "no durations": (document(job(1, 1), matrices={"car": {"costs": LINE}}), "matrices.car.durations: is missing"),
    "custom costs and a price of hours": (
        document(job(1, 1), matrices={"car": {"durations": LINE, "costs": LINE}}, costs={"per_hour": 1}),
        "vehicles[0].costs: has per_hour or per_km, though custom costs are given",
    ),
    "kilometres without distances": (
        with_vehicle(costs={"per_km": 1}),
        "vehicles[0].costs.per_km: needs custom distances",
    ),
    "a limit on distances unknown": (with_vehicle(max_distance=1), "vehicles[0].max_distance: needs custom distances"),
    "work that has no price": (
        document(job(1, 2, setup=5), job(2, 2), costs={"per_task_hour": 9}),
        "vehicles[0].costs.per_task_hour: cannot be priced: the setup of jobs[0] falls away",
    ),
    "no coordinates": (
        {"vehicles": [{"id": 1, "start": [0, 0]}], "jobs": [{"id": 1}]},
        "jobs[0].location: is missing: without custom matrices, places are needed",
    ),
    "a place beyond the pole": (
        {"vehicles": [{"id": 1, "start": [51.5, 181]}], "jobs": []},
        "vehicles[0].start: [51.5, 181] is no place on earth; the order is [longitude, latitude]",
    ),
    "a profile that nobody can estimate": (
        {"vehicles": [{"id": 1, "start": [0, 0], "profile": "hgv"}], "jobs": [{"id": 1, "location": [0, 0]}]},
        "vehicles[0].profile: is hgv: without matrices, travel is estimated for",
    ),
    "times a year apart": (
        document(job(1, 1, time_windows=[[0, 1]]), job(2, 1, time_windows=[[31_000_000, 31_000_001]])),
        "jobs[1].time_windows: begins more than 200 days after the first time stated",
    ),
    "more places than fit": (
        {"vehicles": [], "jobs": [{"id": n, "location": [n / 1000, 51]} for n in range(6_001)]},
        "document: has 6001 places; at most 6000 are planned at once",
    ),
    "a job for a stranger": (
        document(job(1, 1, allowed_vehicles=[8])),
        "jobs[0]: names vehicle 8, which is not in the",
    ),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_document_is_refused_and_the_field_is_named(name: str) -> None:
    """The message begins with the path of the field."""
    made, words = MALFORMED[name]
    with pytest.raises(ProblemError) as caught:
        read_vroom(made)
    assert str(caught.value).startswith(words)


def test_the_command_says_it_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With exit code 2, as VROOM's own code for bad input."""
    path = tmp_path / "problem.json"
    for text in (json.dumps(with_vehicle(max_tasks=-1)), "[" * 100_000, '{"vehicles": [NaN'):
        path.write_text(text, encoding="utf-8")
        assert main(["solve", str(path), "--seconds", "0"]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_field_that_means_nothing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped name is not passed over in silence."""
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(document(job(1, 1, time_window=[0, 1]), max_task=3)), encoding="utf-8")
    assert main(["solve", str(path), "--iterations", "1"]) == 0
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "vehicles[0].max_task: means nothing here, and is ignored",
        "jobs[0].time_window: means nothing here, and is ignored",
    ]
    assert json.loads(told.out)["about"]["ignored"] == ["vehicles[0].max_task", "jobs[0].time_window"]


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document but the matrices' numbers."""
    found = [here] if here else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += paths(item, (*here, key)) if "durations" not in here else []
    return found


FULL = document(
    job(1, 1, delivery=[1], setup=3, service=4, time_windows=[[0, 900]], priority=3, description="door"),
    job(2, 1, pickup=[1], setup=3, service_per_type={"big": 9}, skills=[1]),
    shipments=(shipment(3, 2, 3, max_ride=90, skills=[1]),), capacity=[2], skills=[1], time_window=[0, 5000],
    breaks=[{"id": 1, "service": 5, "time_windows": [[9, 4000]], "max_load": [2]}], costs={"fixed": 2, "per_hour": 360},
    steps=[{"type": "start"}, {"type": "job", "id": 1}], speed_factor=1.5, max_tasks=9, max_travel_time=9999, type="big",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    where=st.sampled_from(paths(FULL)),
    junk=st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=3),
        st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    ),
)  # fmt: skip
def test_a_spoiled_document_is_answered_or_refused_and_never_crashes(where: tuple[Any, ...], junk: Any) -> None:
    """ProblemError is the only way out beside an answer."""
    made = deepcopy(FULL)
    target = made
    for key in where[:-1]:
        target = target[key]
    target[where[-1]] = junk
    refused = ""
    vroom: VroomProblem | None = None
    try:
        vroom = read_vroom(made)
    except ProblemError as error:
        refused = error.subject
    assert refused or vroom is not None
    if vroom is not None:
        answer = solution_to_vroom(vroom, solve(vroom.problem, stop=MaxIterations(1), engine="insertion"))
        assert json.loads(json.dumps(answer))["code"] == 0


def test_a_document_without_vehicles_or_with_closed_doors_is_answered() -> None:
    """All of it is unassigned, in VROOM's words."""
    made = random_document(3)
    closed = document(job(1, 1, time_windows=[[9000, 9001]]), time_window=[0, 600])
    for empty, count in ((made | {"vehicles": []}, len(made["jobs"]) + 2 * len(made["shipments"])), (closed, 1)):
        vroom = read_vroom(empty)
        answer = solution_to_vroom(vroom, solve(vroom.problem, stop=MaxIterations(1)))
        assert (answer["routes"], answer["summary"]["unassigned"]) == ([], count)


def test_every_field_that_is_read_is_documented() -> None:
    """docs/vroom.md names it, as code."""
    source = (Path(__file__).parents[3] / "routing/formats/vroom_reading.py").read_text(encoding="utf-8")
    page = (Path(__file__).parents[3] / "docs/vroom.md").read_text(encoding="utf-8")
    readers = r"(?:need|whole|maybe|number|text|flag|names|windows|inner|has|elements|objects)"
    named = set(re.findall(rf"\.{readers}\(\s*\"(\w+)\"", source)) | set(
        re.findall(r"_amounts\(\w+, \"(\w+)\"", source)
    )
    assert len(named) > 30
    assert sorted(name for name in named if f"`{name}`" not in page and name != "type") == []
