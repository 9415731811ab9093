"""The coordinator's households: what is stored, what is refused, and who is shown what."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import (
    Allergen,
    ConsentPurpose,
    Diet,
    GeocodePrecision,
    OrganisationKind,
    Role,
)
from logistics.persistence.tables import AuditEvent, Consent, Household, Pause, StandingOrder
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

NEW = "/households/new"


def typed(**changes: Any) -> dict[str, Any]:
    """A form filled in as most are."""
    form: dict[str, Any] = {
        "contact_name": "Amina",
        "phone": "07700900456",
        "language": "so",
        "adults": "2",
        "children": "3",
        "address": "Flat 9, Heron House",
        "postcode": "se15 6fw",
        "access_notes": "Buzzer 9",
        "floor": "2",
        "has_lift": "no",
        "allergy": "some",
        "allergens": ["milk", "nuts"],
        "diets": ["halal"],
        "texture_iddsi": "",
        "agrees_needs": "yes",
        "agrees_food": "yes",
        "handover": "hand_over",
        "people_at_door": "1",
    }
    return {**form, **changes}


def stored(world: World, contact_name: str = "Amina") -> Any:
    """The household of this name with everything its page shows, or None."""
    with world.session() as session:
        row = session.scalar(select(Household).where(Household.contact_name == contact_name))
        if row is not None:
            assert (row.site, row.needs) is not None, "loaded while the session is open"
        return row


def test_new_household_is_stored_placed_and_agreed(signed_in: Callable[..., Visitor], world: World) -> None:
    """Saving the form keeps the household with its place, its needs and both consents, each in its own row."""
    client = signed_in(Role.COORDINATOR)
    response = client.post(NEW, data=typed())
    assert response.status_code == 302, response.text
    row = stored(world)
    assert (row.ref, row.phone, row.adults, row.children) == ("H0001", "07700 900456", 2, 3)
    assert (row.site.postcode, row.site.geocode_precision) == ("SE15 6FW", GeocodePrecision.POSTCODE)
    assert row.site.latitude == pytest.approx(51.49, abs=0.02)
    assert (row.needs.allergens, row.needs.diets) == ({Allergen.MILK, Allergen.NUTS}, {Diet.HALAL})
    with world.session() as session:
        consents = {consent.purpose: consent.given for consent in session.scalars(select(Consent))}
    assert consents == {ConsentPurpose.FOOD_SUPPORT: True, ConsentPurpose.HEALTH_AND_RELIGION: True}
    assert "H0001 added" in client.get(response.headers["Location"]).text


def test_empty_form_names_every_field_and_saves_nothing(signed_in: Callable[..., Visitor], world: World) -> None:
    """Each fault stands in the summary, linked to its field, and beside the field in the same words."""
    response = signed_in(Role.COORDINATOR).post(NEW, data={"adults": "0", "handover": "hand_over"})
    assert response.status_code == 422
    for field, words in {
        "contact_name": "Enter the name to ask for at the door",
        "address": "Enter the address",
        "adults": "Enter between 1 and 20 people",
        "allergy": "Say whether anyone has a food allergy",
    }.items():
        assert response.text.count(words) == 2, field
        assert f'<a href="#{field}">' in response.text
        assert f'id="{field}"' in response.text
    assert "<title>Error: " in response.text
    with world.session() as session:
        assert session.scalars(select(Household)).all() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"allergy": "some", "allergens": []}, "Choose which foods they are allergic to"),
        ({"agrees_needs": ""}, "Say whether they agree that we keep this"),
        ({"postcode": "SE16"}, "not a whole postcode"),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"adults": "two"}, "Adults must be a whole number"),
        ({"allergens": ["milk", "gravel"]}, "Choose from the list"),
        ({"group_id": str(uuid.uuid4())}, "Choose one of the list"),
        ({"contact_name": "x" * 201}, "Use 200 characters or fewer"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_bad_answers_are_refused_and_kept_as_typed(
    signed_in: Callable[..., Visitor], world: World, changes: dict[str, Any], words: str
) -> None:
    """A wrong answer is explained, and what was typed stands in the form again."""
    response = signed_in(Role.COORDINATOR).post(NEW, data=typed(**changes))
    assert response.status_code == 422
    assert words in response.text
    assert "Flat 9, Heron House" in response.text
    assert stored(world) is None


def test_not_sure_is_never_none(signed_in: Callable[..., Visitor], world: World) -> None:
    """“Not sure” is kept as a need nobody has translated, so that no meal is safe yet."""
    signed_in(Role.COORDINATOR).post(NEW, data=typed(allergy="unsure", allergens=[], unmapped="something with seeds"))
    needs = stored(world).needs
    assert needs.unmapped == "something with seeds"
    assert needs.allergens == frozenset()


def test_refused_consent_keeps_no_health_data(signed_in: Callable[..., Visitor], world: World) -> None:
    """Who does not agree has nothing about health or religion stored, and no meal is guessed for them."""
    signed_in(Role.COORDINATOR).post(NEW, data=typed(agrees_needs="no"))
    needs = stored(world).needs
    assert (needs.allergens, needs.diets, needs.texture_iddsi) == (frozenset(), frozenset(), None)
    assert needs.unmapped
    with world.session() as session:
        given = {consent.purpose: consent.given for consent in session.scalars(select(Consent))}
    assert given[ConsentPurpose.HEALTH_AND_RELIGION] is False


def test_unknown_postcode_is_kept_as_not_placed(signed_in: Callable[..., Visitor], world: World) -> None:
    """A household whose postcode nobody knows is kept, and its page says that no route can go there."""
    client = signed_in(Role.COORDINATOR)
    response = client.post(NEW, data=typed(postcode="ZZ99 3VZ"))
    assert stored(world).site.latitude is None
    assert "Not placed on the map" in client.get(response.headers["Location"]).text
    assert "Amina" in client.get("/households?only=not_placed").text


def test_change_of_another_field_keeps_a_pin(signed_in: Callable[..., Visitor], world: World) -> None:
    """A place set by hand stays when something else changes, and goes when the postcode does."""
    household_id = world.household(
        contact_name="Amina",
        site={"latitude": 51.5, "geocode_precision": GeocodePrecision.MANUAL, "address": "Flat 9, Heron House"},
    )
    client = signed_in(Role.COORDINATOR)
    assert client.post(f"/households/{household_id}/edit", data=typed()).status_code == 302
    assert stored(world).site.geocode_precision is GeocodePrecision.MANUAL
    client.post(f"/households/{household_id}/edit", data=typed(postcode="SE1 6QW"))
    assert stored(world).site.geocode_precision is GeocodePrecision.POSTCODE


def test_group_leads_household_joins_their_own_group(app: BoundedApp, world: World) -> None:
    """Whatever the form says, a group lead's new household belongs to the lead's group."""
    own, other = world.organisation("GRP1"), world.organisation("GRP2")
    client = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=own))
    response = client.post(NEW, data=typed(group_id=str(other)))
    assert response.status_code == 302
    assert stored(world).group_id == own


def test_group_lead_sees_own_households_only(app: BoundedApp, world: World) -> None:
    """Another group's households are neither listed, found nor opened."""
    own, other = world.organisation("GRP1"), world.organisation("GRP2")
    mine = world.household("H0001", contact_name="Mine", group_id=own)
    theirs = world.household("H0002", contact_name="Theirs", group_id=other)
    client = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=own))
    listed = client.get("/households").text
    assert "Mine" in listed
    assert "Theirs" not in listed
    assert "H0002" not in client.get("/search?q=Theirs").text.split("</form>")[-1]
    assert client.get(f"/households/{mine}").status_code == 200
    assert client.get(f"/households/{theirs}").status_code == 404


def test_organisation_with_two_roles_lends_neither_the_others_households(app: BoundedApp, world: World) -> None:
    """A referrer of an organisation that also delivers sees those it referred, not those it delivers to."""
    both = world.organisation("GRP1")
    referred = world.household("H0001", referrer_id=both)
    delivered = world.household("H0002", group_id=both)
    referrer = world.enter(app, world.account(Role.REFERRER, organisation_id=both))
    lead = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=both))
    codes = [
        client.get(f"/households/{which}").status_code for client in (referrer, lead) for which in (referred, delivered)
    ]
    assert codes == [200, 404, 404, 200]


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.COORDINATOR, True), (Role.DISPATCHER, True), (Role.GROUP_LEAD, False)]
)
def test_confidential_address_is_for_the_desk_alone(app: BoundedApp, world: World, role: Role, shown: bool) -> None:
    """Only those who plan the week read a confidential address, and only on its own page; no list or search shows it."""
    group = world.organisation("GRP1")
    household_id = world.household(
        contact_name="Hidden",
        group_id=group,
        confidential_address=True,
        site={"address": "4 Secret Mews", "access_notes": "Ring Mews 4"},
    )
    tied = group if role is Role.GROUP_LEAD else None
    client = world.enter(app, world.account(role, organisation_id=tied))
    pages = [client.get(path).text for path in (f"/households/{household_id}", "/households?q=Hidden")]
    assert all("Hidden" in page for page in pages)
    assert [("Secret Mews" in page) for page in pages] == [shown, False]
    assert ("Ring Mews 4" in pages[0]) is shown
    assert "Hidden" not in client.get("/households?q=Mews").text
    found = client.get("/search?q=Secret", follow_redirects=True).text
    assert "1 household" not in found
    assert "Hidden" not in found


def test_who_may_not_see_an_address_cannot_unhide_it(app: BoundedApp, world: World) -> None:
    """A group lead's change leaves a confidential address confidential and as it was."""
    group = world.organisation("GRP1")
    household_id = world.household(
        contact_name="Amina", group_id=group, confidential_address=True, site={"address": "4 Secret Mews"}
    )
    client = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=group))
    sent = typed(address="Elsewhere 1", postcode="SE1 1AA", adults="4")
    assert client.post(f"/households/{household_id}/edit", data=sent).status_code == 302
    row = stored(world)
    assert (row.adults, row.confidential_address, row.site.address) == (4, True, "4 Secret Mews")


def test_dispatcher_keeps_phone_and_way_in_true(app: BoundedApp, world: World) -> None:
    """A dispatcher changes phone and way in and nothing else of a household."""
    household_id = world.household(contact_name="Amina")
    client = world.enter(app, world.account(Role.DISPATCHER))
    sent = {"phone": "07700 900999", "access_notes": "Side door", "contact_name": "Changed"}
    assert client.post(f"/households/{household_id}/access", data=sent).status_code == 302
    row = stored(world)
    assert (row.phone, row.site.access_notes) == ("07700 900999", "Side door")
    assert client.post(f"/households/{household_id}/edit", data=typed()).status_code == 403


def test_opening_a_household_leaves_a_trail(signed_in: Callable[..., Visitor], world: World) -> None:
    """Who looked at which household is written down, by ids alone."""
    household_id = world.household()
    signed_in(Role.DISPATCHER).get(f"/households/{household_id}")
    with world.session() as session:
        lines = session.scalars(select(AuditEvent)).all()
    assert [(line.action, line.subject_id, line.details) for line in lines] == [("household_seen", household_id, {})]
    assert lines[0].account_id is not None


def test_pause_is_stored_once_and_can_be_taken_back(signed_in: Callable[..., Visitor], world: World) -> None:
    """The same pause sent twice is one pause; removing it leaves none."""
    household_id = world.household()
    client = signed_in(Role.DISPATCHER)
    for _ in range(2):
        sent = {"starts_on": "2026-12-01", "ends_on": "2026-12-05", "reason": "hospital"}
        assert client.post(f"/households/{household_id}/pauses/new", data=sent).status_code == 302
    with world.session() as session:
        (pause,) = session.scalars(select(Pause)).all()
    client.post(f"/pauses/{pause.id}/remove")
    with world.session() as session:
        assert session.scalars(select(Pause)).all() == []


def test_pause_that_ends_before_it_starts_is_refused(signed_in: Callable[..., Visitor], world: World) -> None:
    """The person is told which day is wrong."""
    household_id = world.household()
    sent = {"starts_on": "2026-12-05", "ends_on": "2026-12-01"}
    response = signed_in(Role.DISPATCHER).post(f"/households/{household_id}/pauses/new", data=sent)
    assert response.status_code == 422
    assert "The last day cannot be before the first" in response.text


def test_standing_order_is_added_and_ended(signed_in: Callable[..., Visitor], world: World) -> None:
    """An order is added whole, and ends today: the past stays as it was."""
    household_id = world.household()
    client = signed_in(Role.COORDINATOR)
    sent = {
        "product": "hot_meal",
        "quantity": "2",
        "days": ["wed", "fri"],
        "window_start": "12:00",
        "window_end": "14:00",
        "frequency": "fortnightly",
        "fulfilment": "delivery",
        "starts_on": "2026-11-30",
    }
    assert client.post(f"/households/{household_id}/orders/new", data=sent).status_code == 302
    with world.session() as session:
        (order,) = session.scalars(select(StandingOrder)).all()
    assert (order.quantity, order.frequency.value, order.ends_on) == (2, "fortnightly", None)
    assert "2 hot meals" in client.get(f"/households/{household_id}").text
    client.post(f"/standing-orders/{order.id}/end")
    with world.session() as session:
        (order,) = session.scalars(select(StandingOrder)).all()
    assert str(order.ends_on) == "2026-11-26"


def test_order_with_its_window_upside_down_is_refused(signed_in: Callable[..., Visitor], world: World) -> None:
    """The latest time must come after the earliest, and a day must be chosen."""
    household_id = world.household()
    sent = {"product": "parcel", "quantity": "1", "window_start": "14:00", "window_end": "12:00"}
    response = signed_in(Role.COORDINATOR).post(f"/households/{household_id}/orders/new", data=sent)
    assert response.status_code == 422
    assert "The latest time must be after the earliest" in response.text
    assert "Choose at least one day" in response.text


def test_hub_cannot_be_a_household_group(signed_in: Callable[..., Visitor], world: World) -> None:
    """Only a delivery group looks after households."""
    hub = world.organisation("HUB1", OrganisationKind.HUB)
    response = signed_in(Role.COORDINATOR).post(NEW, data=typed(group_id=str(hub)))
    assert response.status_code == 422


def test_a_field_that_was_not_sent_is_not_emptied(signed_in: Callable[..., Visitor], world: World) -> None:
    """Phone and way in: what stands empty in the form is emptied, what was left out of the request stays."""
    household_id = world.household(contact_name="Amina", phone="07700 900123", site={"access_notes": "Buzzer 4"})
    client = signed_in(Role.DISPATCHER)
    path = f"/households/{household_id}/access"
    assert client.post(path, data={}).status_code == 302
    assert (stored(world).phone, stored(world).site.access_notes) == ("07700 900123", "Buzzer 4")
    client.post(path, data={"phone": "07700 900999"})
    assert (stored(world).phone, stored(world).site.access_notes) == ("07700 900999", "Buzzer 4")
    client.post(path, data={"access_notes": ""})
    assert (stored(world).phone, stored(world).site.access_notes) == ("07700 900999", "")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DISPATCHER])
def test_nobody_comes_by_a_confidential_address_in_a_list(
    signed_in: Callable[..., Visitor], world: World, role: Role
) -> None:
    """Neither list nor search shows it or finds anybody by it; whoever needs it opens the household, which is written down."""
    world.household("H0001", contact_name="Amina", confidential_address=True, site={"address": "7 Harbour Walk"})
    world.household("H0002", contact_name="Benedict", site={"address": "8 Harbour Walk"})
    client = signed_in(role)
    everybody = client.get("/households").text
    assert ("Amina" in everybody, "8 Harbour Walk" in everybody) == (True, True)
    assert "7 Harbour Walk" not in everybody
    assert "Confidential address" in everybody
    for path in ("/households?q=harbour", "/search?q=harbour+walk"):
        found = client.get(path, follow_redirects=True).text
        assert "Amina" not in found
        assert "7 Harbour Walk" not in found
