"""What is kept of one household or volunteer: handed out as a file, kept and not used, or erased for good."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.erasure import BY_HAND, ErasureReason, PersonKind
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.domain.withholding import LiftReason, RestrictionReason
from logistics.queries.to_take_out import to_take_out
from logistics.queries.withheld import restrictions_of
from logistics.services.erase_person import erase_person, person_of, why_not_yet
from logistics.services.erasure_ledger import ErasureLedger
from logistics.services.person_export import export_person
from logistics.services.restrictions import lift_restriction, restrict_person
from web.admin.blueprint import admin
from web.context import actor, after_commit, db, now, services, today
from web.forms import Form
from web.looks import looked
from web.security.access import allow

LOOKS = {PersonKind.HOUSEHOLD: Look.HOUSEHOLD, PersonKind.VOLUNTEER: Look.VOLUNTEER}
REASONS = [(each.value, each.words) for each in BY_HAND]


@admin.get("/households/<uuid:household_id>/data")
@allow(Permission.ERASE_PERSON)
def household_data(household_id: uuid.UUID) -> ResponseReturnValue:
    """The things that can be done about a household's data."""
    return _page(PersonKind.HOUSEHOLD, household_id, Form({}))


@admin.get("/volunteers/<uuid:volunteer_id>/data")
@allow(Permission.ERASE_PERSON)
def volunteer_data(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """The same for a volunteer."""
    return _page(PersonKind.VOLUNTEER, volunteer_id, Form({}))


@admin.post("/households/<uuid:household_id>/data/file")
@allow(Permission.EXPORT_PERSON)
def export_household(household_id: uuid.UUID) -> Response:
    """All that is kept, as a ZIP. It is written down with the same commit."""
    return _file(PersonKind.HOUSEHOLD, household_id)


@admin.post("/volunteers/<uuid:volunteer_id>/data/file")
@allow(Permission.EXPORT_PERSON)
def export_volunteer(volunteer_id: uuid.UUID) -> Response:
    """The same for a volunteer."""
    return _file(PersonKind.VOLUNTEER, volunteer_id)


@admin.post("/households/<uuid:household_id>/data")
@allow(Permission.ERASE_PERSON)
def erase_household(household_id: uuid.UUID) -> ResponseReturnValue:
    """Erase the household, or show the form again."""
    return _erased(PersonKind.HOUSEHOLD, household_id) or redirect(url_for("admin.household_index"))


@admin.post("/volunteers/<uuid:volunteer_id>/data")
@allow(Permission.ERASE_PERSON)
def erase_volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """Erase the volunteer, or show the form again."""
    return _erased(PersonKind.VOLUNTEER, volunteer_id) or redirect(url_for("admin.volunteer_index"))


@admin.post("/households/<uuid:household_id>/data/restrict")
@allow(Permission.RESTRICT_PERSON)
def restrict_household(household_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the household's data and use it for nothing new."""
    return _restricted(PersonKind.HOUSEHOLD, household_id)


@admin.post("/volunteers/<uuid:volunteer_id>/data/restrict")
@allow(Permission.RESTRICT_PERSON)
def restrict_volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """The same for a volunteer."""
    return _restricted(PersonKind.VOLUNTEER, volunteer_id)


@admin.post("/households/<uuid:household_id>/data/lift")
@allow(Permission.RESTRICT_PERSON)
def lift_household(household_id: uuid.UUID) -> ResponseReturnValue:
    """Use the household's data again."""
    return _lifted(PersonKind.HOUSEHOLD, household_id)


@admin.post("/volunteers/<uuid:volunteer_id>/data/lift")
@allow(Permission.RESTRICT_PERSON)
def lift_volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """The same for a volunteer."""
    return _lifted(PersonKind.VOLUNTEER, volunteer_id)


def _restricted(kind: PersonKind, person_id: uuid.UUID) -> ResponseReturnValue:
    form = Form.of_request()
    reason = form.choice("restrict_reason", RestrictionReason)
    try:
        restrict_person(db(), actor(), kind, person_id, reason=reason, now=now())
    except BadInput as wrong:
        return _page(kind, person_id, form.refused(wrong)), 422
    flash("Their data is kept and used for nothing new.")
    return redirect(_path(kind, person_id, "_data"))


def _lifted(kind: PersonKind, person_id: uuid.UUID) -> ResponseReturnValue:
    form = Form.of_request()
    reason = form.choice("lift_reason", LiftReason)
    try:
        lift_restriction(db(), actor(), kind, person_id, reason=reason, now=now())
    except BadInput as wrong:
        return _page(kind, person_id, form.refused(wrong)), 422
    flash("Their data is used again, from the next plan on.")
    return redirect(_path(kind, person_id, "_data"))


def _page(kind: PersonKind, person_id: uuid.UUID, form: Form) -> str:
    person = person_of(db(), kind, person_id)
    looked(LOOKS[kind], kind.value, person_id, page="data")
    restrictions = restrictions_of(db(), kind, person_id)
    return render_template(
        "admin/personal_data.html",
        kind=kind.value,
        person=person,
        path=_path(kind, person_id, "_data"),
        back=_path(kind, person_id),
        reasons=REASONS,
        restrictions=restrictions,
        restricted=next((each for each in restrictions if each.is_in_force), None),
        restrict_reasons=[(each.value, each.words) for each in RestrictionReason],
        lift_reasons=[(each.value, each.words) for each in LiftReason],
        planned=[row for row in to_take_out(db(), today=today()) if row.person_id == person_id],
        not_yet=why_not_yet(db(), kind, person_id, now=now()),
        form=form,
    )


def _path(kind: PersonKind, person_id: uuid.UUID, page: str = "") -> str:
    if kind is PersonKind.HOUSEHOLD:
        return url_for(f"admin.household{page}", household_id=person_id)
    return url_for(f"admin.volunteer{page}", volunteer_id=person_id)


def _file(kind: PersonKind, person_id: uuid.UUID) -> Response:
    made = export_person(db(), actor(), kind, person_id, now=now())
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return Response(made.content, content_type="application/zip", headers=headers)


def _erased(kind: PersonKind, person_id: uuid.UUID) -> ResponseReturnValue | None:
    """None when it was done."""
    form = Form.of_request()
    reason, typed = form.choice("reason", ErasureReason), form.text("typed", most=40)
    try:
        wiped = erase_person(db(), actor(), kind, person_id, reason=reason, typed=typed, now=now())
    except BadInput as wrong:
        return _page(kind, person_id, form.refused(wrong)), 422
    ledger = ErasureLedger(services().database, services().settings.home)

    def clear_mail() -> None:
        ledger.clear_outbox(wiped.addresses)

    after_commit(clear_mail)
    flash(f"{typed.strip().upper()} is erased for good.")
    return None
