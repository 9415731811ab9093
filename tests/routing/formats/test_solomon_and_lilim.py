"""The two text formats with time windows."""

from pathlib import Path

import pytest

from routing import ProblemError, Visit, VisitKind, replay
from routing.formats import Rounding, read_lilim, read_solomon
from routing.replay import Breach
from tests.routing.formats.files import LILIM, SOLOMON, write


def visits(*names: str) -> list[Visit]:
    """p1 is the visit of pickup 1, s3 of stop 3."""
    kinds = {"p": VisitKind.PICKUP, "s": VisitKind.STOP}
    return [Visit(kinds[name[0]], name[1:]) for name in names]


def test_solomons_customers_are_stops(tmp_path: Path) -> None:
    """The depot's row is the vehicles' shift."""
    instance = read_solomon(write(tmp_path, "tiny.txt", SOLOMON))
    problem = instance.problem
    assert (instance.kind, instance.size, instance.scale) == ("VRPTW", 2, 10)
    assert [(car.id, car.capacity, car.shift) for car in problem.vehicles] == [
        ("1", (10,), (0, 1000)),
        ("2", (10,), (0, 1000)),
    ]
    assert [(stop.id, stop.windows, stop.service_s) for stop in problem.stops] == [
        ("1", ((100, 200),), 20),
        ("2", ((0, 900),), 30),
    ]


def test_a_pair_of_li_and_lim_is_a_pickup_and_the_stop_it_supplies(tmp_path: Path) -> None:
    """Windows and services of both ends are kept."""
    instance = read_lilim(write(tmp_path, "tiny.txt", LILIM), Rounding.ROUND)
    assert (instance.kind, instance.size) == ("PDPTW", 4)
    assert [(p.id, p.windows, p.service_s) for p in instance.problem.pickups] == [
        ("1", ((10, 20),), 2),
        ("2", ((0, 90),), 2),
    ]
    assert [(s.id, s.needs[0].pickup_id, s.needs[0].load) for s in instance.problem.stops] == [
        ("3", "1", (7,)),
        ("4", "2", (4,)),
    ]


def test_what_is_on_board_between_a_pickup_and_its_delivery_counts(tmp_path: Path) -> None:
    """7 and 4 do not fit 10 together, one after the other they do; before its pickup nothing can be delivered."""
    problem = read_lilim(write(tmp_path, "tiny.txt", LILIM)).problem
    assert not isinstance(replay(problem, "1", visits("p1", "s3", "p2", "s4")), Breach)
    both = replay(problem, "1", visits("p1", "p2", "s3", "s4"))
    assert isinstance(both, Breach)
    assert both.rule == "capacity"
    early = replay(problem, "1", visits("s3", "p1"))
    assert isinstance(early, Breach)
    assert early.rule == "pickup_order"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("\t1\t0\n4", "\t2\t0\n4", "does not match its pickup"),
        ("-7", "-6", "does not match its pickup"),
        ("2\t10\t1\n", "2\t10\t3\n", "speed 3"),
        ("2\t10\t1\n", "2\t10\n", "no Li and Lim file"),
        ("\t0\t3\n2", "\t3\t3\n2", "neither a pickup nor a delivery"),
        ("3\t4\t7", "3\tx\t7", "no Li and Lim file"),
    ],
)
def test_a_broken_pair_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Each end must name the other, with the same load."""
    assert old in LILIM
    with pytest.raises(ProblemError, match=says):
        read_lilim(write(tmp_path, "odd.txt", LILIM.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["", "words only\n", SOLOMON.replace("    2          1", "    7          1")])
def test_a_file_that_is_not_solomons_is_refused(tmp_path: Path, text: str) -> None:
    """One ProblemError, naming the file."""
    with pytest.raises(ProblemError, match="odd"):
        read_solomon(write(tmp_path, "odd.txt", text))
