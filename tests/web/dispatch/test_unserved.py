"""How the board tells who is left out: each household once, its days together, what is shared said once."""

from __future__ import annotations

import uuid
from datetime import date, time

from logistics.domain.vocabulary import Product, UnservedCode
from logistics.queries.plan_rows import UnservedRow
from logistics.queries.rounds_of_week import session_of
from web.dispatch.unserved import UnservedReason, unserved_groups

MON, TUE, WED = date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 2)
HOMES = {ref: uuid.uuid4() for ref in ("H0018", "H0065")}


def row(ref: str, day: date, sentence: str, *, quantity: int = 1, remedy: str = "") -> UnservedRow:
    """A hot meal that nobody gets."""
    return UnservedRow(
        order_id=uuid.uuid4(),
        household_id=HOMES[ref],
        ref=ref,
        product=Product.HOT_MEAL,
        quantity=quantity,
        day=day,
        code=UnservedCode.NO_SAFE_FOOD,
        sentence=sentence,
        remedy=remedy,
        session=session_of(Product.HOT_MEAL, time(12)),
        window_start=time(12),
        latitude=None,
        longitude=None,
    )


def reasons(*rows: UnservedRow) -> tuple[UnservedReason, ...]:
    """Those of the only group, with days."""
    (group,) = unserved_groups(rows, {HOMES["H0018"]: "kosher"}, with_days=True)
    return group.reasons


def test_days_of_one_household_are_told_together() -> None:
    """Where the days differ only in how many dishes were wrong, their common beginning says it."""
    said = "No meal on {} is safe here. Of the dishes offered, {} do not fit."
    help_ = "1 portion on {} that is safe."
    (reason,) = reasons(
        row("H0018", MON, said.format("Monday", 2), remedy=help_.format("Monday")),
        row("H0018", TUE, said.format("Tuesday", 5), remedy=help_.format("Tuesday")),
        row("H0018", WED, said.format("Wednesday", 2), remedy=help_.format("Wednesday")),
    )
    assert [(each.ref, each.what, each.needs) for each in reason.missed] == [
        ("H0018", "1 hot meal on Mon, Tue and Wed", "kosher")
    ]
    assert reason.sentences == ("No meal on these days is safe here.",)
    assert reason.remedies == ("1 portion on each of these days that is safe.",)


def test_reason_that_two_households_share_is_said_once() -> None:
    """Both stand before one sentence, which keeps its day."""
    (reason,) = reasons(row("H0018", MON, "Nobody drives on Monday."), row("H0065", MON, "Nobody drives on Monday."))
    assert [each.ref for each in reason.missed] == ["H0018", "H0065"]
    assert reason.sentences == ("Nobody drives on Monday.",)


def test_different_reasons_of_one_household_are_all_kept() -> None:
    """Nothing true is dropped where sentences begin differently."""
    (reason,) = reasons(row("H0018", MON, "The pot is empty."), row("H0018", TUE, "The road is shut.", quantity=2))
    assert reason.missed[0].what == "1 hot meal on Mon; 2 hot meals on Tue"
    assert reason.sentences == ("The pot is empty.", "The road is shut.")
