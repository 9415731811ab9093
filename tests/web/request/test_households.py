"""Own households only: a referrer those they referred, a recipient their own; pauses, ends, changes and waiting wishes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date

import pytest

from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Allergen, Role
from logistics.persistence.tables import Household, HouseholdNeeds, Pause, StandingOrder
from tests.web.request.answers import ANSWERS
from tests.web.world import Visitor, World


def test_referrer_sees_those_they_referred_and_no_other(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """Neither list nor page shows a household that somebody else referred."""
    mine = world.household("H0001", contact_name="Mine Own", referrer_id=advice)
    other = world.household("H0002", contact_name="Other People")
    page = referrer.get("/request").text
    assert "Mine Own" in page
    assert "Other People" not in page
    assert referrer.get(f"/request/households/{mine}").status_code == 200
    for path in ("", "/order", "/pause", "/food", "/reach"):
        assert referrer.get(f"/request/households/{other}{path}").status_code == 404, path
    assert (
        referrer.post(
            f"/request/households/{other}/pause", data={"starts_on": "2026-12-01", "ends_on": "2026-12-05"}
        ).status_code
        == 404
    )


def test_recipients_wish_waits_for_a_yes(
    recipient: Visitor, own_household: uuid.UUID, world: World, signed_in: Callable[..., Visitor]
) -> None:
    """What a household asks for itself is not in the demand until a coordinator has confirmed it."""
    assert recipient.post(f"/request/households/{own_household}/order", data=ANSWERS["wish"]).status_code == 303
    with world.session() as session:
        order = session.query(StandingOrder).one()
        assert order.state is OrderState.SUBMITTED
    assert "Waiting for a coordinator" in recipient.get(f"/request/households/{own_household}").text
    assert recipient.post(f"/request/orders/{order.id}/answer", data={"answer": "yes"}).status_code == 403
    coordinator = signed_in(Role.COORDINATOR)
    assert "Waiting for a yes" in coordinator.get("/request").text
    assert coordinator.post(f"/request/orders/{order.id}/answer", data={"answer": "yes"}).status_code == 303
    again = coordinator.post(f"/request/orders/{order.id}/answer", data={"answer": "no"})
    assert again.status_code == 409
    assert "confirmed" in again.text
    with world.session() as session:
        assert session.query(StandingOrder).one().state is OrderState.CONFIRMED


def test_recipient_starts_at_their_own_household(recipient: Visitor, own_household: uuid.UUID) -> None:
    """There is no list to look through for somebody with one household."""
    answer = recipient.get("/request")
    assert answer.status_code == 302
    assert str(own_household) in answer.headers["Location"]
    assert "Your food" in recipient.get(answer.headers["Location"]).text


def test_pause_and_its_end(recipient: Visitor, own_household: uuid.UUID, world: World) -> None:
    """Dates that make no sense are refused; a pause is stored once and can be taken away."""
    path = f"/request/households/{own_household}/pause"
    for wrong in (
        {"starts_on": "", "ends_on": ""},
        {"starts_on": "2026-12-09", "ends_on": "2026-12-01"},
        {"starts_on": "2026-11-01", "ends_on": "2026-11-20"},
        {"starts_on": "30/02/2026", "ends_on": "2026-12-01"},
    ):
        assert recipient.post(path, data=wrong).status_code == 422
    dates = {"starts_on": "2026-12-01", "ends_on": "09/12/2026"}
    for _ in range(2):
        assert recipient.post(path, data=dates).status_code == 303
    with world.session() as session:
        pause = session.query(Pause).one()
        assert (pause.starts_on, pause.ends_on) == (date(2026, 12, 1), date(2026, 12, 9))
    assert recipient.post(f"/request/pauses/{pause.id}/remove").status_code == 303
    with world.session() as session:
        assert session.query(Pause).count() == 0


def test_order_is_ended_from_tomorrow_on(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """Today's food still comes."""
    household = world.household("H0001", referrer_id=advice)
    order_id = world.standing_order(household)
    assert referrer.post(f"/request/orders/{order_id}/end").status_code == 303
    with world.session() as session:
        assert session.query(StandingOrder).one().ends_on == date(2026, 11, 26)


def test_changing_the_phone_leaves_what_they_eat(recipient: Visitor, own_household: uuid.UUID, world: World) -> None:
    """A part that is changed changes nothing else."""
    with world.services.database.writing(world.network_id) as session:
        session.query(HouseholdNeeds).one().allergens = frozenset({Allergen.MILK})
    sent = {
        "phone": "07700 900555",
        "language": "bn",
        "floor": "2",
        "has_lift": "yes",
        "access_notes": "Blue door",
        "handover": "hand_over",
    }
    assert recipient.post(f"/request/households/{own_household}/reach", data=sent).status_code == 303
    with world.session() as session:
        household = session.query(Household).one()
        assert (household.phone, household.language, household.floor, household.site.access_notes) == (
            "07700 900555", "bn", 2, "Blue door"
        )  # fmt: skip
        assert session.query(HouseholdNeeds).one().allergens == {Allergen.MILK}


def test_new_allergy_needs_an_answer_about_keeping_it(
    recipient: Visitor, own_household: uuid.UUID, world: World
) -> None:
    """Health data is stored only with a yes to keeping it."""
    sent = {"allergy": "some", "allergens": ["milk"], "diets": [], "texture_iddsi": ""}
    path = f"/request/households/{own_household}/food"
    assert recipient.post(path, data=sent).status_code == 422
    assert recipient.post(path, data={**sent, "agrees_needs": "yes"}).status_code == 303
    with world.session() as session:
        assert session.query(HouseholdNeeds).one().allergens == {Allergen.MILK}


def _names(page: str) -> list[str]:
    return re.findall(r"<b>(Home \d\d)</b>", page)


def test_long_list_is_paged_by_name(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """Sixty households are three pages of plain links; a page beyond the end is the last, and nonsense the first."""
    for number in range(60):
        world.household(f"H{number:04}", contact_name=f"Home {number:02}", referrer_id=advice)
    first = referrer.get("/request").text
    assert _names(first) == [f"Home {number:02}" for number in range(25)]
    assert "Page 1 of 3" in first
    assert 'href="/request?page=2"' in first
    assert _names(referrer.get("/request?page=3").text) == [f"Home {number:02}" for number in range(50, 60)]
    assert "Page 3 of 3" in referrer.get("/request?page=99").text
    for wrong in ("0", "-4", "two", ""):
        assert "Page 1 of 3" in referrer.get(f"/request?page={wrong}").text, wrong


@pytest.mark.parametrize("words", ["abara", "NGOZI a", "h0101", "se16 4", "SE164TB", "0101", "0101 "])
def test_list_is_searched_by_name_number_postcode_and_phone(
    referrer: Visitor, world: World, advice: uuid.UUID, words: str
) -> None:
    """Whatever of these is typed finds the one household, and keeps what was typed."""
    site = {"postcode": "SE16 4TB", "address": "4 Willow Row"}
    world.household("H0101", contact_name="Ngozi Abara", phone="07700 900101", site=site, referrer_id=advice)
    world.household("H0202", contact_name="Bo Lind", site={"postcode": "N1 9GU"}, referrer_id=advice)
    page = referrer.get("/request", query_string={"q": words}).text
    assert "Ngozi Abara" in page
    assert "Bo Lind" not in page
    assert "1 household for" in page
    assert f'value="{words.strip()}"' in page


def test_search_stays_within_reach_and_pages_keep_it(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """A search finds nobody else's household, says what to try when it finds none, and its next page is of the same search."""
    world.household("H0900", contact_name="Home 99")
    for number in range(30):
        world.household(f"H{number:04}", contact_name=f"Home {number:02}", referrer_id=advice)
    found = referrer.get("/request?q=home").text
    assert "30 households for" in found
    assert 'href="/request?page=2&amp;q=home"' in found
    none = referrer.get("/request?q=H0900").text
    assert "Home 99" not in none
    assert "Nobody you ask for matches" in none
    assert 'href="/request/new"' in none


def test_search_by_place_passes_confidential_addresses_over(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """Who may not see a confidential address cannot find it by guessing its postcode."""
    site = {"postcode": "SE8 5HH", "address": "The Old Vicarage"}
    world.household("H0118", contact_name="Home 18", confidential_address=True, site=site, referrer_id=advice)
    for words in ("SE8", "vicarage"):
        assert "Home 18" not in referrer.get(f"/request?q={words}").text, words
    assert "Home 18" in referrer.get("/request?q=H0118").text
