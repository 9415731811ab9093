"""Asking for a plan from the board, watching it and stopping it."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import timedelta

import pytest

from logistics.bootstrap import Services
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod, Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import SolveRun
from tests.web.dispatch.planned import planned_week
from tests.web.world import Visitor, World
from web import create_app
from web.dispatch.board import curve_points
from web.security.boundary import BoundedApp

BOARD = "/week/2026-W49"


class ListingPlanner:
    """A planner that keeps what it was handed; a run must be in the database by then."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.submitted: list[uuid.UUID] = []
        self.stopped: list[uuid.UUID] = []

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Remember it, if it is there."""
        with self.services.database.unscoped_reading() as session:
            assert session.get(SolveRun, run_id) is not None
        self.submitted.append(run_id)

    def cancel(self, run_id: uuid.UUID) -> None:
        """Remember it."""
        self.stopped.append(run_id)


@pytest.fixture
def planner(services: Services) -> ListingPlanner:
    """What the pages hand their runs to."""
    return ListingPlanner(services)


@pytest.fixture
def app(services: Services, planner: ListingPlanner) -> BoundedApp:
    """The application with that planner."""
    app = create_app(dataclasses.replace(services, planner=planner))
    app.test_client_class = Visitor
    return app


def runs(world: World) -> list[SolveRun]:
    """The planning runs of the network."""
    with world.session() as session:
        return list(session.query(SolveRun).all())


def test_planning_hands_over_one_run_that_is_stored(app: BoundedApp, world: World, planner: ListingPlanner) -> None:
    """The button makes a run with what was chosen, and hands it over once it is in the database."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    answer = client.post(f"{BOARD}/plan", data={"seconds": "60", "method": "from_last_week"})
    assert answer.headers["Location"] == f"{BOARD}#job"
    (run,) = runs(world)
    assert (run.seconds, run.method) == (60, PlanMethod.FROM_LAST_WEEK)
    assert planner.submitted == [run.id]


def test_second_tap_makes_no_second_run(app: BoundedApp, world: World, planner: ListingPlanner) -> None:
    """While a week is being planned, planning it again is refused with a sentence."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    again = client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    assert again.status_code == 409
    assert "being planned already" in again.text
    assert len(planner.submitted) == len(runs(world)) == 1


@pytest.mark.parametrize("data", [{"seconds": "99999"}, {"method": "magic"}], ids=str)
def test_what_the_form_does_not_offer_is_refused(app: BoundedApp, world: World, data: dict[str, str]) -> None:
    """Nobody buys a day of solving with a changed form."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver", **data}).status_code == 422
    assert runs(world) == []


def _start(world: World, clock: FixedClock) -> None:
    with world.services.database.writing(world.network_id) as session:
        run = session.query(SolveRun).one()
        run.state = RunState.RUNNING
        run.started_at = clock.now() - timedelta(seconds=9)
        run.phase = "Planning Wednesday"
        run.cost_curve = [[100, 1842], [5000, 1716]]
        run.best_cost, run.served, run.unserved = 1716, 50, 4


def test_progress_tells_phase_time_and_best_cost(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """The page and the JSON that its script asks for say the same."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert client.get(f"{BOARD}/progress").json == {"is_open": False}
    client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    _start(world, clock)
    told = client.get(f"{BOARD}/progress").json
    assert told is not None
    assert (told["is_open"], told["phase"], told["used_s"]) == (True, "Planning Wednesday", 9)
    assert (told["first_cost"], told["best_cost"], told["served"]) == (1842, 1716, 50)
    page = client.get(BOARD).text
    assert "Planning Wednesday" in page
    assert "1,842 to 1,716" in page
    assert "50 doors reached, 4 not yet" in page
    assert told["points"] in page


def test_panel_that_plans_comes_first_until_there_is_a_plan(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """On a phone the board is one column: the button, then the progress, stand above everything that may be long."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert client.get(BOARD).text.index('id="main"') < client.get(BOARD).text.index('id="rounds"')
    client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    _start(world, clock)
    page = client.get(BOARD).text
    assert page.index('id="main"') < page.index("data-progress") < page.index('id="rounds"')


def test_plan_stands_after_rounds_and_map(app: BoundedApp, world: World) -> None:
    """Once there is one, the board reads from the rounds over the map to the plan."""
    planned_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(BOARD).text
    assert page.index('id="rounds"') < page.index('id="middle"') < page.index('id="main"')


def test_stopping_keeps_the_best_plan(
    app: BoundedApp, world: World, clock: FixedClock, planner: ListingPlanner
) -> None:
    """Stop asks the run and its planner to end; the page says so until it has ended."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    _start(world, clock)
    assert client.post(f"{BOARD}/stop").status_code == 302
    (run,) = runs(world)
    assert run.cancel_requested
    assert planner.stopped == [run.id]
    assert "Stopping" in client.get(BOARD).text


def test_failed_run_says_what_to_do(app: BoundedApp, world: World) -> None:
    """A run that came to nothing leaves its sentence on the board."""
    client = world.enter(app, world.account(Role.DISPATCHER))
    client.post(f"{BOARD}/plan", data={"seconds": "15", "method": "solver"})
    with world.services.database.writing(world.network_id) as session:
        run = session.query(SolveRun).one()
        run.state, run.error = RunState.FAILED, "Plan the week again after lunch."
    assert "Plan the week again after lunch." in client.get(BOARD).text


def test_curve_falls_in_steps_to_the_floor() -> None:
    """The highest cost is at the top, the best at the bottom, and each change is a step."""
    assert curve_points(((0, 200), (5000, 100)), 10) == "0,4 60,4 60,36"
    assert curve_points((), 10) == ""
    assert curve_points(((0, 7),), 10) == "0,36"
