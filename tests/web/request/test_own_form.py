"""A resident asks for themselves: "you", a code, an answer; and coordinators who answer and are told of look-alikes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from werkzeug.test import TestResponse

from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.persistence.tables import AuditEvent, Household, Network, Referral, SavedForm
from tests.web.request.answers import ANSWERS, draft_of, step_of
from tests.web.request.test_saving_for_later import code_of
from tests.web.world import Visitor, World
from web.request.own_words import OWN
from web.request.questions import QUESTIONS

PATH = "/request/for-me/riverside"


def send(client: Visitor, page: TestResponse, **fields: object) -> TestResponse:
    """Send a page on."""
    return client.post(PATH, data={"draft": draft_of(page), "step": step_of(page), **fields})


def answer_all(client: Visitor) -> TestResponse:
    """From the first question to the check."""
    page = client.get(PATH)
    while (step := step_of(page)) != "check":
        page = send(client, page, **ANSWERS[step])
        assert page.status_code == 200, (step, page.text)
    return page


def words(page: TestResponse) -> str:
    """What the page's main part says."""
    main = page.text.split('<main class="stack" id="main">')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_every_page_speaks_to_the_resident(visitor: Visitor, world: World) -> None:
    """No question, label or mistake says "they" to somebody who asks for themselves."""
    page = visitor.get(PATH)
    while (step := step_of(page)) != "check":
        wrong = send(
            visitor, page, product="", agrees_food="no", handover="", kitchen="x", allergy="", extras=["other"]
        )
        for shown in (page, wrong):
            said = words(shown)
            for about_things in ("sees them", "see them", "each of them", "one of them"):
                said = said.replace(about_things, "")
            assert not re.search(r"\b([Tt]hey|[Tt]hem|[Tt]heir)\b", said), (step, said)
        page = send(visitor, page, **ANSWERS[step])
    assert {question.title for question in QUESTIONS if not question.is_for_referrers} - set(OWN) == {
        "Does anyone need softer food?",
        "What else would help?",
    }


def test_it_is_sent_answered_and_read(visitor: Visitor, world: World, signed_in: Callable[..., Visitor]) -> None:
    """The whole way without an account; the answer page never shows what was in the form."""
    sent = send(visitor, answer_all(visitor))
    assert sent.status_code == 200
    code = code_of(sent)
    coordinator = signed_in(Role.COORDINATOR)
    queue = coordinator.get("/request/queue").text
    assert "Amina Diallo" in queue
    assert "sent today" in queue
    assert "Waiting for a yes" not in coordinator.get("/request").text
    with world.session() as session:
        referral = session.query(Referral).one()
        path = f"/request/queue/{referral.id}"
        assert not session.query(Household).one().is_active
    assert "Peanuts and Sesame" in coordinator.get(path).text
    assert coordinator.post(f"{path}/ask", data={"question": ""}).status_code == 422
    assert coordinator.post(f"{path}/ask", data={"question": "Is there a lift?"}).status_code == 303
    asked = visitor.post(f"{PATH}/answer", data={"code": code})
    assert "Is there a lift?" in asked.text
    assert "Amina" not in asked.text
    assert visitor.post(f"{PATH}/answer", data={"code": code, "answer": ""}).status_code == 422
    assert "Your answer is with us" in visitor.post(f"{PATH}/answer", data={"code": code, "answer": "No lift"}).text
    assert "“No lift”" in coordinator.get(path).text
    assert coordinator.post(f"{path}/accept").status_code == 303
    assert "Yes." in visitor.post(f"{PATH}/answer", data={"code": code}).text
    assert visitor.post(f"{PATH}/answer", data={"code": "x"}).status_code == 422
    again = coordinator.post(f"{path}/decline", data={"reason": "Too late"})
    assert again.status_code == 409
    shown = coordinator.get(f"/households/{referral.household_id}").text
    for wanted in ("History", "Waits for an answer → Accepted", "the resident", "“Is there a lift?”"):
        assert wanted in shown, wanted


def test_it_waits_half_way_too(visitor: Visitor, world: World, referrer: Visitor) -> None:
    """A code brings it back, here alone, and sending it removes what waited."""
    page = send(visitor, visitor.get(PATH), **ANSWERS["who"])
    code = code_of(send(visitor, page, adults="2", children="0", go="later"))
    assert referrer.post("/request/back", data={"code": code}).status_code == 422
    page = visitor.post(f"{PATH}/back", data={"code": code})
    while (step := step_of(page)) != "check":
        page = send(visitor, page, **ANSWERS[step])
    assert send(visitor, page).status_code == 200
    with world.session() as session:
        assert session.query(SavedForm).count() == 0
        assert session.query(Household).one().contact_name == "Amina Diallo"


def test_an_unknown_network_is_not_there(visitor: Visitor, world: World) -> None:
    """And nothing tells which ones are."""
    for path in ("", "/back", "/answer"):
        answer = visitor.get(f"/request/for-me/nowhere{path}")
        assert answer.status_code == 404
        assert "riverside" not in answer.text


def test_the_same_people_in_two_groups_are_noticed(
    world: World, signed_in: Callable[..., Visitor], advice: uuid.UUID
) -> None:
    """Who may see both gets a link; who may see one learns that there is another, and nothing about it."""
    first, second = world.organisation("GRP1"), world.organisation("GRP2", name="The other group")
    place = {"address": "Flat 4, Rowan House", "postcode": "SE16 4TB"}
    mine = world.household("H0001", contact_name="Amina Diallo", group_id=first, site=place)
    world.household(
        "H0777", contact_name="Aminah Dialo", group_id=second, phone="", referrer_id=advice,
        site={"address": "4 rowan house", "postcode": "SE16 4TB", "access_notes": "Dog in the yard"},
        needs={"unmapped": "no kiwi"},
    )  # fmt: skip
    world.household("H0999", contact_name="Amina Diallo", confidential_address=True, site=place)
    both = signed_in(Role.COORDINATOR).get(f"/households/{mine}").text
    assert "Another household looks the same" in both
    assert "H0777" in both
    assert "H0999" not in both
    lead = signed_in(email=world.account(Role.GROUP_LEAD, organisation_id=first)).get(f"/households/{mine}").text
    assert "Another household looks the same" in lead
    for private in ("H0777", "Aminah", "The other group", "Dog", "kiwi", "H0999"):
        assert private not in lead, private


def test_a_donor_organisation_of_residents_is_no_way_in(world: World, signed_in: Callable[..., Visitor]) -> None:
    """A donor sees neither the queue nor a form."""
    referral_id = world.referral()
    donor_id = world.organisation("DON9", OrganisationKind.DONOR)
    donor = signed_in(email=world.account(Role.DONOR, organisation_id=donor_id))
    for path in ("/request/queue", f"/request/queue/{referral_id}"):
        assert donor.get(path).status_code == 403


def test_one_sender_has_an_end(visitor: Visitor, world: World) -> None:
    """Twenty forms an hour are kept from one address: the next is told to wait, and each form is one household however often it is sent."""
    page = answer_all(visitor)
    for _ in range(3):
        assert send(visitor, page).status_code == 200
    for _ in range(17):
        assert visitor.post(PATH, data={"step": "who", "go": "later", "contact_name": "Amina"}).status_code == 200
    assert visitor.post(PATH, data={"step": "who", "go": "later", "contact_name": "Amina"}).status_code == 429
    with world.session() as session:
        assert session.query(Referral).count() == 1
        assert session.query(SavedForm).count() == 17


def test_reading_a_form_by_a_refused_answer_is_in_the_trail(
    visitor: Visitor, world: World, signed_in: Callable[..., Visitor]
) -> None:
    """An empty question shows the form again: that is a look like any."""
    send(visitor, answer_all(visitor))
    with world.session() as session:
        path = f"/request/queue/{session.query(Referral).one().id}"
    coordinator = signed_in(Role.COORDINATOR)
    assert coordinator.post(f"{path}/ask", data={"question": ""}).status_code == 422
    assert coordinator.post(f"{path}/decline", data={"reason": ""}).status_code == 422
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="household_seen").count() == 2


def test_who_has_no_code_is_told_no_number(visitor: Visitor, world: World) -> None:
    """The on-call phone is somebody's own."""
    with world.session() as session:
        session.query(Network).one().on_call_phone = "07700 900999"
    assert "07700 900999" not in visitor.get(f"{PATH}/answer").text
    assert "07700 900999" not in visitor.get(PATH).text
