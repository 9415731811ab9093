"""The physical world's defaults (DOMAIN: facts). Each is a setting of the network except the limits that are law or set by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from logistics.domain.errors import BadInput
from logistics.domain.slow_hours import SlowHours

HOT_LIMIT_NEVER_S = 120 * 60
"""The 2-hour defence of SI 2013/2996 Sch 4 is for service or display; our limit for transport must stay below it."""


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

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name != "slow_hours" and getattr(self, field.name) < 0:
                raise BadInput(f"The setting {field.name} cannot be below 0.")
        if self.hot_limit_s >= HOT_LIMIT_NEVER_S:
            raise BadInput("The hot food limit must stay below 120 minutes: choose 119 minutes or less.")
        for name in ("portion_ml", "portion_g", "parcel_g"):
            if getattr(self, name) == 0:
                raise BadInput(f"The setting {name} must be above 0: everything carried has a size.")

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> PlanningRules:
        """The defaults with a network's own values over them. Raises BadInput for a name that is no rule."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(settings) - known)
        if unknown:
            raise BadInput(f"There is no planning setting called {unknown[0]}.")
        plain: dict[str, Any] = {name: int(value) for name, value in settings.items() if name != "slow_hours"}
        table = tuple(SlowHours.from_settings(raw) for raw in settings.get("slow_hours", ()))
        return cls(slow_hours=table, **plain)

    def door_service_s(self, *, items: int, floor: int, has_lift: bool) -> int:
        """Seconds at a door: 150 for the first item, 30 for each further one, 20 a floor where there is no lift."""
        stairs = 0 if has_lift else max(0, floor) * self.floor_without_lift_s
        return self.door_s + max(0, items - 1) * self.further_item_s + stairs
