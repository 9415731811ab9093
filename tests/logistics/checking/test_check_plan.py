"""The plan checker: a good plan has no fault, and each broken rule is found by exactly that rule."""

from __future__ import annotations

import ast
import uuid
from datetime import time
from pathlib import Path

import pytest

import logistics.checking
from logistics.checking.faults import PlanRule
from logistics.domain.errors import NotFound
from logistics.domain.vocabulary import CredentialKind, Diet
from logistics.persistence.tables import Batch, Credential, DonationSlot, HouseholdNeeds
from logistics.services.check_plan import check_plan
from tests.logistics.checking.breaking import BREAKS, Break
from tests.logistics.checking.conftest import undone
from tests.logistics.plans import ROADS, StoredPlan


def test_a_good_plan_has_no_fault(stored: StoredPlan) -> None:
    """Rows that keep every rule are left alone."""
    with stored.database.reading(stored.network_id) as session:
        assert check_plan(session, stored.plan_id, roads=ROADS) == ()


@pytest.mark.parametrize(("rule", "change"), BREAKS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_each_broken_rule_is_found_by_exactly_that_rule(stored: StoredPlan, rule: PlanRule, change: Break) -> None:
    """One change of rows, one rule: no miss, and no false alarm beside it."""
    with undone(stored) as session:
        change(session, stored)
        faults = check_plan(session, stored.plan_id, roads=ROADS)
    assert {fault.rule for fault in faults} == {rule}, [fault.sentence for fault in faults]
    assert all(fault.sentence.endswith(".") for fault in faults)


def test_every_rule_has_a_way_to_break_it() -> None:
    """A rule without a test of its own may find nothing at all."""
    assert {rule for rule, _ in BREAKS} == set(PlanRule)


def test_a_fault_names_its_rows(stored: StoredPlan) -> None:
    """A page can link from the fault to route, stop, household and order."""
    with undone(stored) as session:
        stored.get(session, Batch, "batch bean stew").texture_iddsi = 7
        (fault,) = check_plan(session, stored.plan_id, roads=ROADS)
    assert fault.rule is PlanRule.TEXTURE
    assert fault.route_id == stored.ids["route mon A"]
    assert fault.stop_id == stored.ids["mon A 4"]
    assert fault.household_id == stored.ids["H0002"]
    assert fault.order_id == stored.ids["order H0002 hot"]
    assert "H0002" in fault.sentence
    assert "Resident" not in fault.sentence


def test_an_unknown_plan_is_not_found(stored: StoredPlan) -> None:
    """No plan is not the same as a plan without faults."""
    with stored.database.reading(stored.network_id) as session, pytest.raises(NotFound):
        check_plan(session, uuid.uuid4(), roads=ROADS)


def test_food_held_hot_starts_its_clock_at_loading(stored: StoredPlan) -> None:
    """Ready two hours before, held until after loading: the limit stays 90 minutes after loading began."""
    with undone(stored) as session:
        stored.get(session, DonationSlot, "slot hot").ready_at = time(10)
        assert check_plan(session, stored.plan_id, roads=ROADS) == ()


@pytest.mark.parametrize(
    ("claim", "need"),
    [
        (Diet.VEGAN, Diet.VEGETARIAN),
        (Diet.VEGAN, Diet.NO_PORK),
        (Diet.VEGAN, Diet.NO_BEEF),
        (Diet.VEGETARIAN, Diet.NO_PORK),
        (Diet.VEGETARIAN, Diet.NO_BEEF),
        (Diet.HALAL, Diet.NO_PORK),
        (Diet.KOSHER, Diet.NO_PORK),
    ],
)
def test_a_claim_covers_what_it_means(stored: StoredPlan, claim: Diet, need: Diet) -> None:
    """Vegan food is vegetarian, vegetarian food has no meat, halal and kosher food no pork."""
    with undone(stored) as session:
        stored.get(session, Batch, "batch lentil bake").diets = frozenset({claim})
        stored.get(session, HouseholdNeeds, "needs H0003").diets = frozenset({need})
        assert check_plan(session, stored.plan_id, roads=ROADS) == ()


def test_an_enhanced_check_is_as_good_as_a_basic_one(stored: StoredPlan) -> None:
    """It shows all that the basic one does."""
    with undone(stored) as session:
        stored.get(session, Credential, "check V001").kind = CredentialKind.DBS_ENHANCED
        assert check_plan(session, stored.plan_id, roads=ROADS) == ()


def test_the_checker_shares_no_code_with_planning() -> None:
    """A rule misread by the planner must not be misread by the same line here."""
    shared = ("logistics.planning", "logistics.domain.food", "logistics.queries", "logistics.services", "routing")
    folder = Path(logistics.checking.__file__).parent
    imported = {
        f"{path.name}: {node.module}"
        for path in folder.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith(shared)
    }
    assert imported == set()
