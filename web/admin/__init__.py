"""The coordinator's pages: people, organisations, places, accounts, and the search over them."""

from web.admin import (
    accounts,
    door_photos,
    households,
    invitations,
    keeping,
    looks,
    network,
    network_export,
    organisations,
    personal_data,
    places,
    search,
    shifts,
    standing_orders,
    volunteers,
)
from web.admin.blueprint import admin

__all__ = [
    "accounts",
    "admin",
    "door_photos",
    "households",
    "invitations",
    "keeping",
    "looks",
    "network",
    "network_export",
    "organisations",
    "personal_data",
    "places",
    "search",
    "shifts",
    "standing_orders",
    "volunteers",
]
