"""A referrer of one organisation, and a recipient with a household."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from logistics.domain.vocabulary import OrganisationKind, Role
from tests.web.world import Visitor, World


@pytest.fixture
def advice(world: World) -> uuid.UUID:
    """An advice centre that refers people."""
    return world.organisation("REF1", OrganisationKind.REFERRER, name="Advice centre")


@pytest.fixture
def referrer(world: World, advice: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """Somebody who works there."""
    return signed_in(email=world.account(Role.REFERRER, organisation_id=advice))


@pytest.fixture
def own_household(world: World) -> uuid.UUID:
    """A household with an account."""
    return world.household("H0500", contact_name="Resident 0500")


@pytest.fixture
def recipient(world: World, own_household: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """Who holds that account."""
    return signed_in(email=world.account(Role.RECIPIENT, household_id=own_household))
