"""What the desk's addresses hold: a week, a day of it, a version of its plan."""

from __future__ import annotations

from datetime import date

from flask import request

from logistics.domain.errors import NotFound
from logistics.domain.week import IsoWeek
from logistics.queries.plan_rows import PlanHead
from logistics.queries.plan_view import current_of
from logistics.queries.week_board import WeekHead, week_head
from web.context import db


def head_of(text: str) -> WeekHead:
    """The week of an address, `2026-W49`. Raises BadInput for what is no week."""
    return week_head(db(), IsoWeek.parse(text))


WHOLE_WEEK = "all"


def asked_day(head: WeekHead) -> date | None:
    """The day in `?day=`, or None for the whole week. Raises NotFound for a day of another week."""
    text = request.args.get("day", "")
    return day_of(text, head) if text and text != WHOLE_WEEK else None


def asked_whole_week() -> bool:
    """Whether all days are to be on one map: only where somebody chose that."""
    return request.args.get("day") == WHOLE_WEEK


def day_of(text: str, head: WeekHead) -> date:
    """A date of an address, `2026-12-02`. Raises NotFound unless it is a date of this week."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotFound(f"“{text[:40]}” is not a date. Go back to the week and choose one of its days.") from None
    if day not in head.week.days:
        raise NotFound("That day lies in another week. Go back to the week and choose one of its days.")
    return day


def asked_plan(head: WeekHead) -> PlanHead | None:
    """The version in `?version=`, else the current one; None while there is no plan. Raises NotFound."""
    text = request.args.get("version", "")
    if not text:
        return current_of(head.plans)
    found = next((plan for plan in head.plans if str(plan.number) == text), None)
    if found is None:
        raise NotFound("There is no such version of this week's plan. Go back to the week.")
    return found
