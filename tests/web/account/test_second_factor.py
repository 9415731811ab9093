"""The second factor: set up with an app, asked for at each sign-in, each code good once, and who must have it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.bootstrap import Services
from logistics.domain.authority import ASKED_FOR_SECOND_FACTOR
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Account, AuditEvent, Membership, RecoveryCode, SecondFactor
from logistics.services.accounts import change_password
from logistics.services.passwords import hash_password
from logistics.setting_values import SecondFactorRequired
from logistics.settings import Settings
from tests.web.account.phone import SET_UP, Phone, scan, set_up
from tests.web.world import PASSWORD, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

CODE = "/sign-in/code"
RECOVERY = "/sign-in/recovery-code"


def typed_password(app: BoundedApp, email: str, **data: str) -> Visitor:
    """Somebody who has typed the right password and is asked for a code."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    answer = client.sign_in(email, **data)
    assert answer.headers["Location"].startswith(CODE)
    return client


def is_in(client: Visitor) -> bool:
    """Whether this browser is signed in."""
    return client.get("/account/sign-ins").status_code == 200


@pytest.fixture
def someone(app: BoundedApp, world: World, clock: FixedClock) -> tuple[str, Phone, list[str]]:
    """A coordinator with a second factor: the address, the phone and the recovery codes. The code's half minute is over."""
    email = world.account(Role.COORDINATOR)
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.sign_in(email)
    phone, codes = set_up(client, clock)
    clock.advance(timedelta(seconds=31))
    return email, phone, codes


@pytest.fixture
def strict(services: Services) -> BoundedApp:
    """The application of a site where desk roles must have a second factor."""
    settings = dataclasses.replace(services.settings, second_factor_required=SecondFactorRequired.ON)
    app = create_app(dataclasses.replace(services, settings=settings))
    app.test_client_class = Visitor
    return app


def test_password_alone_opens_nothing(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """After the password only the code's page is there; with the code, so is the page that was asked for."""
    email, phone, _codes = someone
    client = typed_password(app, email, next="/account/networks")
    assert not is_in(client)
    assert client.get("/week").headers["Location"].startswith("/sign-in")
    asked = client.get(f"{CODE}?next=/account/networks")
    assert 'autocomplete="one-time-code"' in asked.text
    answer = client.post(f"{CODE}?next=/account/networks", data={"code": phone.code()})
    assert answer.headers["Location"] == "/account/networks"
    assert is_in(client)


@pytest.mark.parametrize("steps_away", [-3, -2, 2, 3])
def test_code_of_another_time_is_refused(
    app: BoundedApp, someone: tuple[str, Phone, list[str]], clock: FixedClock, steps_away: int
) -> None:
    """A phone's clock may be off by half a minute, not by a whole one."""
    email, phone, _codes = someone
    clock.advance(timedelta(minutes=5))
    client = typed_password(app, email)
    answer = client.post(CODE, data={"code": phone.code(steps_away=steps_away)})
    assert (answer.status_code, is_in(client)) == (200, False)
    assert "Enter the 6 figures that the app shows now" in answer.text


@pytest.mark.parametrize("code", ["", "000000x", "12345", "1234567", "١٢٣٤٥٦", "' OR 1=1"])
def test_odd_code_is_refused_with_a_sentence(app: BoundedApp, someone: tuple[str, Phone, list[str]], code: str) -> None:
    """Whatever is typed, the page comes back and says what to enter."""
    client = typed_password(app, someone[0])
    answer = client.post(CODE, data={"code": code})
    assert (answer.status_code, is_in(client)) == (200, False)


def test_code_opens_once(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """A code that was seen over a shoulder opens nothing in the half minute that it is shown for, nor does an earlier one."""
    email, phone, _codes = someone
    code, earlier = phone.code(), phone.code(steps_away=-1)
    assert typed_password(app, email).post(CODE, data={"code": code}).status_code == 302
    for used in (code, earlier):
        thief = typed_password(app, email)
        assert thief.post(CODE, data={"code": used}).status_code == 200
        assert not is_in(thief)


def test_code_sent_twice_at_once_opens_once(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """Of four browsers that send the same code at the same moment, one gets in."""
    email, phone, _codes = someone
    clients = [typed_password(app, email) for _ in range(4)]
    code = phone.code()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda client: client.post(CODE, data={"code": code}), clients))
    assert sum(is_in(client) for client in clients) == 1


def test_sixth_code_is_refused(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """Guessing codes stops after five failures a minute, also with a recovery code, and from however many browsers."""
    email, phone, codes = someone
    tried = [typed_password(app, email).post(CODE, data={"code": "000000"}).status_code for _ in range(5)]
    client = typed_password(app, email)
    assert tried == [200] * 5
    assert client.post(CODE, data={"code": phone.code()}).status_code == 429
    tried = [client.post(RECOVERY, data={"code": "0000-0000-0000"}).status_code for _ in range(5)]
    assert [*tried, client.post(RECOVERY, data={"code": codes[0]}).status_code][-1] == 429


def test_recovery_code_opens_once(app: BoundedApp, world: World, someone: tuple[str, Phone, list[str]]) -> None:
    """Ten codes; each stands in for the phone once, with or without its dashes; the others go on working."""
    email, _phone, codes = someone
    assert len(set(codes)) == 10
    first = typed_password(app, email)
    assert first.post(RECOVERY, data={"code": codes[0]}).status_code == 302
    assert "9 recovery codes left" in first.get("/account/second-factor").text
    again = typed_password(app, email)
    assert again.post(RECOVERY, data={"code": codes[0]}).status_code == 200
    assert not is_in(again)
    assert again.post(RECOVERY, data={"code": codes[1].replace("-", " ").upper()}).status_code == 302
    assert is_in(again)


def test_recovery_code_sent_twice_at_once_opens_once(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """Of four browsers that send the same recovery code at the same moment, one gets in."""
    email, _phone, codes = someone
    clients = [typed_password(app, email) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda client: client.post(RECOVERY, data={"code": codes[3]}), clients))
    assert sum(is_in(client) for client in clients) == 1


def test_new_recovery_codes_take_the_place_of_the_old(app: BoundedApp, someone: tuple[str, Phone, list[str]]) -> None:
    """They are shown once, in the answer that made them, and the old ones open nothing."""
    email, phone, codes = someone
    client = typed_password(app, email)
    client.post(CODE, data={"code": phone.code()})
    page = client.post("/account/second-factor/recovery-codes").text
    made = re.findall(r'class="secret code">([0-9a-f-]{14})<', page)
    assert len(made) == 10
    assert not set(made) & set(codes)
    assert not any(code in client.get("/account/second-factor/recovery-codes?show_codes=1").text for code in made)
    assert typed_password(app, email).post(RECOVERY, data={"code": codes[0]}).status_code == 200
    assert typed_password(app, email).post(RECOVERY, data={"code": made[0]}).status_code == 302


def test_nothing_is_taken_into_use_before_its_code_was_right(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """A wrong code shows the same picture again, and the next sign-in still asks for the password alone."""
    email = world.account(Role.COORDINATOR)
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.sign_in(email)
    before = client.get(SET_UP).text
    wrong = client.post(SET_UP, data={"code": "000000"})
    assert wrong.status_code == 422
    assert _key(before) == _key(wrong.text) == _key(client.get(SET_UP).text)
    other = app.test_client()
    assert other.sign_in(email).headers["Location"] == "/"


def _key(page: str) -> str:
    return page.split('class="secret code">')[1].split("<", maxsplit=1)[0]


def test_picture_is_in_the_page_and_nothing_is_fetched(app: BoundedApp, world: World) -> None:
    """The QR code is an SVG element without style or script, under the same policy as every page."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.sign_in(world.account(Role.COORDINATOR))
    answer = client.get(SET_UP)
    picture = answer.text.split('<figure class="qr"')[1].split("</figure>")[0]
    assert "<svg" in picture
    assert not re.search(r"style=|<script|href=|<image|data:", picture)
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_secrets_lie_sealed_in_the_database(world: World, someone: tuple[str, Phone, list[str]]) -> None:
    """Neither the app's key nor a recovery code can be read from a copy of the database."""
    _email, phone, codes = someone
    with world.services.database.unscoped_reading() as session:
        secret = session.scalars(select(SecondFactor.totp_secret)).one()
        sealed = session.scalars(select(RecoveryCode.sealed)).all()
    assert phone._key.hex() not in secret.lower()
    assert '"enckey"' in secret
    assert len(sealed) == 10
    assert not any(code in each or code.replace("-", "") in each for code in codes for each in sealed)


def test_another_secret_key_lets_nobody_in_and_breaks_no_page(
    services: Services, someone: tuple[str, Phone, list[str]]
) -> None:
    """Where the site's key was replaced, no code fits; the page says so in place of falling over."""
    email, phone, codes = someone
    settings = dataclasses.replace(services.settings, secret_key="another-key-of-this-site-" * 2)
    app = create_app(dataclasses.replace(services, settings=settings))
    app.test_client_class = Visitor
    client = typed_password(app, email)
    assert client.post(CODE, data={"code": phone.code()}).status_code == 200
    for code in (codes[0], "-", "- -", "\N{NO-BREAK SPACE}-"):
        assert client.post(RECOVERY, data={"code": code}).status_code == 200
        assert not is_in(client)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_desk_roles_set_it_up_before_anything_else(
    strict: BoundedApp, world: World, clock: FixedClock, role: Role
) -> None:
    """Admin, coordinator, dispatcher, support worker and safeguarding are led to it from every page; others are not."""
    client = strict.test_client()
    assert isinstance(client, Visitor)
    assert client.sign_in(world.account_of(role)).status_code == 302
    led = [
        client.get(path).headers.get("Location") == SET_UP for path in ("/", "/week", "/account/sign-ins", "/search")
    ]
    if role not in ASKED_FOR_SECOND_FACTOR:
        assert not any(led)
        return
    assert all(led)
    assert client.get("/week", headers={"Accept": "application/json"}).status_code == 403
    assert client.post("/households/new", data={}).headers["Location"] == SET_UP
    set_up(client, clock)
    assert is_in(client)
    assert client.post("/account/second-factor/remove").status_code == 409, "the role needs it"


def test_roles_are_those_of_the_rule() -> None:
    """Who reads about many people or says who may; nobody of one's own organisation or household."""
    assert {role.value for role in ASKED_FOR_SECOND_FACTOR} == {
        "admin",
        "coordinator",
        "dispatcher",
        "support_worker",
        "safeguarding_lead",
        "safeguarding_deputy",
    }


@pytest.mark.parametrize(
    ("required", "base_url", "proxies", "asked"),
    [
        ("auto", "http://127.0.0.1:8000", 0, False),
        ("auto", "http://localhost:8000", 0, False),
        ("auto", "http://127.0.0.1:8000", 1, True),
        ("auto", "https://rounds.example.org", 0, True),
        ("auto", "http://192.168.1.20:8000", 0, True),
        ("on", "http://127.0.0.1:8000", 0, True),
        ("off", "https://rounds.example.org", 1, False),
    ],
)
def test_it_is_asked_for_wherever_others_can_reach_the_site(
    tmp_path: Path, required: str, base_url: str, proxies: int, asked: bool
) -> None:
    """Left alone, the setting is on for every site but one's own machine without a proxy in front."""
    settings = Settings.from_environment(
        {
            "ROUNDS_HOME": str(tmp_path),
            "ROUNDS_SECOND_FACTOR_REQUIRED": required,
            "ROUNDS_BASE_URL": base_url,
            "ROUNDS_TRUSTED_PROXIES": str(proxies),
        }
    )
    assert settings.asks_for_second_factor is asked


def test_open_laptop_does_not_change_how_somebody_signs_in(
    app: BoundedApp, someone: tuple[str, Phone, list[str]]
) -> None:
    """A quarter of an hour after the password, changing the factor asks for it again, and comes back."""
    email, phone, _codes = someone
    client = typed_password(app, email)
    client.post(CODE, data={"code": phone.code()})
    with client.session_transaction() as kept:
        kept["fs_paa"] -= 16 * 60
    for path in (SET_UP, "/account/second-factor/recovery-codes"):
        assert client.get(path).headers["Location"] == f"/account/verify?next={path}"
    for path in ("remove", "recovery-codes", "set-up"):
        answer = client.post(f"/account/second-factor/{path}", data={"code": phone.code()})
        assert answer.headers["Location"].startswith("/account/verify")
    answer = client.post(f"/account/verify?next={SET_UP}", data={"password": PASSWORD})
    assert answer.headers["Location"].endswith(SET_UP)
    assert client.get(SET_UP).status_code == 200


def test_half_way_sign_in_is_waited_for_ten_minutes(
    app: BoundedApp, world: World, someone: tuple[str, Phone, list[str]], clock: FixedClock
) -> None:
    """A copy of the cookie between password and code is worth nothing after ten minutes, or after a new password."""
    email, phone, _codes = someone
    client = typed_password(app, email)
    cookie = client.get_cookie("rounds")
    assert cookie is not None
    clock.advance(timedelta(minutes=11))
    thief = app.test_client()
    thief.set_cookie("rounds", cookie.value)
    assert thief.post(CODE, data={"code": phone.code()}).headers["Location"].startswith("/sign-in")
    assert not is_in(thief)
    client = typed_password(app, email)
    with world.services.database.unscoped_writing() as session:
        person = session.scalars(select(Account.id).where(Account.email == email)).one()
        change_password(session, person, hash_password("quilt-lagoon-ferry-tomato"), now=clock.now())
    assert client.post(CODE, data={"code": phone.code()}).headers["Location"].startswith("/sign-in")
    assert not is_in(client)


def test_another_phone_takes_the_place_of_the_first(
    app: BoundedApp, someone: tuple[str, Phone, list[str]], clock: FixedClock
) -> None:
    """After setting up anew the old phone's codes open nothing, nor do the old recovery codes."""
    email, old, codes = someone
    client = typed_password(app, email)
    client.post(CODE, data={"code": old.code()})
    new = scan(client, clock)
    assert client.post(SET_UP, data={"code": new.code()}).status_code == 200
    clock.advance(timedelta(seconds=31))
    assert typed_password(app, email).post(CODE, data={"code": old.code()}).status_code == 200
    assert typed_password(app, email).post(RECOVERY, data={"code": codes[5]}).status_code == 200
    assert typed_password(app, email).post(CODE, data={"code": new.code()}).status_code == 302


def membership_of(world: World, email: str) -> object:
    """The id of an account's role here."""
    with world.services.database.unscoped_reading() as session:
        wanted = select(Membership.id).join(Account, Account.id == Membership.account_id).where(Account.email == email)
        return session.scalars(wanted.where(Membership.network_id == world.network_id)).one()


def test_admin_resets_a_lost_phone(
    app: BoundedApp, world: World, someone: tuple[str, Phone, list[str]], signed_in: Callable[..., Visitor]
) -> None:
    """The person signs in with the password alone and sets up another; who reset it is written down."""
    email, phone, _codes = someone
    inside = typed_password(app, email)
    inside.post(CODE, data={"code": phone.code()})
    admin = signed_in(Role.ADMIN)
    assert "Reset second factor" in admin.get("/accounts").text
    assert admin.post(f"/accounts/{membership_of(world, email)}/reset-factor").headers["Location"] == "/accounts"
    assert "Reset second factor" not in admin.get("/accounts").text
    assert not is_in(inside)
    assert app.test_client().sign_in(email).headers["Location"] == "/"
    with world.services.database.unscoped_reading() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "second_factor_reset")).one()
        person = session.scalars(select(Account.id).where(Account.email == email)).one()
        assert session.scalars(select(RecoveryCode)).all() == []
    assert (event.subject_id, event.network_id) == (person, world.network_id)
    assert event.account_id is not None


def test_admin_of_one_network_does_not_open_another(
    world: World, elsewhere: World, someone: tuple[str, Phone, list[str]], signed_in: Callable[..., Visitor]
) -> None:
    """Somebody who works in two networks is reset by whoever runs the server; one's own is not reset that way at all."""
    email, _phone, _codes = someone
    elsewhere.account(Role.COORDINATOR, email=email)
    refused = signed_in(Role.ADMIN).post(f"/accounts/{membership_of(world, email)}/reset-factor")
    assert refused.status_code == 409
    assert "rounds account reset-factor" in refused.text
    own = world.account(Role.ADMIN)
    assert signed_in(email=own).post(f"/accounts/{membership_of(world, own)}/reset-factor").status_code == 409
    with world.services.database.unscoped_reading() as session:
        assert len(session.scalars(select(SecondFactor)).all()) == 1
