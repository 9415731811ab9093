"""Organisations by the coordinator, accounts by the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.persistence.tables import Account, Hub, Membership, Organisation
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

HUB = {
    "code": "hub7",
    "name": "Canal hub",
    "kind": "hub",
    "postcode": "SE15 6FW",
    "parcels_per_day": "40",
    "opens_at": "09:00",
    "closes_at": "18:00",
}


def test_hub_is_stored_with_its_hours(signed_in: Callable[..., Visitor], world: World) -> None:
    """A hub gets its own row with how many parcels may leave and when it is open; its code is in capitals."""
    response = signed_in(Role.COORDINATOR).post("/organisations/new", data=HUB)
    assert response.status_code == 302, response.text
    with world.session() as session:
        organisation = session.scalars(select(Organisation)).one()
        hub = session.scalars(select(Hub)).one()
    assert (organisation.code, organisation.kind, hub.parcels_per_day) == ("HUB7", OrganisationKind.HUB, 40)


def test_code_is_used_once(signed_in: Callable[..., Visitor], world: World) -> None:
    """A code that is taken is refused with the name of who has it."""
    world.organisation("HUB7", name="Old hub")
    response = signed_in(Role.COORDINATOR).post("/organisations/new", data=HUB)
    assert response.status_code == 422
    assert "HUB7 is taken by Old hub" in response.text


def test_hub_without_hours_is_refused(signed_in: Callable[..., Visitor]) -> None:
    """Planning cannot send anybody to a hub whose hours nobody knows."""
    response = signed_in(Role.COORDINATOR).post("/organisations/new", data={**HUB, "opens_at": ""})
    assert response.status_code == 422
    assert "Enter when the hub opens" in response.text


def test_new_account_gets_a_password_that_works_once_shown(
    app: BoundedApp, signed_in: Callable[..., Visitor], world: World
) -> None:
    """The admin sees a new account's password one time, and the person signs in with it."""
    donor = world.organisation("DON1", OrganisationKind.DONOR)
    admin = signed_in(Role.ADMIN)
    sent = {"email": "Kitchen@Example.org", "role": "donor", "organisation": str(donor)}
    page = admin.post("/accounts/new", data=sent)
    assert page.status_code == 200
    password = page.text.split('class="secret code">')[1].split("<")[0]
    client = app.test_client()
    assert isinstance(client, Visitor)
    assert client.sign_in("kitchen@example.org", password).status_code == 302
    assert client.get("/").headers["Location"] == "/donate"
    assert password not in admin.get("/accounts").text


def test_known_account_keeps_its_password(
    app: BoundedApp, signed_in: Callable[..., Visitor], world: World, elsewhere: World
) -> None:
    """An admin cannot take over an account of another network by giving it a role here."""
    email = elsewhere.account(Role.COORDINATOR)
    with elsewhere.session() as session:
        before = session.scalar(select(Account.password).where(Account.email == email))
    response = signed_in(Role.ADMIN).post("/accounts/new", data={"email": email, "role": "dispatcher"})
    assert response.status_code == 302
    with world.session() as session:
        assert session.scalar(select(Account.password).where(Account.email == email)) == before


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"email": "nobody", "role": "dispatcher"}, "Enter an email address"),
        ({"email": "a@b.org"}, "Choose what they do"),
        ({"email": "a@b.org", "role": "donor"}, "Choose the organisation they work for"),
    ],
)
def test_account_without_a_tie_is_refused(signed_in: Callable[..., Visitor], sent: dict[str, str], words: str) -> None:
    """A role that is tied to an organisation needs one, and an address must be one."""
    response = signed_in(Role.ADMIN).post("/accounts/new", data=sent)
    assert response.status_code == 422
    assert words in response.text


def test_losing_a_role_ends_its_sessions_at_once(
    app: BoundedApp, world: World, signed_in: Callable[..., Visitor]
) -> None:
    """Whoever loses a role is signed out before the next page."""
    email = world.account(Role.DISPATCHER)
    dispatcher = world.enter(app, email)
    assert dispatcher.get("/households").status_code == 200
    with world.session() as session:
        membership = session.scalar(select(Membership.id).join(Account).where(Account.email == email))
    signed_in(Role.ADMIN).post(f"/accounts/{membership}/remove")
    assert dispatcher.get("/households").headers["Location"].startswith("/sign-in")


def test_last_admin_stays(app: BoundedApp, world: World) -> None:
    """The only admin of a network cannot be taken away, so that nobody is locked out."""
    email = world.account(Role.ADMIN)
    client = world.enter(app, email)
    with world.session() as session:
        membership = session.scalar(select(Membership.id).join(Account).where(Account.email == email))
    response = client.post(f"/accounts/{membership}/remove")
    assert response.status_code == 409
    assert "only admin" in response.text
