"""The pins of a network: every place that a person set, found again by its address."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.placing import Placement, address_key, pinned
from logistics.domain.vocabulary import GeocodePrecision
from logistics.persistence.tables import Site


class SitePins:
    """The pins on the sites of the session's network. A pin so holds for whoever else is written down at that address."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def pin_for(self, address: str, postcode: str) -> Placement | None:
        """The pin on this address, however its commas and capitals are written; None without address or postcode."""
        key = address_key(address)
        if not key or not postcode:
            return None
        sites = self._session.scalars(
            select(Site)
            .where(Site.postcode == postcode, Site.geocode_precision == GeocodePrecision.MANUAL)
            .order_by(Site.id)
        )
        for site in sites:
            if address_key(site.address) == key and site.latitude is not None and site.longitude is not None:
                return pinned(site.latitude, site.longitude)
        return None
