"""Two hundred spoilt import folders, in blocks of twenty-five."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.mutated_imports import run
from benchmarks.prove import Proof

BLOCK = 25


def _cases(reduced: bool) -> Sequence[str]:
    return [f"seed-{number:02d}" for number in range(1 if reduced else 8)]


def _run(case: str) -> Mapping[str, Any]:
    return run(BLOCK, int(case.removeprefix("seed-")))


PROOF = Proof(
    claim="A spoilt import folder gives no stack trace, saves nothing, and each message names its file and line.",
    cases=_cases,
    run=_run,
)
