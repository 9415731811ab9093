"""A parcel at the hub: fetched, not fetched, or back on the shelf because that was a mistake."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.states import OrderState, change
from logistics.domain.vocabulary import Fulfilment
from logistics.domain.week import LONDON
from logistics.persistence.tables import Household, Order
from logistics.queries.collection_list import AT_THE_HUB, collection_day
from logistics.services.audit import note


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCollection:
    """Whose order it was, for which day, and what it is now."""

    ref: str
    day: date
    state: OrderState


def record_collection(
    session: Session, actor: Actor, order_id: uuid.UUID, outcome: OrderState, *, now: datetime
) -> RecordedCollection:
    """Write down what became of an order that waits at a hub; who, when, from and to are kept. Twice the same is harmless.

    Raises NotFound, IllegalTransition (two desks that disagree: the first one counts until it is taken back), and
    RuleBroken for an order that no published plan keeps ready, or before its day.
    """
    actor.require(Permission.RUN_DAY)
    order = session.scalar(select(Order).where(Order.id == order_id).with_for_update())
    if order is None or order.fulfilment is not Fulfilment.COLLECTION:
        raise NotFound("There is no such order to collect. Go back to the day's list.")
    day = collection_day(session, order.id)
    if day is None or order.state not in AT_THE_HUB:
        raise RuleBroken(f"This order is {order.state.value}: it does not wait at a hub. Publish a plan that holds it.")
    if outcome not in AT_THE_HUB:
        raise RuleBroken("At a hub an order is collected, not collected, or ready to collect again.")
    if now.astimezone(LONDON).date() < day:
        raise RuleBroken(f"This order is for {day:%A %-d %B}. Mark it on that day.")
    before = order.state
    order.state = change(before, outcome)
    if before is not outcome:
        note(session, actor, "collection", "order", order.id, now=now, was=before.value, became=outcome.value)
    household = session.get_one(Household, order.household_id)
    return RecordedCollection(ref=household.ref, day=day, state=outcome)
