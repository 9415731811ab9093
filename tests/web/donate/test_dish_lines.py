"""A slot's dishes as lines."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, time

from logistics.domain.vocabulary import AllergenDeclaration, OrganisationKind, Role, TemperatureClass
from logistics.persistence.tables import Batch, DonationSlot
from tests.web.world import Visitor, World


def test_same_dish_twice_is_one_line(world: World, signed_in: Callable[..., Visitor]) -> None:
    """Two equal pots are `2 × 15`; the one whose allergens nobody declared stays apart."""
    donor = world.organisation("DON01", OrganisationKind.DONOR)
    slot = DonationSlot(
        id=uuid.uuid4(), donor_id=donor, service_date=date(2026, 12, 2), ready_at=time(12), collect_by=time(13),
        temperature=TemperatureClass.HOT,
    )  # fmt: skip
    world.add(slot)
    for number, declaration in enumerate(("none", "none", "undeclared"), start=1):
        world.add(
            Batch(
                slot_id=slot.id, number=number, dish="bean stew", portions=15,
                declaration=AllergenDeclaration(declaration),
            )
        )  # fmt: skip
    page = signed_in(email=world.account(Role.DONOR, organisation_id=donor)).get("/donate").text
    assert page.count("bean stew") == 3  # the label of the slot, and two lines
    assert "2 × 15" in page
