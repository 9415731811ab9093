"""Asking for food: a referrer's new household with its first order, a household's own wish, and the coordinator's answer.

What a referrer asks for is confirmed; what a recipient asks for waits until a coordinator, the group or the referrer says
yes. Nothing is half-saved: a household and its first order are stored together.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.states import OrderState, change
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.tables import StandingOrder
from logistics.services.audit import note
from logistics.services.consents import refuses_needs
from logistics.services.household_draft import HouseholdDraft
from logistics.services.households import add_household, load_household
from logistics.services.standing_orders import StandingOrderDraft, add_standing_order

PROBLEM = "There is a problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSaved:
    """What was stored. `is_placed` False: the address is not on the map yet, so no route can reach it."""

    household_id: uuid.UUID
    ref: str
    order_id: uuid.UUID
    state: OrderState
    is_placed: bool


def request_food(
    session: Session,
    actor: Actor,
    household: HouseholdDraft,
    order: StandingOrderDraft,
    *,
    geocoder: Geocoder,
    now: datetime,
) -> RequestSaved:
    """Store a new household and its first standing order, or neither. Raises BadInput with the fields of both, Forbidden.

    Without the household's yes to food support nothing is stored at all. With a no to health and religion only parcels
    can be asked for: what nobody may write down cannot be kept safe from.
    """
    errors: dict[str, str] = {}
    if household.agrees_food is not True:
        errors["agrees_food"] = "Without their yes we cannot keep their address, so we cannot bring food"
    if household.agrees_needs is None:
        errors["agrees_needs"] = "Say whether they agree that we keep what they cannot eat"
    if household.agrees_needs is False and order.product is not None and order.product.is_meal:
        errors["product"] = ONLY_PARCELS
    if errors:
        raise BadInput(PROBLEM, errors)
    saved = add_household(session, actor, household, geocoder=geocoder, now=now)
    session.flush()
    order_id = add_standing_order(session, actor, saved.id, order, now=now)
    return RequestSaved(
        household_id=saved.id, ref=saved.ref, order_id=order_id, state=OrderState.CONFIRMED, is_placed=saved.is_placed
    )


ONLY_PARCELS = "Only parcels are safe while we may not keep what they cannot eat. Choose a parcel"


def request_order(
    session: Session, actor: Actor, household_id: uuid.UUID, draft: StandingOrderDraft, *, now: datetime
) -> OrderState:
    """Ask for one more standing order; returns whether it is confirmed or waits. Raises NotFound, Forbidden, BadInput."""
    load_household(session, actor, household_id, Permission.EDIT_HOUSEHOLD)
    if draft.product is not None and draft.product.is_meal and refuses_needs(session, household_id):
        raise BadInput(PROBLEM, {"product": ONLY_PARCELS})
    order_id = add_standing_order(session, actor, household_id, draft, now=now)
    session.flush()
    order = session.get_one(StandingOrder, order_id)
    return order.state


def answer_request(session: Session, actor: Actor, order_id: uuid.UUID, *, accept: bool, now: datetime) -> uuid.UUID:
    """Confirm or decline a wish that waits. Returns the household's id. Raises NotFound, Forbidden, IllegalTransition."""
    order = session.scalar(select(StandingOrder).where(StandingOrder.id == order_id))
    if order is None:
        raise NotFound("There is no such request here.")
    household = load_household(session, actor, order.household_id, Permission.ADD_HOUSEHOLD)
    order.state = change(order.state, OrderState.CONFIRMED if accept else OrderState.DECLINED)
    action = "request_confirmed" if accept else "request_declined"
    note(session, actor, action, "standing_order", order.id, now=now, household=str(household.id))
    return household.id
