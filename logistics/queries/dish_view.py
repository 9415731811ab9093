"""A dish as pages show it: what it is, how much, and what its donor declared about it, and when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet
from logistics.persistence.tables import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class DishView:
    """One dish of a slot, as declared. `collected` None: nobody has counted yet. `id` None: it has no row yet."""

    id: uuid.UUID | None
    dish: str
    portions: int
    collected: int | None
    weight_g: int
    diets: frozenset[Diet]
    declaration: AllergenDeclaration
    allergens: frozenset[Allergen]
    texture_iddsi: int | None
    use_by: date | None
    declared_by: str
    declared_at: datetime | None


def dish_of(batch: Batch) -> DishView:
    """The dish of a row."""
    return DishView(
        id=batch.id,
        dish=batch.dish,
        portions=batch.portions,
        collected=batch.portions_collected,
        weight_g=batch.weight_g,
        diets=batch.diets,
        declaration=batch.declaration,
        allergens=batch.allergens,
        texture_iddsi=batch.texture_iddsi,
        use_by=batch.use_by,
        declared_by=batch.declared_by,
        declared_at=batch.declared_at,
    )
