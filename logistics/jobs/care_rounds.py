"""The rounds that look after people's follow-ups: overdue ones are passed on, and mail that waits is sent.

All that it goes by stands in rows, so a process that dies loses nothing, and any number may look at once: a rung is taken once, a
mail is held by one sender at a time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput
from logistics.domain.outbox import MessageFault
from logistics.gateways.care_mail import mail_about
from logistics.gateways.clock import Clock
from logistics.gateways.mail import Mail, MailError
from logistics.persistence.database import Database
from logistics.queries.escalations import overdue_follow_ups
from logistics.services.escalations import escalate_follow_up
from logistics.services.outbox import ClaimedMessage, claim_message, mail_waits, record_fault, record_sent

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
STOP_WITHIN_S = 20.0
MOST_MAILS = 100
"""Mails of one round, so that the next look for overdue follow-ups is never far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one round did: rungs taken, mails sent, mails not taken by the server."""

    rungs: int
    sent: int
    not_sent: int


class CareRounds:
    """Looks after the follow-ups and the mail of every network."""

    def __init__(
        self, database: Database, mail: Mail, *, clock: Clock, base_url: str, look_every_s: float = LOOK_EVERY_S
    ) -> None:
        self._database = database
        self._mail = mail
        self._clock = clock
        self._base_url = base_url
        self._look_every_s = look_every_s
        self._stopping = threading.Event()

    def look_round(self) -> Looked:
        """One round: first who is overdue, then the mail, so that what a rung causes goes out at once."""
        rungs = self._pass_on()
        sent, not_sent = self._send()
        return Looked(rungs=rungs, sent=sent, not_sent=not_sent)

    @contextmanager
    def going_round(self) -> Iterator[None]:
        """Look every few seconds, in a thread of its own, while the block runs: a slow mail server holds up no planning."""
        thread = threading.Thread(target=self._turn, name="care-rounds", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(STOP_WITHIN_S)

    def _turn(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look_round()
            except SQLAlchemyError as error:
                log.warning("Follow-ups could not be looked after: %s", type(error).__name__)
            self._stopping.wait(self._look_every_s)

    def _pass_on(self) -> int:
        now = self._clock.now()
        with self._database.unscoped_reading() as session:
            overdue = overdue_follow_ups(session, now=now)
        taken = 0
        for each in overdue:
            with self._database.writing(each.network_id) as session:
                escalated = escalate_follow_up(session, Actor.system(each.network_id), each.follow_up_id, now=now)
            for rung, told in zip(escalated.rungs, escalated.told, strict=True):
                log.info("Follow-up %s: %s, %d told", each.follow_up_id, rung.value, told)
            taken += len(escalated.rungs)
        return taken

    def _send(self) -> tuple[int, int]:
        sent = not_sent = 0
        with self._database.unscoped_reading() as session:
            waits = mail_waits(session, now=self._clock.now())
        while waits and sent + not_sent < MOST_MAILS and not self._stopping.is_set():
            with self._database.unscoped_writing() as session:
                claimed = claim_message(session, now=self._clock.now())
            if claimed is None:
                break
            fault = self._fault_of(claimed)
            with self._database.unscoped_writing() as session:
                if fault is None:
                    record_sent(session, claimed, now=self._clock.now())
                else:
                    record_fault(session, claimed, fault, now=self._clock.now())
            sent += fault is None
            not_sent += fault is not None
        return sent, not_sent

    def _fault_of(self, message: ClaimedMessage) -> MessageFault | None:
        """Why it was not sent, or None when it was."""
        if message.address is None:
            log.warning("Mail %s is given up: its account is closed", message.id)
            return MessageFault.ACCOUNT_CLOSED
        try:
            self._mail.send(
                mail_about(
                    message.kind,
                    message_id=message.id,
                    follow_up_id=message.follow_up_id,
                    address=message.address,
                    base_url=self._base_url,
                )
            )
        except BadInput:
            log.warning("Mail %s is given up: its account has no address that mail can be sent to", message.id)
            return MessageFault.NO_ADDRESS
        except MailError as error:
            log.warning("Mail %s was not taken: %s", message.id, type(error.__cause__).__name__)
            return MessageFault.NOT_TAKEN
        log.info("Mail %s was sent", message.id)
        return None
