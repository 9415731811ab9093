"""How long a dispatcher waits for the preview of a move: what it breaks and costs, before anything is saved.

    python -m benchmarks.editing --stops 60 --moves 60 --seed 1

A network of our own making plans five days of so many doors each. Then stops of one day are moved at random, each move asked for
as the board's script asks while a stop is dragged (`preview_edit`): the plan, the week and the draft are read from the
database, the edit is made and timed, and the whole plan is checked. Every third move is also done, so that the draft grows. The board's page was loaded before, as it is when somebody drags: what
the page read is kept for a minute. `unread` is one preview without that.
"""

from __future__ import annotations

import argparse
import random
import uuid
from datetime import UTC, datetime, time
from statistics import median, quantiles
from time import perf_counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.random_weeks import own_database
from logistics.domain.authority import Actor
from logistics.domain.plan_edits import EditKind
from logistics.domain.vocabulary import (
    AllergenDeclaration,
    Fulfilment,
    OrganisationKind,
    Product,
    TemperatureClass,
    VehicleKind,
)
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Batch,
    DonationSlot,
    Household,
    Network,
    Organisation,
    PlanDraft,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.planning.edits import Edit
from logistics.services.edit_desk import EditDesks
from logistics.services.edit_plan import edit_draft, open_draft, preview_edit
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.show_draft import DraftView, show_draft

WEEK = IsoWeek(2026, 49)
NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
ROADS = StraightLineRouter()
DAYS = 5
DOORS_A_DRIVER = 8


class Town:
    """Rows of a network, its places at random in two miles square."""

    def __init__(self, session: Session, chance: random.Random) -> None:
        self._session = session
        self._chance = chance

    def site(self) -> uuid.UUID:
        """A place somewhere in town."""
        latitude, longitude = 51.48 + self._chance.random() * 0.03, -0.09 + self._chance.random() * 0.05
        number = self._chance.randint(1, 400)
        return self.add(Site(address=f"{number} Street", postcode="SE16 4TB", latitude=latitude, longitude=longitude))

    def add(self, row: Household | Organisation | Site | Volunteer | DonationSlot) -> uuid.UUID:
        """Store a row; its id."""
        row.id = uuid.uuid4()
        self._session.add(row)
        return row.id

    def day(self, weekday: Weekday, number: int, doors: int) -> None:
        """One day's households, kitchen and drivers."""
        on = WEEK.days[number]
        for door in range(doors):
            ref = f"H{number}{door:03d}"
            household = self.add(Household(ref=ref, contact_name=ref, site_id=self.site()))
            self._session.add(
                StandingOrder(
                    household_id=household,
                    product=Product.HOT_MEAL,
                    quantity=self._chance.randint(1, 3),
                    days=frozenset({weekday}),
                    window_start=time(12),
                    window_end=time(14),
                    starts_on=WEEK.days[0].replace(month=10),
                    fulfilment=Fulfilment.DELIVERY,
                )
            )
        for kitchen in range(2):
            self._kitchen(f"DON{number}{kitchen}", on, doors)
        for driver in range(2 + doors // DOORS_A_DRIVER):
            self._driver(f"V{number}{driver:02d}", on)

    def _kitchen(self, code: str, on: object, doors: int) -> None:
        donor = self.add(Organisation(code=code, name=code, kind=OrganisationKind.DONOR, site_id=self.site()))
        slot = self.add(
            DonationSlot(
                donor_id=donor,
                service_date=on,
                ready_at=time(12),
                collect_by=time(13),
                temperature=TemperatureClass.HOT,
            )
        )
        self._session.add(
            Batch(slot_id=slot, number=1, dish="Stew", portions=2 * doors, declaration=AllergenDeclaration.NONE)
        )

    def _driver(self, ref: str, on: object) -> None:
        volunteer = self.add(
            Volunteer(
                ref=ref,
                name=ref,
                site_id=self.site(),
                vehicle=VehicleKind.CAR,
                capacity_parcels=10,
                capacity_portions=40,
                hot_ml=30_000,
                cold_ml=12_000,
                max_stops=14,
                max_week_s=36_000,
            )
        )
        self._session.add(Shift(volunteer_id=volunteer, service_date=on, starts_at=time(11), ends_at=time(15)))


def town(database: Database, doors: int, seed: int) -> uuid.UUID:
    """The network's id, its rows stored."""
    network_id = uuid.uuid4()
    with database.unscoped_writing() as session:
        session.add(Network(id=network_id, slug="town", name="Town"))
    with database.writing(network_id) as session:
        made = Town(session, random.Random(seed))
        for number, weekday in enumerate(list(Weekday)[:DAYS]):
            made.day(weekday, number, doors)
    return network_id


def measure(
    database: Database, network_id: uuid.UUID, moves: int, seed: int, seconds: float
) -> tuple[list[float], float]:
    """Seconds of each preview, and of one with nothing read before."""
    chance, actor = random.Random(seed), Actor.system(network_id)
    plan_id = plan_week(database, network_id, PlanOrder(week=WEEK, seconds=seconds, seed=seed), roads=ROADS, now=NOW)
    with database.writing(network_id) as session:
        draft_id = open_draft(session, actor, plan_id, now=NOW)
    took: list[float] = []
    desks = EditDesks()
    while len(took) < moves:
        with database.reading(network_id) as session:
            view = show_draft(session, actor, draft_id, WEEK.days[1], roads=ROADS, now=NOW, desks=desks)
        edit = any_move(view, chance)
        began = perf_counter()
        with database.reading(network_id) as session:
            preview_edit(session, actor, draft_id, edit, roads=ROADS, now=NOW, desks=desks)
        took.append(perf_counter() - began)
        if len(took) % 3 == 0:
            with database.writing(network_id) as session:
                seen = session.scalars(select(PlanDraft.version).where(PlanDraft.id == draft_id)).one()
                edit_draft(session, actor, draft_id, edit, seen=seen, roads=ROADS, now=NOW)
    began = perf_counter()
    with database.reading(network_id) as session:
        preview_edit(session, actor, draft_id, edit, roads=ROADS, now=NOW)
    return took, perf_counter() - began


def any_move(view: DraftView, chance: random.Random) -> Edit:
    """A door of that day to any place of any route."""
    column = chance.choice(view.columns)
    stop = chance.choice(column.doors)
    target = chance.choice(view.columns)
    before = chance.choice([*(door.key for door in target.doors if door.key != stop.key), ""])
    return Edit(kind=EditKind.MOVE_STOP, day=view.day, stop=stop.key, to_shift_id=target.shift_id, before=before)


def main() -> None:
    """Print one row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stops", type=int, default=60, help="doors a day")
    parser.add_argument("--moves", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0, help="of planning beforehand")
    asked = parser.parse_args()
    with own_database() as database:
        network_id = town(database, asked.stops, asked.seed)
        took, unread_s = measure(database, network_id, asked.moves, asked.seed, asked.seconds)
    ms = sorted(1000 * each for each in took)
    ninety_five = quantiles(ms, n=20)[-1]
    print(
        f"{asked.stops} stops a day, {len(ms)} previews: median {median(ms):.0f} ms, 95% {ninety_five:.0f} ms, "
        f"longest {ms[-1]:.0f} ms; unread {1000 * unread_s:.0f} ms"
    )


if __name__ == "__main__":
    main()
