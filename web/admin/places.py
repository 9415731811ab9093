"""Places: the addresses that wait for one, and the page where somebody drags a pin, types coordinates, or answers a question."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.coordinates import read_coordinates
from logistics.domain.errors import BadInput, RuleBroken
from logistics.domain.looks import Look
from logistics.domain.placing import PlaceAnswer, Placement, metres_between
from logistics.gateways.geocoding.port import AddressServiceDown
from logistics.queries.places import PlaceOf, PlacePage, place_page, waiting_places
from logistics.services import place_sites
from web.admin.blueprint import admin
from web.admin.place_map import map_of_place, policy_of_place
from web.context import actor, db, now, services
from web.forms import Form
from web.looks import looked
from web.security.access import allow


@admin.get("/places")
@allow(Permission.PLACE_ADDRESSES)
def place_index() -> ResponseReturnValue:
    """The addresses without a place, and those about whose place somebody is asked."""
    found = waiting_places(db(), actor(), page=request.args.get("page", 1, type=int))
    looked(Look.PLACES, "network", page=found.page, rows=len(found.rows))
    return render_template("admin/places.html", found=found)


@admin.get("/places/<uuid:site_id>")
@allow(Permission.PLACE_ADDRESSES)
def place(site_id: uuid.UUID) -> ResponseReturnValue:
    """One place. That somebody looked is written into the trail."""
    shown = place_page(db(), actor(), site_id)
    with services().database.writing(actor().network_id) as trail:
        place_sites.note_place_look(trail, actor(), shown, now=now())
    return _page(shown, _form_of(shown.place))


@admin.post("/places/<uuid:site_id>")
@allow(Permission.PLACE_ADDRESSES)
def pin_place(site_id: uuid.UUID) -> ResponseReturnValue:
    """Put the place where the fields say."""
    form = Form.of_request()
    try:
        latitude, longitude = read_coordinates(form.text("latitude", most=60), form.text("longitude", most=60))
        form.check()
        place_sites.pin_site(
            db(),
            actor(),
            site_id,
            latitude=latitude,
            longitude=longitude,
            mark=form.value("mark"),
            is_far=form.yes("is_far"),
            now=now(),
        )
    except BadInput as wrong:
        return _page(place_page(db(), actor(), site_id), form.refused(wrong)), 422
    flash("Placed by hand. It stays there, also when spreadsheets are imported again.")
    return _onward()


@admin.post("/places/<uuid:site_id>/answer")
@allow(Permission.PLACE_ADDRESSES)
def answer_place(site_id: uuid.UUID) -> ResponseReturnValue:
    """Say which of two places is right."""
    form = Form.of_request()
    try:
        answer = form.choice("answer", PlaceAnswer, required="Say which place is right")
        form.check()
    except BadInput as wrong:
        shown = place_page(db(), actor(), site_id)
        return _page(shown, _form_of(shown.place), choice=form.refused(wrong)), 422
    assert answer is not None, "checked before"
    place_sites.answer_question(db(), actor(), site_id, answer, mark=form.value("mark"), now=now())
    flash("Thank you. The place is settled.")
    return _onward()


@admin.post("/places/<uuid:site_id>/unpin")
@allow(Permission.PLACE_ADDRESSES)
def unpin_place(site_id: uuid.UUID) -> ResponseReturnValue:
    """Take the pin away."""
    mark = Form.of_request().value("mark")
    found = place_sites.unpin_site(db(), actor(), site_id, geocoder=services().geocoder, mark=mark, now=now())
    flash("The pin is gone: placed by postcode again." if found else "The pin is gone. Nobody knows this place now.")
    return redirect(url_for("admin.place", site_id=site_id), 303)


@admin.post("/places/<uuid:site_id>/ask")
@allow(Permission.PLACE_ADDRESSES)
def ask_service(site_id: uuid.UUID) -> ResponseReturnValue:
    """Send this address to the service of the settings, and show its answer without keeping it.

    The request's own session is not used: it would hold the database's one writer while a stranger's server thinks.
    """
    lookup = services().address_lookup
    database, network_id = services().database, actor().network_id
    with database.reading(network_id) as reading:
        shown = place_page(reading, actor(), site_id)
    if lookup is None:
        raise RuleBroken("No address service is set up here. Place the address by hand.")
    if shown.is_confidential:
        raise RuleBroken("A confidential address is never sent to a service. Place it by hand.")
    with database.writing(network_id) as trail:
        place_sites.note_place_look(trail, actor(), shown, now=now(), asked=lookup.host)
    try:
        found = lookup.geocoder.place(shown.address, shown.postcode)
    except (AddressServiceDown, BadInput) as error:
        return _page(shown, _form_of(shown.place), told=str(error)), 503
    if found is None:
        return _page(shown, _form_of(shown.place), told=f"{lookup.host} does not know this address.")
    return _page(shown, _form_of(found), found=found)


def _form_of(at: Placement | None) -> Form:
    if at is None:
        return Form({})
    return Form.showing(latitude=f"{at.latitude:.6f}", longitude=f"{at.longitude:.6f}")


def _page(shown: PlacePage, form: Form, **values: Any) -> Response:
    lookup = services().address_lookup
    may_ask = lookup is not None and not shown.is_confidential and bool(shown.address and shown.postcode)
    page = render_template(
        "admin/place.html",
        shown=shown,
        form=form,
        choice=values.pop("choice", None),
        owner_url=_owner_url(shown),
        away_m=metres_between(shown.place, shown.other) if shown.place and shown.other else None,
        map_data=map_of_place(shown, found=values.get("found")),
        service_host=lookup.host if may_ask and lookup is not None else "",
        **values,
    )
    response = make_response(page)
    if policy := policy_of_place(shown):
        response.headers["Content-Security-Policy"] = policy
    return response


def _owner_url(shown: PlacePage) -> str:
    if shown.row.owner is PlaceOf.HOUSEHOLD:
        return url_for("admin.household", household_id=shown.row.owner_id)
    if shown.row.owner is PlaceOf.VOLUNTEER:
        return url_for("admin.volunteer", volunteer_id=shown.row.owner_id)
    return url_for("admin.change_organisation", organisation_id=shown.row.owner_id)


def _onward() -> ResponseReturnValue:
    """Back to what still waits: placing is done one after the other."""
    return redirect(url_for("admin.place_index"), 303)
