"""Donors' links: who has still to confirm the week, and a link to send them."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import render_template
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.week import IsoWeek
from logistics.queries.donor_week import donor_week
from logistics.services.donor_links import MadeDonorLink, make_week_link
from web.context import actor, db, now, services
from web.dispatch.blueprint import dispatch
from web.security.access import allow


@dispatch.get("/week/<week>/donors")
@allow(Permission.SHARE_DONOR_LINK)
def week_donors(week: str) -> str:
    """Every donor of the week, and what they have answered."""
    return _page(IsoWeek.parse(week), None)


@dispatch.post("/week/<week>/donors/<uuid:donor_id>")
@allow(Permission.SHARE_DONOR_LINK)
def make_donor_link(week: str, donor_id: uuid.UUID) -> ResponseReturnValue:
    """Make a link and show it, this once: it is kept nowhere but in its hash. An earlier one ends."""
    of_week = IsoWeek.parse(week)
    made = make_week_link(db(), actor(), donor_id, of_week, base_url=services().settings.base_url, now=now())
    return _page(of_week, made)


def _page(week: IsoWeek, made: MadeDonorLink | None) -> str:
    return render_template(
        "dispatch/donor_links.html",
        week=week,
        rows=donor_week(db(), week),
        made=made,
        whatsapp="https://wa.me/?text=" + quote(made.text) if made else "",
        sms=f"sms:{made.phone.replace(' ', '')}?&body=" + quote(made.text) if made and made.phone else "",
    )
