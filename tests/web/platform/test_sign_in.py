"""Signing in and out: what a visitor learns, how long a session lives, and when its cookie dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp


def test_right_password_opens_the_desk(visitor: Visitor, world: World) -> None:
    """An account with a role signs in and is led to the first desk of that role."""
    response = visitor.sign_in(world.account(Role.COORDINATOR))
    assert response.status_code == 302
    assert visitor.get("/").headers["Location"] == "/week"


def test_unknown_person_and_wrong_password_look_the_same(app: BoundedApp, world: World) -> None:
    """Nobody can find out by the answer whether an address has an account."""
    email = world.account(Role.COORDINATOR)
    closed = world.account(Role.COORDINATOR, active=False)
    answers = []
    for typed, password in ((email, "wrong-password"), ("nobody@riverside.example", "wrong-password"), (closed, "x")):
        response = app.test_client().sign_in(typed, password)
        answers.append(
            (response.status_code, response.text.replace(typed, "TYPED").split("<main")[1].split("csrf_token")[0])
        )
    assert answers[0] == answers[1] == answers[2]
    assert "Check your email address and password" in answers[0][1]


def test_closed_account_cannot_sign_in_with_its_password(visitor: Visitor, world: World) -> None:
    """An account that was closed stays out, and is told no more than a stranger."""
    email = world.account(Role.COORDINATOR, active=False)
    response = visitor.sign_in(email)
    assert response.status_code == 200
    assert "Check your email address and password" in response.text
    assert visitor.get("/").headers["Location"].startswith("/sign-in")


def test_copied_cookie_dies_at_sign_out(app: BoundedApp, world: World) -> None:
    """A cookie copied before signing out opens nothing afterwards."""
    email = world.account(Role.COORDINATOR)
    first = app.test_client()
    first.sign_in(email)
    cookie = first.get_cookie("rounds")
    assert cookie is not None
    assert first.post("/sign-out").status_code == 302
    thief = app.test_client()
    thief.set_cookie("rounds", cookie.value)
    assert thief.get("/").headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    ("rests", "still_in"),
    [
        ([timedelta(minutes=29)], True),
        ([timedelta(minutes=31)], False),
        ([timedelta(minutes=25)] * 28, True),
        ([timedelta(minutes=25)] * 29, False),
    ],
    ids=["29 minutes idle", "31 minutes idle", "11 h 40 in use", "12 h 5 in use"],
)
def test_session_ends_by_rest_and_by_age(
    signed_in: Callable[..., Visitor], clock: FixedClock, rests: list[timedelta], still_in: bool
) -> None:
    """30 minutes without a request or 12 hours in all end a session."""
    client = signed_in(Role.COORDINATOR)
    for rest in rests:
        clock.advance(rest)
        response = client.get("/")
    assert (response.headers["Location"] == "/week") is still_in


@pytest.mark.parametrize(
    "target", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_leads_away(visitor: Visitor, world: World, target: str) -> None:
    """After signing in nobody is sent to another site."""
    response = visitor.sign_in(world.account(Role.COORDINATOR), next=target)
    assert response.status_code in (200, 302)
    location = response.headers.get("Location", "/")
    assert "\\" not in location, "browsers read a backslash as a slash"
    assert urlsplit(urljoin("http://localhost/sign-in", location)).netloc == "localhost"


def test_next_leads_back_to_the_page_asked_for(visitor: Visitor, world: World) -> None:
    """Somebody who opened a page before signing in lands on it."""
    asked = visitor.get("/account/networks")
    assert asked.headers["Location"] == "/sign-in?next=/account/networks"
    response = visitor.sign_in(world.account(Role.COORDINATOR), next="/account/networks")
    assert response.headers["Location"] == "/account/networks"


def test_account_of_two_networks_chooses_one(app: BoundedApp, world: World, elsewhere: World) -> None:
    """With two networks none is opened by itself, and the choice decides which grants count."""
    email = world.account(Role.COORDINATOR)
    elsewhere.account(Role.ADMIN, email=email)
    client = app.test_client()
    client.sign_in(email)
    assert client.get("/").headers["Location"] == "/account/networks"
    client.post("/account/networks", data={"network": str(elsewhere.network_id)})
    assert client.get("/").headers["Location"] == "/accounts"
    client.post("/account/networks", data={"network": str(world.network_id)})
    assert client.get("/").headers["Location"] == "/week"


def test_network_of_others_cannot_be_chosen(signed_in: Callable[..., Visitor], elsewhere: World) -> None:
    """Choosing a network that the account does not belong to finds nothing."""
    client = signed_in(Role.COORDINATOR)
    assert client.post("/account/networks", data={"network": str(elsewhere.network_id)}).status_code == 404
    assert client.get("/").headers["Location"] == "/week"
