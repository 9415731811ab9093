"""Publishing: a page that says what it does, then exactly the version that was looked at."""

from __future__ import annotations

import uuid

from logistics.domain.states import PlanState, WeekState
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import PlanVersion, Week
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.world import World
from web.security.boundary import BoundedApp

PUBLISH = "/week/2026-W49/publish"


def test_page_says_what_publishing_does_before_it_is_done(app: BoundedApp, world: World) -> None:
    """The dispatcher reads who stays unserved and that nobody is told by it; nothing is published by looking."""
    plan = planned_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(PUBLISH).text
    assert "Publish version 1 of week 49?" in page
    assert "2 households are not served in full." in page
    assert "Nobody is told by publishing alone" in page
    with world.session() as session:
        assert plan.get(session, PlanVersion, "plan").state is PlanState.PROPOSED


def test_published_version_is_the_one_that_was_looked_at(app: BoundedApp, world: World) -> None:
    """The form carries the version's id; the dispatcher is led to the drivers' links."""
    plan = planned_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    answer = client.post(PUBLISH, data={"plan": str(plan.plan_id)})
    assert answer.headers["Location"] == "/week/2026-W49/links"
    with world.session() as session:
        assert plan.get(session, PlanVersion, "plan").state is PlanState.PUBLISHED
        assert session.query(Week).one().state is WeekState.PUBLISHED


def test_version_of_another_week_or_of_nobody_is_not_found(app: BoundedApp, world: World) -> None:
    """An id that is no version of this week publishes nothing."""
    plan = planned_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert client.post(PUBLISH, data={"plan": str(uuid.uuid4())}).status_code == 404
    assert client.post("/week/2026-W50/publish", data={"plan": str(plan.plan_id)}).status_code == 404
    assert client.post(PUBLISH, data={}).status_code == 422
    with world.session() as session:
        assert plan.get(session, PlanVersion, "plan").state is PlanState.PROPOSED


def test_plan_that_breaks_rules_has_no_button(app: BoundedApp, world: World) -> None:
    """What the checker objects to cannot be published, and the page says so instead of offering it."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, PlanVersion, "plan").violations = 2
    client = world.enter(app, world.account(Role.DISPATCHER))
    page = client.get(PUBLISH).text
    assert "The checker found 2 broken rules." in page
    assert "<form method" not in page
    assert client.post(PUBLISH, data={"plan": str(plan.plan_id)}).status_code == 409


def test_published_week_asks_no_second_time(app: BoundedApp, world: World) -> None:
    """Its page leads on to the links."""
    published_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(PUBLISH).text
    assert "Version 1 is published" in page
    assert "<form method" not in page


def test_week_without_a_plan_says_so(app: BoundedApp, world: World) -> None:
    """There is nothing to publish, and a way to where there will be."""
    page = world.enter(app, world.account(Role.DISPATCHER)).get(PUBLISH).text
    assert "There is no plan to publish" in page
