"""Everybody who comes, in a real Chromium: one case each, over every page that they can open on the demo network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.prove import Proof
from logistics.domain.vocabulary import Role
from tests.crawl.browser_walk import walk
from tests.crawl.network import DRIVER, WHO


def _cases(reduced: bool) -> Sequence[str]:
    return (DRIVER, Role.REFERRER.value) if reduced else WHO


def _run(case: str) -> Mapping[str, Any]:
    counts, faults = walk(case)
    if faults:
        raise AssertionError(f"{len(faults)}: " + "; ".join(faults[:10]))
    return counts


PROOF = Proof(
    claim="No page breaks its own policy, says an error on the console, or asks anybody but us.", cases=_cases, run=_run
)
"""Where no Chromium is found the case is broken, and says so: what was not looked at is not quiet."""
