"""One published route of today in a real database: a kitchen, a hub, five doors of every kind, and a driver's link."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.states import OrderState, PlanState, RouteState, SlotState, WeekState
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    Diet,
    Fulfilment,
    Handover,
    OrganisationKind,
    PlanMethod,
    Product,
    TemperatureClass,
    VehicleKind,
)
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import (
    Batch,
    DemandSnapshot,
    DonationSlot,
    DriverLink,
    Hub,
    Order,
    PlanVersion,
    Route,
    RouteCrew,
    Stop,
    StopItem,
    Week,
)
from tests.web.world import World

DAY = date(2026, 11, 26)
PHONE_END = "142"


def at(hour: int, minute: int = 0) -> datetime:
    """An instant of the day; London is on UTC in November."""
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=UTC)


@dataclass(kw_only=True)
class RouteWorld:
    """A route with its rows' ids by name: `stops["kitchen"]`, `orders["ada"]`, `batches["chicken"]`."""

    world: World
    day: date = DAY
    route_id: uuid.UUID = field(default_factory=uuid.uuid4)
    plan_id: uuid.UUID = field(default_factory=uuid.uuid4)
    volunteer_id: uuid.UUID = field(default_factory=uuid.uuid4)
    helper_id: uuid.UUID = field(default_factory=uuid.uuid4)
    slot_id: uuid.UUID = field(default_factory=uuid.uuid4)
    stops: dict[str, uuid.UUID] = field(default_factory=dict)
    orders: dict[str, uuid.UUID] = field(default_factory=dict)
    batches: dict[str, uuid.UUID] = field(default_factory=dict)
    households: dict[str, uuid.UUID] = field(default_factory=dict)
    _sequence: int = 0
    _week_id: uuid.UUID = field(default_factory=uuid.uuid4)

    def __post_init__(self) -> None:
        self._people_and_plan()
        self._food()
        self._pickup("kitchen", self._kitchen, slot_id=self.slot_id, due=at(11, 40))
        self._pickup("hub", self._hub_organisation, due=at(11, 52))
        self._doors()

    def _people_and_plan(self) -> None:
        world = self.world
        shift = {}
        for name, person in (("volunteer_id", "Dele Okafor"), ("helper_id", "Mina Shah")):
            phone = f"07700 900{PHONE_END}" if name == "volunteer_id" else "07700 900777"
            ref = "V" + uuid.uuid4().hex[:5]
            setattr(self, name, world.volunteer(ref, name=person, phone=phone))
            shift[name] = world.shift(getattr(self, name), on=self.day, starts_at=time(11), ends_at=time(15))
        monday = self.day - timedelta(days=self.day.weekday())
        world.add(Week(id=self._week_id, monday=monday, state=WeekState.PUBLISHED))
        snapshot = world.add(DemandSnapshot(id=uuid.uuid4(), week_id=self._week_id, number=1, taken_at=at(8)))
        world.add(
            PlanVersion(
                id=self.plan_id, week_id=self._week_id, snapshot_id=snapshot, number=1, state=PlanState.PUBLISHED,
                method=PlanMethod.SOLVER, engine="test", roads_engine="straight line", roads_is_estimate=True,
                cost=0, distance_m=9_400, duration_s=5_400, made_at=at(8), published_at=at(9),
            )
        )  # fmt: skip
        world.add(
            Route(
                id=self.route_id, plan_id=self.plan_id, shift_id=shift["volunteer_id"], volunteer_id=self.volunteer_id,
                service_date=self.day, letter="B", vehicle=VehicleKind.CAR, state=RouteState.PUBLISHED,
                departs_at=at(11, 30), ends_at=at(13, 5), distance_m=9_400, duration_s=5_700,
            )
        )  # fmt: skip
        for volunteer, role in ((self.volunteer_id, CrewRole.DRIVER), (self.helper_id, CrewRole.HELPER)):
            name = "volunteer_id" if role is CrewRole.DRIVER else "helper_id"
            world.add(
                RouteCrew(
                    id=uuid.uuid4(), route_id=self.route_id, volunteer_id=volunteer, shift_id=shift[name], role=role
                )
            )

    def _food(self) -> None:
        world = self.world
        kitchen = world.site(
            address="12 Tanner Street",
            postcode="SE1 3LN",
            access_notes="Yard gate, ring twice",
            latitude=51.5003,
            longitude=-0.0795,
        )
        self._kitchen = world.organisation(
            "DON" + uuid.uuid4().hex[:4],
            OrganisationKind.DONOR,
            name="Tanner Street Kitchen",
            phone="020 7946 0111",
            site_id=kitchen,
        )
        store = world.site(address="4 Drummond Road", postcode="SE16 4EE", latitude=51.4962, longitude=-0.0632)
        self._hub_organisation = world.organisation(
            "HUB" + uuid.uuid4().hex[:4], OrganisationKind.HUB, name="Drummond Road hub", site_id=store
        )
        self._hub = world.add(
            Hub(
                id=uuid.uuid4(),
                organisation_id=self._hub_organisation,
                parcels_per_day=40,
                opens_at=time(9),
                closes_at=time(17),
            )
        )
        world.add(
            DonationSlot(
                id=self.slot_id, donor_id=self._kitchen, service_date=self.day, ready_at=time(11, 30), collect_by=time(12, 15),
                temperature=TemperatureClass.HOT, state=SlotState.CONFIRMED,
            )
        )  # fmt: skip
        self._batch("chicken", 1, "chicken and rice", {Diet.HALAL, Diet.NO_PORK}, {Allergen.CELERY, Allergen.MILK})
        self._batch("stew", 2, "bean and squash stew", {Diet.VEGAN, Diet.VEGETARIAN, Diet.HALAL}, {Allergen.SOYA})

    def _batch(self, name: str, number: int, dish: str, diets: set[Diet], allergens: set[Allergen]) -> None:
        self.batches[name] = self.world.add(
            Batch(
                id=uuid.uuid4(), slot_id=self.slot_id, number=number, dish=dish, portions=30, weight_g=12_600,
                diets=frozenset(diets), declaration=AllergenDeclaration.CONTAINS, allergens=frozenset(allergens),
            )
        )  # fmt: skip

    def _pickup(
        self, name: str, organisation_id: uuid.UUID, *, due: datetime, slot_id: uuid.UUID | None = None
    ) -> None:
        from logistics.persistence.tables import Organisation

        with self.world.session() as session:
            site_id = session.query(Organisation).filter_by(id=organisation_id).one().site_id
        self._stop(name, StopKind.PICKUP, site_id, due, organisation_id=organisation_id, slot_id=slot_id)
        if slot_id is not None:
            self._item(name, batch="chicken", quantity=5)
            self._item(name, batch="stew", quantity=3)
        else:
            self._item(name, product=Product.PARCEL, quantity=2)

    def _doors(self) -> None:
        self._door("ada", "Ada Mensah", at(12, 4), address="Flat 23, Cedar Court", postcode="SE16 3ZZ", floor=3,
                   needs={"allergens": frozenset({Allergen.PEANUTS, Allergen.SESAME})}, place=(51.4951, -0.0662),
                   access_notes="Buzzer 23, then push the door hard. Knock loudly and wait.")  # fmt: skip
        self._meals("ada", 1, "chicken", 2, "B1-042")
        self._parcel("ada", "P-1187")
        self._door("brook", "Mrs Brook", at(12, 14), address="8 Willow Row", postcode="SE16 2AB", has_lift=True, floor=2,
                   handover=Handover.NEIGHBOUR, needs={}, place=(51.4938, -0.0591), language="bn")  # fmt: skip
        self._meals("brook", 2, "stew", 3, "B2-088")
        self._door("carlos", "Carlos Ruiz", at(12, 22), address="Rowan House, flat 9", postcode="SE16 7QQ",
                   handover=Handover.LEFT_AT_DOOR, needs={}, place=(51.4972, -0.0501))  # fmt: skip
        self._meals("carlos", 3, "chicken", 1, "B3-090")
        self._parcel("carlos", "P-1188")
        self._door("refuge", "Resident 0118", at(12, 31), address="The Old Vicarage", postcode="SE8 5HH",
                   confidential_address=True, people_at_door=2, needs={}, place=(51.4811, -0.0322))  # fmt: skip
        self._meals("refuge", 4, "chicken", 2, "B4-118")
        self._door(
            "empty",
            "Farah Ali",
            at(12, 44),
            address="77 Lynton Road",
            postcode="SE1 5QX",
            needs={"allergens": frozenset({Allergen.FISH})},
            place=(51.4919, -0.0731),
        )
        self._parcel("empty", "P-1189")

    def _door(
        self,
        name: str,
        contact: str,
        due: datetime,
        *,
        place: tuple[float, float],
        access_notes: str = "",
        address: str,
        postcode: str,
        **values: Any,
    ) -> None:
        site = {
            "address": address,
            "postcode": postcode,
            "access_notes": access_notes,
            "latitude": place[0],
            "longitude": place[1],
        }
        self.households[name] = self.world.household(
            "H" + uuid.uuid4().hex[:6], contact_name=contact, phone="07700 900456", site=site, **values
        )
        with self.world.session() as session:
            from logistics.persistence.tables import Household

            site_id = session.query(Household).filter_by(id=self.households[name]).one().site_id
        number = sum(1 for known in self.stops if known not in ("kitchen", "hub")) + 1
        self._stop(name, StopKind.DELIVERY, site_id, due, household_id=self.households[name], number=number)

    def add_door(
        self, name: str, contact: str, due: datetime, *, place: tuple[float, float], address: str, postcode: str
    ) -> None:
        """One more door at the end of the route, with a parcel for it."""
        self._door(name, contact, due, place=place, address=address, postcode=postcode, needs={})
        self._parcel(name, f"P-{name}")

    def _stop(self, name: str, kind: StopKind, site_id: uuid.UUID, due: datetime, **values: Any) -> None:
        self._sequence += 1
        self.stops[name] = self.world.add(
            Stop(
                id=uuid.uuid4(), route_id=self.route_id, sequence=self._sequence, kind=kind, site_id=site_id,
                arrives_at=due, service_at=due, departs_at=due + timedelta(minutes=5), leg_m=900, leg_s=240, **values,
            )
        )  # fmt: skip

    def _order(self, name: str, product: Product, quantity: int) -> uuid.UUID:
        return self.world.add(
            Order(
                id=uuid.uuid4(), week_id=self._week_id, household_id=self.households[name], product=product, quantity=quantity,
                dates=[self.day.isoformat()], window_start=time(11, 30), window_end=time(14), fulfilment=Fulfilment.DELIVERY,
                state=OrderState.PLANNED,
            )
        )  # fmt: skip

    def _meals(self, name: str, number: int, batch: str, quantity: int, code: str) -> None:
        self.orders[name] = self._order(name, Product.HOT_MEAL, quantity)
        self._item(name, batch=batch, product=Product.HOT_MEAL, quantity=quantity, order=self.orders[name], code=code)

    def _parcel(self, name: str, code: str) -> None:
        self.orders[f"{name} parcel"] = self._order(name, Product.PARCEL, 1)
        self._item(name, product=Product.PARCEL, quantity=1, order=self.orders[f"{name} parcel"], code=code)

    def _item(
        self,
        stop: str,
        *,
        quantity: int,
        batch: str = "",
        product: Product | None = None,
        order: uuid.UUID | None = None,
        code: str = "",
    ) -> None:
        self.world.add(
            StopItem(
                id=uuid.uuid4(), stop_id=self.stops[stop], order_id=order, batch_id=self.batches[batch] if batch else None,
                hub_id=None if batch else self._hub, product=product or (Product.HOT_MEAL if batch else Product.PARCEL), quantity=quantity,
                weight_g=420 * quantity if batch else 8_000 * quantity, code=code,
            )
        )  # fmt: skip

    @property
    def donor_id(self) -> uuid.UUID:
        """The kitchen."""
        return self._kitchen

    def link(self, *, helper: bool = False, **values: Any) -> str:
        """A new link for the driver (or the helper): its token, as it stands behind the `#`."""
        token = new_token()
        defaults: dict[str, Any] = {"made_at": at(9), "expires_at": at(9) + timedelta(days=2)}
        self.world.add(
            DriverLink(
                id=uuid.uuid4(), route_id=self.route_id, volunteer_id=self.helper_id if helper else self.volunteer_id,
                token_hash=hash_token(token), **{**defaults, **values},
            )
        )  # fmt: skip
        return token
