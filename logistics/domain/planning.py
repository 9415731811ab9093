"""Words of a plan: what a stop is for and who is in a crew."""

from __future__ import annotations

from enum import StrEnum


class StopKind(StrEnum):
    """What happens at a stop."""

    PICKUP = "pickup"
    DELIVERY = "delivery"
    HUB_DROP = "hub_drop"


class CrewRole(StrEnum):
    """A crew is the driver plus helpers."""

    DRIVER = "driver"
    HELPER = "helper"
