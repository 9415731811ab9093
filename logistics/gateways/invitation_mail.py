"""The mail that invites somebody: the same words whether the address has an account or none."""

from __future__ import annotations

import uuid

from logistics.gateways.mail import Message


def invitation_mail(
    address: str, *, network: str, role: str, link: str, last_day: str, message_id: uuid.UUID
) -> Message:
    """The mail with its link. `role` in words; `last_day`: until when the link opens, in words."""
    return Message(
        id=message_id,
        to=address,
        subject=f"Food Rounds: {network} invites you",
        text=(
            f"{network} invites you to work with them in Food Rounds, as {role}.\n\n"
            f"Open this link to say yes:\n\n{link}\n\n"
            f"It works once, until {last_day}. It is for you alone: do not pass it on.\n\n"
            "You did not expect this? Do nothing, and nothing happens.\n"
        ),
    )
