"""What somebody pinned is as it was after the planner has improved the rest: a property of random weeks."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from benchmarks.planned_weeks import plan_and_check
from benchmarks.random_weeks import NOW, own_database, store_week, week_of
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import PlanMethod
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion
from logistics.planning.edit_board import DayBoard, board_from_json, board_to_json
from logistics.planning.edit_case import EditCase
from logistics.planning.edit_times import timed_board
from logistics.planning.edited_week import board_of, with_day
from logistics.planning.improve_around import Effort, improve_day
from logistics.planning.progress import never_stop
from logistics.services.edit_desk import EditDesk
from logistics.services.edit_plan import open_draft
from logistics.services.improve_draft import AROUND_PINS

ROADS = StraightLineRouter()


@pytest.fixture(scope="module")
def weeks() -> Iterator[Database]:
    """One database for all the networks: each is a tenant of its own."""
    with own_database() as database:
        yield database


def pinned_at_random(board: DayBoard, case: EditCase, chance: random.Random) -> DayBoard:
    """Some routes, some stops and some pairs."""
    routes = tuple(replace(route, is_pinned=chance.random() < 0.4) for route in board.routes)
    stops = [(route, task) for route in board.routes for task in route.stops]
    pairs = {
        (task.household_id, case.crew_of_shift(route.shift_id).driver.id)
        for route, task in stops
        if task.household_id is not None and chance.random() < 0.3
    }
    return replace(
        board,
        routes=routes,
        pinned_stops=frozenset(task.key for _, task in stops if chance.random() < 0.4),
        pinned_pairs=frozenset(pairs),
    )


def assert_pins_hold(case: EditCase, before: DayBoard, after: DayBoard) -> None:
    """Routes to the second, stops and pairs with their drivers."""
    drivers = {task.key: case.crew_of_shift(route.shift_id).driver.id for route in after.routes for task in route.stops}
    shifts = {task.key: route.shift_id for route in after.routes for task in route.stops}
    was, is_now = timed_board(case, before), timed_board(case, after)
    for route, planned in zip(before.routes, was.routes, strict=True):
        driver = case.crew_of_shift(route.shift_id).driver.id
        if route.is_pinned:
            at = after.routes.index(route)
            assert is_now.routes[at] == planned
        for task in route.stops:
            if task.key in before.pinned_stops:
                assert shifts[task.key] == route.shift_id
            if (task.household_id, driver) in before.pinned_pairs:
                assert drivers[task.key] == driver


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_pins_survive_a_solve_exactly(weeks: Database, chance: random.Random) -> None:
    """Random week, random pins: pinned routes keep every stop, second and driver, and the plan breaks no rule."""
    network_id = store_week(weeks, week_of(chance))
    done = plan_and_check(weeks, network_id, PlanMethod.SOLVER, seconds=0.05)
    assume(done.plan.routes)
    with weeks.reading(network_id) as session:
        plan_id = session.scalars(select(PlanVersion.id)).one()
        desk = EditDesk(session, plan_id, ROADS)
    day = chance.choice(sorted({route.day for route in desk.plan.routes}))
    case = desk.case(day)
    before = pinned_at_random(board_of(desk.plan, day, case), case, chance)
    remaining_s = {volunteer.id: volunteer.max_week_s for volunteer in desk.week_input.volunteers.values()}
    for route in desk.plan.routes:
        for member in route.crew:
            remaining_s[member.volunteer_id] -= route.duration_s if route.day != day else 0
    effort = Effort(seconds=0.2, seed=chance.randint(0, 99), should_stop=never_stop)
    after = improve_day(case, before, remaining_s=remaining_s, effort=effort)
    assert_pins_hold(case, before, after)
    improved = with_day(desk.plan, case, after, left_out=AROUND_PINS)
    assert improved.cost <= desk.plan.cost or len(improved.unserved) < len(desk.plan.unserved)
    assert desk.checked(improved, now=NOW).faults == ()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_a_board_says_what_its_plan_says(weeks: Database, chance: random.Random) -> None:
    """A stored plan as boards, as JSON and back: unchanged boards give the very plan, which breaks no rule."""
    network_id = store_week(weeks, week_of(chance))
    plan_and_check(weeks, network_id, PlanMethod.SOLVER, seconds=0.05)
    with weeks.writing(network_id) as session:
        plan_id = session.scalars(select(PlanVersion.id)).one()
        draft_id = open_draft(session, Actor.system(network_id), plan_id, now=NOW)
        desk = EditDesk(session, plan_id, ROADS)
    assert isinstance(draft_id, uuid.UUID)
    for day in desk.week.days:
        board = board_of(desk.plan, day, desk.case(day))
        assert board_from_json(board_to_json(board)) == board
        assert with_day(desk.plan, desk.case(day), board) == desk.plan
    assert desk.checked(desk.plan, now=NOW).faults == ()
