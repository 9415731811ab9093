"""What a VRPLIB file says is what the problem says, and what is not read is refused by name."""

from pathlib import Path

import pytest

from routing import ProblemError
from routing.formats import Rounding, read_vrplib
from tests.routing.formats.files import VRP, write


def test_names_loads_and_distances_are_the_files(tmp_path: Path) -> None:
    """Customers keep the numbers that published routes use."""
    problem = read_vrplib(write(tmp_path, "a.vrp", VRP)).problem
    assert [stop.id for stop in problem.stops] == ["1", "2", "3"]
    assert [stop.needs[0].load for stop in problem.stops] == [(4,), (5,), (6,)]
    assert problem.matrices[0].distances_m[0].tolist() == [0, 5, 10, 1]


@pytest.mark.parametrize(
    ("rounding", "scale", "root_of_two"),
    [(Rounding.ROUND, 1, 1), (Rounding.DIMACS, 10, 14), (Rounding.EXACT1000, 1000, 1414)],
)
def test_each_rounding_is_its_convention(tmp_path: Path, rounding: Rounding, scale: int, root_of_two: int) -> None:
    """Nearest whole number, one decimal cut off, thousandths."""
    instance = read_vrplib(write(tmp_path, "a.vrp", VRP), rounding)
    assert instance.scale == scale
    assert int(instance.problem.matrices[0].distances_m[0, 3]) == root_of_two


def test_a_file_without_a_fleet_gets_as_many_as_can_be_of_use(tmp_path: Path) -> None:
    """Three customers never need more than three vehicles, and 2 x 15 / 10 + 1 is more than that."""
    assert len(read_vrplib(write(tmp_path, "a.vrp", VRP)).problem.vehicles) == 3
    light = VRP.replace("CAPACITY : 10", "CAPACITY : 30")
    assert len(read_vrplib(write(tmp_path, "b.vrp", light)).problem.vehicles) == 2


def test_windows_services_and_prizes_are_scaled_alike(tmp_path: Path) -> None:
    """A prize of 0 means that the customer must be served; one service time means all customers, not the depot."""
    more = "TIME_WINDOW_SECTION\n1 0 90\n2 1 20\n3 2 30\n4 3 40\nPRIZE_SECTION\n1 0\n2 7\n3 0\n4 9\nDEPOT_SECTION"
    text = VRP.replace("DEPOT_SECTION", more).replace("CAPACITY", "VEHICLES : 2\nSERVICE_TIME : 1.5\nCAPACITY")
    problem = read_vrplib(write(tmp_path, "a.vrp", text), Rounding.DIMACS).problem
    assert [stop.windows for stop in problem.stops] == [((10, 200),), ((20, 300),), ((30, 400),)]
    assert [stop.service_s for stop in problem.stops] == [15, 15, 15]
    assert [stop.prize for stop in problem.stops] == [70, None, 90]
    assert [car.shift for car in problem.vehicles] == [(0, 900), (0, 900)]


def test_a_mixed_fleet_keeps_each_vehicles_own_figures(tmp_path: Path) -> None:
    """Fixed costs are scaled as distances are; costs per unit are not scaled twice; money is in hundredths."""
    fleet = (
        "CAPACITY_SECTION\n1 10\n2 20\nVEHICLES_FIXED_COST_SECTION\n1 300\n2 500\n"
        "VEHICLES_UNIT_DISTANCE_COST_SECTION\n1 110\n2 130\nDEPOT_SECTION"
    )
    text = VRP.replace("CAPACITY : 10\n", "VEHICLES : 2\n").replace("DEPOT_SECTION", fleet).replace("CVRP", "HFVRP")
    instance = read_vrplib(write(tmp_path, "a.vrp", text), Rounding.EXACT1000)
    cars = [(car.capacity, car.fixed_cost, car.cost_per_m) for car in instance.problem.vehicles]
    assert cars == [((10,), 300_000, 110), ((20,), 500_000, 130)]
    assert instance.scale == 100_000


def test_several_depots_have_their_own_vehicles(tmp_path: Path) -> None:
    """Depots are the first locations; a vehicle starts and ends at its own, within the depot's window."""
    more = (
        "TIME_WINDOW_SECTION\n1 0 50\n2 5 60\n3 0 30\n4 0 40\nVEHICLES_DEPOT_SECTION\n1 2\n2 1\nDEPOT_SECTION\n 1\n 2\n"
    )
    text = VRP.replace("DEPOT_SECTION\n 1\n", more).replace("CAPACITY", "VEHICLES : 2\nCAPACITY")
    text = text.replace("CAPACITY", "VEHICLES_MAX_DURATION : 25\nCAPACITY")
    problem = read_vrplib(write(tmp_path, "a.vrp", text)).problem
    assert [(car.start, car.end, car.shift, car.max_duration_s) for car in problem.vehicles] == [
        (1, 1, (5, 60), 25),
        (0, 0, (0, 50), 25),
    ]
    assert [stop.id for stop in problem.stops] == ["2", "3"]


def test_pickups_and_deliveries_of_a_section(tmp_path: Path) -> None:
    """LKH-3's columns: demand, window, service, the pickup's number, the delivery's number."""
    pairs = "PICKUP_AND_DELIVERY_SECTION\n1 0 0 99 0 0 0\n2 4 1 20 2 0 4\n3 0 0 0 0 0 0\n4 -4 0 50 3 2 0\nDEPOT_SECTION"
    head, tail = VRP.split("DEMAND_SECTION")
    text = head + tail[tail.index("DEPOT_SECTION") :].replace("DEPOT_SECTION", pairs)
    text = text.replace("DIMENSION : 4", "DIMENSION : 3").replace("3 6 8\n", "").replace("4 1 1", "3 1 1")
    text = text.replace("3 0 0 0 0 0 0\n4 -4 0 50 3 2 0", "3 -4 0 50 3 2 0").replace("2 4 1 20 2 0 4", "2 4 1 20 2 0 3")
    problem = read_vrplib(write(tmp_path, "a.vrp", text)).problem
    assert [(p.id, p.windows, p.service_s) for p in problem.pickups] == [("1", ((1, 20),), 2)]
    assert [(s.id, s.needs[0].pickup_id, s.needs[0].load) for s in problem.stops] == [("2", "1", (4,))]


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("FULL_MATRIX", "0 5 10 1 5 0 5 6 10 5 0 7 1 6 7 0"),
        ("LOWER_ROW", "5 10 5\n1 6 7"),
        ("LOWER_DIAG_ROW", "0 5 0 10 5 0 1 6 7 0"),
        ("UPPER_ROW", "5 10 1 5 6 7"),
        ("UPPER_DIAG_ROW", "0 5 10 1 0 5 6 0 7 0"),
    ],
)
def test_an_explicit_matrix_in_any_shape_is_the_same(tmp_path: Path, shape: str, words: str) -> None:
    """Triangles are mirrored and line breaks mean nothing."""
    text = VRP.replace("EUC_2D", f"EXPLICIT\nEDGE_WEIGHT_FORMAT : {shape}")
    text = text.replace("DEMAND_SECTION", f"EDGE_WEIGHT_SECTION\n{words}\nDEMAND_SECTION")
    matrix = read_vrplib(write(tmp_path, "a.vrp", text)).problem.matrices[0].distances_m
    assert matrix.tolist() == [[0, 5, 10, 1], [5, 0, 5, 6], [10, 5, 0, 7], [1, 6, 7, 0]]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("DEMAND_SECTION", "BACKHAUL_SECTION", "BACKHAUL_SECTION, which is not read"),
        ("EUC_2D", "GEO", "GEO is not read"),
        ("DIMENSION : 4", "DIMENSION : 5", "rows 1 to 5"),
        ("DIMENSION : 4\n", "", "DIMENSION"),
        ("CAPACITY : 10\n", "", "CAPACITY"),
        ("2 4\n", "2 4.5\n", "demand that is not a whole number"),
        ("2 3 4\n", "2 nan 4\n", "NODE_COORD"),
        ("2 3 4\n", "2 3e9 4\n", "longer than"),
        (" 1\n -1", " 2\n -1", "depots"),
        (" 1\n -1", " x\n -1", "depots"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, old: str, new: str, says: str) -> None:
    """One ProblemError, naming the file and the section or field."""
    with pytest.raises(ProblemError, match=says) as raised:
        read_vrplib(write(tmp_path, "odd.vrp", VRP.replace(old, new, 1)))
    assert raised.value.subject.startswith("odd")
