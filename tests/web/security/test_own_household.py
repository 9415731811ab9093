"""What a household's own account can reach for by addresses that its pages do not show."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Allergen, ConsentPurpose, DriverNeed, OrganisationKind, Role
from logistics.persistence.tables import Consent, Household, HouseholdNeeds, StandingOrder
from tests.web.request.answers import ANSWERS
from tests.web.world import Visitor, World

FORM: dict[str, Any] = {
    "contact_name": "Resident 0500",
    "phone": "07700 900500",
    "language": "en",
    "adults": "1",
    "children": "0",
    "address": "Flat 1, Rowan House",
    "postcode": "SE16 4TB",
    "floor": "0",
    "allergy": "none",
    "handover": "hand_over",
    "people_at_door": "1",
}


@pytest.fixture
def advice(world: World) -> uuid.UUID:
    """Who referred the household."""
    return world.organisation("REF1", OrganisationKind.REFERRER)


@pytest.fixture
def own(world: World, advice: uuid.UUID) -> uuid.UUID:
    """A household where two people go to the door, and a woman drives."""
    return world.household(
        "H0500",
        referrer_id=advice,
        people_at_door=2,
        at_risk=True,
        driver_needs=frozenset({DriverNeed.FEMALE_DRIVER}),
    )


@pytest.fixture
def recipient(world: World, own: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """Who holds its account."""
    return signed_in(email=world.account(Role.RECIPIENT, household_id=own))


def test_household_does_not_read_what_the_desk_wrote_about_it(
    recipient: Visitor, own: uuid.UUID, world: World, advice: uuid.UUID
) -> None:
    """That it counts as at risk, who drives, which group and referrer: on no page that its own account opens."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Household, own).group_id = advice
    for path in ("", "/edit", "/access", "/pauses/new", "/orders/new"):
        assert recipient.get(f"/households/{own}{path}").status_code in (403, 404)
    assert recipient.get("/households").status_code == 403
    page = recipient.get(f"/request/households/{own}")
    assert page.status_code == 200
    assert "Resident H0500" in page.text
    for word in ("risk", "Female", "Two people", "Group REF1", "/households/new"):
        assert word not in page.text
    assert "Households</a>" not in page.text


def test_household_cannot_take_away_what_protects_its_drivers(recipient: Visitor, own: uuid.UUID, world: World) -> None:
    """Two at the door, at risk, the driver's needs and being open stay as they are: the desk's form is not theirs to send,
    and their own changes the phone alone."""
    assert recipient.post(f"/households/{own}/edit", data={**FORM, "is_closed": "yes"}).status_code == 404
    own_form = {
        **ANSWERS["contact"],
        **ANSWERS["door"],
        "phone": "07700 900500",
        "is_closed": "yes",
        "people_at_door": "1",
    }
    assert recipient.post(f"/request/households/{own}/reach", data=own_form).status_code == 303
    with world.session() as session:
        row = session.query(Household).filter_by(id=own).one()
        assert (row.people_at_door, row.at_risk, row.is_active) == (2, True, True)
        assert row.driver_needs == {DriverNeed.FEMALE_DRIVER}
        assert row.phone == "07700 900500"


def test_household_cannot_confirm_its_own_wish(recipient: Visitor, own: uuid.UUID, world: World) -> None:
    """The coordinator's form for orders makes a wish that waits, when the household sends it."""
    data = {**ANSWERS["wish"], "starts_on": "2026-12-01", "fulfilment": "delivery"}
    assert recipient.post(f"/households/{own}/orders/new", data=data).status_code == 302
    with world.session() as session:
        assert session.query(StandingOrder).one().state is OrderState.SUBMITTED


def test_why_a_household_rests_is_no_word_for_its_referrer(
    recipient: Visitor, own: uuid.UUID, world: World, advice: uuid.UUID, signed_in: Callable[..., Visitor]
) -> None:
    """The reason of a pause is a note of the network's: those who run it read it, referrer and household do not."""
    dispatcher = signed_in(Role.DISPATCHER)
    pause = {"starts_on": "2026-12-01", "ends_on": "2026-12-08", "reason": "Dispute next door"}
    assert dispatcher.post(f"/households/{own}/pauses/new", data=pause).status_code == 302
    referrer = signed_in(email=world.account(Role.REFERRER, organisation_id=advice))
    for page in (recipient.get(f"/request/households/{own}"), referrer.get(f"/households/{own}")):
        assert page.status_code == 200
        assert "Dispute next door" not in page.text
        assert "1 Dec" in page.text
    assert "Dispute next door" in dispatcher.get(f"/households/{own}").text


def test_needs_are_not_kept_against_a_no(own: uuid.UUID, world: World, signed_in: Callable[..., Visitor]) -> None:
    """Who refused to have health and religion kept is asked again before an allergy is written down."""
    coordinator = signed_in(Role.COORDINATOR)
    world.add(
        Consent(
            id=uuid.uuid4(),
            household_id=own,
            purpose=ConsentPurpose.HEALTH_AND_RELIGION,
            given=False,
            given_on=date(2026, 11, 1),
            wording_version="2026-11",
            method="told_us",
        )
    )
    form = {**FORM, "allergy": "some", "allergens": "peanuts"}
    refused = coordinator.post(f"/households/{own}/edit", data=form)
    assert refused.status_code == 422
    assert "They did not agree" in refused.text
    with world.session() as session:
        needs = session.query(HouseholdNeeds).filter_by(household_id=own).one_or_none()
        assert needs is None or not needs.allergens
    assert coordinator.post(f"/households/{own}/edit", data={**form, "agrees_needs": "yes"}).status_code == 302
    with world.session() as session:
        assert session.query(HouseholdNeeds).filter_by(household_id=own).one().allergens == {Allergen.PEANUTS}
