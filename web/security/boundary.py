"""The edge of every request: who it comes from, whether its page is open to them, and one session that commits once.

GET reads, everything else writes (SQLite: BEGIN IMMEDIATE). The session lives exactly as long as the view: an answer of
400 or above, or an exception, rolls back. A view without a mark of `web.security.access` is refused.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import Protocol

from flask import Flask, Request, Response, abort, g, make_response, request, session
from flask.typing import ResponseReturnValue

from logistics.bootstrap import Services
from logistics.domain.authority import ASKED_FOR_SECOND_FACTOR
from logistics.domain.errors import Forbidden
from logistics.queries.accounts import find_account, memberships_of
from logistics.services.sessions import live_session, touch_session
from web.context import SignedIn, now, services
from web.looks import keep_looks
from web.security.access import Access, Door, access_of
from web.security.half_way import forget_old_half_way

TOKEN = "account_session"  # noqa: S105 - the name of a cookie's field
NETWORK = "network"
PAGES_AT_ONCE = 4
READS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in, or the session has ended. Pages lead to the sign-in page, JSON gets 401."""


class NetworkNeeded(Exception):
    """The account works in several networks and has not chosen one."""


class SecondFactorNeeded(Exception):
    """Whoever is signed in must set up a second factor before anything else."""


class LinkNeeded(Exception):
    """There is no live driver's link behind this request."""


class LinkHolder(Protocol):
    """Whoever holds a driver's link: at least, the network to open."""

    @property
    def network_id(self) -> uuid.UUID:
        """The network of the link's route."""
        ...


DriverDoor = Callable[[Request], LinkHolder | None]


class BoundedApp(Flask):
    """Flask with our edge around every view. `driver_door` is set by `web.drive`; without it no link opens anything.

    However many threads a server has, so many requests are at work at once as `PAGES_AT_ONCE`; the others wait their turn.
    An answer that goes on for long (an open line to a board) is sent after its turn is over.
    """

    driver_door: DriverDoor | None = None
    end_lines: Callable[[], None] = staticmethod(lambda: None)
    """Ends the answers that would go on by themselves; for a process that stops."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._turns = BoundedSemaphore(PAGES_AT_ONCE)

    def full_dispatch_request(self) -> Response:
        """Wait for a turn, then answer."""
        with self._turns:
            return super().full_dispatch_request()

    def dispatch_request(self) -> ResponseReturnValue:
        """Check the view's mark, open its session, run it, commit."""
        rule = request.url_rule
        if request.routing_exception is not None or rule is None or request.method == "OPTIONS":
            return super().dispatch_request()
        access = access_of(rule.endpoint, self.view_functions[rule.endpoint])
        if access is None:
            raise RuntimeError(f"The view {rule.endpoint} carries no mark of access: it is not served.")
        network_id = self._network_for(access)
        if network_id is None:
            return super().dispatch_request()
        database = services().database
        opened = database.reading(network_id) if request.method in READS else database.writing(network_id)
        with opened as g.db:
            response = make_response(super().dispatch_request())
            if response.status_code >= 400:
                g.db.rollback()
                g.after_commit.clear()
        g.db = None
        keep_looks(services(), network_id)
        for action in g.after_commit:
            action()
        return response

    def _network_for(self, access: Access) -> uuid.UUID | None:
        """The network to open a session of, after the door was passed; None where the view works without one."""
        if access.door is Door.PUBLIC:
            return None
        if access.door is Door.DRIVER_LINK:
            g.driver = self.driver_door(request) if self.driver_door is not None else None
            if g.driver is None:
                raise LinkNeeded
            network_id: uuid.UUID = g.driver.network_id
            return network_id
        if g.account is None:
            raise SignInNeeded
        if g.account.is_asked_for_second_factor and not g.account.has_second_factor and not access.before_factor:
            raise SecondFactorNeeded
        if access.door is Door.OWN_ACCOUNT:
            return None
        if access.permission is None:
            return g.network.id if g.network is not None else None
        if g.actor is None:
            raise NetworkNeeded
        if not g.actor.may_somewhere(access.permission):
            raise Forbidden("Your role does not open this page. Ask your coordinator if you need it.")
        own: uuid.UUID = g.actor.network_id
        return own


def init_boundary(app: BoundedApp) -> None:
    """Find out who is there before each request, and keep what the geocoder learnt after it."""

    @app.before_request
    def refuse_null() -> None:
        # No keyboard types it, and PostgreSQL takes no text that holds it.
        sent = (*request.args.items(multi=True), *request.form.items(multi=True))
        if "\0" in request.path or any("\0" in name or "\0" in value for name, value in sent):
            abort(400)

    @app.before_request
    def find_out_who() -> None:
        g.account = g.actor = g.network = g.db = g.driver = None
        g.after_commit = []
        g.looks = []
        endpoint = request.endpoint or ""
        if endpoint == "static" or endpoint.endswith(".static"):
            return
        g.account = _account_behind(services())
        if g.account is None:
            # Flask-Login must not believe a cookie whose session has ended.
            if "_user_id" in session or TOKEN in session:
                session.clear()
            forget_old_half_way()
            return
        _choose_network(g.account)

    @app.after_request
    def keep_geocodes(response: Response) -> Response:
        services().save_geocodes()
        return response


def _account_behind(held: Services) -> SignedIn | None:
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    with held.database.unscoped_reading() as reading:
        live = live_session(reading, token, now=now())
        if live is None:
            return None
        found = find_account(reading, account_id=live.account_id)
        memberships = memberships_of(reading, live.account_id)
    if found is None:
        return None
    if live.is_stale:
        with held.database.unscoped_writing() as writing:
            touch_session(writing, live.id, now=now())
    return SignedIn(
        id=found.id,
        email=found.email,
        name=found.name,
        session_id=live.id,
        memberships=memberships,
        has_app=found.totp_secret is not None,
        has_passkey=found.has_passkey,
        is_asked_for_second_factor=held.settings.asks_for_second_factor
        and any(grant.role in ASKED_FOR_SECOND_FACTOR for each in memberships for grant in each.grants),
    )


def _choose_network(signed_in: SignedIn) -> None:
    chosen = next((m for m in signed_in.memberships if str(m.network.id) == session.get(NETWORK)), None)
    if chosen is None and len(signed_in.memberships) == 1:
        chosen = signed_in.memberships[0]
    if chosen is not None:
        g.network = chosen.network
        g.actor = chosen.actor(signed_in.id)
