"""Drivers' links: shown once, kept hashed, one live link for each member of a crew, and nothing of a household in a message."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from logistics.domain.authority import Actor
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.gateways.tokens import hash_token
from logistics.persistence.tables import DriverLink
from logistics.services.driver_access import LinkState, find_link
from logistics.services.driver_links import MadeLink, make_driver_link
from tests.logistics.plans import StoredPlan
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.world import NOW, World
from web.security.boundary import BoundedApp


def made(
    world: World, plan: StoredPlan, *, route: str = "route mon B", member: str | None = None, now: datetime = NOW
) -> MadeLink:
    """A link made by the service, stored."""
    with world.services.database.writing(world.network_id) as session:
        return make_driver_link(
            session,
            Actor.system(world.network_id),
            plan.ids[route],
            base_url="https://rounds.example.org/",
            now=now,
            volunteer_id=plan.ids[member] if member else None,
        )


def token_of(link: MadeLink) -> str:
    """What stands behind the #."""
    return urlsplit(link.url).fragment


def state_of(world: World, link: MadeLink, now: datetime = NOW) -> LinkState:
    """What the driver's door makes of it."""
    with world.services.database.unscoped_reading() as session:
        return find_link(session, token_of(link), device=None, now=now).state


def test_link_opens_the_drivers_door_and_is_kept_as_a_hash(world: World) -> None:
    """The token is in the fragment, long enough not to be guessed, and nowhere in the database."""
    link = made(world, published_week(world))
    assert link.url.startswith("https://rounds.example.org/d#")
    assert len(token_of(link)) * 6 >= 128
    assert state_of(world, link) is LinkState.NEEDS_CHECK
    with world.session() as session:
        assert session.query(DriverLink).one().token_hash == hash_token(token_of(link))


def test_new_link_ends_the_one_before(world: World) -> None:
    """Only one link is live for a member of a crew; the helper's is not touched by the driver's."""
    plan = published_week(world)
    first, helpers = made(world, plan), made(world, plan, member="V002")
    second = made(world, plan)
    assert state_of(world, first) is LinkState.REVOKED
    assert state_of(world, second) is LinkState.NEEDS_CHECK
    assert state_of(world, helpers) is LinkState.NEEDS_CHECK


def test_link_ends_with_the_day_after_its_route(world: World) -> None:
    """Monday's route: the link works through Tuesday, and is dead when Wednesday begins in London."""
    link = made(world, published_week(world))
    assert link.expires_at == datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    assert state_of(world, link, datetime(2026, 12, 1, 23, 59, tzinfo=UTC)) is LinkState.NEEDS_CHECK
    assert state_of(world, link, datetime(2026, 12, 2, 0, 0, tzinfo=UTC)) is LinkState.EXPIRED


def test_proposal_has_no_links(world: World) -> None:
    """Nobody is sent what is not decided."""
    with pytest.raises(RuleBroken, match="Publish it first"):
        made(world, planned_week(world))


def test_day_that_is_over_has_no_links(world: World) -> None:
    """A link that would open nothing is not made."""
    with pytest.raises(RuleBroken, match="day of this route is over"):
        made(world, published_week(world), now=datetime(2026, 12, 2, 0, 0, tzinfo=UTC))


def test_stranger_to_the_route_gets_no_link(world: World) -> None:
    """Only who goes with a route is sent its doors."""
    with pytest.raises(NotFound, match="does not go with this route"):
        made(world, published_week(world), route="route mon A", member="V002")


def test_page_shows_the_link_once_ready_to_send(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """WhatsApp and text message carry the same words, which hold the link and nothing of a household."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    address = f"/route/{plan.ids['route mon A']}/link"
    page = unescape(client.post(address, data={"volunteer": str(plan.ids["V003"])}).text)
    link = re.search(r'id="link" readonly value="([^"]+)"', page)
    whatsapp = re.search(r'href="(https://wa\.me/[^"]+)"', page)
    sms = re.search(r'href="sms:([^?]+)\?&body=([^"]+)"', page)
    assert link is not None
    assert whatsapp is not None
    assert sms is not None
    (text,) = parse_qs(urlsplit(whatsapp[1]).query)["text"]
    assert link[1] in text
    assert sms[1] == "07700900111"
    for private in ("Resident", "H000", "Cedar", "SE16", "Test Row"):
        assert private not in text
    assert link[1] not in client.get(address).text


def test_list_says_what_became_of_each_link(app: BoundedApp, world: World) -> None:
    """Who still needs a link stands out; who has opened theirs is done."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert client.get("/week/2026-W49/links").text.count("No link yet") == 5
    made(world, plan)
    with world.services.database.writing(world.network_id) as session:
        session.query(DriverLink).one().device_hash = "bound"
    page = client.get("/week/2026-W49/links").text
    assert page.count("No link yet") == 4
    assert ">Opened<" in page


def test_week_without_a_published_plan_has_no_links(app: BoundedApp, world: World) -> None:
    """The page says why there is nothing to send."""
    planned_week(world)
    assert (
        "nothing is published for this week"
        in world.enter(app, world.account(Role.DISPATCHER)).get("/week/2026-W49/links").text
    )
