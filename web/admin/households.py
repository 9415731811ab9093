"""Households: the list, one household, adding and changing it, its phone and way in, its pauses."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.looks import Look
from logistics.domain.referrals import entitlement_words
from logistics.domain.vocabulary import OrganisationKind
from logistics.queries.household_page import household_page
from logistics.queries.households import HouseholdFilter, household_list
from logistics.queries.look_alikes import look_alikes
from logistics.queries.looks import who_looked
from logistics.queries.organisations import organisation_choices
from logistics.queries.referrals import referral_view
from logistics.services import households, standing_orders
from web.admin.blueprint import admin
from web.admin.household_form import form_of, new_household_form, read_household
from web.context import actor, db, now, services, today
from web.forms import Form
from web.household_words import TEXTURES, language_name, language_options
from web.looks import looked, looked_at_household
from web.security.access import allow


@admin.get("/households")
@allow(Permission.SEE_HOUSEHOLD)
def household_index() -> ResponseReturnValue:
    """The households in reach, searched and filtered."""
    words = request.args.get("q", "")[:100]
    wanted = request.args.get("only", "")
    only = HouseholdFilter(wanted) if wanted in tuple(HouseholdFilter) else None
    group_id = Form({"group": [request.args.get("group", "")]}).key("group")
    page = request.args.get("page", 1, type=int)
    found = household_list(db(), actor(), words=words, only=only, group_id=group_id, page=page, today=today())
    looked(Look.HOUSEHOLDS, "network", page=page, rows=len(found.rows))
    return render_template(
        "admin/households.html",
        found=found,
        words=words,
        only=only,
        group_id=group_id,
        filters=HouseholdFilter,
        groups=organisation_choices(db(), OrganisationKind.DELIVERY_GROUP)
        if actor().may(Permission.SEE_HOUSEHOLD)
        else (),
    )


@admin.get("/households/new")
@allow(Permission.ADD_HOUSEHOLD)
def new_household() -> ResponseReturnValue:
    """An empty form."""
    return _form_page(new_household_form(), heading="Add a household")


@admin.post("/households/new")
@allow(Permission.ADD_HOUSEHOLD)
def add_household() -> ResponseReturnValue:
    """Store a new household, or show the form again."""
    form = Form.of_request()
    try:
        draft = read_household(form)
        saved = households.add_household(db(), actor(), draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        return _form_page(form.refused(wrong), heading="Add a household"), 422
    flash(f"{saved.ref} added." if saved.is_placed else f"{saved.ref} added, but its postcode is not on our map.")
    return redirect(url_for("admin.household", household_id=saved.id))


@admin.get("/households/<uuid:household_id>")
@allow(Permission.SEE_HOUSEHOLD)
def household(household_id: uuid.UUID) -> ResponseReturnValue:
    """One household. That somebody looked is written into the trail."""
    shown = household_page(db(), actor(), household_id, today=today())
    looked_at_household(household_id)
    referral = referral_view(db(), household_id, with_words=shown.may_edit_access)
    return render_template(
        "admin/household.html",
        household=shown,
        language=language_name(shown.language),
        looks=who_looked(db(), actor(), household_id) if actor().may(Permission.SEE_LOOKS) else None,
        alike=look_alikes(db(), actor(), household_id),
        referral=referral,
        entitled=entitlement_words(referral.entitlement) if referral else "",
        may_answer=shown.may_edit and actor().may_somewhere(Permission.ADD_HOUSEHOLD),
    )


@admin.get("/households/<uuid:household_id>/edit")
@allow(Permission.EDIT_HOUSEHOLD)
def change_household(household_id: uuid.UUID) -> ResponseReturnValue:
    """The form as it is stored."""
    shown = household_page(db(), actor(), household_id, today=today())
    if not shown.may_edit:
        raise Forbidden("Your role does not change this household. Ask your coordinator.")
    looked_at_household(household_id, "change")
    return _form_page(form_of(shown), heading=f"Change {shown.ref}", household=shown)


@admin.post("/households/<uuid:household_id>/edit")
@allow(Permission.EDIT_HOUSEHOLD)
def edit_household(household_id: uuid.UUID) -> ResponseReturnValue:
    """Store the household, or show the form again. Whoever may not open the desk's page of it may not send its form."""
    shown = household_page(db(), actor(), household_id, today=today())
    form = Form.of_request()
    try:
        draft = read_household(form)
        saved = households.edit_household(db(), actor(), household_id, draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        looked_at_household(household_id, "change")
        return _form_page(form.refused(wrong), heading=f"Change {shown.ref}", household=shown), 422
    if saved.asks_place and shown.may_place:
        flash(f"{saved.ref} saved. With another address its place may be another: say which is right.")
        return redirect(url_for("admin.place", site_id=saved.site_id))
    flash(f"{saved.ref} saved." if saved.is_placed else f"{saved.ref} saved, but its postcode is not on our map.")
    return redirect(url_for("admin.household", household_id=household_id))


@admin.get("/households/<uuid:household_id>/access")
@allow(Permission.EDIT_ACCESS_NOTES)
def change_access(household_id: uuid.UUID) -> ResponseReturnValue:
    """Phone and way in: what a dispatcher may change."""
    shown = household_page(db(), actor(), household_id, today=today())
    looked_at_household(household_id, "access")
    form = Form.showing(phone=shown.phone, access_notes=shown.access_notes or "")
    return render_template("admin/household_access.html", household=shown, form=form)


@admin.post("/households/<uuid:household_id>/access")
@allow(Permission.EDIT_ACCESS_NOTES)
def edit_access(household_id: uuid.UUID) -> ResponseReturnValue:
    """Store phone and way in."""
    form = Form.of_request()
    # A field that was not sent stays as it is: only what stands empty in the form was emptied by somebody.
    phone = form.text("phone", most=40) if form.sent("phone") else None
    notes = form.text("access_notes", most=1000) if form.sent("access_notes") else None
    try:
        form.check()
        households.edit_access(db(), actor(), household_id, phone=phone, access_notes=notes, now=now())
    except BadInput as wrong:
        shown = household_page(db(), actor(), household_id, today=today())
        looked_at_household(household_id, "access")
        return render_template("admin/household_access.html", household=shown, form=form.refused(wrong)), 422
    flash("Phone and way in saved.")
    return redirect(url_for("admin.household", household_id=household_id))


@admin.get("/households/<uuid:household_id>/pauses/new")
@allow(Permission.PAUSE_HOUSEHOLD)
def new_pause(household_id: uuid.UUID) -> ResponseReturnValue:
    """The form of a pause."""
    shown = household_page(db(), actor(), household_id, today=today())
    looked_at_household(household_id, "pause")
    return render_template("admin/pause_form.html", household=shown, form=Form.showing(starts_on=today()))


@admin.post("/households/<uuid:household_id>/pauses/new")
@allow(Permission.PAUSE_HOUSEHOLD)
def add_pause(household_id: uuid.UUID) -> ResponseReturnValue:
    """Store a pause."""
    form = Form.of_request()
    first, last, reason = form.day("starts_on"), form.day("ends_on"), form.text("reason", most=200)
    try:
        form.check()
        standing_orders.add_pause(db(), actor(), household_id, starts_on=first, ends_on=last, reason=reason, now=now())
    except BadInput as wrong:
        shown = household_page(db(), actor(), household_id, today=today())
        looked_at_household(household_id, "pause")
        return render_template("admin/pause_form.html", household=shown, form=form.refused(wrong)), 422
    flash("Pause saved. Nothing falls due on those days.")
    return redirect(url_for("admin.household", household_id=household_id))


@admin.post("/pauses/<uuid:pause_id>/remove")
@allow(Permission.PAUSE_HOUSEHOLD)
def remove_pause(pause_id: uuid.UUID) -> ResponseReturnValue:
    """Take a pause away."""
    household_id = standing_orders.remove_pause(db(), actor(), pause_id, now=now())
    flash("Pause removed.")
    return redirect(url_for("admin.household", household_id=household_id))


def _form_page(form: Form, **values: Any) -> str:
    everywhere = actor().may(Permission.EDIT_HOUSEHOLD)
    return render_template(
        "admin/household_form.html",
        form=form,
        languages=language_options(),
        textures=TEXTURES,
        may_map=everywhere,
        groups=organisation_choices(db(), OrganisationKind.DELIVERY_GROUP) if everywhere else (),
        referrers=organisation_choices(
            db(), OrganisationKind.REFERRER, OrganisationKind.DELIVERY_GROUP, OrganisationKind.HUB
        )
        if everywhere
        else (),
        **values,
    )
