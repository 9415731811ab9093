"""What every template may use: who is signed in, the desks they may sit at, today's date, icons."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from logistics.domain.authority import Permission
from logistics.domain.household import AgeBand, Extra, Kitchen, ages_in_words
from logistics.domain.vocabulary import Allergen, Diet, DriverNeed, Frequency, Fulfilment, Handover, Product
from logistics.domain.weekdays import Weekday
from logistics.services.household_people import age_field
from web.context import account, network, today
from web.forms import Form
from web.household_people import MEMBER_FIELDS, lines_shown
from web.navigation import desks_of


def icon(name: str, *, large: bool = False) -> Markup:
    """One icon of the sprite. It says nothing to a screen reader: a word stands beside it, or an aria-label around it."""
    sprite = url_for("static", filename="icons.svg")
    size = " icon-l" if large else ""
    return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(size, sprite, escape(name))


def init_pages(app: Flask) -> None:
    """Give templates their common names."""

    @app.context_processor
    def common() -> dict[str, Any]:
        from flask import g

        actor = g.get("actor")
        return {
            "account": account(),
            "network": network(),
            "actor": actor,
            "desks": desks_of(actor),
            "may": lambda permission: actor is not None and actor.may_somewhere(Permission(permission)),
            "may_search": actor is not None and actor.may_somewhere(Permission.SEARCH_PEOPLE),
            "path": request.path,
        }

    app.jinja_env.globals.update(
        icon=icon,
        today=today,
        blank_form=Form({}),
        AgeBand=AgeBand,
        Allergen=Allergen,
        Extra=Extra,
        Kitchen=Kitchen,
        age_field=age_field,
        ages_in_words=ages_in_words,
        lines_shown=lines_shown,
        w=str,
        member_fields=MEMBER_FIELDS,
        Diet=Diet,
        DriverNeed=DriverNeed,
        Frequency=Frequency,
        Fulfilment=Fulfilment,
        Handover=Handover,
        Product=Product,
        Weekday=Weekday,
    )
