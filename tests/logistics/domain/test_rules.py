"""The physical world's defaults and what a network may change of them."""

from __future__ import annotations

import pytest

from logistics.domain.errors import BadInput
from logistics.domain.rules import PlanningRules


@pytest.mark.parametrize(
    ("items", "floor", "has_lift", "seconds"),
    [(1, 0, False, 150), (3, 0, False, 210), (1, 4, False, 230), (1, 4, True, 150), (0, -1, False, 150)],
)
def test_a_door_takes_as_long_as_its_items_and_its_stairs(items: int, floor: int, has_lift: bool, seconds: int) -> None:
    """150 s, 30 s for each further item, 20 s a floor without a lift."""
    assert PlanningRules().door_service_s(items=items, floor=floor, has_lift=has_lift) == seconds


def test_what_a_network_sets_beside_planning_does_not_stop_a_plan() -> None:
    """Care, photos at doors and keeping times stand in the same settings: each has its reader, and planning passes them by."""
    settings = {"care": {}, "door_photos": {"is_on": True}, "retention": {"note_days": 5}}
    assert PlanningRules.from_settings(settings) == PlanningRules.from_settings({})


def test_a_network_changes_what_it_names_only() -> None:
    """The rest stays at its default."""
    rules = PlanningRules.from_settings({"hot_limit_s": 3600})
    assert (rules.hot_limit_s, rules.door_s) == (3600, PlanningRules().door_s)


@pytest.mark.parametrize(
    "settings", [{"hot_limit_s": 7200}, {"door_s": -1}, {"portion_ml": 0}, {"speed": 3}], ids=lambda s: next(iter(s))
)
def test_an_impossible_setting_is_refused(settings: dict[str, int]) -> None:
    """Two hours of hot food, negative times, portions without a volume, names that are no rule."""
    with pytest.raises(BadInput):
        PlanningRules.from_settings(settings)
