"""Organisations: the list, adding and changing them."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import OrganisationKind
from logistics.queries.organisations import organisation_row, organisation_rows
from logistics.services import organisations
from logistics.services.organisations import OrganisationDraft
from web.admin.blueprint import admin
from web.context import actor, db, now, services
from web.forms import Form
from web.security.access import allow


@admin.get("/organisations")
@allow(Permission.SEE_ORGANISATIONS)
def organisation_index() -> ResponseReturnValue:
    """Every member group, by kind."""
    rows = organisation_rows(db())
    kinds = [(kind, [row for row in rows if row.kind is kind]) for kind in OrganisationKind]
    return render_template("admin/organisations.html", kinds=kinds, total=len(rows))


@admin.get("/organisations/new")
@allow(Permission.EDIT_ORGANISATIONS)
def new_organisation() -> ResponseReturnValue:
    """An empty form."""
    return _form_page(Form({}), heading="Add an organisation")


@admin.post("/organisations/new")
@allow(Permission.EDIT_ORGANISATIONS)
def add_organisation() -> ResponseReturnValue:
    """Store a new organisation, or show the form again."""
    form = Form.of_request()
    try:
        draft = _read(form)
        saved = organisations.add_organisation(db(), actor(), draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        return _form_page(form.refused(wrong), heading="Add an organisation"), 422
    flash(f"{draft.name} added." if saved.is_placed else f"{draft.name} added, but its postcode is not on our map.")
    return redirect(url_for("admin.organisation_index"))


@admin.get("/organisations/<uuid:organisation_id>/edit")
@allow(Permission.EDIT_ORGANISATIONS)
def change_organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """The form as it is stored."""
    shown = organisation_row(db(), organisation_id)
    form = Form.showing(
        code=shown.code,
        name=shown.name,
        kind=shown.kind,
        phone=shown.phone,
        address=shown.address,
        postcode=shown.postcode,
        access_notes=shown.access_notes,
        parcels_per_day=shown.parcels_per_day,
        opens_at=shown.opens_at,
        closes_at=shown.closes_at,
    )
    return _form_page(form, heading=f"Change {shown.name}", organisation=shown)


@admin.post("/organisations/<uuid:organisation_id>/edit")
@allow(Permission.EDIT_ORGANISATIONS)
def edit_organisation(organisation_id: uuid.UUID) -> ResponseReturnValue:
    """Store the organisation, or show the form again."""
    form = Form.of_request()
    try:
        draft = _read(form)
        saved = organisations.edit_organisation(
            db(), actor(), organisation_id, draft, geocoder=services().geocoder, now=now()
        )
    except BadInput as wrong:
        shown = organisation_row(db(), organisation_id)
        return _form_page(form.refused(wrong), heading=f"Change {shown.name}", organisation=shown), 422
    flash(f"{draft.name} saved." if saved.is_placed else f"{draft.name} saved, but its postcode is not on our map.")
    return redirect(url_for("admin.organisation_index"))


def _read(form: Form) -> OrganisationDraft:
    draft = OrganisationDraft(
        code=form.text("code", most=40),
        name=form.text("name", most=200),
        kind=form.choice("kind", OrganisationKind),
        phone=form.text("phone", most=40),
        address=form.text("address", most=300),
        postcode=form.text("postcode", most=20),
        access_notes=form.text("access_notes", most=1000),
        parcels_per_day=form.whole("parcels_per_day", low=0, high=100_000, what="Parcels a day", empty=0),
        opens_at=form.clock("opens_at"),
        closes_at=form.clock("closes_at"),
    )
    form.check()
    return draft


def _form_page(form: Form, **values: object) -> str:
    return render_template("admin/organisation_form.html", form=form, organisation_kinds=OrganisationKind, **values)
