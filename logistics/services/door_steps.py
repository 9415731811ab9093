"""What the desk does about a door where nobody answered: each step written down once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.no_reply import DoorStep
from logistics.domain.planning import StopKind
from logistics.persistence.tables import DoorStepTaken, Stop
from logistics.queries.door_ladders import door_ladders
from logistics.services.audit import note as audit


def take_door_step(session: Session, actor: Actor, stop_id: uuid.UUID, step: DoorStep, *, now: datetime) -> bool:
    """Write down that it was done; False where somebody had already. Whatever is done also says that the desk knows.

    Raises Forbidden, NotFound, and RuleBroken for a door that stands at something else than "no reply" by now.
    """
    actor.require(Permission.RUN_DAY)
    stop = session.scalar(select(Stop).where(Stop.id == stop_id, Stop.kind == StopKind.DELIVERY).with_for_update())
    if stop is None:
        raise NotFound("There is no such door here. Load the day again.")
    ladder = door_ladders(session, [stop.id], now=now).get(stop.id)
    if ladder is None:
        raise RuleBroken("Nobody waits for an answer at this door any more: the driver has told something else since.")
    if step in ladder.steps:
        return False
    session.add(DoorStepTaken(id=uuid.uuid4(), stop_id=stop.id, step=step, at=now, account_id=actor.account_id))
    audit(session, actor, "door_step", "stop", stop.id, now=now, step=step.value)
    return True
