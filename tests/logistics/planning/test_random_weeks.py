"""Random small networks through the whole pipeline: whatever the week, the independent checker finds nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from benchmarks.planned_weeks import plan_and_check
from benchmarks.random_weeks import own_database, store_week, week_of
from logistics.domain.vocabulary import PlanMethod
from logistics.persistence.database import Database


@pytest.fixture(scope="module")
def weeks() -> Iterator[Database]:
    """One database for all the networks: each is a tenant of its own."""
    with own_database() as database:
        yield database


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    chance=st.randoms(use_true_random=False),
    method=st.sampled_from([PlanMethod.SOLVER, PlanMethod.FROM_LAST_WEEK, PlanMethod.AS_LAST_WEEK]),
)
def test_no_plan_of_a_random_week_breaks_a_rule(weeks: Database, chance: random.Random, method: PlanMethod) -> None:
    """Frozen, read, planned by any method, stored, and recomputed from its rows alone."""
    network_id = store_week(weeks, week_of(chance))
    done = plan_and_check(weeks, network_id, method)
    for fault in done.faults:
        note(f"{fault.rule}: {fault.sentence}")
    assert not done.faults
