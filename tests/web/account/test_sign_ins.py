"""Your sign-ins: a person sees the browsers they are signed in with, and ends each, or all but this one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1"


def with_browser(app: BoundedApp, email: str, user_agent: str) -> Visitor:
    """Somebody who signs in with this browser."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.environ_base["HTTP_USER_AGENT"] = user_agent
    assert client.sign_in(email).status_code == 302
    return client


def is_in(client: Visitor) -> bool:
    """Whether this browser is signed in still."""
    return client.get("/account/sign-ins").status_code == 200


def rows_of(client: Visitor) -> list[str]:
    """The words of each line of the page."""
    body = client.get("/account/sign-ins").text.split("<tbody>")[1].split("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def ends(client: Visitor) -> list[str]:
    """Where each line's button leads."""
    return re.findall(r'action="(/account/sign-ins/[0-9a-f-]{36}/end)"', client.get("/account/sign-ins").text)


def test_each_browser_is_listed_and_this_one_marked(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """A line for each browser with its kind, when it signed in and when it was used last; nobody else's is there."""
    email = world.account(Role.COORDINATOR)
    with_browser(app, world.account(Role.COORDINATOR), "curl/8")
    phone = with_browser(app, email, IPHONE)
    clock.advance(timedelta(minutes=12))
    laptop = with_browser(app, email, FIREFOX)
    assert rows_of(laptop) == [
        "Firefox on Windows This one Thu 26 Nov, 12:12 Thu 26 Nov, 12:12 Sign out Firefox on Windows, signed in Thu 26 Nov, 12:12",
        "Safari on an iPhone Thu 26 Nov, 12:00 Thu 26 Nov, 12:00 Sign out Safari on an iPhone, signed in Thu 26 Nov, 12:00",
    ]
    clock.advance(timedelta(minutes=5))
    first, second = rows_of(phone)
    assert first.startswith("Safari on an iPhone This one Thu 26 Nov, 12:00 Thu 26 Nov, 12:17")
    assert second.startswith("Firefox on Windows Thu 26 Nov, 12:12 Thu 26 Nov, 12:12")


def test_rested_sign_in_is_listed_no_more(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """What would not be let in any more is not shown as signed in."""
    email = world.account(Role.COORDINATOR)
    with_browser(app, email, IPHONE)
    clock.advance(timedelta(minutes=31))
    assert len(rows_of(with_browser(app, email, FIREFOX))) == 1


def test_one_is_ended(app: BoundedApp, world: World) -> None:
    """The other browser's next page is the sign-in; this one goes on."""
    email = world.account(Role.DONOR, organisation_id=world.organisation())
    phone, laptop = with_browser(app, email, IPHONE), with_browser(app, email, FIREFOX)
    (other,) = set(ends(laptop)) - {f"/account/sign-ins/{_own_id(laptop)}/end"}
    assert laptop.post(other).headers["Location"] == "/account/sign-ins"
    assert (is_in(phone), is_in(laptop)) == (False, True)
    assert laptop.post(other).status_code == 404, "it has ended already"


def _own_id(client: Visitor) -> str:
    page = client.get("/account/sign-ins").text
    row = next(row for row in page.split("</tr>") if "This one" in row)
    found = re.search(r"/account/sign-ins/([0-9a-f-]{36})/end", row)
    assert found
    return found[1]


def test_this_one_is_ended_like_signing_out(app: BoundedApp, world: World) -> None:
    """Ending one's own leads to the sign-in page."""
    client = with_browser(app, world.account(Role.COORDINATOR), FIREFOX)
    assert client.post(f"/account/sign-ins/{_own_id(client)}/end").headers["Location"] == "/sign-in"
    assert not is_in(client)


def test_all_others_are_ended(app: BoundedApp, world: World) -> None:
    """Everywhere but here, and nobody else."""
    email = world.account(Role.COORDINATOR)
    somebody = with_browser(app, world.account(Role.COORDINATOR), IPHONE)
    others = [with_browser(app, email, IPHONE) for _ in range(3)]
    laptop = with_browser(app, email, FIREFOX)
    assert laptop.post("/account/sign-ins/end-others").status_code == 302
    assert [is_in(client) for client in (*others, laptop, somebody)] == [False, False, False, True, True]


def test_nobody_ends_somebody_elses(app: BoundedApp, world: World, signed_in: Callable[..., Visitor]) -> None:
    """The id of another person's sign-in is not found, whatever one's role, and that sign-in lives on."""
    victim = with_browser(app, world.account(Role.COORDINATOR), FIREFOX)
    address = f"/account/sign-ins/{_own_id(victim)}/end"
    for role in (Role.ADMIN, Role.COORDINATOR, Role.DISPATCHER):
        assert signed_in(role).post(address).status_code == 404
    assert is_in(victim)


def test_page_is_there_before_a_network_is_chosen(app: BoundedApp, world: World, elsewhere: World) -> None:
    """An account of two networks, or of none, sees its sign-ins all the same."""
    email = world.account(Role.COORDINATOR)
    elsewhere.account(Role.ADMIN, email=email)
    assert is_in(with_browser(app, email, FIREFOX))
