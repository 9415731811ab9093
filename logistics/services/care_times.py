"""Keep a network's times of follow-ups: what is opened or written down from then on goes by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care_times import KEY, CareTimes
from logistics.persistence.tables import Network
from logistics.services import audit


def set_care_times(session: Session, actor: Actor, times: CareTimes, *, now: datetime) -> None:
    """Replace them all. Deadlines that are set already stay; when an overdue one is passed on follows the new times. Raises Forbidden."""
    actor.require(Permission.SET_CARE_TIMES)
    network = session.get_one(Network, actor.network_id, with_for_update=True)
    network.settings = {**network.settings, KEY: times.to_settings()}
    audit.note(session, actor, "change", "care_times", network.id, now=now, **times.to_settings())
