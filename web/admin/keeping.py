"""How long a network keeps what tells of people: its keeping times, shown and changed."""

from __future__ import annotations

from typing import NamedTuple

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.retention import LONGEST_DAYS, RetentionTimes
from logistics.queries.network import get_network
from logistics.services.retention import set_retention_times
from web.admin.blueprint import admin
from web.context import actor, db, now
from web.forms import Form
from web.security.access import allow


class _Field(NamedTuple):
    name: str
    label: str
    hint: str = ""


FIELDS = (
    _Field(
        "household_days",
        "A household that has stopped",
        "Counted from the day it was closed. Then its people are erased.",
    ),
    _Field("volunteer_days", "A volunteer who no longer drives", "Counted from the day they were closed."),
    _Field("case_days", "A concern and its follow-up", "Counted from its closing. Six years are 2190 days."),
    _Field("call_days", "What was said in a welfare call"),
    _Field("note_days", "A driver’s note about a stop"),
    _Field("link_days", "A driver’s link that is over"),
    _Field("session_days", "A sign-in that has ended"),
    _Field("mail_days", "A message that was sent"),
    _Field("place_days", "Where an address lies, looked up for a map"),
    _Field("photo_days", "A photo of a label"),
)


@admin.get("/keeping-times")
@allow(Permission.ERASE_PERSON)
def keeping_times() -> ResponseReturnValue:
    """The times as they stand."""
    held = RetentionTimes.from_settings(get_network(db(), actor().network_id).settings)
    return _page(Form.showing(**held.to_settings()))


@admin.post("/keeping-times")
@allow(Permission.ERASE_PERSON)
def change_keeping_times() -> ResponseReturnValue:
    """Change them, or show the form again."""
    form = Form.of_request()
    try:
        days = {each.name: form.whole(each.name, low=1, high=LONGEST_DAYS, what="The days") for each in FIELDS}
        form.check()
        set_retention_times(db(), actor(), RetentionTimes(**days), now=now())
    except BadInput as wrong:
        return _page(form.refused(wrong)), 422
    flash("Saved. What is over by these times goes within the hour.")
    return redirect(url_for("admin.keeping_times"), 303)


def _page(form: Form) -> str:
    return render_template("admin/keeping.html", form=form, fields=FIELDS)
