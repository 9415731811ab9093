"""Putting a site on the map when its address is told. A place nobody knows is kept and shown as not placed.

Only what is on this machine is asked here: pins, what was answered before, the postcode files. An address service is
asked by itself, when somebody says so (`logistics.services.find_places`): an address never leaves the building because
somebody saved a form.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.placing import Placement, address_key, replace_place
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.pins import SitePins
from logistics.persistence.tables import Site
from logistics.services.imports.cells import BadCell
from logistics.services.imports.cells import postcode as read_postcode
from logistics.services.site_places import keep_question, place_of, put_place


def tidy_postcode(typed: str, errors: dict[str, str], *, field: str = "postcode") -> str:
    """The postcode in its usual form, or empty; what is wrong with it goes into `errors`."""
    if not typed.strip():
        return ""
    try:
        return read_postcode(typed)
    except BadCell as error:
        errors[field] = str(error)
        return ""


def move_site(session: Session, site: Site, *, address: str, postcode: str, geocoder: Geocoder, now: datetime) -> None:
    """Give a site another address, and the place that goes with it.

    Nothing is looked up when neither changed, so that a pin stays. Where the place was known before, it does not change
    without a question (`logistics.domain.placing`).
    """
    same = (site.address, site.postcode) == (address, postcode)
    if same and (site.latitude is not None or not postcode):
        return
    found = find_place(geocoder, address, postcode, pins=SitePins(session))
    same_postcode = site.postcode == postcode
    outcome = replace_place(
        place_of(site),
        found,
        same_address=same_postcode and address_key(site.address) == address_key(address),
        same_postcode=same_postcode and bool(postcode),
    )
    former = (site.address, site.postcode)
    site.address = address
    site.postcode = postcode
    put_place(site, outcome.place)
    keep_question(session, site, outcome, former=former, now=now)


def find_place(geocoder: Geocoder, address: str, postcode: str, *, pins: SitePins) -> Placement | None:
    """The pin on this address, else what the geocoder knows of it. A postcode of no known area has no place."""
    if not postcode:
        return None
    pin = pins.pin_for(address, postcode)
    if pin is not None:
        return pin
    try:
        return geocoder.place(address, postcode)
    except BadInput:
        # As ZZ99 3VZ, "no fixed abode": kept, and listed as not placed.
        return None
