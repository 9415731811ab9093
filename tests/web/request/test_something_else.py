"""What a household cannot eat that is on no list: kept in its words beside every other answer, until a coordinator maps it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import Allergen, OrganisationKind, Role
from logistics.persistence.tables import AuditEvent, Household, HouseholdNeeds
from tests.web.admin.test_households import typed
from tests.web.request.answers import answer_all, send
from tests.web.world import Visitor, World

WAITS = {"unmapped": "kiwi", "allergens": frozenset({Allergen.MILK})}
FOOD = {"allergy": "some", "allergens": ["milk"], "diets": [], "texture_iddsi": "", "agrees_needs": "yes"}


def _needs(world: World) -> tuple[str, frozenset[Allergen]]:
    with world.session() as session:
        row = session.scalars(select(HouseholdNeeds)).one()
        return row.unmapped, frozenset(row.allergens)


def _mapped(world: World) -> int:
    with world.session() as session:
        return len(session.scalars(select(AuditEvent).where(AuditEvent.action == "household_need_mapped")).all())


@pytest.mark.parametrize(
    ("allergy", "ticked", "kept"),
    [("some", ["milk"], {Allergen.MILK}), ("none", [], set()), ("unsure", ["milk"], {Allergen.MILK})],
)
def test_words_stay_beside_every_answer(
    referrer: Visitor, world: World, allergy: str, ticked: list[str], kept: set[Allergen]
) -> None:
    """Whatever is answered about the 14, "kiwi" is kept too, is shown before sending, and no meal is safe."""
    page = answer_all(referrer, allergy={"allergy": allergy, "allergens": ticked, "unmapped": "kiwi"})
    assert "kiwi" in page.text
    assert send(referrer, page).status_code == 303
    assert _needs(world) == ("kiwi", kept)


@pytest.mark.parametrize("answer", ["some", "none", "unsure"])
@pytest.mark.parametrize(("words", "kept"), [("", "kiwi"), ("kiwi", "kiwi"), ("lentils", "kiwi; lentils")])
def test_household_itself_does_not_map_its_words(
    signed_in: Callable[..., Visitor], world: World, answer: str, words: str, kept: str
) -> None:
    """From a recipient, emptied words stay and new words are added: no later answer makes a meal look safe."""
    own = world.household("H0600", needs=WAITS)
    recipient = signed_in(email=world.account(Role.RECIPIENT, household_id=own))
    sent = {**FOOD, "allergy": answer, "unmapped": words}
    assert recipient.post(f"/request/households/{own}/food", data=sent).status_code == 303
    assert _needs(world)[0] == kept
    assert _mapped(world) == 0


def test_words_without_room_are_refused_whole(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """More words than there is room for are refused with what to do, and nothing of the answer is kept."""
    own = world.household("H0600", referrer_id=advice, needs={**WAITS, "unmapped": "k" * 300})
    sent = {**FOOD, "allergens": ["eggs"], "unmapped": "l" * 300}
    refused = referrer.post(f"/request/households/{own}/food", data=sent)
    assert refused.status_code == 422
    assert "Ring your coordinator" in refused.text
    assert _needs(world) == ("k" * 300, {Allergen.MILK})


def test_changing_the_phone_keeps_words_and_allergies(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """A part that says nothing about food loses nothing about food."""
    own = world.household("H0600", referrer_id=advice, needs=WAITS)
    sent = {"phone": "07700 900555", "language": "en", "floor": "0", "has_lift": "no", "handover": "hand_over"}
    assert referrer.post(f"/request/households/{own}/reach", data=sent).status_code == 303
    assert _needs(world) == ("kiwi", {Allergen.MILK})


@pytest.mark.parametrize(
    ("role", "tied", "left"),
    [(Role.COORDINATOR, None, ""), (Role.GROUP_LEAD, "group_id", "kiwi"), (Role.REFERRER, "referrer_id", "kiwi")],
)
def test_only_a_coordinator_maps(
    signed_in: Callable[..., Visitor], world: World, role: Role, tied: str | None, left: str
) -> None:
    """On the desk's form only a coordinator takes the words away, and the trail says that it was done."""
    group = world.organisation("GRP7", OrganisationKind.DELIVERY_GROUP, name="Lunch group")
    ties: dict[str, Any] = {tied: group} if tied else {}
    own = world.household("H0600", needs=WAITS, **ties)
    desk = signed_in(email=world.account(role, organisation_id=group if tied else None))
    sent = typed(allergy="some", allergens=["milk", "sesame"], unmapped="")
    assert desk.post(f"/households/{own}/edit", data=sent).status_code == 302
    assert _needs(world) == (left, {Allergen.MILK, Allergen.SESAME})
    assert _mapped(world) == (0 if left else 1)


@pytest.mark.parametrize("ours", ["Allergies not known yet", "Did not agree that we keep what they cannot eat"])
def test_saving_the_desk_form_keeps_why_nobody_knows(
    signed_in: Callable[..., Visitor], world: World, ours: str
) -> None:
    """Where only we say that nobody knows, the form shows no words, and sending it unchanged keeps the reason."""
    own = world.household("H0600", needs={"unmapped": ours})
    coordinator = signed_in(Role.COORDINATOR)
    assert ours not in coordinator.get(f"/households/{own}/edit").text
    sent = {**typed(allergy="unsure", allergens=[], diets=[], unmapped=""), "agrees_needs": ""}
    assert coordinator.post(f"/households/{own}/edit", data=sent).status_code == 302
    assert _needs(world)[0] == ours


def test_words_are_kept_only_with_consent(signed_in: Callable[..., Visitor], world: World) -> None:
    """Words about food are health data: without an answer about keeping them nothing is stored."""
    sent = typed(allergy="none", allergens=[], diets=[], unmapped="kiwi", agrees_needs="")
    assert signed_in(Role.COORDINATOR).post("/households/new", data=sent).status_code == 422
    with world.session() as session:
        assert session.query(Household).count() == 0
