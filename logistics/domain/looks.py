"""What counts as looking at people, by the word that stands in the trail, and how a page says it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Look(StrEnum):
    """Looking at one person's record, or at a list of people."""

    HOUSEHOLD = "household_seen"
    PLACE = "place_seen"
    VOLUNTEER = "volunteer_seen"
    FOLLOW_UP = "follow_up_seen"
    CALL = "welfare_call_seen"
    ROUTE = "route_seen"
    DOOR_PHOTO = "door_photo_seen"
    LOOKS = "looks_seen"
    HOUSEHOLDS = "households_listed"
    REQUESTS = "requests_listed"
    VOLUNTEERS = "volunteers_listed"
    SEARCH = "people_searched"
    PLACES = "places_listed"
    FOLLOW_UPS = "follow_ups_listed"
    RESTRICTED = "restricted_concerns_listed"
    CALLS = "welfare_calls_listed"
    DAY = "day_seen"
    COLLECTIONS = "collections_listed"
    DRIVER_LINKS = "driver_links_seen"
    MILEAGE = "mileage_exported"
    PRINT_ROUTES = "print_route_sheets"
    PRINT_COLLECTIONS = "print_collection_list"
    EXPORT_ROUTE = "export_route_with_people"
    ASK_SERVICE = "address_service_asked"
    PERSON_EXPORT = "person_exported"
    NETWORK_EXPORT = "network_exported"

    @property
    def words(self) -> str:
        """What somebody did, for a list on a page."""
        return _WORDS[self]


_WORDS: Mapping[Look, str] = {
    Look.HOUSEHOLD: "Opened the household",
    Look.PLACE: "Opened its place on the map",
    Look.VOLUNTEER: "Opened the volunteer",
    Look.FOLLOW_UP: "Opened a follow-up about it",
    Look.CALL: "Opened a call to it",
    Look.ROUTE: "Opened the route that goes there",
    Look.DOOR_PHOTO: "Looked at a photo taken at its door",
    Look.LOOKS: "Looked up who looked",
    Look.HOUSEHOLDS: "Opened the list of households",
    Look.REQUESTS: "Opened the list of requests",
    Look.VOLUNTEERS: "Opened the list of volunteers",
    Look.SEARCH: "Searched for people",
    Look.PLACES: "Opened the list of places",
    Look.FOLLOW_UPS: "Opened the list of follow-ups",
    Look.RESTRICTED: "Opened the restricted concerns",
    Look.CALLS: "Opened the list of calls",
    Look.DAY: "Opened the day",
    Look.COLLECTIONS: "Opened the collection list",
    Look.DRIVER_LINKS: "Opened drivers’ links",
    Look.MILEAGE: "Took the mileage away",
    Look.PRINT_ROUTES: "Printed the route sheet with it",
    Look.PRINT_COLLECTIONS: "Printed the collection list with it",
    Look.EXPORT_ROUTE: "Took the route with it away as a file",
    Look.ASK_SERVICE: "Sent its address to the address service",
    Look.NETWORK_EXPORT: "Took the whole network away as spreadsheets",
    Look.PERSON_EXPORT: "Took all that is kept of it, to hand it out",
}

AT_A_HOUSEHOLD = (Look.HOUSEHOLD, Look.PLACE, Look.ASK_SERVICE, Look.LOOKS, Look.PERSON_EXPORT)
"""Looks whose subject is the household itself."""
