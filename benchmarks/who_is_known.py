"""Whether an answer, or the time it takes, tells that an address has an account: signing in, and inviting.

    python -m benchmarks.who_is_known [TIMES]

Each kind of address is tried in turn, another one first each time, so that whatever else the machine does falls on all of
them. Beside the time that passed stands the processor's, which a busy machine changes less. It ends with 1 where bodies
differ, or where the processor's median is more than a tenth away from that of addresses with an account.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf

from logistics.bootstrap import Services, build_services
from logistics.domain.vocabulary import Role
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Account, Membership, Network
from logistics.services.passwords import hash_password
from logistics.services.sessions import start_session
from logistics.settings import Settings
from web import create_app
from web.security.boundary import BoundedApp

TIMES = 60
WRONG = "not the right one"
MOST_APART = 0.10
KINDS = ("known", "unknown", "closed", "no password")
_CHANGES = re.compile(r'(nonce|value|content)="[^"]*"|[\w.-]+@people\.example')


class Tried(NamedTuple):
    """One try: milliseconds that passed, those of the processor, and the answer without what differs in every answer."""

    spent_ms: float
    work_ms: float
    said: tuple[int, str]


def fill(held: Services, times: int) -> dict[str, list[str]]:
    """As many addresses of each kind as are tried, for an account that is tried often is locked for a while; by kind."""
    hashed = hash_password("plum-kettle-heron-oak")
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    with held.database.unscoped_writing() as session:
        for number in range(times):
            for kind in KINDS:
                email = f"{kind.replace(' ', '-')}-{number:04d}@people.example"
                found[kind].append(email)
                if kind != "unknown":
                    session.add(
                        Account(
                            email=email,
                            password=None if kind == "no password" else hashed,
                            active=kind != "closed",
                            fs_uniquifier=uuid.uuid4().hex,
                            made_at=datetime.now(UTC),
                        )
                    )
    return found


def coordinator(app: BoundedApp, held: Services) -> FlaskClient:
    """Somebody who may invite, signed in."""
    network_id, account_id = uuid.uuid4(), uuid.uuid4()
    with held.database.unscoped_writing() as session:
        session.add(Network(id=network_id, slug="riverside", name="Riverside"))
        session.add(Account(id=account_id, email="me@x.example", fs_uniquifier="me", made_at=datetime.now(UTC)))
        session.flush()
        session.add(Membership(network_id=network_id, account_id=account_id, role=Role.COORDINATOR))
        token = start_session(session, account_id, now=held.clock.now())
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["account_session"] = token
    return client


def csrf_of(app: BoundedApp, client: FlaskClient) -> str:
    """A token that this browser's session takes."""
    with app.test_request_context() as context:
        token: str = generate_csrf()
        raw = context.session["csrf_token"]
    with client.session_transaction() as kept:
        kept["csrf_token"] = raw
    return token


def post(app: BoundedApp, client: FlaskClient, path: str, number: int, **fields: str) -> Tried:
    """Send a form from an address of its own."""
    sent = {"csrf_token": csrf_of(app, client), **fields}
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.post(path, data=sent, environ_base={"REMOTE_ADDR": f"10.0.{number // 200}.{number % 200 + 1}"})
    spent, work = time.perf_counter() - begun, time.process_time() - worked
    return Tried(spent * 1000, work * 1000, (answer.status_code, _CHANGES.sub("", answer.text)))


def compare(name: str, kinds: dict[str, list[str]], ask: Callable[[str, int], Tried]) -> bool:
    """Try them all, print the medians; whether nothing tells them apart."""
    tried: dict[str, list[Tried]] = {kind: [] for kind in KINDS}
    for number in range(len(kinds["known"])):
        first = number % len(KINDS)
        for place, kind in enumerate((*KINDS[first:], *KINDS[:first])):
            tried[kind].append(ask(kinds[kind][number], number * len(KINDS) + place))
    known = statistics.median(each.work_ms for each in tried["known"])
    words = {each.said for each in tried["known"]}
    is_same = len(words) == 1
    for kind in KINDS:
        spent = statistics.median(each.spent_ms for each in tried[kind])
        work = statistics.median(each.work_ms for each in tried[kind])
        apart = work / known - 1
        same_words = {each.said for each in tried[kind]} == words
        is_same &= same_words and abs(apart) <= MOST_APART
        sys.stdout.write(
            f"{name:10} {kind:12} {len(tried[kind]):4} tries  median {spent:7.1f} ms, processor {work:7.1f} ms "
            f"{apart:+6.1%}  {'same answer' if same_words else 'ANOTHER ANSWER'}\n"
        )
    return is_same


def main(times: int) -> int:
    """Measure on a database of its own, which goes with it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"ROUNDS_HOME": folder})
        upgrade_schema(settings.database_url)
        held = build_services(settings)
        try:
            app = create_app(held)
            kinds = fill(held, times)
            signs_in = compare(
                "sign-in",
                kinds,
                lambda email, number: post(app, app.test_client(), "/sign-in", number, email=email, password=WRONG),
            )
            desk = coordinator(app, held)
            invites = compare(
                "invitation",
                {kind: kinds[kind][: min(times, 50)] for kind in KINDS},
                lambda email, number: post(app, desk, "/invitations/new", number, email=email, role="dispatcher"),
            )
        finally:
            held.close()
    return 0 if signs_in and invites else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES))
