"""A driver's link: opened by its token and the second check, on one phone, while it lives; refused with the on-call number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from logistics.domain.states import PlanState, RouteState
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, DriverLink, PlanVersion, Route, RouteCrew, Volunteer
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import PHONE_END, RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World

ON_CALL = "07700 900999"


def test_token_is_never_asked_for_in_an_address(new_phone: Callable[[], Visitor], route: RouteWorld) -> None:
    """The page behind the link knows nothing and takes the token by POST alone; as a query it opens nothing."""
    token = route.link()
    page = new_phone().get("/d")
    assert page.status_code == 200
    assert ON_CALL in page.text
    assert "The link needs JavaScript" in page.text
    assert new_phone().get(f"/d/open?token={token}").status_code == 405
    assert new_phone().get("/d/route").status_code == 401


def test_second_check_opens_the_route(new_phone: Callable[[], Visitor], route: RouteWorld, world: World) -> None:
    """Token and the last three digits open it; cookies are for /d alone, out of reach of scripts; the trail says so."""
    client = new_phone()
    answer = client.post("/d/open", data={"token": route.link()})
    cookies = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("rounds-")]
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "Path=/d;" in cookie
        assert "SameSite=Lax" in cookie
    assert client.get("/d/route").status_code == 401
    assert client.post("/d/check", data={"digits": PHONE_END}).status_code == 303
    assert client.get("/d/route").status_code == 200
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="driver_link_opened").count() == 1


def test_five_wrong_answers_block_the_link(new_phone: Callable[[], Visitor], route: RouteWorld, world: World) -> None:
    """Each wrong answer is counted although the page is refused; after five the right one opens nothing, on any phone."""
    token = route.link()
    client = new_phone()
    client.post("/d/open", data={"token": token})
    for left in (4, 3, 2, 1):
        answer = client.post("/d/check", data={"digits": "999"})
        assert answer.status_code == 422
        assert f"{left} more" in answer.text
    blocked = client.post("/d/check", data={"digits": ""})
    assert blocked.status_code == 403
    assert "locked" in blocked.text
    assert ON_CALL in blocked.text
    assert client.post("/d/check", data={"digits": PHONE_END}).status_code == 403
    assert new_phone().post("/d/open", data={"token": token}).status_code == 403
    with world.session() as session:
        assert session.query(DriverLink).one().failed_checks == 5


def test_link_stays_on_the_phone_that_opened_it(new_phone: Callable[[], Visitor], route: RouteWorld) -> None:
    """A forwarded message opens nothing on a second phone; the first one goes on, without another check."""
    token = route.link()
    first = open_link(new_phone(), token)
    second = new_phone().post("/d/open", data={"token": token})
    assert second.status_code == 403
    assert "another phone" in second.text
    assert ON_CALL in second.text
    again = first.post("/d/open", data={"token": token})
    assert again.headers["Location"].endswith("/d/route")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"expires_at": at(11)}, "This link has ended"),
        ({"revoked_at": at(10)}, "not used any more"),
    ],
)
def test_dead_link_says_what_to_do(
    new_phone: Callable[[], Visitor], route: RouteWorld, values: dict[str, object], words: str
) -> None:
    """An expired or revoked link leads to a page with the on-call number."""
    answer = new_phone().post("/d/open", data={"token": route.link(**values)})
    assert answer.status_code == 403
    assert words in answer.text
    assert ON_CALL in answer.text


def test_unknown_token_is_not_found(new_phone: Callable[[], Visitor], route: RouteWorld) -> None:
    """A token with a letter missing opens nothing and says so."""
    for token in (route.link()[:-1], "", "x" * 5000):
        assert new_phone().post("/d/open", data={"token": token}).status_code == 404


def test_open_phone_is_shut_when_the_link_dies(
    phone: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """Revoking, another plan version, leaving the crew and the end of the time each shut an open phone at once."""
    assert phone.get("/d/route").status_code == 200
    clock.advance(timedelta(days=3))
    assert phone.get("/d/route").status_code == 401
    clock.advance(timedelta(days=-3))
    for shut, back in (
        (lambda s: _set(s, DriverLink, revoked_at=at(12)), lambda s: _set(s, DriverLink, revoked_at=None)),
        (
            lambda s: _set(s, PlanVersion, state=PlanState.SUPERSEDED),
            lambda s: _set(s, PlanVersion, state=PlanState.PUBLISHED),
        ),
        (lambda s: s.query(RouteCrew).filter_by(volunteer_id=route.volunteer_id).delete(), None),
    ):
        with world.services.database.writing(world.network_id) as session:
            shut(session)
        assert phone.get("/d/route").status_code == 401
        assert phone.post("/d/events", json=[]).status_code == 401
        if back is not None:
            with world.services.database.writing(world.network_id) as session:
                back(session)
            assert phone.get("/d/route").status_code == 200


def _set(session: object, table: type, **values: object) -> None:
    for row in session.query(table):  # type: ignore[attr-defined]  # a session
        for name, value in values.items():
            setattr(row, name, value)


def test_volunteer_without_a_number_must_ring(
    new_phone: Callable[[], Visitor], route: RouteWorld, world: World
) -> None:
    """With no phone number there is nothing to check against, so nothing opens."""
    with world.services.database.writing(world.network_id) as session:
        for row in session.query(Volunteer):
            row.phone = ""
    answer = new_phone().post("/d/open", data={"token": route.link()})
    assert answer.status_code == 403
    assert "no phone number for you" in answer.text


def test_made_up_cookie_opens_nothing(new_phone: Callable[[], Visitor], route: RouteWorld, world: World) -> None:
    """The id of a link is no key: its cookie must carry our signature, and the device must be the one it is bound to."""
    route.link()
    with world.session() as session:
        link_id = str(session.query(DriverLink).one().id)
    client = new_phone()
    client.set_cookie("rounds-device", "x" * 27, path="/d")
    client.set_cookie("rounds-route", link_id, path="/d")
    assert client.get("/d/route").status_code == 401


def test_each_of_the_crew_accepts_for_themselves(
    phone: Visitor, new_phone: Callable[[], Visitor], route: RouteWorld, world: World
) -> None:
    """The helper's link shows no address because the driver has accepted; after her own yes it does."""
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"])
    helper = open_link(new_phone(), route.link(helper=True), digits="777")
    page = helper.get("/d/route").text
    assert "Can you take this route?" in page
    assert "as the second person" in page
    assert "Cedar Court" not in page
    refused = tap(helper, "stop_delivered", route.stops["ada"], how="handed_over")
    assert refused.status_code == 409
    assert tap(helper, "route_accepted").status_code == 303
    assert "Cedar Court" in helper.get("/d/route").text
    with world.session() as session:
        assert session.query(Route).one().state is RouteState.ACCEPTED


def test_no_personal_data_before_or_after_the_day(phone: Visitor, route: RouteWorld, clock: FixedClock) -> None:
    """Accepted the evening before: loads and times, no person. The day after: nothing any more."""
    clock.set(at(9) + timedelta(hours=0))
    for moment, wanted in ((at(9) - timedelta(days=1), "The route is yours"), (at(9) + timedelta(days=1), "closed")):
        clock.set(at(9))
        tap(phone, "route_accepted")
        clock.set(moment)
        page = phone.get("/d/route").text
        assert wanted in page
        for word in ("Ada", "Cedar Court", "SE16 3ZZ", "900456", "peanuts", "B1-042"):
            assert word not in page


BOTS = (
    "WhatsApp/2.23.20.0", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0",
    "Twitterbot/1.0", "SkypeUriPreview Preview/0.5", "Googlebot/2.1", "Discordbot/2.0", "Applebot/0.1", "SignalPreview/1.0",
)  # fmt: skip


def test_ten_preview_bots_neither_burn_nor_open_a_link(new_phone: Callable[[], Visitor], route: RouteWorld) -> None:
    """Each fetches the address as bots do (the fragment never leaves a phone) and follows what it finds: the page says nothing of
    the route, nothing is bound, and the driver opens the link after all of them."""
    token = route.link()
    for bot in BOTS:
        client = new_phone()
        for method in (client.head, client.get):
            page = method("/d", headers={"User-Agent": bot})
            assert page.status_code == 200
            assert "set-cookie" not in page.headers or "rounds_" not in page.headers["set-cookie"]
            for told in ("Dele", "Tanner Street", token):
                assert told not in page.text
        assert client.get("/d/route", headers={"User-Agent": bot}).status_code == 401
        assert client.get("/d/check", headers={"User-Agent": bot}).status_code == 302
    with route.world.session() as session:
        link = session.query(DriverLink).one()
        assert (link.checked_at, link.device_hash, link.failed_checks) == (None, None, 0)
    assert open_link(new_phone(), token).get("/d/route").status_code == 200


def test_a_bot_that_runs_scripts_gets_no_further_than_the_question(
    new_phone: Callable[[], Visitor], route: RouteWorld
) -> None:
    """Even with the token posted ten times over, nothing is told before the digits; the driver's phone is still the first."""
    token = route.link()
    for bot in BOTS:
        client = new_phone()
        assert client.post("/d/open", data={"token": token}, headers={"User-Agent": bot}).status_code == 303
        page = client.get("/d/check", headers={"User-Agent": bot})
        assert page.status_code == 200
        assert "Tanner Street" not in page.text
        assert client.get("/d/route", headers={"User-Agent": bot}).status_code == 401
    assert open_link(new_phone(), token).get("/d/route").status_code == 200
