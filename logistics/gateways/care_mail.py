"""The words of a mail about a follow-up. They hold nothing about anybody: who gets one signs in to read."""

from __future__ import annotations

import uuid

from logistics.domain.outbox import MessageKind
from logistics.gateways.mail import Message

_SUBJECTS = {
    MessageKind.CONCERN_WAITS: "A concern is waiting for you",
    MessageKind.FOLLOW_UP_WAITS: "A follow-up is waiting",
    MessageKind.FOLLOW_UP_OVERDUE: "A follow-up is overdue",
    MessageKind.PASSED_TO_YOU: "A follow-up was passed to you",
    MessageKind.GIVEN_TO_YOU: "A follow-up was given to you",
}
_SAYS = {
    MessageKind.CONCERN_WAITS: "A concern is waiting. Sign in, read it, and press “I have it”: until somebody does, whoever raised it is asked to ring.",
    MessageKind.FOLLOW_UP_WAITS: "Nobody answered the door at a household marked at risk. Sign in and press “I have it”.",
    MessageKind.FOLLOW_UP_OVERDUE: "A follow-up has passed its deadline. Sign in, and write down what was done or take it on yourself.",
    MessageKind.PASSED_TO_YOU: "Somebody who follows up passed this on to the safeguarding lead. Sign in and press “I have it”.",
    MessageKind.GIVEN_TO_YOU: "Somebody gave you a follow-up. Sign in to read it.",
}


def mail_about(
    kind: MessageKind, *, message_id: uuid.UUID, follow_up_id: uuid.UUID, address: str, base_url: str
) -> Message:
    """The mail of this kind, with the address of the page."""
    return Message(
        id=message_id,
        to=address,
        subject=f"Food Rounds: {_SUBJECTS[kind].lower()}",
        text=(
            f"{_SAYS[kind]}\n\n{base_url}/follow-ups/{follow_up_id}\n\n"
            "This mail says nothing about anybody, on purpose. In danger: 999.\n"
        ),
    )
