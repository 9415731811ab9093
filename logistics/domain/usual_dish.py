"""A dish of a usual offer: what a donor means to give each time. It is a claim about no food yet: each day is declared anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet

MOST_USE_BY_DAYS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualDish:
    """One dish. `use_by_days`: how many days after the day of collection its use-by lies; None: it has none."""

    dish: str
    portions: int = 0
    weight_g: int = 0
    diets: frozenset[Diet] = frozenset()
    declaration: AllergenDeclaration = AllergenDeclaration.UNDECLARED
    allergens: frozenset[Allergen] = frozenset()
    texture_iddsi: int | None = None
    use_by_days: int | None = None

    def to_row(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "dish": self.dish,
            "portions": self.portions,
            "weight_g": self.weight_g,
            "diets": sorted(self.diets),
            "declaration": self.declaration.value,
            "allergens": sorted(self.allergens),
            "texture_iddsi": self.texture_iddsi,
            "use_by_days": self.use_by_days,
        }

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> UsualDish:
        """From JSON that `to_row` wrote."""
        return cls(
            dish=row["dish"],
            portions=row["portions"],
            weight_g=row["weight_g"],
            diets=frozenset(map(Diet, row["diets"])),
            declaration=AllergenDeclaration(row["declaration"]),
            allergens=frozenset(map(Allergen, row["allergens"])),
            texture_iddsi=row["texture_iddsi"],
            use_by_days=row["use_by_days"],
        )
