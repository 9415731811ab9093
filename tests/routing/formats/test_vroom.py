"""VROOM documents: each shape is solved as VROOM means it, and the answer is VROOM's document."""

import json
from pathlib import Path
from typing import Any

import pytest

from routing import MaxIterations, ProblemError, Rule, UncheckedError, solve
from routing.__main__ import main
from routing.files import ProblemFile
from routing.formats.vroom_problem import VroomProblem, read_vroom
from routing.formats.vroom_solution import first_routes, solution_to_vroom
from routing.kernel.fits import fits
from tests.routing.formats.vroom_documents import LINE, Json, document, job, random_document, shipment


def solved(made: Json, engine: str = "ruin_recreate", iterations: int = 40) -> Json:
    """The answer to a document."""
    vroom = read_vroom(made)
    return solution_to_vroom(vroom, solve(vroom.problem, stop=MaxIterations(iterations), engine=engine, seed=1))


def order_of(answer: Json, route: int = 0) -> list[str]:
    """What a route does: kinds and ids."""
    return [f"{step['type']} {step.get('id', '')}".strip() for step in answer["routes"][route]["steps"]]


def test_jobs_alone_are_one_round() -> None:
    """There and back along the line: ten minutes, whatever the order."""
    answer = solved(document(job(7, 2), job(8, 5), job(9, 3)))
    assert answer["code"] == 0
    assert answer["summary"] | {"computing_times": 0} == {
        "cost": 600, "routes": 1, "unassigned": 0, "setup": 0, "service": 0, "duration": 600, "waiting_time": 0,
        "priority": 0, "delivery": [], "pickup": [], "violations": [], "computing_times": 0,
    }  # fmt: skip
    assert order_of(answer)[0] == "start"
    assert order_of(answer)[-1] == "end"
    assert [step["arrival"] for step in answer["routes"][0]["steps"]][-1] == 600


def test_a_delivery_is_on_board_at_the_start_and_a_pickup_to_the_end() -> None:
    """Two of two delivered, then two taken along: the load is 2, 0, 2, 2, and the other order would not fit."""
    answer = solved(document(job(1, 1, pickup=[2]), job(2, 2, delivery=[2]), capacity=[2]))
    assert order_of(answer) == ["start", "job 2", "job 1", "end"]
    assert [step["load"] for step in answer["routes"][0]["steps"]] == [[2], [0], [2], [2]]
    assert (answer["summary"]["delivery"], answer["summary"]["pickup"]) == ([2], [2])


def test_a_shipment_is_picked_up_before_it_is_delivered() -> None:
    """Back to front along the line, on one vehicle."""
    answer = solved(document(shipments=(shipment(4, 5, 1),), capacity=[1]))
    assert order_of(answer) == ["start", "pickup 4", "delivery 4", "end"]
    assert [step["load"] for step in answer["routes"][0]["steps"]] == [[0], [1], [0], [0]]


def test_skills_say_who_may_come() -> None:
    """The nearer vehicle lacks one."""
    made = document(job(1, 1, skills=[3]))
    made["vehicles"].append({"id": 2, "start_index": 5, "skills": [3, 4]})
    answer = solved(made)
    assert answer["routes"][0]["vehicle"] == 2
    assert order_of(answer) == ["start", "job 1"]


def test_a_break_is_a_step_and_travel_goes_on_around_it() -> None:
    """It begins at second 150 of a way of 300: the driver stops half-way."""
    rest = {"id": 5, "service": 60, "time_windows": [[150, 150]], "description": "tea"}
    answer = solved(document(job(1, 5), breaks=[rest], time_window=[0, 660]))
    steps = answer["routes"][0]["steps"]
    assert order_of(answer) == ["start", "break 5", "job 1", "end"]
    assert [(step["arrival"], step["duration"]) for step in steps] == [(0, 0), (150, 150), (360, 300), (660, 600)]
    assert steps[1]["description"] == "tea"


def test_custom_costs_are_minimised_and_not_the_time() -> None:
    """Two ways round a triangle: equally long, one dearer."""
    times = [[0, 10, 10], [10, 0, 10], [10, 10, 0]]
    costs = [[0, 1, 9], [9, 0, 1], [1, 9, 0]]
    answer = solved(document(job(1, 2), job(2, 1), matrices={"car": {"durations": times, "costs": costs}}))
    assert order_of(answer) == ["start", "job 2", "job 1", "end"]
    assert (answer["summary"]["cost"], answer["summary"]["duration"]) == (3, 30)


def test_what_cannot_be_served_is_listed_by_priority() -> None:
    """Room for one: the higher priority goes, both ends of the shipment are listed."""
    made = document(job(1, 1, delivery=[1], priority=1), job(2, 5, delivery=[1], priority=9, description="far"),
                    shipments=(shipment(3, 1, 2, amount=[2]),), capacity=[1])  # fmt: skip
    answer = solved(made)
    assert order_of(answer) == ["start", "job 2", "end"]
    assert [(one["type"], one["id"]) for one in answer["unassigned"]] == [("job", 1), ("pickup", 3), ("delivery", 3)]
    assert (answer["summary"]["unassigned"], answer["summary"]["priority"]) == (3, 9)


def test_limits_on_tasks_travel_and_distance_hold() -> None:
    """One job of three; what lies within two minutes and back; what lies within a kilometre."""
    jobs = (job(1, 1), job(2, 2), job(3, 5))
    metres = [[1000 * abs(a - b) for b in range(6)] for a in range(6)]
    matrices = {"car": {"durations": LINE, "distances": metres}}
    assert solved(document(*jobs, max_tasks=1))["summary"]["unassigned"] == 2
    assert [one["id"] for one in solved(document(*jobs, max_travel_time=240))["unassigned"]] == [3]
    near = solved(document(*jobs, matrices=matrices, max_distance=2000, max_travel_time=240))
    assert [one["id"] for one in near["unassigned"]] == [2, 3]
    assert near["summary"]["distance"] == 2000
    assert near["summary"]["cost"] == 120


def test_a_setup_is_spent_once_at_a_place() -> None:
    """Two jobs at one door, one setup; a third alone at its place has its own."""
    answer = solved(document(job(1, 2, setup=100, service=10), job(2, 2, setup=100, service=10), job(3, 3, setup=7)))
    assert answer["summary"]["setup"] == 107
    assert answer["summary"]["service"] == 20


def test_a_type_has_its_own_times() -> None:
    """The big van takes longer at the door, so the small one goes; alone, it goes and takes longer."""
    slow = job(1, 1, service=10, service_per_type={"big": 500}, time_windows=[[0, 100]])
    made = document(slow, type="big", time_window=[0, 400])
    assert solved(made)["summary"]["unassigned"] == 1
    made["vehicles"][0]["time_window"] = [0, 1000]
    assert solved(made)["summary"]["service"] == 500


def test_times_are_told_as_they_were_given() -> None:
    """Timestamps of 2020 in, timestamps of 2020 out; a window that lasts for ever is cut."""
    now = 1_600_416_000
    shift = [now, now + 3600]
    answer = solved(document(job(1, 1, time_windows=[[0, 4_000_000_000]]), time_window=shift))
    assert [step["arrival"] - now for step in answer["routes"][0]["steps"]] == [0, 60, 120]


def test_an_open_start_costs_nothing() -> None:
    """The route begins at its first job, and has no step for a start."""
    made = document(job(1, 1), job(2, 4))
    del made["vehicles"][0]["start_index"]
    answer = solved(made)
    assert order_of(answer) == ["job 2", "job 1", "end"]
    assert answer["summary"]["cost"] == 240


def test_a_fleet_is_paid_by_hours_kilometres_and_use() -> None:
    """Ten minutes at 36 an hour, five kilometres at 2, 7 for the use of it, and a minute's work at 60 an hour."""
    metres = [[500 * abs(a - b) for b in range(6)] for a in range(6)]
    costs = {"fixed": 7, "per_hour": 36, "per_km": 2, "per_task_hour": 60}
    matrices = {"car": {"durations": LINE, "distances": metres}}
    answer = solved(document(job(1, 5, service=60), matrices=matrices, costs=costs))
    assert answer["summary"]["cost"] == 6 + 10 + 7 + 1


def test_coordinates_without_matrices_are_estimated_and_say_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the screen and in the answer."""
    home = [-0.06, 51.5]
    made = {"vehicles": [{"id": 1, "start": home, "end": home}], "jobs": [{"id": 1, "location": [-0.07, 51.5]}]}
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    assert main(["solve", str(path), "--iterations", "5"]) == 0
    told = capsys.readouterr()
    assert "estimate, not road distances: great circle x 1.45 at 18 km/h" in told.err
    answer = json.loads(told.out)
    assert answer["about"]["travel"].startswith("estimate")
    assert answer["routes"][0]["distance"] == pytest.approx(2 * 692 * 1.45, rel=0.01)


def test_the_steps_of_a_vehicle_are_where_the_search_begins() -> None:
    """And `fixed_steps` of them stay, however long the way."""
    steps = [{"type": "start"}, {"type": "job", "id": 3}, {"type": "job", "id": 1}, {"type": "end"}]
    made = document(job(1, 1), job(2, 2), job(3, 5), steps=steps)
    first = first_routes(read_vroom(made))
    assert first is not None
    assert first.routes[0].stop_ids == ("job 3", "job 1")
    made["vehicles"][0]["fixed_steps"] = 3
    made["jobs"].append(job(4, 0))
    assert order_of(solved(made))[:3] == ["start", "job 3", "job 1"]


def test_our_fields_mean_our_rules() -> None:
    """A ride of four minutes at most, a vehicle that may not come, one that is dear for a job, a job that must."""
    near, far = shipment(1, 1, 5, max_ride=240), shipment(2, 1, 4, max_ride=240)
    answer = solved(document(shipments=(far, near), capacity=[2]))
    assert order_of(answer).index("delivery 2") - order_of(answer).index("pickup 2") == 1
    made = document(job(1, 1, forbidden_vehicles=[1]), job(2, 1, vehicle_costs={"1": 500}))
    made["vehicles"].append({"id": 2, "start_index": 3, "end_index": 3})
    assert [route["vehicle"] for route in solved(made)["routes"]] == [2]
    with pytest.raises(UncheckedError, match="job 1 must be served"):
        solved(document(job(1, 1, must=True, skills=[8])))


def test_a_plain_document_goes_to_the_compiled_search() -> None:
    """Jobs, shipments, skills, windows, priorities, open ends, most tasks, and a limit on travel in the usual costs."""
    made = document(
        job(1, 1, delivery=[1], setup=5, priority=4), job(2, 2, skills=[1], time_windows=[[0, 60], [90, 120]]),
        shipments=(shipment(3, 3, 4),), capacity=[3], max_tasks=4, max_travel_time=900, skills=[1],
    )  # fmt: skip
    assert fits(read_vroom(made).problem) is None


def test_the_answer_can_be_checked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the command, from the two files; a job done by a vehicle that may not is named."""
    problem, answer = tmp_path / "problem.json", tmp_path / "solution.json"
    made = document(job(1, 1, skills=[3]), shipments=(shipment(2, 2, 3),), capacity=[1], skills=[3])
    problem.write_text(json.dumps(made), encoding="utf-8")
    assert main(["solve", str(problem), "--iterations", "5", "--output", str(answer)]) == 0
    assert main(["check", str(problem), str(answer)]) == 0
    made["vehicles"][0]["skills"] = []
    problem.write_text(json.dumps(made), encoding="utf-8")
    assert main(["check", str(problem), str(answer)]) == 1
    assert "skill: vehicle 1 lacks 3 for job 1" in capsys.readouterr().out


def worth(answer: Json, made: Json) -> tuple[int, int, int]:
    """What VROOM minimises, in its order: priority left out, tasks left out, cost."""
    priorities = {("job", one["id"]): one.get("priority", 0) for one in made["jobs"]}
    for one in made["shipments"]:
        for end in ("pickup", "delivery"):
            priorities[end, one[end]["id"]] = one.get("priority", 0)
    left = answer["unassigned"]
    return sum(priorities[one["type"], one["id"]] for one in left), len(left), answer["summary"]["cost"]


@pytest.mark.parametrize("seed", range(25))
def test_ours_and_vrooms_answer_to_a_random_document_agree(seed: int, tmp_path: Path) -> None:
    """VROOM's routes keep every rule as we read it, and ours are worth as much, or more."""
    peer = pytest.importorskip("vroom")
    made = random_document(seed)
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    theirs: Any = json.loads(json.dumps(peer.Input.from_json(path).solve(exploration_level=5, nb_threads=1).to_dict()))
    vroom: VroomProblem = read_vroom(made)
    broken = ProblemFile(problem=vroom.problem, vroom=vroom).violations(theirs)
    assert [violation for violation in broken if violation.rule is not Rule.MUST] == []
    ours = worth(solved(made, iterations=80), made)
    assert ours <= (*worth(theirs, made)[:2], worth(theirs, made)[2] + 1)


def test_every_answer_adds_up() -> None:
    """End less start is travel, setup, service and waiting; each summary figure is the sum over the routes."""
    for seed in range(40, 60):
        try:
            answer = solved(random_document(seed), engine="insertion")
        except ProblemError as error:
            assert "break" in str(error)  # noqa: PT017 - a random break may lie outside its vehicle's hours
            continue
        for route in answer["routes"]:
            steps = route["steps"]
            last = steps[-1]["arrival"] + sum(steps[-1][key] for key in ("setup", "service", "waiting_time"))
            parts = sum(route[key] for key in ("duration", "setup", "service", "waiting_time"))
            assert last - steps[0]["arrival"] == parts
        for key in ("cost", "duration", "setup", "service", "waiting_time", "priority"):
            assert answer["summary"][key] == sum(route[key] for route in answer["routes"])
