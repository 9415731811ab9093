"""A cookie that was copied opens nothing once its session is over, whatever ended it: a thousand tries, none let in."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Account, AccountSession, Membership
from logistics.services.accounts import change_password, close_account, remove_membership, reopen_account
from logistics.services.passwords import hash_password
from logistics.services.sessions import AGE_LIMIT, IDLE_LIMIT
from tests.web.account.phone import set_up
from tests.web.world import PASSWORD, Visitor, World
from web.security.boundary import BoundedApp

ANOTHER = "quilt-lagoon-ferry-tomato"
PAGES = ("/", "/week", "/account/sign-ins", "/account/password", "/account/verify", "/households")

Ending = Callable[[World, Visitor, str], None]


def _account_id(world: World, email: str) -> object:
    with world.services.database.unscoped_reading() as session:
        return session.scalars(select(Account.id).where(Account.email == email)).one()


def signing_out(_world: World, client: Visitor, _email: str) -> None:
    assert client.post("/sign-out").status_code == 302


def ending_it_in_the_list(world: World, client: Visitor, email: str) -> None:
    other = world.enter(client.application, email)
    with world.services.database.unscoped_reading() as session:
        ids = session.scalars(select(AccountSession.id).where(AccountSession.account_id == _account_id(world, email)))
        paths = [f"/account/sign-ins/{each}/end" for each in ids]
    own = re.search(r"This one.*?/account/sign-ins/([0-9a-f-]{36})/end", other.get("/account/sign-ins").text, re.DOTALL)
    assert own
    assert [other.post(path).status_code for path in paths if own[1] not in path] == [302]


def ending_all_others(world: World, client: Visitor, email: str) -> None:
    assert world.enter(client.application, email).post("/account/sign-ins/end-others").status_code == 302


def changing_the_password_here(_world: World, client: Visitor, _email: str) -> None:
    answer = client.post("/account/password", data={"current": PASSWORD, "password": ANOTHER})
    assert answer.status_code == 302
    assert client.get("/account/sign-ins").status_code == 200, "this browser goes on, with another cookie"


def a_new_password_by_command(world: World, _client: Visitor, email: str) -> None:
    with world.services.database.unscoped_writing() as session:
        change_password(session, _account_id(world, email), hash_password(ANOTHER), now=world.services.clock.now())  # type: ignore[arg-type]


def closing_the_account(world: World, _client: Visitor, email: str) -> None:
    with world.services.database.unscoped_writing() as session:
        close_account(session, _account_id(world, email), now=world.services.clock.now())  # type: ignore[arg-type]


def closing_and_reopening_it(world: World, client: Visitor, email: str) -> None:
    closing_the_account(world, client, email)
    with world.services.database.unscoped_writing() as session:
        reopen_account(session, _account_id(world, email))  # type: ignore[arg-type]


def losing_a_role(world: World, _client: Visitor, email: str) -> None:
    with world.services.database.writing(world.network_id) as session:
        account_id = _account_id(world, email)
        membership = session.scalars(select(Membership.id).where(Membership.account_id == account_id)).one()
        remove_membership(session, world.actor(Role.ADMIN), membership, now=world.services.clock.now())


def setting_up_a_second_factor_here(world: World, client: Visitor, _email: str) -> None:
    assert isinstance(world.services.clock, FixedClock)
    set_up(client, world.services.clock)
    assert client.get("/account/sign-ins").status_code == 200, "this browser goes on, with another cookie"


def removing_the_second_factor(_world: World, client: Visitor, _email: str) -> None:
    assert client.post("/account/second-factor/remove").status_code == 302
    assert client.get("/account/sign-ins").status_code == 200, "this browser goes on, with another cookie"


def a_reset_of_the_second_factor(world: World, _client: Visitor, email: str) -> None:
    admin = world.enter(_client.application, world.account(Role.ADMIN))
    with world.services.database.unscoped_reading() as session:
        account_id = _account_id(world, email)
        membership = session.scalars(select(Membership.id).where(Membership.account_id == account_id)).one()
    assert admin.post(f"/accounts/{membership}/reset-factor").status_code == 302


def resting(world: World, _client: Visitor, _email: str) -> None:
    assert isinstance(world.services.clock, FixedClock)
    world.services.clock.advance(IDLE_LIMIT * 1.01)


def growing_old(world: World, client: Visitor, _email: str) -> None:
    assert isinstance(world.services.clock, FixedClock)
    for _ in range(int(AGE_LIMIT / IDLE_LIMIT) + 1):
        world.services.clock.advance(IDLE_LIMIT * 0.99)
        client.get("/about")
        client.get("/")


ENDINGS: tuple[Ending, ...] = (
    signing_out,
    ending_it_in_the_list,
    ending_all_others,
    changing_the_password_here,
    a_new_password_by_command,
    closing_the_account,
    closing_and_reopening_it,
    losing_a_role,
    setting_up_a_second_factor_here,
    removing_the_second_factor,
    a_reset_of_the_second_factor,
    resting,
    growing_old,
)
REPLAYS = -(-1_000 // len(ENDINGS))


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_old_cookie_opens_nothing(app: BoundedApp, world: World, ending: Ending) -> None:
    """The cookie worked before and is replayed from another browser afterwards: it is never let in."""
    email = world.account(Role.COORDINATOR)
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.sign_in(email)
    cookie = client.get_cookie("rounds")
    assert cookie is not None
    assert client.get("/account/sign-ins").status_code == 200
    ending(world, client, email)
    thief = app.test_client()
    let_in = 0
    for number in range(REPLAYS):
        thief.set_cookie("rounds", cookie.value)
        answer = thief.get(PAGES[number % len(PAGES)])
        let_in += not (answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"))
    assert let_in == 0
