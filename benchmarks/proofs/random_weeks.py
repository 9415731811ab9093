"""Random weeks, planned, stored and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.planned_weeks import run
from benchmarks.prove import Proof

WEEKS_A_CASE = 50


def _cases(reduced: bool) -> Sequence[str]:
    """Seeds by their first: 3000 weeks in all, 10 in small."""
    return ["10 from 0"] if reduced else [f"{WEEKS_A_CASE} from {first}" for first in range(0, 3000, WEEKS_A_CASE)]


def _run(case: str) -> Mapping[str, Any]:
    weeks, first = case.split(" from ")
    return run(int(weeks), int(first))


PROOF = Proof(
    claim="Of 3000 random weeks, no plan breaks a rule when it is recomputed from the database.", cases=_cases, run=_run
)
