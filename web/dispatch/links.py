"""Drivers' links: who has one, and making one to copy or to send."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import render_template
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.domain.states import PlanState
from logistics.queries.link_board import link_rows, links_of_route
from logistics.services.driver_links import make_driver_link
from web.context import actor, db, now, services
from web.dispatch.blueprint import dispatch
from web.dispatch.paths import head_of
from web.forms import Form
from web.looks import looked
from web.security.access import allow


@dispatch.get("/week/<week>/links")
@allow(Permission.SHARE_DRIVER_LINK)
def route_links(week: str) -> ResponseReturnValue:
    """Every crew member of the published plan, and what became of their link."""
    head = head_of(week)
    plan = next((each for each in head.plans if each.state is PlanState.PUBLISHED), None)
    rows = () if plan is None else link_rows(db(), plan.id, now=now())
    return render_template("dispatch/links.html", head=head, plan=plan, rows=rows)


@dispatch.get("/route/<uuid:route_id>/link")
@allow(Permission.SHARE_DRIVER_LINK)
def route_link(route_id: uuid.UUID) -> ResponseReturnValue:
    """One route's crew and their links."""
    looked(Look.DRIVER_LINKS, "route", route_id)
    return render_template("dispatch/link.html", route=links_of_route(db(), route_id, now=now()), made=None)


@dispatch.post("/route/<uuid:route_id>/link")
@allow(Permission.SHARE_DRIVER_LINK)
def make_link(route_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link and show it, this once: it is kept nowhere but in its hash. An earlier one ends."""
    form = Form.of_request()
    volunteer_id = form.key("volunteer")
    form.check()
    made = make_driver_link(
        db(), actor(), route_id, base_url=services().settings.base_url, now=now(), volunteer_id=volunteer_id
    )
    return render_template(
        "dispatch/link.html",
        route=links_of_route(db(), route_id, now=now()),
        made=made,
        whatsapp="https://wa.me/?text=" + quote(made.text),
        sms=f"sms:{made.phone.replace(' ', '')}?&body=" + quote(made.text),
    )
