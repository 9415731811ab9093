"""Pages to print for one day: packing list, bag labels, route sheets, collection list. Who printed people's addresses is written down."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.food import Unsafe
from logistics.domain.states import PlanState
from logistics.queries.collection_list import collection_list
from logistics.queries.plan_rows import PlanHead
from logistics.queries.print_sheets import sheets_of_day
from logistics.services.audit import note
from web.context import actor, after_commit, db, now, services
from web.dispatch.blueprint import dispatch
from web.dispatch.paths import asked_plan, day_of, head_of
from web.security.access import allow

PARTS = {"packing": "Packing list", "labels": "Bag labels", "routes": "Route sheets", "collections": "Collection list"}

UNSAFE = {
    Unsafe.WRONG_PRODUCT: "it is not the kind of meal that was ordered",
    Unsafe.ALLERGEN: "it contains what somebody here is allergic to",
    Unsafe.UNDECLARED: "nobody declared its allergens",
    Unsafe.DIET: "it does not fit the household’s diet",
    Unsafe.TEXTURE: "it is not of the texture needed",
    Unsafe.PAST_USE_BY: "it is past its use-by date",
    Unsafe.UNMAPPED_NEED: "a need of the household is not translated yet",
}


@dispatch.get("/print/<week>/<day>")
@allow(Permission.PRINT_SHEETS)
def sheets(week: str, day: str) -> ResponseReturnValue:
    """All sheets of a day, or `?part=packing|labels|routes|collections`, or those of one `?route=B`."""
    head = head_of(week)
    on = day_of(day, head)
    plan = asked_plan(head)
    part = request.args.get("part", "")
    shown = (part,) if part in PARTS else tuple(PARTS)
    fetched = collection_list(db(), on) if plan is not None and plan.state is PlanState.PUBLISHED else None
    if plan is not None and "routes" in shown:
        _note_printing("print_route_sheets", plan, on)
    if plan is not None and fetched is not None and fetched.rows and "collections" in shown:
        _note_printing("print_collection_list", plan, on)
    return render_template(
        "dispatch/sheets.html",
        head=head,
        day=on,
        plan=plan,
        sheets=None if plan is None else sheets_of_day(db(), plan, on),
        fetched=fetched,
        shown=shown,
        parts=PARTS,
        part=part if part in PARTS else "",
        only_route=request.args.get("route", ""),
        unsafe=UNSAFE,
        now=now(),
    )


def _note_printing(action: str, plan: PlanHead, day: date) -> None:
    """Write down who looked at names and addresses, in a session of its own: this one only reads."""
    who, at, database = actor(), now(), services().database

    def write() -> None:
        with database.writing(who.network_id) as session:
            note(session, who, action, "plan_version", plan.id, now=at, day=day.isoformat())

    after_commit(write)
