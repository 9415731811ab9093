"""Vehicle routing for rounds with food clocks: a problem model, engines, a checker, explanations, a wire format.

Start with `Problem` (what the numbers mean: `routing.problem`) and `solve`. Everything is deterministic values in,
values out: no network, no clock but the stop criterion, no environment.
"""

from routing.changes import Change, ChangeLimit, changes_between, with_stop, without_stop, without_vehicle
from routing.checker import Violation, check
from routing.engines.insertion import insert_stop
from routing.engines.protocol import AnyOf, Engine, MaxIterations, MaxSeconds, Progress, StopCriterion
from routing.errors import EngineError, ProblemError
from routing.explain import Reason, explain
from routing.matrix_on_demand import CoordinateMatrix, Metric
from routing.model import Model
from routing.problem import (
    UNREACHABLE,
    Break,
    Matrix,
    Need,
    Pickup,
    Problem,
    RideFrom,
    Stop,
    StopKind,
    Vehicle,
    VehicleLimit,
    Visit,
    VisitKind,
    Window,
)
from routing.remedies import Remedy, RemedyKind, apply_remedies
from routing.replan import Replanned, replan
from routing.replay import Breach, build_solution, replay, retime
from routing.rules import Rule
from routing.solution import CostBreakdown, Rest, Route, Solution, Step, StepKind
from routing.solving import ENGINES, UncheckedError, solve

__all__ = [
    "ENGINES", "UNREACHABLE", "AnyOf", "Breach", "Break", "Change", "ChangeLimit", "CoordinateMatrix", "CostBreakdown",
    "Engine", "EngineError", "Matrix", "MaxIterations", "MaxSeconds", "Metric", "Model", "Need", "Pickup", "Problem",
    "ProblemError", "Progress", "Reason", "Remedy", "RemedyKind", "Replanned", "Rest", "RideFrom", "Route", "Rule",
    "Solution", "Step", "StepKind", "Stop", "StopCriterion", "StopKind", "UncheckedError", "Vehicle", "VehicleLimit",
    "Violation", "Visit", "VisitKind", "Window", "apply_remedies", "build_solution", "changes_between", "check",
    "explain", "insert_stop", "replan", "replay", "retime", "solve", "with_stop", "without_stop", "without_vehicle",
]  # fmt: skip
