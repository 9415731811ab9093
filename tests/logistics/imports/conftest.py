"""The smallest network that uses every table, as files that a test may spoil."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding.port import Placement
from logistics.gateways.geocoding.postcode import normalise_postcode
from logistics.persistence.base import Base
from logistics.persistence.database import Database
from logistics.persistence.row_security import of_every_network
from logistics.services.imports import ImportReport, import_network

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

FILES = {
    "network.json": json.dumps(
        {
            "name": "Small network",
            "timezone": "Europe/London",
            "week": "2026-W49",
            "monday": "2026-11-30",
            "hubs": [{"organisation": "HUB1", "parcels_per_day": 12, "open": "09:30", "close": "19:00"}],
        },
        indent=1,
    ),
    "organisations.csv": """code,name,kind,postcode,access_notes,phone
HUB1,Hub,hub,SE17 2AF,"Ground floor, loading bay",
GRP1,Group,delivery_group,SE5 0YP,,
DON1,Donor,donor,SE11 4JT,,020 7946 0123
REF1,Housing team,referrer,SE1 6QW,,
""",
    "households.csv": """ref,group,referrer,contact_name,adults,children,address,postcode,access_notes,phone,language,diets,allergens,texture_iddsi,at_risk,driver_needs,consent_on,floor,lift,handover,confidential_address,people_at_door
H1,GRP1,REF1,Ada,2,0,"Flat 17, Cedar Court",SE15 6FW,,07700 900194,en,,,,no,,2026-09-01,2,yes,hand_over,no,1
H2,GRP1,REF1,Bea,1,1,80,SE17 2FT,Ring twice,07700 900564,bn,halal|no_beef,peanuts|sesame,5,yes,dbs_basic,2026-09-01,0,no,neighbour,yes,2
""",
    "standing_orders.csv": """household,product,quantity,days,window_start,window_end,frequency,from,until,fulfilment
H1,hot_meal,2,mon|wed,12:00,14:00,weekly,2026-09-07,,delivery
H2,parcel,1,tue|thu,10:00,16:00,fortnightly,2026-09-07,2027-03-31,collection
""",
    "pauses.csv": """household,from,to,reason
H2,2026-12-07,2026-12-13,away
""",
    "donation_slots.csv": """donor,date,ready_at,collect_by,temperature,portions,dish,diets,allergens,texture_iddsi,weight_g,hot_hold_until,use_by
DON1,2026-11-30,11:30,12:15,hot,30,stew,vegan|halal,soya,,12600,12:30,
DON1,2026-11-30,11:30,12:15,hot,15,stew,vegan|halal,soya,,6300,12:30,
DON1,2026-12-01,09:30,11:00,chilled,6,dhal,vegetarian,none,5,2520,,2026-12-03
DON1,2026-12-02,09:30,11:00,ambient,0,tins,,undeclared,,50000,,2027-06-30
""",
    "volunteers.csv": """ref,group,name,phone,start_postcode,vehicle,capacity_parcels,capacity_portions,hot_litres,cold_litres,credentials,traits,languages,max_stops,max_hours_week
V1,GRP1,Cas,07700 901000,SE15 6HH,cargo_bike,16,50,36,16.5,dbs_basic:2028-01-31|food_hygiene_2:2027-12-31,female_driver,en|bn,8,7.5
V2,,Dan,07700 901001,SE11 4PQ,foot,3,10,0,5,,,en,20,8
""",
    "shifts.csv": """volunteer,date,start,end
V1,2026-11-30,11:00,14:30
V2,2026-12-01,10:00,16:00
""",
    "pairs.csv": """volunteer,household,kind,weight
V1,H1,prefer,3
V2,H2,block,
""",
    "last_week.csv": """round,date,volunteer,sequence,household,outcome
Mon lunch,2026-11-23,V1,1,H1,delivered
Mon lunch,2026-11-23,V1,2,H2,no_reply
""",
}


class KnownPlaces:
    """A geocoder of our own: it knows every postcode but those it is told to forget."""

    def __init__(self, *unknown: str) -> None:
        self.unknown = set(unknown)

    def place(self, address: str, postcode: str) -> Placement | None:
        """A point that differs from postcode to postcode. Raises BadInput as the real ones do."""
        normalise_postcode(postcode)
        if postcode in self.unknown:
            return None
        north = int.from_bytes(hashlib.sha256(postcode.encode()).digest()[:2], "big") / 65_536 / 10
        return Placement(latitude=51.5 + north, longitude=-0.05, source="test", precision=GeocodePrecision.POSTCODE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small network as a folder of files."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a piece of a file that stands in it exactly once."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def bring_in(
    database: Database, path: Path, *, dry_run: bool = False, places: KnownPlaces | None = None
) -> ImportReport:
    """Import with a geocoder that knows every place."""
    return import_network(database, path, dry_run=dry_run, now=NOW, geocoder=places or KnownPlaces())


def content_of(database: Database) -> str:
    """A fingerprint of every row of every table."""
    digest = hashlib.sha256()
    with of_every_network(database.engine).connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            digest.update(f"{table.name}{rows}".encode())
    return digest.hexdigest()
