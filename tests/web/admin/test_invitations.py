"""Invitations by mail: through a real mail server, a link that opens once, no more rights than the inviter may give."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.bootstrap import Services, build_services
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.gateways.clock import FixedClock
from logistics.gateways.tokens import hash_token
from logistics.persistence.tables import Account, AuditEvent, Invitation, Membership
from logistics.setting_values import SecondFactorRequired
from logistics.settings import Settings
from tests.mail_server import SmtpServer, smtp_server
from tests.web.world import PASSWORD, Visitor, World
from web.security.boundary import BoundedApp

NEW = "ann@kitchen.example"
GOOD = "velvet teapot under a granite moon"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server on this machine."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def services(tmp_path: Path, upgraded_url: str, clock: FixedClock, server: SmtpServer) -> Iterator[Services]:
    """The real parts, on SQLite and PostgreSQL in turn, of a site that sends its mail there."""
    settings = dataclasses.replace(
        Settings.from_environment({"ROUNDS_HOME": str(tmp_path)}),
        database_url=upgraded_url,
        mail_url=f"smtp://127.0.0.1:{server.port}",
        base_url="https://rounds.example",
        second_factor_required=SecondFactorRequired.OFF,
    )
    held = build_services(settings, clock=clock)
    held = dataclasses.replace(held, settings=dataclasses.replace(settings, base_url="http://localhost:8000"))
    yield held
    held.close()


def invite(client: Visitor, email: str = NEW, role: str = "dispatcher", **fields: object) -> int:
    """Send the form; the status."""
    return client.post("/invitations/new", data={"email": email, "role": role, **fields}).status_code


def link_of(server: SmtpServer) -> str:
    """The link of the last mail."""
    found = re.search(r"http\S+/invitation#\S+", server.mails[-1].get_content())
    assert found is not None, server.mails[-1]
    return found.group()


def stranger(app: BoundedApp) -> Visitor:
    """A browser that is signed in nowhere."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    return client


def take(client: Visitor, link: str, password: str = GOOD) -> int:
    """Say yes; the status."""
    return client.post("/invitation/accept", data={"link": link, "name": "Ann", "password": password}).status_code


def roles(world: World, email: str) -> set[Role]:
    """What an address may do here."""
    with world.session() as session:
        found = select(Membership.role).join(Account, Account.id == Membership.account_id).where(Account.email == email)
        return set(session.scalars(found))


def actions(world: World) -> list[str]:
    """What the trail says about invitations."""
    with world.session() as session:
        found = select(AuditEvent.action).where(AuditEvent.subject == "invitation").order_by(AuditEvent.number)
        return list(session.scalars(found))


def test_somebody_new_is_invited_and_begins(
    app: BoundedApp, world: World, server: SmtpServer, signed_in: Callable[..., Visitor]
) -> None:
    """The mail holds the link and no address of ours that tells more; the password's rules hold; then they are in, once."""
    coordinator = signed_in(Role.COORDINATOR)
    kitchen = world.organisation("DON7", OrganisationKind.DONOR, name="Thames Kitchen")
    assert invite(coordinator, role="donor", organisation=str(kitchen)) == 302
    assert server.addresses == [NEW]
    assert "Invitation sent to" in coordinator.get("/invitations").text
    link = link_of(server)
    with world.session() as session:
        row = session.query(Invitation).one()
        assert row.token_hash == hash_token(link.partition("#")[2])
        assert link.partition("#")[2] not in str(vars(row))
    guest = stranger(app)
    page = guest.post("/invitation", data={"link": link})
    assert "Thames Kitchen" in page.text
    assert take(guest, link, "short") == 422
    assert take(guest, link, "ann@kitchen.example") == 422
    assert roles(world, NEW) == set()
    assert take(guest, link) == 302
    assert guest.get("/account/sign-ins").status_code == 200
    assert roles(world, NEW) == {Role.DONOR}
    assert take(stranger(app), link) == 404
    assert NEW not in coordinator.get("/invitations").text
    assert actions(world) == ["invited", "invitation_accepted"]
    with world.session() as session:
        assert session.query(Invitation).count() == 0


def test_previews_do_not_use_it_up(
    app: BoundedApp, server: SmtpServer, signed_in: Callable[..., Visitor], world: World
) -> None:
    """A bot that opens the address, or even sends the key on, ten times: the person still gets in."""
    invite(signed_in(Role.COORDINATOR))
    link = link_of(server)
    for _ in range(10):
        assert stranger(app).get(link.partition("#")[0]).status_code == 200
        assert stranger(app).head("/invitation").status_code == 200
        assert stranger(app).post("/invitation", data={"link": link}).status_code == 200
    assert take(stranger(app), link) == 302
    assert roles(world, NEW) == {Role.DISPATCHER}


def test_two_at_once_make_one_account(
    app: BoundedApp, server: SmtpServer, signed_in: Callable[..., Visitor], world: World
) -> None:
    """Of four browsers that say yes at the same moment one gets in."""
    invite(signed_in(Role.COORDINATOR))
    link = link_of(server)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda client: take(client, link), [stranger(app) for _ in range(4)]))
    assert sorted(statuses) == [302, 404, 404, 404]
    with world.session() as session:
        assert session.query(Membership).join(Account).filter(Account.email == NEW).count() == 1


@pytest.mark.parametrize("known", [False, True], ids=["unknown", "known"])
def test_whoever_invites_learns_nothing_about_an_address(
    world: World, elsewhere: World, server: SmtpServer, signed_in: Callable[..., Visitor], known: bool
) -> None:
    """The answer, the list and the mail are the same for an address that works in another network and for a new one."""
    if known:
        elsewhere.account(Role.DISPATCHER, email=NEW)
    coordinator = signed_in(Role.COORDINATOR)
    answer = coordinator.post("/invitations/new", data={"email": NEW, "role": "dispatcher"})
    said = coordinator.get("/invitations").text
    assert (answer.status_code, answer.headers["Location"]) == (302, "/invitations")
    assert f"Invitation sent to {NEW}." in said
    assert "account" not in server.mails[-1].get_content()
    assert roles(world, NEW) == set()


def test_who_has_an_account_keeps_the_password(
    app: BoundedApp, world: World, elsewhere: World, server: SmtpServer, signed_in: Callable[..., Visitor]
) -> None:
    """A link in a mail is no way to take an account over: the role is added, nobody is signed in, the password stays."""
    elsewhere.account(Role.DISPATCHER, email=NEW)
    invite(signed_in(Role.COORDINATOR))
    guest, link = stranger(app), link_of(server)
    page = guest.post("/invitation", data={"link": link}).text
    assert "account here already" in page
    assert 'type="password"' not in page
    assert take(guest, link) == 302
    assert guest.get("/account/sign-ins").status_code == 302
    assert roles(world, NEW) == {Role.DISPATCHER}
    assert stranger(app).sign_in(NEW, password=GOOD).status_code == 200
    assert stranger(app).sign_in(NEW, password=PASSWORD).status_code == 302


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY])
def test_nobody_invites_to_more_than_they_may(
    world: World, server: SmtpServer, signed_in: Callable[..., Visitor], role: Role
) -> None:
    """A coordinator makes no admin and nobody who reads restricted concerns; the form does not offer it; an admin may."""
    coordinator = signed_in(Role.COORDINATOR)
    assert f'value="{role.value}"' not in coordinator.get("/invitations/new").text
    assert invite(coordinator, role=role.value) == 403
    assert server.mails == []
    assert invite(signed_in(Role.ADMIN), role=role.value) == 302
    with world.session() as session:
        invitation_id = session.query(Invitation.id).scalar()
    for step in ("send", "withdraw"):
        assert coordinator.post(f"/invitations/{invitation_id}/{step}").status_code == 403
    assert [invite(coordinator, role=tied) for tied in ("driver", "recipient", "king", "")] == [422] * 4


def test_an_inviter_who_lost_their_role_invites_nobody(
    app: BoundedApp, world: World, server: SmtpServer, signed_in: Callable[..., Visitor]
) -> None:
    """What somebody may not give any more on the day of the yes is not given."""
    email = world.account(Role.COORDINATOR)
    invite(signed_in(email=email))
    with world.services.database.writing(world.network_id) as session:
        session.query(Membership).filter(Membership.role == Role.COORDINATOR).update({"role": Role.DISPATCHER})
    assert take(stranger(app), link_of(server)) == 404
    assert roles(world, NEW) == set()


def test_sent_again_taken_back_and_over(
    app: BoundedApp, world: World, server: SmtpServer, signed_in: Callable[..., Visitor], clock: FixedClock
) -> None:
    """Each new mail ends the link before; one taken back opens nothing, nor one of more than seven days."""
    coordinator = signed_in(Role.COORDINATOR)
    invite(coordinator)
    first = link_of(server)
    with world.session() as session:
        path = f"/invitations/{session.query(Invitation.id).scalar()}"
    assert coordinator.post(f"{path}/send").status_code == 302
    second = link_of(server)
    assert take(stranger(app), first) == 404
    clock.advance(timedelta(days=7, seconds=1))
    assert take(stranger(app), second) == 404
    coordinator = signed_in(Role.COORDINATOR)
    assert "Over" in coordinator.get("/invitations").text
    coordinator.post(f"{path}/send")
    third = link_of(server)
    assert coordinator.post(f"{path}/withdraw").status_code == 302
    assert take(stranger(app), third) == 404
    assert coordinator.post(f"{path}/send").status_code == 404
    assert actions(world) == ["invited", "invited_again", "invited_again", "invitation_withdrawn"]


def test_a_mail_that_was_not_taken_is_said_and_sent_again(
    world: World, server: SmtpServer, signed_in: Callable[..., Visitor]
) -> None:
    """The invitation is kept, the list says that its mail is not sent, and the button sends it."""
    coordinator = signed_in(Role.COORDINATOR)
    server.refuse = b"550 no such person\r\n"
    assert invite(coordinator) == 302
    page = coordinator.get("/invitations").text
    assert "its mail is not sent" in page
    assert "Mail not sent" in page
    server.refuse = b""
    with world.session() as session:
        coordinator.post(f"/invitations/{session.query(Invitation.id).scalar()}/send")
    assert "Mail not sent" not in coordinator.get("/invitations").text
    assert server.addresses == [NEW]


@pytest.mark.parametrize("link", ["", " ", "#"])
def test_who_sends_no_link_is_told_to_copy_it_whole(app: BoundedApp, world: World, link: str) -> None:
    """An empty field is no closed invitation."""
    answer = stranger(app).post("/invitation", data={"link": link})
    assert answer.status_code == 422
    assert "to its very last letter" in answer.text


@pytest.mark.parametrize("link", ["x", "#" + "A" * 600, "é#ü"])
def test_what_is_no_link_is_refused_with_a_sentence(app: BoundedApp, world: World, link: str) -> None:
    """Nothing opens, and the page says whom to ask."""
    for path in ("/invitation", "/invitation/accept"):
        answer = stranger(app).post(path, data={"link": link, "password": GOOD})
        assert answer.status_code == 404
        assert "Ask whoever invited you" in answer.text


def test_one_address_gets_five_a_day(
    app: BoundedApp, world: World, elsewhere: World, server: SmtpServer, signed_in: Callable[..., Visitor]
) -> None:
    """However written, by whichever page, after taking it back, and of another network too; other addresses get theirs."""
    coordinator, other = signed_in(Role.COORDINATOR), signed_in(email=elsewhere.account(Role.COORDINATOR))
    assert invite(coordinator) == 302
    with world.session() as session:
        path = f"/invitations/{session.query(Invitation.id).scalar()}"
    assert coordinator.post(f"{path}/send").status_code == 302
    assert invite(coordinator, "no address") == 422
    assert coordinator.post(f"{path}/withdraw").status_code == 302
    assert invite(coordinator, NEW.upper()) == 302
    assert invite(other) == 302
    assert (
        invite(coordinator, role="donor", organisation=str(world.organisation("DON7", OrganisationKind.DONOR))) == 302
    )
    refused = coordinator.post("/invitations/new", data={"email": f" {NEW} ", "role": "dispatcher"})
    assert refused.status_code == 429
    assert "was sent five invitations today" in refused.text
    with world.session() as session:
        path = f"/invitations/{session.query(Invitation.id).limit(1).scalar()}"
    assert coordinator.post(f"{path}/send").status_code == 429
    assert server.addresses.count(NEW) == 5
    assert invite(coordinator, "bob@kitchen.example") == 302
