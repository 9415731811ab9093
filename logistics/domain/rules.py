"""The physical world's defaults (DOMAIN: facts). Each is a setting of the network except the limits that are law or set by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from logistics.domain.errors import BadInput
from logistics.domain.parking import VehicleParking
from logistics.domain.slow_hours import SlowHours

HOT_LIMIT_NEVER_S = 120 * 60
"""The 2-hour defence of SI 2013/2996 Sch 4 is for service or display; our limit for transport must stay below it."""
TABLES = frozenset({"slow_hours", "vehicle_parking_s"})
"""The settings that are more than one number."""

NOT_PLANNING = frozenset({"care", "door_photos", "retention"})
"""Parts of a network's settings that are no planning rules: see `care_times`, `door_photos` and `retention`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningRules:
    """What planning assumes: service times in seconds, food clocks in seconds, volumes in millilitres, costs in pence-like units."""

    donor_pickup_s: int = 300
    hub_pickup_s: int = 300
    parking_s: int = 60
    door_s: int = 150
    further_item_s: int = 30
    floor_without_lift_s: int = 20
    portion_ml: int = 600
    portion_g: int = 420
    parcel_g: int = 8_000
    hot_aim_s: int = 30 * 60
    hot_limit_s: int = 90 * 60
    chilled_limit_s: int = 120 * 60
    continuity_cost: int = 300
    departure_cost: int = 600
    slow_hours: tuple[SlowHours, ...] = ()
    vehicle_parking_s: VehicleParking = field(default_factory=VehicleParking)

    def __post_init__(self) -> None:
        for known in fields(self):
            if known.name not in TABLES and getattr(self, known.name) < 0:
                raise BadInput(f"The setting {known.name} cannot be below 0.")
        if self.hot_limit_s >= HOT_LIMIT_NEVER_S:
            raise BadInput("The hot food limit must stay below 120 minutes: choose 119 minutes or less.")
        for name in ("portion_ml", "portion_g", "parcel_g"):
            if getattr(self, name) == 0:
                raise BadInput(f"The setting {name} must be above 0: everything carried has a size.")

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> PlanningRules:
        """The defaults with a network's own values over them. Raises BadInput for a name that is no rule."""
        unknown = sorted(set(settings) - {known.name for known in fields(cls)} - NOT_PLANNING)
        if unknown:
            raise BadInput(f"There is no planning setting called {unknown[0]}.")
        apart = TABLES | NOT_PLANNING
        plain: dict[str, Any] = {name: int(value) for name, value in settings.items() if name not in apart}
        table = tuple(SlowHours.from_settings(raw) for raw in settings.get("slow_hours", ()))
        parking = VehicleParking.from_settings(settings.get("vehicle_parking_s", {}))
        return cls(slow_hours=table, vehicle_parking_s=parking, **plain)

    @property
    def of_the_road(self) -> dict[str, Any]:
        """The settings that a plan's times on the road follow, as a network's settings keep them."""
        return {
            "slow_hours": [hours.to_settings() for hours in self.slow_hours],
            "vehicle_parking_s": self.vehicle_parking_s.to_settings(),
        }

    @property
    def numbers(self) -> dict[str, int]:
        """The settings that are one number, by name."""
        return {known.name: getattr(self, known.name) for known in fields(self) if known.name not in TABLES}

    def door_service_s(self, *, items: int, floor: int, has_lift: bool) -> int:
        """Seconds at a door: 150 for the first item, 30 for each further one, 20 a floor where there is no lift."""
        stairs = 0 if has_lift else max(0, floor) * self.floor_without_lift_s
        return self.door_s + max(0, items - 1) * self.further_item_s + stairs
