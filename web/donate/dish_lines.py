"""The dishes of a slot as lines to read: what is twice the same is said once, `2 × 15 bean and squash stew`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from logistics.queries.dish_view import DishView
from logistics.queries.donor_slots import SlotView


@dataclass(frozen=True, slots=True, kw_only=True)
class DishLine:
    """A dish, and how often a slot lists it with the same declaration and as many portions."""

    dish: DishView
    times: int

    @property
    def amount(self) -> str:
        """`30`, `2 × 15`; empty for goods, which are weighed."""
        if not self.dish.portions:
            return ""
        return f"{self.times} × {self.dish.portions}" if self.times > 1 else str(self.dish.portions)

    @property
    def words(self) -> str:
        """`2 × 15 bean and squash stew`."""
        return f"{self.amount} {self.dish.dish}".strip()


def dish_lines(slot: SlotView) -> tuple[DishLine, ...]:
    """The lines, in the order in which the dishes were declared."""
    alike: defaultdict[tuple[object, ...], list[DishView]] = defaultdict(list)
    for dish in slot.dishes:
        what = (dish.dish, dish.portions, dish.weight_g, dish.diets, dish.texture_iddsi, dish.use_by)
        alike[*what, dish.declaration, dish.allergens].append(dish)
    return tuple(DishLine(dish=same[0], times=len(same)) for same in alike.values())
