"""Stop half-way, and come back within seven days on another device, without scripts."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

from werkzeug.test import TestResponse

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Household, SavedForm
from tests.web.request.answers import ANSWERS, answer_all, send, step_of
from tests.web.world import NOW, Visitor, World
from web.security.boundary import BoundedApp


def code_of(page: TestResponse) -> str:
    """The code that the page shows."""
    found = re.search(r'<code class="return-code num">([0-9A-Z-]+)</code>', page.text)
    assert found is not None, page.text
    return found[1]


def test_the_form_goes_on_elsewhere(
    app: BoundedApp, referrer: Visitor, world: World, advice: uuid.UUID, signed_in: Callable[..., Visitor]
) -> None:
    """Another browser of the same account gets the page on which it stopped, with every answer; a colleague does not."""
    email = world.account(Role.REFERRER, organisation_id=advice)
    first = signed_in(email=email)
    page = send(first, first.get("/request/new"), **ANSWERS["who"])
    saved = send(first, page, adults="2", children="3", go="later")
    assert saved.status_code == 200
    code = code_of(saved)
    assert "Thursday 3 December" in saved.text or "Thu 3 Dec" in saved.text, saved.text
    colleague = referrer.post("/request/back", data={"code": code})
    assert colleague.status_code == 422
    assert "Amina" not in colleague.text
    second = signed_in(email=email)
    assert second.get("/request/back").status_code == 200
    resumed = second.post("/request/back", data={"code": code.lower().replace("-", " ")})
    assert step_of(resumed) == "people"
    assert 'value="3"' in resumed.text
    page = send(second, resumed, adults="2", children="3")
    while (step := step_of(page)) != "check":
        page = send(second, page, **ANSWERS[step])
    assert "Amina Diallo" in page.text
    assert send(second, page).status_code == 303
    with world.session() as session:
        assert session.query(Household).one().children == 3
        assert session.query(SavedForm).count() == 0
    assert first.post("/request/back", data={"code": code}).status_code == 422


def test_what_is_wrong_yet_is_kept_too(referrer: Visitor) -> None:
    """Somebody who stops in the middle of a page finds what they typed, if it cannot be sent like that."""
    saved = send(referrer, referrer.get("/request/new"), contact_name="Amina", address="", postcode="SE", go="later")
    page = referrer.post("/request/back", data={"code": code_of(saved)})
    assert step_of(page) == "who"
    assert 'value="Amina"' in page.text


def test_saved_at_the_end_and_saved_again(referrer: Visitor, world: World) -> None:
    """From the last page too; a second time gives a new code, and the one before is over."""
    saved = send(referrer, answer_all(referrer), go="later")
    first = code_of(saved)
    page = referrer.post("/request/back", data={"code": first})
    assert step_of(page) == "check"
    second = code_of(send(referrer, page, go="later"))
    assert referrer.post("/request/back", data={"code": first}).status_code == 422
    assert referrer.post("/request/back", data={"code": second}).status_code == 200
    with world.session() as session:
        assert session.query(SavedForm).count() == 1


def test_a_week_later_nothing_waits(referrer: Visitor, clock: FixedClock, signed_in: Callable[..., Visitor]) -> None:
    """The code opens the form for seven days and not a moment longer."""
    code = code_of(send(referrer, referrer.get("/request/new"), contact_name="Amina", go="later"))
    clock.set(NOW + timedelta(days=7))
    answer = referrer.post("/request/back", data={"code": code}, follow_redirects=True)
    assert "Amina" not in answer.text
