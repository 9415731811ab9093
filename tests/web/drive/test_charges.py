"""A driver hears of a charge zone before saying yes; a second person, who pays nothing, does not."""

from __future__ import annotations

from html import unescape

from logistics.domain.planning import CrewRole
from logistics.persistence.tables import Route, RouteCrew
from tests.web.dispatch.test_week import words
from tests.web.drive.route_world import RouteWorld
from tests.web.world import Visitor, World

CHARGE = {"zone_id": "1", "name": "Made-up <middle>", "price_pence": 1500}
TOLD = "To pay £15.00 for driving into Made-up <middle> that day"


def test_the_offer_says_what_it_costs(phone: Visitor, route: RouteWorld, world: World) -> None:
    """Nothing without a charge; the price and the zone with one; and whoever only goes along pays nothing."""
    assert "To pay" not in words(phone.get("/d/route").text)
    with world.services.database.writing(world.network_id) as session:
        for row in session.query(Route):
            row.charges = [CHARGE]
    assert TOLD in unescape(words(phone.get("/d/route").text))
    with world.services.database.writing(world.network_id) as session:
        for member in session.query(RouteCrew):
            member.role = CrewRole.HELPER
    assert "To pay" not in words(phone.get("/d/route").text)
