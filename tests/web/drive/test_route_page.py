"""What a driver sees and when: counts before accepting, one open door at a time on the day, nothing personal after it."""

from __future__ import annotations

from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import Visitor

PERSONAL = ("Ada", "Cedar Court", "SE16 3ZZ", "900456", "Buzzer", "Brook", "Farah", "peanuts", "Vicarage")


def test_offer_shows_counts_and_area_and_nobody(phone: Visitor, route: RouteWorld) -> None:
    """Before accepting there are numbers and postcode districts, no name, address, phone or allergy."""
    page = phone.get("/d/route").text
    assert "Can you take this route?" in page
    assert "8 hot, 3 parcels" in page
    assert "SE1, SE16" in page
    assert "SE8" not in page  # the refuge's district stays out
    assert [word for word in PERSONAL if word in page] == []


def test_times_say_what_they_were_made_from(phone: Visitor, route: RouteWorld) -> None:
    """Before accepting and on the way: a driver knows an estimate for what it is."""
    assert "estimate, not road distances" in phone.get("/d/route").text
    tap(phone, "route_accepted")
    assert "Times: estimate, not road distances." in phone.get("/d/route").text


def test_accepting_leads_to_the_first_pickup(phone: Visitor, route: RouteWorld) -> None:
    """On the day, the accepted route begins with what to load and where."""
    assert tap(phone, "route_accepted").status_code == 303
    page = phone.get("/d/route").text
    assert "Tanner Street Kitchen" in page
    assert "Chicken and rice" in page
    assert "Loaded" in page


def test_current_door_shows_what_the_door_needs(phone: Visitor, route: RouteWorld) -> None:
    """Loaded, the page names the first door: how to get in, what to give, which bag for the allergy, how long is left."""
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"])
    tap(phone, "pickup_done", route.stops["hub"])
    page = phone.get("/d/route").text
    for wanted in (
        "Ada", "Flat 23, Cedar Court", "Floor 3, no lift", "Buzzer 23", "Allergy: peanuts, sesame", "Give only bags",
        "B1-042", "P-1187", "Chicken and rice", "tel:07700900456", "13:00", "60 min left", "google.com/maps/dir",
        "07700 900999", "tel:999",
    ):  # fmt: skip
        assert wanted in page, wanted
    assert "Mensah" not in page
