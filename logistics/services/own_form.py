"""Whether people may ask a network for food themselves, and the number that anybody may ring."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput
from logistics.persistence.tables import Network
from logistics.services.audit import note
from logistics.services.phones import tidy_phone

PROBLEM = "There is a problem"


def set_own_form(session: Session, actor: Actor, *, is_open: bool, public_phone: str, now: datetime) -> None:
    """Open or close the network's form for residents, and store its public number (or none).

    Raises Forbidden, BadInput for what is no number, and for the on-call phone: it is kept free for the road.
    """
    actor.require(Permission.EDIT_NETWORK)
    network = session.scalars(select(Network).where(Network.id == actor.network_id).with_for_update()).one()
    errors: dict[str, str] = {}
    phone = tidy_phone(public_phone, errors, field="public_phone")
    if phone and phone == network.on_call_phone:
        errors["public_phone"] = "This is the on-call phone. Enter a number that may be busy without harm, or none"
    if errors:
        raise BadInput(PROBLEM, errors)
    if (is_open, phone) == (network.takes_own_forms, network.public_phone):
        return
    note(
        session,
        actor,
        "own_form_set",
        "network",
        network.id,
        now=now,
        is_open=is_open,
        was_open=network.takes_own_forms,
        has_phone=bool(phone),
        phone_changed=phone != network.public_phone,
    )
    network.takes_own_forms, network.public_phone = is_open, phone
