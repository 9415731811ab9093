"""How long things may wait: a network's times of follow-ups, shown and changed."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.care_times import CareTimes
from logistics.domain.errors import BadInput
from logistics.queries.care_people import care_times
from logistics.services.care_times import set_care_times
from web.care.blueprint import care
from web.context import actor, db, now
from web.forms import Form
from web.security.access import allow

MINUTE_S, HOUR_S = 60, 3_600


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    label: str
    unit_s: int
    hint: str = ""

    @property
    def what(self) -> str:
        return f"{self.label}, {'hours' if self.unit_s == HOUR_S else 'minutes'}"


GROUPS: tuple[tuple[str, tuple[_Field, ...]], ...] = (
    (
        "A concern: by when somebody must look",
        (
            _Field("urgent_s", "Urgent", MINUTE_S),
            _Field("today_s", "Today", HOUR_S),
            _Field("soon_s", "In the next days", HOUR_S, "72 hours are three days."),
        ),
    ),
    (
        "A closed door",
        (
            _Field("door_wait_s", "The driver waits at the door", MINUTE_S),
            _Field("tell_desk_s", "The desk must know within", MINUTE_S, "At risk: by then somebody must have looked."),
            _Field("second_try_s", "Second try, or next of kin, within", MINUTE_S),
        ),
    ),
    (
        "Past its deadline: after how long it is passed on",
        (
            _Field(
                "lead_after_s",
                "To the safeguarding lead",
                MINUTE_S,
                "Whoever has it is reminded at the deadline itself.",
            ),
            _Field("deputy_after_s", "To the deputy", MINUTE_S),
            _Field(
                "coordinator_after_s",
                "To the coordinators",
                MINUTE_S,
                "A restricted concern stays with lead and deputy.",
            ),
        ),
    ),
)


@care.get("/times")
@allow(Permission.SET_CARE_TIMES)
def times() -> ResponseReturnValue:
    """The times as they stand."""
    held = care_times(db())
    shown = {field.name: -(-getattr(held, field.name) // field.unit_s) for _, group in GROUPS for field in group}
    return render_template("care/times.html", form=Form.showing(**shown), groups=GROUPS)


@care.post("/times")
@allow(Permission.SET_CARE_TIMES)
def change_times() -> ResponseReturnValue:
    """Change them all."""
    form = Form.of_request()
    try:
        set_care_times(db(), actor(), _read(form), now=now())
    except BadInput as wrong:
        return render_template("care/times.html", form=form.refused(wrong), groups=GROUPS), 422
    flash("The times are changed. They count for what is opened or written down from now on.")
    return redirect(url_for("care.times"), 303)


def _read(form: Form) -> CareTimes:
    typed = {
        field.name: form.whole(field.name, low=1, high=1_209_600 // field.unit_s, what=field.what) * field.unit_s
        for _, group in GROUPS
        for field in group
    }
    form.check()
    return CareTimes(**typed)
