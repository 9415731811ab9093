"""VRPLIB files: CVRP, VRPTW, mixed fleets (HFVRP, FSMF), several depots (MDVRPTW), prizes (PCVRPTW), pickups (PDPTW).

The sections are those of CVRPLIB, of LKH-3 and of PyVRP's dialect. Conventions that no file states:

- a prize of 0 means that the customer must be served; other prizes are lost when it is not;
- a vehicle's shift is its depot's window; a file without time windows has no times;
- DISTANCE bounds a route's length with its service times; VEHICLES_MAX_DURATION a route from departure to return;
- money of an HFVRP file (cost per unit of distance, fixed cost) is in hundredths; fixed costs are scaled as distances.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError
from routing.formats.draft import ANY_TIME, PROFILE, Draft, Instance, without_surplus
from routing.formats.edge_weights import full_matrix
from routing.formats.lilim import pairs
from routing.formats.rounding import Rounding, distances
from routing.matrix import IntMatrix
from routing.problem import Vehicle, Window

SECTIONS = frozenset({
    "NODE_COORD", "EDGE_WEIGHT", "DEMAND", "DEPOT", "TIME_WINDOW", "SERVICE_TIME", "PRIZE", "CAPACITY",
    "VEHICLES_FIXED_COST", "VEHICLES_UNIT_DISTANCE_COST", "VEHICLES_DEPOT", "VEHICLES_MAX_DURATION",
    "VEHICLES_MAX_DISTANCE", "PICKUP_AND_DELIVERY",
})  # fmt: skip
MONEY_SCALE = {"HFVRP": 100}
"""What a class's costs per unit of distance are multiplied by in its files."""

Column = npt.NDArray[np.float64]


def read_vrplib(path: Path, rounding: Rounding = Rounding.ROUND) -> Instance:
    """The file as an instance. Raises ProblemError naming what the file lacks, or holds and is not read; OSError."""
    return _Reader(_parse(path), rounding).draft().instance()


@dataclass(slots=True)
class _File:
    name: str
    specs: dict[str, str]
    sections: dict[str, list[list[str]]]

    @property
    def size(self) -> int:
        return self.whole("DIMENSION")

    def wrong(self, rule: str) -> ProblemError:
        return ProblemError(self.name, rule)

    def whole(self, key: str) -> int:
        """A whole number of the head."""
        try:
            return int(self.specs[key])
        except (KeyError, ValueError) as error:
            raise self.wrong(f"needs a whole number {key}") from error

    def table(self, name: str, width: int, size: int) -> Column:
        """A section of rows numbered 1, 2, ..., without those numbers."""
        try:
            rows = np.array(self.sections[name], dtype=np.float64)
        except (KeyError, ValueError) as error:
            raise self.wrong(f"needs a {name}_SECTION of numbers, {width + 1} a row") from error
        whole = rows.shape == (size, width + 1) and bool(np.isfinite(rows).all())
        if not whole or not np.array_equal(rows[:, 0], np.arange(1, size + 1)):
            raise self.wrong(f"its {name}_SECTION must have rows 1 to {size} of {width + 1} numbers")
        return rows[:, 1:]

    def each(self, name: str, size: int, default: float | None) -> Column | None:
        """A value for each row: from its section, or the one in the head, or the default."""
        if name in self.sections:
            return self.table(name, 1, size)[:, 0]
        if name in self.specs:
            try:
                return np.full(size, float(self.specs[name]))
            except ValueError as error:
                raise self.wrong(f"its {name} must be a number") from error
        return None if default is None else np.full(size, default)


def _parse(path: Path) -> _File:
    file = _File(path.stem, {}, {})
    rows: list[list[str]] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        words = line.split()
        if not words:
            continue
        if words == ["EOF"]:
            break
        if words[0].endswith("_SECTION"):
            name = words[0].removesuffix("_SECTION")
            if name not in SECTIONS:
                raise file.wrong(f"has a section {words[0]}, which is not read")
            rows = file.sections.setdefault(name, [])
        elif ":" in line:
            key, _, value = line.partition(":")
            file.specs[key.strip()] = value.strip().strip('"')
        else:
            rows.append(words)
    return file


class _Reader:
    """From sections to a draft."""

    def __init__(self, file: _File, rounding: Rounding) -> None:
        self.file, self.rounding = file, rounding
        self.size = file.size
        self.kind = file.specs.get("TYPE", "CVRP")
        self.depots = self._depots()
        self.straight = "EDGE_WEIGHT" not in file.sections

    def draft(self) -> Draft:
        size = self.size
        windows = None
        service = self.file.each("SERVICE_TIME", size, 0.0)
        pickup_of: dict[int, int] = {}
        if "PICKUP_AND_DELIVERY" in self.file.sections:
            table = self.file.table("PICKUP_AND_DELIVERY", 6, size)
            demand, windows, service = table[:, 0], self.rounding.whole(table[:, 1:3]), table[:, 3]
            before, after = (np.maximum(table[:, k] - 1, 0).astype(int).tolist() for k in (4, 5))
            pickup_of = pairs(self.file.name, demand.astype(int).tolist(), before, after, self.depots)
        else:
            demand = self.file.table("DEMAND", 1, size)[:, 0]
        if "TIME_WINDOW" in self.file.sections:
            windows = self.rounding.whole(self.file.table("TIME_WINDOW", 2, size))
        assert service is not None
        if "SERVICE_TIME" not in self.file.sections:
            service[: self.depots] = 0  # one value for all means all customers
        prize = self.file.each("PRIZE", size, None)
        return Draft(
            name=self.file.name,
            kind=self.kind,
            rounding=self.rounding,
            metres=self._metres(),
            depots=self.depots,
            demand=self._whole("demand", demand),
            windows=windows,
            service=self.rounding.whole(service),
            prize=None if prize is None else self.rounding.whole(prize),
            pickup_of=pickup_of,
            fleet=self._fleet(windows, int(demand[demand > 0].sum())),
            money_scale=MONEY_SCALE.get(self.kind, 1),
        )

    def _depots(self) -> int:
        listed = [word for row in self.file.sections.get("DEPOT", [["1"]]) for word in row if word != "-1"]
        if listed != [str(number + 1) for number in range(len(listed))] or not 0 < len(listed) < self.size:
            raise self.file.wrong("its depots must be its first locations: 1, or 1, 2, ...")
        return len(listed)

    def _metres(self) -> IntMatrix:
        way = self.file.specs.get("EDGE_WEIGHT_TYPE", "EUC_2D")
        if way in ("EUC_2D", "EXACT_2D"):
            return distances(self.file.table("NODE_COORD", 2, self.size), self.rounding, self.file.name)
        if way != "EXPLICIT":
            raise self.file.wrong(f"its EDGE_WEIGHT_TYPE {way} is not read; EUC_2D, EXACT_2D and EXPLICIT are")
        words = [word for row in self.file.sections.get("EDGE_WEIGHT", []) for word in row]
        return full_matrix(
            words, self.size, self.file.specs.get("EDGE_WEIGHT_FORMAT", ""), self.rounding, self.file.name
        )

    def _whole(self, what: str, values: Column) -> npt.NDArray[np.int64]:
        if not np.array_equal(values, np.floor(values)):
            raise self.file.wrong(f"has a {what} that is not a whole number")
        return values.astype(np.int64)

    def _fleet(self, windows: npt.NDArray[np.int64] | None, total: int) -> list[Vehicle]:
        """The file's vehicles, or enough of them where it sets no number."""
        file, stated = self.file, "VEHICLES" in self.file.specs
        count = file.whole("VEHICLES") if stated else self.size - self.depots
        needed = {name: file.each(name, count, value) for name, value in _FLEET.items()}
        capacity, fixed, unit, home = (self._column(needed, name) for name in _FLEET_WHOLE)
        longest, farthest = (
            None if (bound := file.each(name, count, None)) is None else self.rounding.whole(bound).tolist()
            for name in ("VEHICLES_MAX_DURATION", "VEHICLES_MAX_DISTANCE")
        )
        if longest is None and "DISTANCE" in file.specs:
            bound = file.each("DISTANCE", count, None)
            assert bound is not None
            longest = self.rounding.whole(bound).tolist()
        cars = [
            Vehicle(
                id=str(k + 1),
                profile=PROFILE,
                start=home[k] - 1,
                end=home[k] - 1,
                shift=ANY_TIME if windows is None else Window(*windows[home[k] - 1].tolist()),
                capacity=(capacity[k],),
                fixed_cost=fixed[k] * self.rounding.scale,
                cost_per_m=unit[k],
                max_duration_s=None if longest is None else longest[k],
                max_distance_m=None if farthest is None else farthest[k],
            )
            for k in range(count)
        ]
        free = windows is None and longest is None and farthest is None and self.straight and self.depots == 1
        return without_surplus(cars, total) if free else cars

    def _column(self, values: dict[str, Column | None], name: str) -> list[int]:
        column = values[name]
        if column is None:
            raise self.file.wrong(f"needs {name}")
        if name == "VEHICLES_DEPOT" and not bool(((column >= 1) & (column <= self.depots)).all()):
            raise self.file.wrong("has a vehicle whose depot is none")
        return [int(value) for value in self._whole(name, column)]


_FLEET: dict[str, float | None] = {
    "CAPACITY": None,
    "VEHICLES_FIXED_COST": 0.0,
    "VEHICLES_UNIT_DISTANCE_COST": 1.0,
    "VEHICLES_DEPOT": 1.0,
}
_FLEET_WHOLE = tuple(_FLEET)
