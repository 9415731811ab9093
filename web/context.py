"""What a request holds, typed: the services, who acts, where, and the session. Views read these instead of `flask.g`'s names.

`g.db`, `g.actor`, `g.account` and `g.network` are the same things; in a view behind `@allow` all four are there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app, g

from logistics.bootstrap import Services, Session
from logistics.domain.authority import Actor
from logistics.domain.week import LONDON
from logistics.queries.accounts import NetworkMembership, NetworkView


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The account that a request comes from, and the networks it may choose from."""

    id: uuid.UUID
    email: str
    name: str
    session_id: uuid.UUID
    memberships: tuple[NetworkMembership, ...]
    has_app: bool
    has_passkey: bool
    is_asked_for_second_factor: bool
    """Whether the person must have a second factor, for a role in any network."""

    @property
    def has_second_factor(self) -> bool:
        """Whether something besides the password is asked for: an authenticator app or a passkey."""
        return self.has_app or self.has_passkey


def services() -> Services:
    """The parts of this process."""
    held = current_app.extensions["food_rounds"]
    assert isinstance(held, Services)
    return held


def now() -> datetime:
    """This instant, aware, in UTC: what services take as `now`."""
    return services().clock.now()


def today() -> date:
    """The date in London."""
    return now().astimezone(LONDON).date()


def account() -> SignedIn | None:
    """Who is signed in, or None."""
    held = g.get("account")
    return held if isinstance(held, SignedIn) else None


def own_account() -> SignedIn:
    """Who is signed in. Only in views behind a sign-in."""
    held = account()
    assert held is not None
    return held


def network() -> NetworkView | None:
    """The network that the account is at work in, or None."""
    held = g.get("network")
    return held if isinstance(held, NetworkView) else None


def actor() -> Actor:
    """Who acts. Only in views behind `@allow`."""
    held = g.actor
    assert isinstance(held, Actor)
    return held


def db() -> Session:
    """This request's session. Only in views behind `@allow` or a driver's link."""
    session: Session = g.db
    assert session is not None, "this view has no session: it is public"
    return session


def after_commit(action: Callable[[], None]) -> None:
    """Do this once the request's session has been committed, and not at all if it is rolled back.

    For what must find the rows there or opens a session of its own: handing a run to the planner, sending mail.
    """
    g.after_commit.append(action)
