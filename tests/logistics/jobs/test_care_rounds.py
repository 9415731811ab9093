"""Overdue follow-ups are passed on, rung by rung, each once; mail that waits reaches a real mail server, or is tried again."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.domain.care import LookAgain
from logistics.domain.outbox import GIVE_UP_AFTER, MessageFault
from logistics.domain.states import FollowUpState
from logistics.domain.vocabulary import Role
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, FollowUp, FollowUpEntry, Network
from logistics.queries.escalations import mail_is_stuck, told_of
from logistics.services.follow_ups import FollowUpStep, give_follow_up, take_follow_up, write_step
from tests.logistics.care_world import CANARY, DUE, CareWorld
from tests.mail_server import SmtpServer, smtp_server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """A mail server on loopback."""
    with smtp_server() as running:
        yield running


@pytest.fixture
def world(database: Database, server: SmtpServer) -> CareWorld:
    """A network with one account of each role, on SQLite and on PostgreSQL."""
    world = CareWorld(database, port=server.port)
    world.everybody()
    return world


def look_at(world: CareWorld, minutes: float) -> None:
    """Two rounds of two processes, so many minutes after the deadline."""
    world.clock.set(DUE + timedelta(minutes=minutes))
    for _ in range(2):
        world.rounds().look_round()
        world.rounds().look_round()


def test_every_rung_under_a_fixed_clock(world: CareWorld, server: SmtpServer) -> None:
    """Nothing a second early; at each time one mail to the right people; looking again adds nothing; from LEAD on it is escalated."""
    task_id = world.follow_up()
    seen: list[tuple[float, list[str]]] = []
    before = 0
    for minutes in (-60, -0.02, 0, 14.98, 15, 29.98, 30, 59.98, 60, 600, 6_000):
        look_at(world, minutes)
        addresses = server.addresses
        seen.append((minutes, addresses[before:]))
        before = len(addresses)
    assert [(minutes, told) for minutes, told in seen if told] == [
        (0, ["support_worker@example.org"]),
        (15, ["safeguarding_lead@example.org"]),
        (30, ["safeguarding_deputy@example.org"]),
        (60, ["coordinator@example.org"]),
    ]
    assert world.rungs() == ["owner", "lead", "deputy", "coordinator"]
    with world.database.reading(world.network_id) as session:
        found = session.get_one(FollowUp, task_id)
        entries = session.scalars(select(FollowUpEntry)).all()
        assert (found.state, [entry.state for entry in entries]) == (FollowUpState.ESCALATED, [FollowUpState.ESCALATED])
        assert entries[0].at == DUE + timedelta(minutes=15)
        trail = [line.details["rung"] for line in session.scalars(select(AuditEvent).order_by(AuditEvent.at))]
        assert trail == ["owner", "lead", "deputy", "coordinator"]
        assert [(row.told, row.sent, row.waiting) for row in told_of(session, task_id)] == [(1, 1, 0)] * 4


def test_times_are_the_networks_own(world: CareWorld) -> None:
    """A network that passes on after a minute has the lead told after a minute."""
    world.follow_up()
    with world.database.writing(world.network_id) as session:
        session.get_one(Network, world.network_id).settings = {"care": {"lead_after_s": 60}}
    look_at(world, 1)
    assert world.rungs() == ["owner", "lead"]


def test_rungs_missed_while_nothing_ran_are_taken_at_once(world: CareWorld, server: SmtpServer) -> None:
    """A worker that was down overnight tells everybody when it is back, each once."""
    world.follow_up()
    look_at(world, 9 * 60)
    assert world.rungs() == ["owner", "lead", "deputy", "coordinator"]
    assert Counter(server.addresses).most_common(1)[0][1] == 1


def test_whoever_has_it_is_reminded_alone(world: CareWorld, server: SmtpServer) -> None:
    """Not every support worker; and one whose account was closed does not count as having it."""
    owner = world.account(Role.SUPPORT_WORKER, "owner@example.org")
    world.follow_up(owner_id=owner)
    gone = world.account(Role.SUPPORT_WORKER, "gone@example.org", active=False)
    world.follow_up(owner_id=gone)
    look_at(world, 0)
    assert Counter(server.addresses) == {"owner@example.org": 2, "support_worker@example.org": 1}


def test_what_is_written_down_starts_the_ladder_anew(world: CareWorld) -> None:
    """A step sets the next deadline, by urgency or as chosen; the rungs of that one are taken again, each once."""
    task_id = world.follow_up()
    look_at(world, 20)
    actor = world.actor(Role.SUPPORT_WORKER)
    step = FollowUpStep(
        id=uuid.uuid4(), state=FollowUpState.CONTACT_ATTEMPTED, note="rang", look_again=LookAgain.HOURS_4
    )
    with world.database.writing(world.network_id) as session:
        write_step(session, actor, task_id, step, now=world.clock.now())
        assert session.get_one(FollowUp, task_id).due_at == DUE + timedelta(minutes=20, hours=4)
    look_at(world, 200)
    assert world.rungs() == ["owner", "lead"]
    look_at(world, 20 + 240)
    assert world.rungs() == ["owner", "owner", "lead"]


def test_taking_an_overdue_one_on_stops_the_ladder(world: CareWorld) -> None:
    """Whoever takes it on after the deadline gets the time of its urgency; before the deadline nothing moves."""
    task_id = world.follow_up()
    lead = world.account(Role.SAFEGUARDING_LEAD, "second-lead@example.org")
    with world.database.writing(world.network_id) as session:
        take_follow_up(session, world.actor(Role.SAFEGUARDING_LEAD, lead), task_id, now=DUE - timedelta(minutes=1))
        assert session.get_one(FollowUp, task_id).due_at == DUE
    look_at(world, 16)
    with world.database.writing(world.network_id) as session:
        take_follow_up(session, world.actor(Role.SAFEGUARDING_LEAD, lead), task_id, now=world.clock.now())
        found = session.get_one(FollowUp, task_id)
        assert (found.state, found.due_at) == (FollowUpState.ASSIGNED, DUE + timedelta(minutes=16, hours=4))
    look_at(world, 60)
    assert world.rungs() == ["owner", "lead"]


def test_closed_ones_are_left_alone(world: CareWorld, server: SmtpServer) -> None:
    """Nobody is told of what is over."""
    world.follow_up(state=FollowUpState.DUPLICATE)
    look_at(world, 600)
    assert (world.rungs(), server.addresses) == ([], [])


def test_given_to_somebody_else(world: CareWorld, server: SmtpServer) -> None:
    """They are told by mail, it is confirmed, and nobody can be given what they may not read."""
    task_id = world.follow_up()
    dispatcher = world.account(Role.DISPATCHER)
    worker = world.account(Role.SUPPORT_WORKER, "other@example.org")
    actor = world.actor(Role.COORDINATOR, world.account(Role.COORDINATOR, "me@example.org"))
    with world.database.writing(world.network_id) as session:
        with pytest.raises(Exception, match="problem"):
            give_follow_up(session, actor, task_id, dispatcher, now=world.clock.now())
        for _ in range(2):
            give_follow_up(session, actor, task_id, worker, now=world.clock.now())
        found = session.get_one(FollowUp, task_id)
        assert (found.owner_id, found.confirmed_at, found.state) == (worker, world.clock.now(), FollowUpState.ASSIGNED)
    world.rounds().look_round()
    assert server.addresses == ["other@example.org"]


def test_restricted_ones_reach_lead_and_deputy_alone(world: CareWorld, server: SmtpServer) -> None:
    """At every rung, whatever its name: no support worker and no coordinator hears that it is there."""
    world.follow_up(is_restricted=True, household_id=None)
    for minutes in (0, 15, 30, 60):
        look_at(world, minutes)
    assert Counter(server.addresses) == {"safeguarding_lead@example.org": 4, "safeguarding_deputy@example.org": 4}


def test_mail_says_nothing_about_anybody(
    world: CareWorld, server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    """No name, address or phone in subject, text or log; the address of the page, which asks to sign in."""
    caplog.set_level(logging.DEBUG)
    task_id = world.follow_up()
    look_at(world, 60)
    assert server.kept
    for raw in server.kept:
        for word in (*CANARY.split(), "Row", "SE16", "900123"):
            assert word.encode() not in raw
        assert f"https://rounds.example.org/follow-ups/{task_id}".encode() in raw
    assert "example.org" not in caplog.text
    assert CANARY not in caplog.text


def test_many_processes_take_each_rung_once(world: CareWorld, server: SmtpServer) -> None:
    """Four at the same moment on five overdue follow-ups: one row for each rung, one mail for each person and rung."""
    for _ in range(5):
        world.follow_up()
    world.clock.set(DUE + timedelta(minutes=60))
    start = threading.Barrier(4)
    failed: list[BaseException] = []

    def one() -> None:
        try:
            rounds = world.rounds()
            start.wait(20)
            rounds.look_round()
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert Counter(world.rungs()) == {"owner": 5, "lead": 5, "deputy": 5, "coordinator": 5}
    assert set(Counter(server.addresses).values()) == {5}
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails) == 20


def test_mail_server_that_is_down_is_tried_again(world: CareWorld, server: SmtpServer) -> None:
    """After 30 s, 90 s, 210 s and so on, and the mail arrives once it is back; the pages say meanwhile that mail is stuck."""
    world.follow_up()
    server.refuse = b"451 try later\r\n"
    world.clock.set(DUE)
    tried = []
    for second in range(0, 601, 10):
        world.clock.set(DUE + timedelta(seconds=second))
        if world.rounds().look_round().not_sent:
            tried.append(second)
    assert tried == [0, 30, 90, 210, 450]
    with world.database.reading(world.network_id) as session:
        assert mail_is_stuck(session, now=world.clock.now())
    server.refuse = b""
    world.clock.set(DUE + timedelta(seconds=930))
    world.rounds().look_round()
    assert server.addresses.count("support_worker@example.org") == 1
    with world.database.reading(world.network_id) as session:
        assert not mail_is_stuck(session, now=world.clock.now())


def test_mail_is_given_up_at_last(world: CareWorld, server: SmtpServer) -> None:
    """After two days of refusals; and at once for an account that was closed meanwhile or has no address."""
    world.follow_up()
    look_at(world, -1)
    server.refuse = b"550 no\r\n"
    look_at(world, 0)
    world.clock.advance(GIVE_UP_AFTER)
    world.rounds().look_round()
    (owner,) = [mail for mail in world.mails() if mail.made_at == DUE]
    assert (owner.fault, owner.sent_at, owner.next_try_at) == (MessageFault.NOT_TAKEN, None, None)
    assert owner.gave_up_at == DUE + GIVE_UP_AFTER


def test_account_without_an_address_is_given_up_at_once(world: CareWorld, server: SmtpServer) -> None:
    """Trying again would not help, and the others get theirs."""
    world.account(Role.SUPPORT_WORKER, "not an address")
    world.follow_up()
    look_at(world, 0)
    assert Counter(mail.fault for mail in world.mails()) == {MessageFault.NO_ADDRESS: 1, None: 1}
    assert server.addresses == ["support_worker@example.org"]


def test_killed_while_sending_it_is_sent_again(world: CareWorld, server: SmtpServer) -> None:
    """kill -9 between the server's taking it and our note of it: nobody sends it while it is claimed, then once more, the same mail."""
    world.follow_up()
    server.goes_on.clear()
    url = world.database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.logistics.jobs.care_process", url, str(world.port), DUE.isoformat()]
    process = subprocess.Popen(command, cwd=ROOT)
    deadline = time.monotonic() + 60
    while not server.kept and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=20) == -signal.SIGKILL
    server.goes_on.set()
    assert len(server.kept) == 1
    look_at(world, 1)
    assert len(server.kept) == 1
    look_at(world, 3)
    assert [mail["Message-ID"] for mail in server.mails] == [server.mails[0]["Message-ID"]] * 2
    (mail,) = world.mails()
    assert (mail.attempts, mail.sent_at) == (2, DUE + timedelta(minutes=3))
    assert world.rungs() == ["owner"]


def test_rounds_go_by_themselves_and_stop(world: CareWorld, server: SmtpServer) -> None:
    """In a thread of their own while a worker runs; nothing runs after it."""
    world.follow_up()
    world.clock.set(DUE)
    with world.rounds().going_round():
        deadline = time.monotonic() + 30
        while not server.kept and time.monotonic() < deadline:
            time.sleep(0.02)
    assert server.addresses == ["support_worker@example.org"]
    assert not [thread for thread in threading.enumerate() if thread.name == "care-rounds"]
