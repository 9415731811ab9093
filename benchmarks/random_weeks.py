"""Random small networks, made up as rows.

The worlds are small and mean: little food, tight clocks, few hours, small bags, allergies, doors for two, blocks, full
hubs, flats that share a building, households that nobody placed on the map. `week_of(chance)` takes any source of random
choices, so that a property test can shrink what it finds.
"""

from __future__ import annotations

import random
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    CredentialKind,
    Diet,
    DriverNeed,
    Frequency,
    Fulfilment,
    OrganisationKind,
    PairKind,
    Product,
    TemperatureClass,
    Trait,
    VehicleKind,
)
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database, open_database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import (
    Batch,
    ChargeZoneRow,
    Credential,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Organisation,
    Pair,
    Round,
    RoundVisit,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)

WEEK = IsoWeek(2026, 49)
DAYS = 2
"""Everything happens on Monday and Tuesday, so that days compete for hours and parcels, and things meet."""
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class RandomWeek:
    """A network being made up: its rows in the order of making, and what later rows refer to."""

    chance: random.Random
    rows: list[Any] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    volunteers: list[Volunteer] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    def some[T](self, most: int, things: Sequence[T]) -> frozenset[T]:
        """Up to `most` of these."""
        return frozenset(self.chance.choice(things) for _ in range(self.chance.randint(0, most)))

    def rarely(self, times: int = 5) -> bool:
        """True once in so many times."""
        return self.chance.randint(1, times) == 1

    def site(self, **values: Any) -> uuid.UUID:
        """A place within a mile of the others; one of few steps each way, so that some share it."""
        if "latitude" not in values:
            values["latitude"] = 51.49 + self.chance.randint(0, 6) * 0.002
            values["longitude"] = -0.07 + self.chance.randint(0, 6) * 0.003
        return self.add(Site(id=uuid.uuid4(), **{"address": "1 Any Street", "postcode": "SE16 4TB", **values}))

    def add(self, row: Any) -> uuid.UUID:
        """Keep the row; its id."""
        self.rows.append(row)
        made: uuid.UUID = row.id
        return made

    def organisation(self, code: str, kind: OrganisationKind) -> uuid.UUID:
        """A member group."""
        return self.add(Organisation(id=uuid.uuid4(), code=code, name=f"Group {code}", kind=kind, site_id=self.site()))

    def day(self) -> date:
        """One of the days on which things happen."""
        return WEEK.days[self.chance.randint(0, DAYS - 1)]

    def at(self, earliest: int, latest: int) -> time:
        """A time of day in quarters of an hour between two hours."""
        hour, quarter = divmod(self.chance.randint(earliest * 4, latest * 4), 4)
        return time(hour, quarter * 15)


def week_of(chance: random.Random) -> RandomWeek:
    """A network with 1 or 2 hubs, 1 to 8 slots, 2 to 6 volunteers and 1 to 8 households."""
    made = RandomWeek(chance)
    for number in range(chance.randint(1, 2)):
        _hub(made, number)
    for number in range(chance.randint(1, 8)):
        _slot(made, number)
    for number in range(chance.randint(2, 6)):
        _volunteer(made, number)
    for number in range(chance.randint(1, 8)):
        _household(made, number)
    _pairs(made)
    _last_week(made)
    _roads(made)
    return made


def _roads(made: RandomWeek) -> None:
    """In some networks cars need minutes to park, and part of the street charges some of those who drive in."""
    chance = made.chance
    if made.rarely(2):
        kinds = made.some(3, tuple(VehicleKind))
        made.settings["vehicle_parking_s"] = {kind.value: 30 * chance.randint(1, 12) for kind in sorted(kinds)}
    for number in range(chance.randint(0, 2)):
        west, south = -0.0715 + chance.randint(0, 6) * 0.003, 51.489 + chance.randint(0, 6) * 0.002
        east, north = west + chance.randint(1, 4) * 0.003, south + chance.randint(1, 4) * 0.002
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        start = chance.randint(6, 14)
        hours = {"days": sorted(made.some(3, ("mon", "tue")) | {"mon"}), "from": f"{start:02d}:00"}
        made.add(
            ChargeZoneRow(
                id=uuid.uuid4(),
                name=f"Zone {number}",
                price_pence=chance.choice((0, 100, 1500, 9000)),
                hours=[{**hours, "until": f"{chance.randint(start + 1, 24):02d}:00"}],
                vehicles=sorted(made.some(4, tuple(VehicleKind)) | {VehicleKind.CAR}),
                geometry={"type": "MultiPolygon", "coordinates": [[ring]]},
                imported_at=NOW,
            )
        )


def _later(at: time, minutes: int) -> time:
    return (datetime.combine(WEEK.monday, at) + timedelta(minutes=minutes)).time()


def _hub(made: RandomWeek, number: int) -> None:
    opens = made.at(9, 12)
    made.add(
        Hub(
            id=uuid.uuid4(),
            organisation_id=made.organisation(f"HUB{number}", OrganisationKind.HUB),
            parcels_per_day=made.chance.randint(0, 4),
            opens_at=opens,
            closes_at=_later(opens, made.chance.randint(2, 24) * 15),
        )
    )


def _slot(made: RandomWeek, number: int) -> None:
    chance = made.chance
    ready = made.at(10, 13)
    hot = TemperatureClass.HOT
    temperature = chance.choice([hot, hot, hot, TemperatureClass.CHILLED, TemperatureClass.AMBIENT])
    slot_id = made.add(
        DonationSlot(
            id=uuid.uuid4(),
            donor_id=made.organisation(f"DON{number}", OrganisationKind.DONOR),
            service_date=made.day(),
            ready_at=ready,
            collect_by=_later(ready, chance.randint(0, 6) * 15),
            temperature=temperature,
            hot_hold_until=_later(ready, chance.randint(0, 4) * 15) if temperature is hot and made.rarely(3) else None,
        )
    )
    for dish in range(chance.randint(1, 3)):
        goods = temperature is TemperatureClass.AMBIENT or made.rarely()
        declaration = chance.choice(list(AllergenDeclaration))
        made.add(
            Batch(
                id=uuid.uuid4(),
                slot_id=slot_id,
                number=dish + 1,
                dish=f"Dish {number}.{dish}",
                portions=0 if goods else chance.randint(1, 6),
                weight_g=chance.randint(1, 120_000) if goods else 0,
                diets=made.some(2, list(Diet)),
                declaration=declaration,
                allergens=made.some(2, list(Allergen)[:3])
                if declaration is AllergenDeclaration.CONTAINS
                else frozenset(),
                texture_iddsi=chance.choice([None, None, 4, 6]),
                use_by=chance.choice([None, None, made.day()]),
            )
        )


def _volunteer(made: RandomWeek, number: int) -> None:
    chance = made.chance
    row = Volunteer(
        id=uuid.uuid4(),
        ref=f"V{number:03d}",
        name=f"Volunteer {number}",
        site_id=made.site(),
        vehicle=chance.choice(list(VehicleKind)),
        capacity_parcels=chance.randint(0, 6),
        capacity_portions=chance.randint(0, 12),
        hot_ml=chance.randint(0, 12) * 600,
        cold_ml=chance.randint(0, 12) * 600,
        traits=made.some(1, list(Trait)),
        max_stops=chance.randint(0, 6),
        max_week_s=chance.randint(1, 12) * 1800,
        is_active=not made.rarely(10),
    )
    made.add(row)
    made.volunteers.append(row)
    for kind in made.some(2, list(CredentialKind)):
        expires = WEEK.days[chance.randint(0, 6)]
        made.add(Credential(id=uuid.uuid4(), volunteer_id=row.id, kind=kind, expires_on=expires))
    begins = {(made.day(), made.at(9, 12)) for _ in range(chance.randint(0, 4))}
    for day, starts in sorted(begins):
        made.add(
            Shift(
                id=uuid.uuid4(),
                volunteer_id=row.id,
                service_date=day,
                starts_at=starts,
                ends_at=_later(starts, chance.randint(2, 24) * 15),
            )
        )


def _household(made: RandomWeek, number: int) -> None:
    chance = made.chance
    flat = {"address": f"Flat {number}, Cedar Court", "latitude": 51.495, "longitude": -0.06}
    nowhere = {"latitude": None, "longitude": None}
    row = Household(
        id=uuid.uuid4(),
        ref=f"H{number:04d}",
        contact_name=f"Resident {number}",
        adults=chance.randint(1, 2),
        children=chance.randint(0, 3),
        site_id=made.site(**chance.choice([{}, {}, flat, flat, nowhere if made.rarely(4) else {}])),
        floor=chance.randint(0, 4),
        has_lift=chance.choice([True, False]),
        people_at_door=2 if made.rarely(4) else 1,
        driver_needs=made.some(1, list(DriverNeed)) if made.rarely(3) else frozenset(),
    )
    made.add(row)
    made.households.append(row)
    if not made.rarely(6):
        made.add(
            HouseholdNeeds(
                id=uuid.uuid4(),
                household_id=row.id,
                diets=made.some(1, list(Diet)),
                allergens=made.some(1, list(Allergen)[:3]),
                texture_iddsi=chance.choice([None, None, None, 5, 7]),
                unmapped="no onions" if made.rarely(8) else "",
            )
        )
    for _ in range(chance.randint(1, 3)):
        _standing_order(made, row)


def _standing_order(made: RandomWeek, household: Household) -> None:
    chance = made.chance
    product = chance.choice([*Product, Product.HOT_MEAL])
    begins = made.at(10, 14)
    days = [Weekday.of(made.day()) for _ in range(chance.randint(1, 3))]
    collects = product is Product.PARCEL and made.rarely(3)
    made.add(
        StandingOrder(
            id=uuid.uuid4(),
            household_id=household.id,
            product=product,
            quantity=chance.randint(1, 3 if product.is_meal else 2),
            days=frozenset(days),
            window_start=begins,
            window_end=_later(begins, chance.randint(2, 16) * 15),
            frequency=chance.choice([Frequency.WEEKLY, Frequency.WEEKLY, Frequency.FORTNIGHTLY]),
            starts_on=WEEK.monday - timedelta(weeks=chance.randint(0, 3)),
            fulfilment=Fulfilment.COLLECTION if collects else Fulfilment.DELIVERY,
        )
    )


def _pairs(made: RandomWeek) -> None:
    for volunteer in made.volunteers:
        for household in made.households:
            if made.rarely(5):
                kind = made.chance.choice(list(PairKind))
                weight = made.chance.randint(1, 3)
                made.add(
                    Pair(
                        id=uuid.uuid4(),
                        volunteer_id=volunteer.id,
                        household_id=household.id,
                        kind=kind,
                        weight=weight,
                    )
                )


def _last_week(made: RandomWeek) -> None:
    round_id = made.add(Round(id=uuid.uuid4(), name="Lunch"))
    driver = made.chance.choice(made.volunteers)
    for sequence, household in enumerate(made.households):
        if made.chance.choice([True, False]):
            volunteer = made.chance.choice([driver, driver, *made.volunteers])
            made.add(
                RoundVisit(
                    id=uuid.uuid4(),
                    round_id=round_id,
                    service_date=made.day() - timedelta(weeks=1),
                    volunteer_id=volunteer.id,
                    household_id=household.id,
                    sequence=sequence,
                    outcome=made.chance.choice(["delivered", "delivered", "no_reply"]),
                )
            )


def store_week(database: Database, made: RandomWeek) -> uuid.UUID:
    """The network's id, its rows stored."""
    network_id = uuid.uuid4()
    with database.unscoped_writing() as session:
        session.add(Network(id=network_id, slug=f"random-{network_id}", name="Random", settings=made.settings))
    with database.writing(network_id) as session:
        for row in made.rows:
            row.network_id = network_id
            session.add(row)
    return network_id


@contextmanager
def own_database() -> Iterator[Database]:
    """A SQLite database in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rounds-weeks-") as folder:
        url = f"sqlite:///{Path(folder) / 'weeks.sqlite'}"
        upgrade_schema(url)
        database = open_database(url)
        try:
            yield database
        finally:
            database.close()
