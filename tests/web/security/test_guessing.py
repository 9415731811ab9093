"""Guessing passwords: five failures a minute by address and by account, over all processes, and nothing learnt from them."""

from __future__ import annotations

import dataclasses
import os
import statistics
import time
import uuid
from collections.abc import Callable

import pytest
import redis

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from tests.web.world import PASSWORD, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

REDIS = os.environ.get("ROUNDS_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
Process = Callable[[], BoundedApp]


def fresh_address() -> str:
    """A network address that no test used before: what Redis counted for another test is not ours."""
    number = uuid.uuid4().int
    return f"fd00:{number & 0xFFFF:x}:{number >> 16 & 0xFFFF:x}:{number >> 32 & 0xFFFF:x}::1"


def from_address(app: BoundedApp, address: str) -> Visitor:
    """A visitor at this network address."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    client.environ_base["REMOTE_ADDR"] = address
    return client


@pytest.fixture(params=["memory", "redis", "redis that does not answer"])
def process(request: pytest.FixtureRequest, services: Services) -> Process:
    """Makes web processes that count in each of the places there are."""
    url = {"memory": "", "redis": REDIS}.get(request.param, NOBODY_LISTENS)
    if request.param == "redis":
        need_redis()

    def start() -> BoundedApp:
        settings = dataclasses.replace(services.settings, redis_url=url)
        app = create_app(dataclasses.replace(services, settings=settings))
        app.test_client_class = Visitor
        return app

    return start


def need_redis() -> None:
    """Leaves the test out, and says so, where no Redis answers; one that was named and does not answer is an error."""
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=1).ping()
    except redis.ConnectionError:
        if "ROUNDS_TEST_REDIS_URL" in os.environ:
            raise
        pytest.skip("Redis NOT RUN: no server answers on 127.0.0.1:6379 and ROUNDS_TEST_REDIS_URL is not set")


def test_sixth_try_for_an_account_is_refused_from_any_address(process: Process, world: World) -> None:
    """Five addresses fail once each; the sixth is refused though it is new, and so is the right password."""
    app, email = process(), world.account(Role.COORDINATOR)
    tried = [from_address(app, fresh_address()).sign_in(email, "guess-guess-guess").status_code for _ in range(6)]
    assert tried == [200] * 5 + [429]
    assert from_address(app, fresh_address()).sign_in(email).status_code == 429


def test_sixth_try_from_an_address_is_refused_for_any_account(process: Process, world: World) -> None:
    """One address tries one password on many accounts: after five it is refused; another address is not."""
    app, address = process(), fresh_address()
    emails = [world.account(Role.COORDINATOR) for _ in range(7)]
    tried = [from_address(app, address).sign_in(email, "guess-guess-guess").status_code for email in emails[:6]]
    assert tried == [200] * 5 + [429]
    assert from_address(app, fresh_address()).sign_in(emails[6]).status_code == 302


def test_success_is_not_counted(process: Process, world: World) -> None:
    """Everybody at a hub signs in behind one address within a minute."""
    app, address = process(), fresh_address()
    emails = [world.account(Role.DISPATCHER) for _ in range(8)]
    assert [from_address(app, address).sign_in(email).status_code for email in emails] == [302] * 8


def test_all_processes_count_together_in_redis(services: Services, world: World) -> None:
    """Of two processes, each sees what the other counted."""
    need_redis()
    settings = dataclasses.replace(services.settings, redis_url=REDIS)
    apps = [create_app(dataclasses.replace(services, settings=settings)) for _ in range(2)]
    for app in apps:
        app.test_client_class = Visitor
    email = world.account(Role.COORDINATOR)
    tried = [from_address(apps[n % 2], fresh_address()).sign_in(email, "guess-guess-guess") for n in range(7)]
    assert [answer.status_code for answer in tried] == [200] * 5 + [429] * 2


def test_other_ways_to_write_an_address_count_for_the_same_account(app: BoundedApp, world: World) -> None:
    """Capitals, blanks and JSON win no further tries."""
    email = world.account(Role.COORDINATOR)
    ways = [email, email.upper(), f" {email} ", email.replace(".example", ".EXAMPLE"), email.title()]
    for way in ways:
        assert from_address(app, fresh_address()).sign_in(way, "guess-guess-guess").status_code == 200
    by_script = from_address(app, fresh_address()).post("/sign-in", json={"email": email, "password": PASSWORD})
    assert by_script.status_code == 429


def test_unknown_person_is_refused_like_a_known_one(app: BoundedApp, world: World) -> None:
    """Body and status are the same at each of seven tries, whether there is such an account or not."""
    known, unknown = world.account(Role.COORDINATOR), "nobody@riverside.example"
    closed = world.account(Role.COORDINATOR, active=False)
    seen = []
    for email in (known, unknown, closed):
        answers = [from_address(app, fresh_address()).sign_in(email, "guess-guess-guess") for _ in range(7)]
        seen.append([(answer.status_code, _without_chance(answer.text, email)) for answer in answers])
    assert seen[0] == seen[1] == seen[2]
    assert [status for status, _ in seen[0]] == [200] * 5 + [429] * 2


def _without_chance(page: str, email: str) -> str:
    """The page without what is random in each and without the address that was typed."""
    main = page.replace(email, "TYPED").split("<main")[1]
    return "".join(part.split('">', 1)[-1] for part in main.split('name="csrf_token" value="'))


def test_time_does_not_tell_who_has_an_account(app: BoundedApp, world: World) -> None:
    """The median time of a failure is the same within a tenth for a known and an unknown person.

    They take turns, so that what else this machine does falls on both; a machine that is very busy gets three rounds.
    """
    apart = []
    for _ in range(3):
        known = [world.account(Role.COORDINATOR) for _ in range(8)]
        unknown = [f"nobody-{uuid.uuid4().hex[:6]}@riverside.example" for _ in range(8)]
        took: dict[str, list[float]] = {"known": [], "unknown": []}
        for _ in range(2):
            for pair in zip(known, unknown, strict=True):
                for kind, email in zip(took, pair, strict=True):
                    client = from_address(app, fresh_address())
                    client.csrf_token()
                    begun = time.perf_counter()
                    assert client.sign_in(email, "guess-guess-guess").status_code == 200
                    took[kind].append(time.perf_counter() - begun)
        medians = [statistics.median(each) for each in took.values()]
        apart.append(abs(medians[0] - medians[1]) / max(medians))
        if apart[-1] <= 0.1:
            return
    pytest.fail(f"the medians were apart by {apart}")


def test_changing_a_password_cannot_be_used_to_guess_it(app: BoundedApp, world: World) -> None:
    """Somebody at an open laptop has five tries a minute at the present password too."""
    client = world.enter(app, world.account(Role.COORDINATOR))
    guess = {"current": "guess-guess-guess", "password": "quilt-lagoon-ferry-tomato"}
    assert [client.post("/account/password", data=guess).status_code for _ in range(6)] == [422] * 5 + [429]
    assert client.post("/account/password", data={**guess, "current": PASSWORD}).status_code == 429


def test_a_list_in_json_counts_for_the_account_it_tries(app: BoundedApp, world: World) -> None:
    """What the library reads as the address is what is counted, however the body is written."""
    email = world.account(Role.COORDINATOR)
    tried = [
        from_address(app, fresh_address())
        .post("/sign-in", json={"email": [email, f"x{number}"], "password": "guess-guess-guess"})
        .status_code
        for number in range(6)
    ]
    assert tried[-1] == 429
    pairs = from_address(app, fresh_address()).post("/sign-in", json=[["email", email], ["password", "guess-guess"]])
    assert pairs.status_code == 429


def test_all_addresses_of_one_line_are_one(app: BoundedApp, world: World) -> None:
    """A home has 2^64 addresses of IPv6."""
    line = fresh_address().removesuffix("1")
    tried = [
        from_address(app, f"{line}{number:x}").sign_in(world.account(Role.COORDINATOR), "guess-guess-guess").status_code
        for number in range(1, 7)
    ]
    assert tried[-1] == 429


def test_nobody_is_remembered_without_a_session(app: BoundedApp, world: World) -> None:
    """A ticked "remember me" that no page has sets no cookie of its own."""
    answer = from_address(app, fresh_address()).post(
        "/sign-in", data={"email": world.account(Role.COORDINATOR), "password": PASSWORD, "remember": "y"}
    )
    assert answer.status_code == 302
    assert not any("remember" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
