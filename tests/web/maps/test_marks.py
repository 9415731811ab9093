"""No marker hides another, and each says which stops it stands for."""

from __future__ import annotations

from web.maps import MapPlace, MapRoute, MapStop, MapUnserved, MapView, PlaceKind
from web.maps.marks import lay_out

HERE = (51.4930, -0.0650)
THERE = (51.4931, -0.0650)


def _stop(number: int, at: tuple[float, float] = HERE) -> MapStop:
    return MapStop(latitude=at[0], longitude=at[1], number=number, time=f"12:0{number}", label=f"door {number}")


def _route(letter: str, *stops: MapStop) -> MapRoute:
    return MapRoute(letter=letter, colour_index=0, name=letter, points=(), stops=stops)


def test_a_routes_stops_at_one_point_are_one_mark() -> None:
    """Neighbours of one postcode share a mark that names each number, time and label."""
    (mark,) = lay_out(MapView(routes=(_route("A", _stop(3), _stop(4), _stop(5)),))).routes[0]
    assert mark.text == "A3-5"
    assert mark.lines == ("A3  12:03", "door 3", "A4  12:04", "door 4", "A5  12:05", "door 5")


def test_numbers_that_do_not_follow_are_listed() -> None:
    """A route that comes back to a building says so."""
    (mark,) = lay_out(MapView(routes=(_route("A", _stop(1), _stop(7), _stop(8)),))).routes[0]
    assert mark.text == "A1,7-8"


def test_unserved_stands_above_the_stack_at_its_point() -> None:
    """The hub and two routes are stacked below each other, and who gets nothing stands above them."""
    view = MapView(
        routes=(_route("A", _stop(1)), _route("B", _stop(1))),
        unserved=(MapUnserved(latitude=HERE[0], longitude=HERE[1], label="no driver"),),
        places=(MapPlace(latitude=HERE[0], longitude=HERE[1], kind=PlaceKind.HUB, label="hub"),),
    )
    laid = lay_out(view)
    assert [laid.places[0][1].slot, laid.routes[0][0].slot, laid.routes[1][0].slot] == [0, 1, 2]
    assert laid.unserved[0].slot == -1


def test_ten_metres_apart_are_two_marks() -> None:
    """Only what cannot be told apart is merged."""
    marks = lay_out(MapView(routes=(_route("A", _stop(1), _stop(2, THERE)),))).routes[0]
    assert [(mark.text, mark.slot) for mark in marks] == [("A1", 0), ("A2", 0)]


def test_a_letter_that_ends_in_a_figure_keeps_its_distance() -> None:
    """Route A2's stop 14 is not to be read as stop 214."""
    (mark,) = lay_out(MapView(routes=(_route("A2", _stop(1)),))).routes[0]
    assert mark.text == "A2·1"


def test_unserved_orders_at_one_point_are_counted() -> None:
    """Two people without food behind one door are not shown as one."""
    order = MapUnserved(latitude=HERE[0], longitude=HERE[1], label="no driver")
    (mark,) = lay_out(MapView(unserved=(order, order))).unserved
    assert (mark.text, mark.lines) == ("! 2", ("no driver", "no driver"))


def test_the_ninth_route_wears_the_first_ones_colour() -> None:
    """Colours go round; letters do not."""
    routes = tuple(
        MapRoute(letter=letter, colour_index=n, name="", points=(), stops=(_stop(1),))
        for n, letter in enumerate("ABCDEFGHI")
    )
    styles = [marks[0].style for marks in lay_out(MapView(routes=routes)).routes]
    assert styles == ["ra", "rb", "rc", "rd", "re", "rf", "rg", "rh", "ra"]
