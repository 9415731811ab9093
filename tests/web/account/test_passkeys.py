"""Passkeys: added, used alone and after the password, removed; and every answer that must open nothing."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.gateways.passkeys import NOT_TAKEN, site_of
from logistics.persistence.tables import AccountSession, AuditEvent, Passkey
from logistics.services.passkeys import use_passkey
from logistics.services.second_factors import remove_second_factor
from logistics.setting_values import SecondFactorRequired
from tests.web.account.authenticator import PRESENT, Authenticator, packed
from tests.web.account.phone import set_up
from tests.web.world import PASSWORD, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

LIST = "/account/passkeys"
SIGN_IN = "/sign-in/passkey"


def is_in(client: Visitor) -> bool:
    """Whether this browser is signed in."""
    return client.get("/account/sign-ins").status_code == 200


def browser(app: BoundedApp) -> Visitor:
    """A browser that is signed in nowhere."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    return client


def add(client: Visitor, device: Authenticator, name: str = "My phone") -> Any:
    """Add the passkey of this device as the page's script does; the answer."""
    options = client.post(f"{LIST}/ask", json={}).json
    return client.post(LIST, json={"answer": device.make(options), "name": name})


def use(client: Visitor, device: Authenticator, path: str = SIGN_IN) -> Any:
    """Sign in with the passkey of this device; the answer."""
    return client.post(path, json={"answer": device.prove(client.post(f"{SIGN_IN}/ask", json={}).json)})


@pytest.fixture
def someone(app: BoundedApp, world: World) -> tuple[str, Authenticator]:
    """A coordinator with a passkey and no app."""
    email, device = world.account(Role.COORDINATOR), Authenticator()
    client = browser(app)
    client.sign_in(email)
    answer = add(client, device)
    assert (answer.status_code, answer.json) == (200, {"next": "/account/second-factor/recovery-codes"}), answer.text
    client.post("/sign-out")
    return email, device


def actions(world: World) -> list[str]:
    """What the trail says about passkeys, the first entry first."""
    with world.session() as session:
        found = select(AuditEvent.action).where(AuditEvent.subject == "passkey").order_by(AuditEvent.number)
        return list(session.scalars(found))


def test_a_passkey_signs_in_by_itself(app: BoundedApp, world: World, someone: tuple[str, Authenticator]) -> None:
    """No address and no password: the session stands in our own table, the list says when it was used, the trail who added it."""
    client = browser(app)
    answer = use(client, someone[1], f"{SIGN_IN}?next=/account/networks")
    assert (answer.status_code, answer.json) == (200, {"next": "/account/networks"})
    assert is_in(client)
    page = client.get(LIST).text
    assert "My phone" in page
    assert ">Not yet<" not in page
    assert actions(world) == ["passkey_added"]
    with world.services.database.unscoped_reading() as session:
        assert session.query(AccountSession).filter(AccountSession.ended_at.is_(None)).count() == 1
    client.post("/sign-out")
    assert not is_in(client)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://example.com/",
        "//example.com",
        "javascript:alert(1)",
        "/\\example.com",
        "/\t//example.com",
        " ///example.com",
    ],
)
def test_it_leads_to_no_strangers_page(app: BoundedApp, someone: tuple[str, Authenticator], wanted: str) -> None:
    """Whatever the link said, one stays here."""
    client = browser(app)
    answer = client.post(
        SIGN_IN,
        query_string={"next": wanted},
        json={"answer": someone[1].prove(client.post(f"{SIGN_IN}/ask", json={}).json)},
    )
    assert answer.json == {"next": "/"}


def test_the_password_alone_opens_nothing(app: BoundedApp, someone: tuple[str, Authenticator]) -> None:
    """Whoever has a passkey and no app is asked for it after the password; a recovery code stands in for it."""
    email, device = someone
    client = browser(app)
    assert client.sign_in(email).headers["Location"].startswith(SIGN_IN)
    assert not is_in(client)
    page = client.get(SIGN_IN).text
    assert "Now your passkey" in page
    assert "/sign-in/recovery-code" in page
    known = client.post(f"{SIGN_IN}/ask", json={}).json["allowCredentials"]
    assert [each["id"] for each in known] == [packed(device.id)]
    assert use(client, device).status_code == 200
    assert is_in(client)


def test_who_has_an_app_as_well_may_use_either(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """After the password the code is asked for, and the page shows the way to the passkey."""
    email, device = world.account(Role.COORDINATOR), Authenticator()
    client = browser(app)
    client.sign_in(email)
    phone, _codes = set_up(client, clock)
    assert add(client, device).json == {"next": LIST}
    clock.advance(timedelta(minutes=1))
    for by_passkey in (True, False):
        other = browser(app)
        assert other.sign_in(email).headers["Location"].startswith("/sign-in/code")
        assert f'href="{SIGN_IN}"' in other.get("/sign-in/code").text
        if by_passkey:
            use(other, device)
        else:
            other.post("/sign-in/code", data={"code": phone.code()})
        assert is_in(other)


def test_it_is_the_second_factor_that_a_role_needs(services: Services, world: World) -> None:
    """A desk role opens nothing before a factor; a passkey is one. The last one cannot be removed, and one of two can."""
    settings = dataclasses.replace(services.settings, second_factor_required=SecondFactorRequired.ON)
    app = create_app(dataclasses.replace(services, settings=settings))
    app.test_client_class = Visitor
    client = browser(app)
    client.sign_in(world.account(Role.COORDINATOR))
    assert "second-factor" in client.get("/week").headers["Location"]
    assert client.get(LIST).status_code == 200
    add(client, Authenticator())
    assert client.get("/week").status_code in (200, 302)
    assert "second-factor" not in client.get("/week").headers.get("Location", "")
    with services.database.unscoped_reading() as session:
        first = session.scalars(select(Passkey.id)).one()
    assert client.post(f"{LIST}/{first}/remove").status_code == 409
    add(client, Authenticator())
    assert client.post(f"{LIST}/{first}/remove").headers["Location"] == LIST
    assert actions(world) == ["passkey_added", "passkey_added", "passkey_removed"]


def test_a_removed_passkey_opens_nothing(
    app: BoundedApp, services: Services, someone: tuple[str, Authenticator]
) -> None:
    """Removed by its person or reset by an admin; whoever had come in with it is out."""
    client, thief = browser(app), browser(app)
    use(client, someone[1])
    use(thief, someone[1])
    with services.database.unscoped_reading() as session:
        passkey_id, account_id = session.execute(select(Passkey.id, Passkey.account_id)).one()
    assert client.post(f"{LIST}/{passkey_id}/remove").headers["Location"] == LIST
    assert (is_in(client), is_in(thief)) == (True, False)
    assert use(browser(app), someone[1]).status_code == 422
    second = Authenticator()
    add(client, second)
    with services.database.unscoped_writing() as session:
        assert remove_second_factor(session, account_id, now=services.clock.now())
    assert use(browser(app), second).status_code == 422


def test_somebody_elses_passkey_is_refused(app: BoundedApp, world: World, someone: tuple[str, Authenticator]) -> None:
    """After one person's password another's passkey opens neither account; nor does a key that claims to be somebody else's."""
    other, email = Authenticator(), world.account(Role.COORDINATOR)
    client = browser(app)
    client.sign_in(email)
    add(client, other)
    half_way = browser(app)
    half_way.sign_in(email)
    assert (use(half_way, someone[1]).status_code, is_in(half_way)) == (422, False)
    other.user = someone[1].user
    liar = browser(app)
    assert (use(liar, other).status_code, is_in(liar)) == (422, False)
    mine = client.get(LIST).text
    with world.services.database.unscoped_reading() as session:
        theirs = session.query(Passkey).filter(Passkey.credential_id == packed(someone[1].id)).one().id
    assert str(theirs) not in mine
    assert client.post(f"{LIST}/{theirs}/remove").status_code == 404
    assert add(client, someone[1]).status_code == 422


def test_an_old_answer_opens_nothing(app: BoundedApp, someone: tuple[str, Authenticator], clock: FixedClock) -> None:
    """Not sent twice, not from a copy of the cookie it was made for, not for another question, not after five minutes."""
    device = someone[1]
    first, thief = browser(app), browser(app)
    options = first.post(f"{SIGN_IN}/ask", json={}).json
    cookie = first.get_cookie("rounds")
    assert cookie is not None
    answer = device.prove(options)
    assert first.post(SIGN_IN, json={"answer": answer}).status_code == 200
    thief.set_cookie("rounds", cookie.value)
    assert (thief.post(SIGN_IN, json={"answer": answer}).status_code, is_in(thief)) == (422, False)
    other = browser(app)
    other.post(f"{SIGN_IN}/ask", json={})
    assert (other.post(SIGN_IN, json={"answer": answer}).status_code, is_in(other)) == (422, False)
    late = browser(app)
    options = late.post(f"{SIGN_IN}/ask", json={}).json
    clock.advance(timedelta(minutes=5, seconds=1))
    assert (late.post(SIGN_IN, json={"answer": device.prove(options)}).status_code, is_in(late)) == (422, False)


def test_a_device_that_counts_nothing_is_replayed_no_more_than_others(
    app: BoundedApp, someone: tuple[str, Authenticator]
) -> None:
    """Phones that share a passkey count 0 for ever: they go on working, and an answer of theirs opens once all the same."""
    device = someone[1]
    for _ in range(2):
        device.count = -1
        client = browser(app)
        options = client.post(f"{SIGN_IN}/ask", json={}).json
        cookie = client.get_cookie("rounds")
        answer = device.prove(options)
        assert client.post(SIGN_IN, json={"answer": answer}).status_code == 200
    thief = browser(app)
    assert cookie is not None
    thief.set_cookie("rounds", cookie.value)
    assert (thief.post(SIGN_IN, json={"answer": answer}).status_code, is_in(thief)) == (422, False)


@pytest.mark.parametrize("back_to", [4, 3, -1], ids=["same", "less", "none"])
def test_a_counter_that_goes_back_is_refused_and_noted(
    app: BoundedApp, world: World, someone: tuple[str, Authenticator], back_to: int
) -> None:
    """A copy of a key shows by its number: refused, and in the trail. The true device goes on."""
    device = someone[1]
    device.count = 4
    assert use(browser(app), device).status_code == 200
    device.count = back_to
    copy_of_it = browser(app)
    assert (use(copy_of_it, device).status_code, is_in(copy_of_it)) == (422, False)
    assert actions(world)[-1] == "passkey_counted_backwards"
    device.count = 2**32 - 2
    assert use(browser(app), device).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:9000"},
        {"host": "evil.example"},
        {"flags": PRESENT},
        {"flags": 0},
        {"id": b"another"},
    ],
    ids=str,
)
def test_what_is_not_for_us_is_refused(
    app: BoundedApp, someone: tuple[str, Authenticator], wrong: dict[str, Any]
) -> None:
    """Another origin, another host, nobody recognised, an unknown key: one answer for all, and nobody is in."""
    device = dataclasses.replace(someone[1], **wrong)
    device._key = someone[1]._key
    client = browser(app)
    answer = use(client, device)
    assert (answer.status_code, answer.json, is_in(client)) == (422, {"error": NOT_TAKEN}, False)


def test_a_passkey_of_another_origin_is_not_added(app: BoundedApp, world: World) -> None:
    """Nor one whose device recognised nobody."""
    client = browser(app)
    client.sign_in(world.account(Role.COORDINATOR))
    for device in (Authenticator(origin="https://evil.example"), Authenticator(flags=PRESENT)):
        assert add(client, device).status_code == 422
    assert "You have none yet" in client.get(LIST).text


def test_odd_answers_open_nothing(app: BoundedApp, services: Services, someone: tuple[str, Authenticator]) -> None:
    """Each part of an answer left out, or made something else: nobody is let in, and nothing breaks."""
    here, challenge = site_of("http://localhost:8000"), bytes(32)
    assert here is not None
    good = someone[1].prove({"challenge": packed(challenge)})
    signed = {"id", "rawId", "type", "clientDataJSON", "authenticatorData", "signature"}
    for odd in (None, "", "AAAA", "%%", "é", 7, [], {}, "A" * 3000):
        for name in (*good, *good["response"]):
            sent = copy.deepcopy(good)
            (sent if name in sent else sent["response"])[name] = odd
            with services.database.unscoped_writing() as session:
                found = use_passkey(session, here, sent, challenge=challenge, now=services.clock.now())
                session.rollback()
            assert found is None or name not in signed, (name, odd)
    for sent in ({}, {"answer": None}, {"answer": [1]}, [], 7):
        assert browser(app).post(SIGN_IN, json=sent).status_code == 422


def test_trying_keys_stops_after_five(app: BoundedApp, someone: tuple[str, Authenticator]) -> None:
    """The limits of failed sign-ins hold for passkeys: from one address, five a minute."""
    stranger = Authenticator(host="localhost")
    assert [use(browser(app), stranger).status_code for _ in range(6)] == [422] * 5 + [429]


def test_it_is_added_only_after_the_password(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """Whoever finds an open laptop cannot leave a key of their own behind."""
    client = browser(app)
    client.sign_in(world.account(Role.COORDINATOR))
    clock.advance(timedelta(minutes=16))
    with client.session_transaction() as kept:
        kept["fs_paa"] -= 16 * 60
    assert client.get(LIST).headers["Location"].startswith("/account/verify")
    assert client.post(f"{LIST}/ask", json={}).status_code == 409
    assert client.post(LIST, json={"answer": {}}).status_code == 409
    client.post("/account/verify", data={"password": PASSWORD})
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("base_url", "host", "origin"),
    [
        ("https://rounds.example.org", "rounds.example.org", "https://rounds.example.org"),
        ("https://rounds.example.org:443/", "rounds.example.org", "https://rounds.example.org"),
        ("https://rounds.example.org:8443", "rounds.example.org", "https://rounds.example.org:8443"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
        ("http://[::1]:8000", "localhost", "http://localhost:8000"),
        ("http://rounds.example.org", None, None),
        ("https://192.0.2.7", None, None),
    ],
)
def test_where_passkeys_can_be(base_url: str, host: str | None, origin: str | None) -> None:
    """With https and a name, or on one's own machine; elsewhere browsers give none."""
    found = site_of(base_url)
    assert (found.host if found else None, found.origin if found else None) == (host, origin)


def test_where_there_can_be_none_the_page_says_so(app_at: Callable[[str], BoundedApp]) -> None:
    """Without https the page says what is missing and what works; its script has nothing to ask."""
    client = browser(app_at("http://rounds.example.org"))
    page = client.get(SIGN_IN, base_url="http://rounds.example.org")
    assert "address that begins with https" in page.text
    assert 'data-host=""' in page.text


def test_a_changed_password_says_that_they_stay(
    app: BoundedApp, world: World, someone: tuple[str, Authenticator]
) -> None:
    """Whoever changes a password that somebody knows is told what else opens the account, and led to where it is removed."""
    _, device = someone
    client = browser(app)
    assert use(client, device).status_code == 200
    page = client.get("/account/password").text
    assert "Your passkey stays" in page
    assert f'href="{LIST}"' in page
    another = "velvet teapot under a granite moon"
    answer = client.post("/account/password", data={"current": PASSWORD, "password": another})
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    shown = client.get(LIST)
    assert "Your passkeys stay, and open your account without a password" in shown.text
    assert "My phone" in shown.text

    without = browser(app)
    without.sign_in(world.account(Role.COORDINATOR))
    assert "stays" not in without.get("/account/password").text
    answer = without.post("/account/password", data={"current": PASSWORD, "password": another})
    assert answer.headers["Location"] == "/account/sign-ins"
