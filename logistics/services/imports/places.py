"""Where the files' postcodes are, asked once each before anything is written, and what becomes of places known before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.placing import Outcome, PlaceDoubt, Placement, address_key, metres_between, replace_place
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.tables import PlaceQuestion, Site
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import NetworkFiles
from logistics.services.site_places import other_place, place_of

_Address = tuple[str, str]


@dataclass(slots=True)
class Places:
    """The placement of each address and postcode of the files; None where nobody knows it.

    `begin` reads the network's own pins and open questions, once for all rows.
    """

    known: Mapping[_Address, Placement | None]
    not_placed: list[str] = field(default_factory=list)
    to_check: list[str] = field(default_factory=list)
    _pins: dict[_Address, Placement] = field(default_factory=dict)
    _questions: dict[Any, PlaceQuestion] = field(default_factory=dict)

    def begin(self, session: Session) -> None:
        """Read what the network knows already. The session is the network's."""
        for site in session.scalars(select(Site).order_by(Site.id.desc())):
            place = place_of(site)
            key = address_key(site.address)
            if place is not None and place.is_pin and key and site.postcode:
                self._pins[key, site.postcode] = place
        self._questions = {row.site_id: row for row in session.scalars(select(PlaceQuestion))}

    def put_site(
        self, upsert: Upsert, existing: Site | None, *, who: str, address: str | None, postcode: str, access_notes: str
    ) -> Site:
        """The site of a row. A known place does not change without a question: see `logistics.domain.placing`.

        `address` None: the files have no such column, so what a page says stays.
        """
        former = (existing.address, existing.postcode) if existing is not None else ("", "")
        known = self.known[address or "", postcode]
        address = former[0] if address is None else address
        found = self._pins.get((address_key(address), postcode)) or known
        same_postcode = former[1] == postcode
        outcome = replace_place(
            place_of(existing) if existing is not None else None,
            found,
            same_address=same_postcode and address_key(former[0]) == address_key(address),
            same_postcode=same_postcode and bool(postcode),
        )
        place = outcome.place
        site = upsert.put(
            existing,
            Site,
            part=True,
            address=address,
            postcode=postcode,
            access_notes=access_notes,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            geocode_source=place.source if place else None,
            geocode_precision=place.precision if place else None,
        )
        if site.latitude is None:
            self.not_placed.append(f"{who}, {postcode or 'no postcode'}")
        if existing is not None:
            self._ask(upsert, site, outcome, former=former, who=who)
        return site

    def _ask(self, upsert: Upsert, site: Site, outcome: Outcome, *, former: _Address, who: str) -> None:
        """Write down the question of an outcome. One that is open stays until it is answered, or has lost its reason."""
        held = self._questions.get(site.id)
        other = outcome.other
        if outcome.doubt is None:
            if held is not None and (held.doubt is PlaceDoubt.NEWER_DATA or former != (site.address, site.postcode)):
                upsert.session.delete(held)
                upsert.changed()
            return
        if held is not None and outcome.doubt is PlaceDoubt.NEWER_DATA is not held.doubt:
            return
        away = f": {_metres(outcome.place, other)} away" if outcome.place and other else ""
        self.to_check.append(f"{who}{away}")
        if held is not None and (held.doubt, other_place(held)) == (outcome.doubt, other):
            return
        self._questions[site.id] = upsert.put(
            held,
            PlaceQuestion,
            part=True,
            site_id=site.id,
            doubt=outcome.doubt,
            latitude=other.latitude if other else None,
            longitude=other.longitude if other else None,
            source=other.source if other else None,
            precision=other.precision if other else None,
            former_address=former[0],
            former_postcode=former[1],
            asked_at=upsert.now,
        )


def find_places(files: NetworkFiles, geocoder: Geocoder) -> Places:
    """Ask for every address of the files once. An address without a postcode is not asked for."""
    wanted: set[_Address] = {("", row["postcode"]) for row in files.tables["organisations"]}
    wanted |= {("", row["start_postcode"]) for row in files.tables["volunteers"]}
    wanted |= {(row["address"], row["postcode"]) for row in files.tables["households"]}
    return Places(known={pair: _find(geocoder, *pair) for pair in sorted(wanted)})


def _find(geocoder: Geocoder, address: str, postcode: str) -> Placement | None:
    if not postcode:
        return None
    try:
        return geocoder.place(address, postcode)
    except BadInput:
        return None  # a postcode of no known area, as ZZ99 3VZ: kept, and listed as not placed


def _metres(here: Placement, there: Placement) -> str:
    away_m = metres_between(here, there)
    return f"{away_m:.0f} m" if away_m < 1000 else f"{away_m / 1000:.1f} km"
