"""Referrals: a form that a resident sent waits for a coordinator; what a household is entitled to, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from logistics.domain.states import ReferralState
from logistics.domain.vocabulary import Product

MOST_LETTERS = 500
"""Of a question, an answer or a reason."""
MOST_A_WEEK = 140
SOON = timedelta(days=14)
"""How long before its end a referrer sees that a household is ending."""


LABELS = {
    ReferralState.WAITING: "Waits for an answer",
    ReferralState.ASKED: "A question is open",
    ReferralState.ACCEPTED: "Accepted",
    ReferralState.DECLINED: "Declined",
}
OPEN = (ReferralState.WAITING, ReferralState.ASKED)
"""The states of a form that somebody still has to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """How much a household may have in a week, and until which day. None: no limit."""

    meals_a_week: int | None = None
    parcels_a_week: int | None = None
    until: date | None = None

    def limit_of(self, product: Product) -> int | None:
        """How many of this product in a week."""
        return self.meals_a_week if product.is_meal else self.parcels_a_week


def entitlement_words(held: Entitlement) -> str:
    """`5 meals and 1 parcel a week, until 17/12/2026`; `No limit`."""
    parts = [
        f"{limit} {what}{'' if limit == 1 else 's'}"
        for limit, what in ((held.meals_a_week, "meal"), (held.parcels_a_week, "parcel"))
        if limit is not None
    ]
    amount = f"{' and '.join(parts)} a week" if parts else "no limit"
    end = f", until {held.until:%d/%m/%Y}" if held.until else ""
    return (amount + end)[:1].upper() + (amount + end)[1:]


def earlier(first: date | None, second: date | None) -> date | None:
    """The earlier of two last days; None is never."""
    return min((day for day in (first, second) if day is not None), default=None)


def in_a_week(product: Product, quantity: int, days: int) -> int:
    """How much an order is in a week in which it falls due: a meal on each of its days, a parcel on one of them."""
    return quantity * days if product.is_meal else quantity
