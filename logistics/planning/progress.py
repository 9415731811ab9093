"""How a planning run tells the outside where it is, and asks whether to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProgress:
    """Where planning is: a phase in words, parts per thousand of the time, the best cost and count so far."""

    phase: str
    permille: int
    best_cost: int | None
    served: int
    unserved: int


type Report = Callable[[PlanProgress], None]
type ShouldStop = Callable[[], bool]


def ignore_progress(_: PlanProgress) -> None:
    """For callers that do not watch."""


def never_stop() -> bool:
    """For callers that do not cancel."""
    return False
