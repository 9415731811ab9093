"""The households somebody asks for: those a referrer referred, a group looks after, or a recipient's own; and what waits."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Frequency, Product
from logistics.domain.weekdays import Weekday
from logistics.persistence.tables import Household, Pause, Site, StandingOrder
from logistics.queries.household_scope import may_with, within_reach
from logistics.queries.households import household_matches

LISTED = 300
PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class WishView:
    """A standing order in a line: what, how many, when."""

    id: uuid.UUID
    product: Product
    quantity: int
    days: tuple[Weekday, ...]
    frequency: Frequency
    state: OrderState

    @property
    def words(self) -> str:
        """`2 hot meals on Monday and Wednesday, every two weeks`."""
        on = [day.label for day in self.days]
        joiner = " or " if self.product is Product.PARCEL else " and "
        listed = ", ".join(on[:-1]) + joiner + on[-1] if len(on) > 1 else "".join(on)
        often = ", every two weeks" if self.frequency is Frequency.FORTNIGHTLY else ""
        return f"{self.product.counted(self.quantity)} on {listed}{often}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHousehold:
    """One line of the list. `paused_until`: nothing comes until after that day."""

    id: uuid.UUID
    ref: str
    contact_name: str
    people: int
    is_placed: bool
    is_to_clarify: bool
    paused_until: date | None
    wishes: tuple[WishView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHouseholdList:
    """One page of the list, and how many there are in all."""

    rows: tuple[OwnHousehold, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRequest:
    """A wish that waits for somebody's yes."""

    order: WishView
    household_id: uuid.UUID
    ref: str
    contact_name: str


def own_households(session: Session, actor: Actor, *, words: str = "", page: int = 1, today: date) -> OwnHouseholdList:
    """The households in reach whose name, number, postcode, street or end of phone matches, by name; 25 a page.

    Each comes with what it is asked for and whether it is paused today.
    """
    chosen = (
        select(Household)
        .join(Site, Site.id == Household.site_id)
        .where(within_reach(actor, Permission.SEE_REQUESTS), Household.is_active)
    )
    if words.strip():
        chosen = chosen.where(household_matches(words))
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Household.id).subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    found = session.scalars(
        chosen.options(selectinload(Household.site), selectinload(Household.needs))
        .order_by(Household.contact_name, Household.ref)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return OwnHouseholdList(rows=_rows(session, found, today), total=total, page=page)


def _rows(session: Session, households: Sequence[Household], today: date) -> tuple[OwnHousehold, ...]:
    ids = [household.id for household in households]
    wishes = _wishes(session, ids, today)
    paused = _paused(session, ids, today)
    return tuple(
        OwnHousehold(
            id=household.id,
            ref=household.ref,
            contact_name=household.contact_name,
            people=household.adults + household.children,
            is_placed=household.site.latitude is not None,
            is_to_clarify=bool(household.needs and household.needs.unmapped),
            paused_until=paused.get(household.id),
            wishes=tuple(wishes[household.id]),
        )
        for household in households
    )


def waiting_requests(session: Session, actor: Actor) -> tuple[WaitingRequest, ...]:
    """Wishes that this actor may say yes or no to, the oldest start first."""
    rows = session.execute(
        select(StandingOrder, Household)
        .join(Household, Household.id == StandingOrder.household_id)
        .where(
            StandingOrder.state == OrderState.SUBMITTED,
            Household.is_active,
            within_reach(actor, Permission.ADD_HOUSEHOLD),
        )
        .order_by(StandingOrder.starts_on, Household.contact_name)
        .limit(LISTED)
    ).all()
    return tuple(
        WaitingRequest(
            order=wish_view(order), household_id=household.id, ref=household.ref, contact_name=household.contact_name
        )
        for order, household in rows
        if may_with(actor, Permission.ADD_HOUSEHOLD, household)
    )


def _wishes(session: Session, ids: list[uuid.UUID], today: date) -> dict[uuid.UUID, list[WishView]]:
    found: dict[uuid.UUID, list[WishView]] = defaultdict(list)
    rows = session.scalars(
        select(StandingOrder)
        .where(
            StandingOrder.household_id.in_(ids),
            StandingOrder.state.in_((OrderState.CONFIRMED, OrderState.SUBMITTED, OrderState.ON_HOLD)),
            or_(StandingOrder.ends_on.is_(None), StandingOrder.ends_on >= today),
        )
        .order_by(StandingOrder.product, StandingOrder.starts_on)
    )
    for row in rows:
        found[row.household_id].append(wish_view(row))
    return found


def wish_view(row: StandingOrder) -> WishView:
    """A standing order in a line."""
    return WishView(
        id=row.id,
        product=row.product,
        quantity=row.quantity,
        days=tuple(day for day in Weekday if day in row.days),
        frequency=row.frequency,
        state=row.state,
    )


def _paused(session: Session, ids: list[uuid.UUID], today: date) -> dict[uuid.UUID, date]:
    rows = session.execute(
        select(Pause.household_id, Pause.ends_on)
        .where(Pause.household_id.in_(ids), Pause.starts_on <= today, Pause.ends_on >= today)
        .order_by(Pause.ends_on)
    ).all()
    return {row.household_id: row.ends_on for row in rows}
