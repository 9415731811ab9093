"""What a stranger's tries cost: a password is worked on for every address, whether it has an account or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from passlib.context import CryptContext

from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Account
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """The parameters of each piece of real argon2 work that signing in does, counted on the way to the library."""
    counted: Counter[str] = Counter()
    verify, make = CryptContext.verify, CryptContext.hash

    def counting_verify(self: Any, secret: Any, hash: Any, **options: Any) -> Any:  # noqa: A002 - the library's name
        counted[parameters(hash)] += 1
        return verify(self, secret, hash, **options)

    def counting_hash(self: Any, secret: Any, **options: Any) -> Any:
        made = make(self, secret, **options)
        counted[parameters(made)] += 1
        return made

    monkeypatch.setattr(CryptContext, "verify", counting_verify)
    monkeypatch.setattr(CryptContext, "hash", counting_hash)
    return counted


def parameters(hashed: str) -> str:
    """Kind, version, memory, turns and lanes: what the work takes. `$argon2id$v=19$m=65536,t=3,p=4$...`"""
    return hashed.rsplit("$", 2)[0]


def test_each_address_costs_one_password(app: BoundedApp, world: World, done: Counter[str]) -> None:
    """Known, unknown, closed and without a password: the same work, with the same parameters, once."""
    known = world.account(Role.COORDINATOR)
    closed = world.account(Role.COORDINATOR, active=False)
    without = world.account(Role.COORDINATOR)
    with world.services.database.unscoped_writing() as session:
        session.query(Account).filter_by(email=without).update({"password": None})
    spent = {}
    for email in (known, "nobody@riverside.example", closed, without):
        done.clear()
        client = app.test_client()
        assert isinstance(client, Visitor)
        assert client.sign_in(email, "not the right one").status_code == 200
        spent[email] = dict(done)
    assert sum(spent[known].values()) == 1
    assert list(spent.values()) == [spent[known]] * 4


def test_asking_for_a_passkey_names_nobody(app: BoundedApp) -> None:
    """No address is asked for, and what the device is to sign names no passkey of anybody."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    asked = client.post("/sign-in/passkey/ask", json={"email": "admin@riverside.example"}).json
    assert asked["allowCredentials"] == []


def test_a_huge_password_is_a_wrong_one(signed_in: Callable[..., Visitor]) -> None:
    """Also where it is asked for again, and where it is changed."""
    client = signed_in(Role.COORDINATOR)
    huge = "x" * 5000
    assert client.post("/account/verify", data={"password": huge}).status_code == 200
    assert client.post("/account/password", data={"current": huge, "password": huge}).status_code == 422


@pytest.mark.parametrize("password", ["", "wrong", "x" * 5000, "\u00e9" * 40], ids=["none", "wrong", "huge", "accents"])
def test_scripts_are_told_no_more_than_pages(app: BoundedApp, world: World, password: str) -> None:
    """In JSON too the answer is one for all, whatever is typed as a password."""
    told = set()
    for email in (world.account(Role.COORDINATOR), "nobody@riverside.example", world.account(Role.DONOR, active=False)):
        client = app.test_client()
        assert isinstance(client, Visitor)
        answer = client.post("/sign-in", json={"email": email, "password": password})
        told.add((answer.status_code, answer.text))
    assert len(told) == 1
    assert told.pop()[0] == 400
