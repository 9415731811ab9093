"""Until when, and how much: asked of a referrer, changed later, shown before it ends."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta

from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Household, Referral
from tests.web.request.answers import ANSWERS, answer_all, send, step_of
from tests.web.world import NOW, Visitor, World

TODAY = NOW.date()


def test_the_form_asks_and_keeps_it(referrer: Visitor, world: World) -> None:
    """With the household and its first order, or with neither."""
    until = {"until": "2026-12-05", "meals_a_week": "5"}
    page = answer_all(referrer, until=until)
    assert "5 meals a week, until 05/12/2026" in page.text
    refused = send(referrer, page)
    assert refused.status_code == 422
    assert step_of(refused) == "until"
    assert "They ask for 6 meals a week" in refused.text
    with world.session() as session:
        assert session.query(Household).count() == 0
    page = send(referrer, refused, **{**until, "meals_a_week": "6"})
    assert send(referrer, page).status_code == 303
    with world.session() as session:
        row = session.query(Referral).one()
        assert (row.meals_a_week, row.parcels_a_week, row.until) == (6, None, date(2026, 12, 5))
    listed = referrer.get("/request").text
    assert "Ending within 14 days" in listed
    assert "in 9 days" in listed
    more = referrer.post(f"/request/households/{row.household_id}/order", data={**ANSWERS["wish"], "quantity": "1"})
    assert more.status_code == 422
    assert "ask for nothing more" in more.text


def test_it_is_changed_and_ends(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """The page says what stands, refuses what makes no sense, and the household's page says when it has ended."""
    home = world.household("H0001", contact_name="Amina", referrer_id=advice)
    path = f"/request/households/{home}/entitlement"
    for wrong in ({"until": "2026-11-01"}, {"until": "soon"}, {"meals_a_week": "many"}):
        assert referrer.post(path, data=wrong).status_code == 422
    assert referrer.post(path, data={"until": "2026-12-31", "parcels_a_week": "1"}).status_code == 303
    assert 'value="2026-12-31"' in referrer.get(path).text
    assert "1 parcel a week, until 31/12/2026" in referrer.get(f"/request/households/{home}").text
    assert "Ending within" not in referrer.get("/request").text
    over = world.household("H0002", referrer_id=advice)
    world.referral(over, state="accepted", until=TODAY - timedelta(days=1))
    assert "Ended." in referrer.get(f"/request/households/{over}").text


def test_the_desk_shows_it_and_a_recipient_does_not_change_it(
    recipient: Visitor, own_household: uuid.UUID, world: World, signed_in: Callable[..., Visitor]
) -> None:
    """A resident reads what they are entitled to; others decide about it."""
    world.referral(own_household, state="accepted", until=TODAY + timedelta(days=3), meals_a_week=2)
    shown = recipient.get(f"/request/households/{own_household}").text
    assert "2 meals a week, until 29/11/2026" in shown
    assert "/entitlement" not in shown
    assert recipient.post(f"/request/households/{own_household}/entitlement", data={}).status_code == 403
    assert "2 meals a week, until 29/11/2026" in signed_in(Role.COORDINATOR).get(f"/households/{own_household}").text
