"""Volunteers: the list, one volunteer, adding and changing them."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.looks import Look
from logistics.domain.vocabulary import CredentialKind, OrganisationKind, Trait, VehicleKind
from logistics.queries.organisations import organisation_choices
from logistics.queries.volunteers import VolunteerPage, volunteer_list, volunteer_page
from logistics.services import volunteers
from logistics.services.volunteers import VolunteerDraft
from web.admin.blueprint import admin
from web.context import actor, db, now, services, today
from web.forms import Form
from web.looks import looked, looked_at_volunteer
from web.security.access import allow

MOST_CARRIED = 2000
MOST_LITRES = 5000


@admin.get("/volunteers")
@allow(Permission.SEE_VOLUNTEERS)
def volunteer_index() -> ResponseReturnValue:
    """The volunteers in reach, searched."""
    words = request.args.get("q", "")[:100]
    closed = request.args.get("closed") == "yes"
    page = request.args.get("page", 1, type=int)
    found = volunteer_list(db(), actor(), words=words, closed=closed, page=page, today=today())
    looked(Look.VOLUNTEERS, "network", page=page, rows=len(found.rows))
    return render_template("admin/volunteers.html", found=found, words=words, closed=closed)


@admin.get("/volunteers/new")
@allow(Permission.EDIT_VOLUNTEERS)
def new_volunteer() -> ResponseReturnValue:
    """An empty form with the usual limits."""
    form = Form.showing(
        languages="en",
        max_stops=12,
        max_week_hours=10,
        capacity_parcels=10,
        capacity_portions=30,
        hot_litres=0,
        cold_litres=0,
    )
    return _form_page(form, heading="Add a volunteer")


@admin.post("/volunteers/new")
@allow(Permission.EDIT_VOLUNTEERS)
def add_volunteer() -> ResponseReturnValue:
    """Store a new volunteer, or show the form again."""
    form = Form.of_request()
    try:
        draft = _read(form)
        saved = volunteers.add_volunteer(db(), actor(), draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        return _form_page(form.refused(wrong), heading="Add a volunteer"), 422
    flash(f"{saved.ref} added." if saved.is_placed else f"{saved.ref} added, but the postcode is not on our map.")
    return redirect(url_for("admin.volunteer", volunteer_id=saved.id))


@admin.get("/volunteers/<uuid:volunteer_id>")
@allow(Permission.SEE_VOLUNTEERS)
def volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """One volunteer, with a form for the next shift."""
    shown = volunteer_page(db(), actor(), volunteer_id, today=today())
    looked_at_volunteer(volunteer_id)
    return render_template("admin/volunteer.html", volunteer=shown, form=Form({}))


@admin.get("/volunteers/<uuid:volunteer_id>/edit")
@allow(Permission.EDIT_VOLUNTEERS)
def change_volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """The form as it is stored."""
    shown = volunteer_page(db(), actor(), volunteer_id, today=today())
    if not shown.may_edit:
        raise Forbidden("Your role does not change volunteers. Ask your coordinator.")
    looked_at_volunteer(volunteer_id, "change")
    return _form_page(_form_of(shown), heading=f"Change {shown.ref}", volunteer=shown)


@admin.post("/volunteers/<uuid:volunteer_id>/edit")
@allow(Permission.EDIT_VOLUNTEERS)
def edit_volunteer(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """Store the volunteer, or show the form again."""
    form = Form.of_request()
    try:
        draft = _read(form)
        saved = volunteers.edit_volunteer(db(), actor(), volunteer_id, draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        shown = volunteer_page(db(), actor(), volunteer_id, today=today())
        looked_at_volunteer(volunteer_id, "change")
        return _form_page(form.refused(wrong), heading=f"Change {shown.ref}", volunteer=shown), 422
    flash(f"{saved.ref} saved." if saved.is_placed else f"{saved.ref} saved, but the postcode is not on our map.")
    return redirect(url_for("admin.volunteer", volunteer_id=volunteer_id))


def _read(form: Form) -> VolunteerDraft:
    credentials = {kind: until for kind in CredentialKind if (until := form.day(f"until_{kind.value}")) is not None}
    draft = VolunteerDraft(
        name=form.text("name", most=200),
        vehicle=form.choice("vehicle", VehicleKind),
        phone=form.text("phone", most=40),
        email=form.text("email", most=200),
        group_id=form.key("group_id"),
        postcode=form.text("postcode", most=20),
        capacity_parcels=form.whole("capacity_parcels", low=0, high=MOST_CARRIED, what="Parcels", empty=0),
        capacity_portions=form.whole("capacity_portions", low=0, high=MOST_CARRIED, what="Portions", empty=0),
        hot_ml=1000 * form.whole("hot_litres", low=0, high=MOST_LITRES, what="Hot litres", empty=0),
        cold_ml=1000 * form.whole("cold_litres", low=0, high=MOST_LITRES, what="Cold litres", empty=0),
        traits=form.choices("traits", Trait),
        languages="|".join(form.text("languages", most=200).replace(",", " ").replace("|", " ").split()),
        max_stops=form.whole("max_stops", low=1, high=200, what="Deliveries in one shift"),
        max_week_s=3600 * form.whole("max_week_hours", low=1, high=60, what="Hours a week"),
        credentials=credentials,
        is_active=not form.yes("is_closed"),
    )
    form.check()
    return draft


def _form_of(volunteer: VolunteerPage) -> Form:
    return Form.showing(
        name=volunteer.name,
        vehicle=volunteer.vehicle,
        phone=volunteer.phone,
        email=volunteer.email,
        group_id=volunteer.group_id or "",
        postcode=volunteer.postcode,
        capacity_parcels=volunteer.capacity_parcels,
        capacity_portions=volunteer.capacity_portions,
        hot_litres=volunteer.hot_ml // 1000,
        cold_litres=volunteer.cold_ml // 1000,
        traits=volunteer.traits,
        languages=volunteer.languages.replace("|", " "),
        max_stops=volunteer.max_stops,
        max_week_hours=volunteer.max_week_s // 3600,
        is_closed=not volunteer.is_active,
        **{f"until_{credential.kind.value}": credential.expires_on for credential in volunteer.credentials},
    )


def _form_page(form: Form, **values: Any) -> str:
    everywhere = actor().may(Permission.EDIT_VOLUNTEERS)
    return render_template(
        "admin/volunteer_form.html",
        form=form,
        vehicles=VehicleKind,
        credentials=CredentialKind,
        groups=organisation_choices(db(), OrganisationKind.DELIVERY_GROUP) if everywhere else (),
        **values,
    )
