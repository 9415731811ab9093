"""Who pays for a charge zone stands where the route does: board, card, sheet and map."""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING

import pytest

from logistics.domain.charge_zones import ChargeHours, ChargeZone
from logistics.domain.vocabulary import Role, VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.persistence.charge_zones import row_of
from logistics.persistence.tables import PlanVersion, Route
from tests.logistics.plans import StoredPlan
from tests.web.dispatch.planned import planned_week
from tests.web.dispatch.test_week import words as raw_words
from tests.web.maps.drawn import unpacked
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BOARD = "/week/2026-W49"
RING = ((-0.09, 51.48), (-0.06, 51.48), (-0.06, 51.51), (-0.09, 51.51), (-0.09, 51.48))
HOLE = ((-0.08, 51.49), (-0.08, 51.495), (-0.075, 51.495), (-0.075, 51.49), (-0.08, 51.49))
ZONE = ChargeZone(
    id=uuid.uuid4(),
    name="Made-up <middle>",
    price_pence=1500,
    hours=(ChargeHours(days=frozenset(Weekday), from_s=7 * 3600, until_s=18 * 3600),),
    vehicles=frozenset({VehicleKind.CAR}),
    polygons=((RING, HOLE),),
)
CHARGE = {"zone_id": str(ZONE.id), "name": ZONE.name, "price_pence": ZONE.price_pence}


def words(page: str) -> str:
    """What people read, signs and all."""
    return unescape(raw_words(page))


def charged_week(world: World) -> StoredPlan:
    """The tiny plan, made with a zone that route A of Monday pays for, with parking and slow hours."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        session.add(row_of(ZONE, now=datetime(2026, 11, 26, tzinfo=UTC)))
        version = plan.get(session, PlanVersion, "plan")
        slow = {"days": ["mon"], "from": "16:00", "to": "18:30", "vehicles": ["car"], "percent": 130}
        version.made_with = {
            "vehicle_parking_s": {"car": 240, "bicycle": 90}, "slow_hours": [slow],
        }  # fmt: skip
        version.charge_zones = [str(ZONE.id)]
        plan.get(session, Route, "route mon A").charges = [CHARGE]
    return plan


def test_the_board_says_who_pays_and_how_much(app: BoundedApp, world: World) -> None:
    """The day's sum, the one route's own line, and what the plan was made with."""
    charged_week(world)
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(f"{BOARD}?day=2026-11-30").text)
    assert "Zone charges £15.00" in page
    assert page.count("zone charge £15.00") == 1
    assert page.count("pays £15.00 for driving into Made-up <middle>, once that day.") == 1
    assert "Slow hours: Mon 16:00 to 18:30, car 130%. Parking at every stop: car 4 min, bicycle 1.5 min." in page


def test_a_week_without_charges_says_nothing_of_them(app: BoundedApp, world: World) -> None:
    """No zone, no line about it."""
    planned_week(world)
    desk = world.enter(app, world.account(Role.DISPATCHER))
    for path in (f"{BOARD}?day=2026-11-30", "/print/2026-W49/2026-11-30"):
        assert "harge" not in words(desk.get(path).text)
    assert "roundsArea(" not in desk.get(f"{BOARD}/map").text


def test_the_sheet_tells_its_driver(app: BoundedApp, world: World) -> None:
    """On the paper of that route and on no other."""
    charged_week(world)
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get("/print/2026-W49/2026-11-30?part=routes").text)
    assert page.count("Charge zone Made-up <middle>: £15.00 to pay for the day") == 1


@pytest.mark.parametrize("path", ["map", "map-file"])
def test_the_map_draws_the_zone_and_names_it(app: BoundedApp, world: World, path: str) -> None:
    """Outline and hole, as latitude and longitude; the name is text, whatever it holds, and stands in the key."""
    charged_week(world)
    html = world.enter(app, world.account(Role.DISPATCHER)).get(f"{BOARD}/{path}").text
    (drawn,) = re.findall(r"roundsArea\(feature_group_\w+, (\[.*\])\);", html)
    ((outline, hole),) = json.loads(drawn)
    assert unpacked(outline) == [(latitude, longitude) for longitude, latitude in RING]
    assert unpacked(hole) == [(latitude, longitude) for longitude, latitude in HOLE]
    assert "Made-up <middle>" not in html
    assert r"Made-up \u003cmiddle\u003e, zone charge \u00a315.00" in html


@pytest.mark.parametrize("look", [("laptop", False), ("phone", True)], ids=["laptop", "phone dark"])
def test_board_and_map_with_a_zone_are_accessible(
    browser: Browser, live_url: str, world: World, look: tuple[str, bool]
) -> None:
    """The zone is drawn as an area below the routes, can be turned off in the key, and axe finds nothing."""
    charged_week(world)
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto(f"{BOARD}?day=2026-11-30")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert_accessible(page)
        page.goto(f"{BOARD}/map?day=2026-11-30")
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        area = page.locator("path.charge-zone")
        assert area.count() == 1
        assert "charge-zone" in (page.locator(".leaflet-overlay-pane path").first.get_attribute("class") or "")
        page.get_by_label("Made-up <middle>, zone charge £15.00").uncheck()
        assert area.count() == 0
        page.get_by_label("Made-up <middle>, zone charge £15.00").check()
        assert area.count() == 1
        assert_accessible(page)
