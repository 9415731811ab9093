"""The coordinator's pages: people, organisations, places, accounts, and the search over them."""

from web.admin import (
    accounts,
    households,
    looks,
    organisations,
    personal_data,
    places,
    search,
    standing_orders,
    volunteers,
)
from web.admin.blueprint import admin

__all__ = [
    "accounts",
    "admin",
    "households",
    "looks",
    "organisations",
    "personal_data",
    "places",
    "search",
    "standing_orders",
    "volunteers",
]
