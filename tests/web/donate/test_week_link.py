"""A donor without an account confirms a week from a link; whatever only looks at the link confirms nothing."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from html import unescape

import pytest

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, OrganisationKind, Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, DonationSlot, DonorLink
from tests.web.world import Visitor, World

WEEK = "2026-W49"
TUESDAY, THURSDAY = date(2026, 12, 1), date(2026, 12, 3)


@pytest.fixture
def donor(world: World) -> uuid.UUID:
    """A kitchen that gives stew on Tuesdays and Thursdays."""
    donor_id = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen", phone="07700 900555")
    world.donation_schedule(donor_id)
    return donor_id


@pytest.fixture
def desk(world: World, signed_in: Callable[..., Visitor]) -> Visitor:
    """A dispatcher."""
    return signed_in(Role.DISPATCHER)


def token_made(desk: Visitor, donor: uuid.UUID) -> str:
    """The token of a new link, as the dispatcher's page shows it once."""
    page = desk.post(f"/week/{WEEK}/donors/{donor}")
    assert page.status_code == 200, page.text
    found = re.search(r'/donate/week#([\w-]+)"', unescape(page.text))
    assert found
    return found[1]


def opened(app_client: Visitor, token: str) -> str:
    """Open a link as its page's script does; the week's page."""
    assert app_client.post("/donate/week/open", data={"token": token}).status_code == 303
    return app_client.get("/donate/week/slots").text


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the one big button."""
    form = page.split('action="/donate/week/yes"')[1].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', form))


def slot_on(world: World, day: date) -> DonationSlot:
    """The slot of a day, with its batches."""
    with world.session() as session:
        slot: DonationSlot = session.query(DonationSlot).filter_by(service_date=day).one()
        assert slot.batches
        return slot


def test_one_tap_confirms_the_week(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor) -> None:
    """Signed out, "yes" confirms both days with what was shown; who said so and how is kept; twice is once."""
    page = opened(visitor, token_made(desk, donor))
    assert "Tanner Street Kitchen" in page
    assert "Contains celery" in page
    sent = hidden(page)
    assert len(sent) == 2
    for _ in range(2):
        assert visitor.post("/donate/week/yes", data=sent).status_code == 303
    for day in (TUESDAY, THURSDAY):
        slot = slot_on(world, day)
        assert slot.state is SlotState.CONFIRMED
        (batch,) = slot.batches
        assert (batch.declaration, batch.allergens) == (AllergenDeclaration.CONTAINS, {Allergen.CELERY})
        assert batch.declared_by == "Tanner Street Kitchen, by the week’s link"
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="slot_confirmed").count() == 2
    assert "Everything is answered" in visitor.get("/donate/week/slots").text
    assert "Opened" in desk.get(f"/week/{WEEK}/donors").text


def test_whatever_only_looks_confirms_nothing(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor) -> None:
    """A preview fetches the address (without the fragment) and every GET there is: no slot and no link changes."""
    token_made(desk, donor)
    assert visitor.get("/donate/week").status_code == 200
    assert visitor.head("/donate/week").status_code == 200
    assert visitor.get("/donate/week/slots").status_code == 404
    for path in ("open", "yes"):
        assert visitor.get(f"/donate/week/{path}").status_code == 405
    assert slot_on(world, TUESDAY).state is SlotState.OFFERED
    with world.session() as session:
        assert session.query(DonorLink).one().opened_at is None


def test_other_number_and_not_this_time(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor) -> None:
    """One day gets 20 portions, the other none; "yes" to nothing else is left; a bad number stores nothing."""
    opened(visitor, token_made(desk, donor))
    tuesday, thursday = slot_on(world, TUESDAY), slot_on(world, THURSDAY)
    page = visitor.get("/donate/week/slots").text
    seen = page.split(f"/donate/week/slots/{tuesday.id}/number")[1].split('name="seen" value="')[1].split('"')[0]
    for bad in ("-20", "💥", "2001", "", "٣"):
        answer = visitor.post(f"/donate/week/slots/{tuesday.id}/number", data={"seen": seen, "amount-0": bad})
        assert answer.status_code == 422, bad
        assert "Nothing was saved" in answer.text
    answer = visitor.post(f"/donate/week/slots/{tuesday.id}/number", data={"seen": seen, "amount-0": "20"})
    assert answer.status_code == 303, answer.text
    gone = visitor.post(f"/donate/week/slots/{thursday.id}/not-this-time", data={"version": str(thursday.version)})
    assert gone.status_code == 303
    assert (slot_on(world, TUESDAY).batches[0].portions, slot_on(world, TUESDAY).state) == (20, SlotState.CONFIRMED)
    assert slot_on(world, THURSDAY).state is SlotState.WITHDRAWN


def test_yes_to_an_older_page_is_told(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor) -> None:
    """The kitchen's other cook withdrew a day meanwhile: nothing at all is confirmed, and the page says so."""
    sent = hidden(opened(visitor, token_made(desk, donor)))
    thursday = slot_on(world, THURSDAY)
    visitor.post(f"/donate/week/slots/{thursday.id}/not-this-time", data={"version": str(thursday.version)})
    told = visitor.post("/donate/week/yes", data=sent)
    assert told.status_code == 409
    assert "Somebody else changed this donation" in told.text
    assert slot_on(world, TUESDAY).state is SlotState.OFFERED


def test_links_end(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor, clock: FixedClock) -> None:
    """A newer link ends the older one, the end of the week ends them all, and nonsense opens nothing."""
    over = desk.post(f"/week/2026-W40/donors/{donor}")
    first, second = token_made(desk, donor), token_made(desk, donor)
    refused = visitor.post("/donate/week/open", data={"token": first})
    assert (refused.status_code, "newer link" in refused.text) == (403, True)
    assert visitor.post("/donate/week/open", data={"token": "x" * 5000}).status_code == 404
    opened(visitor, second)
    clock.set(datetime(2026, 12, 6, 23, 59, tzinfo=UTC))
    assert visitor.get("/donate/week/slots").status_code == 200
    clock.set(datetime(2026, 12, 7, 0, 0, tzinfo=UTC))
    refused = visitor.get("/donate/week/slots")
    assert (refused.status_code, "week is over" in refused.text) == (403, True)
    assert visitor.post("/donate/week/yes", data={}).status_code == 403
    assert over.status_code == 409


def test_link_opens_one_donor_and_one_week(desk: Visitor, world: World, donor: uuid.UUID, visitor: Visitor) -> None:
    """Slots of another donor, and of another week, are neither shown nor changed by it."""
    opened(visitor, token_made(desk, donor))
    other = world.donation_slot()
    with world.session() as session:
        later = session.query(DonationSlot).filter_by(donor_id=donor, service_date=date(2026, 12, 8)).first()
    assert later is None
    assert visitor.post("/donate/week/yes", data={f"seen-{other}": "1.x"}).status_code == 409
    assert visitor.post(f"/donate/week/slots/{other}/not-this-time", data={"version": "1"}).status_code == 404
    assert visitor.post(f"/donate/week/slots/{other}/number", data={"seen": "", "amount-0": "5"}).status_code == 404
    assert "Stew" not in visitor.get("/donate/week/slots").text
    visitor.delete_cookie("rounds-donor-week", path="/donate/week")
    visitor.set_cookie("rounds-donor-week", "made.up", path="/donate/week")
    assert visitor.get("/donate/week/slots").status_code == 404
