"""One's own password: changed by whoever knows it, by the same rules as everywhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from logistics.domain.vocabulary import Role
from tests.web.world import PASSWORD, Visitor, World
from web.security.boundary import BoundedApp

ANOTHER = "quilt-lagoon-ferry-tomato"


def change(client: Visitor, password: str, current: str = PASSWORD) -> tuple[int, str]:
    """Send the form; the status and the page."""
    answer = client.post("/account/password", data={"current": current, "password": password})
    return answer.status_code, answer.text


def test_new_password_opens_and_the_old_one_does_not(app: BoundedApp, world: World) -> None:
    """The person stays signed in here, with a new cookie, and signs in elsewhere with the new password alone."""
    email = world.account(Role.COORDINATOR)
    client, other = app.test_client(), app.test_client()
    client.sign_in(email)
    other.sign_in(email)
    assert change(client, ANOTHER)[0] == 302
    assert client.get("/").headers["Location"] == "/week"
    assert client.get("/account/sign-ins").status_code == 200
    assert other.get("/").headers["Location"].startswith("/sign-in")
    assert other.sign_in(email).status_code == 200, "the old password"
    assert other.sign_in(email, ANOTHER).status_code == 302


@pytest.mark.parametrize(
    ("current", "password", "sentence"),
    [
        ("not-my-password", ANOTHER, "Check your present password"),
        (PASSWORD, "plum-kettle", "Use 12 characters or more"),
        (PASSWORD, "passwordpassword", "among those tried first"),
        (PASSWORD, "ann.otterly-is-good", "without your name"),
    ],
)
def test_refused_change_changes_nothing(
    app: BoundedApp, world: World, current: str, password: str, sentence: str
) -> None:
    """A wrong present password, or a new one that breaks a rule, is told beside the field; the old one still opens."""
    email = world.account(Role.COORDINATOR, email="ann.otterly@riverside.example")
    client = app.test_client()
    client.sign_in(email)
    status, page = change(client, password, current)
    assert (status, sentence in page) == (422, True)
    assert app.test_client().sign_in(email).status_code == 302


def test_network_stays_chosen(app: BoundedApp, world: World, elsewhere: World) -> None:
    """Somebody of two networks goes on in the one they were at work in."""
    email = world.account(Role.COORDINATOR)
    elsewhere.account(Role.ADMIN, email=email)
    client = app.test_client()
    client.sign_in(email)
    client.post("/account/networks", data={"network": str(world.network_id)})
    assert change(client, ANOTHER)[0] == 302
    assert client.get("/").headers["Location"] == "/week"


def test_every_role_may(signed_in: Callable[..., Visitor]) -> None:
    """A donor's password is their own as much as a coordinator's."""
    for role in (Role.DONOR, Role.RECIPIENT, Role.REFERRER):
        assert signed_in(role).get("/account/password").status_code == 200
