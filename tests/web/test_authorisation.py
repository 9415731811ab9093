"""The authorisation matrix on the real routes: every route is listed, each role gets what the domain says and no more.

The table is `tests/web/routes_table.py`. Nothing here knows a page: a new page is a new row.
"""

from __future__ import annotations

import pytest
from sqlalchemy import Table, select

from logistics.domain.authority import IN_OWN_ORGANISATION, NETWORK_WIDE, OWN_HOUSEHOLD, Actor
from logistics.domain.vocabulary import Role
from logistics.persistence.base import Base
from tests.web.routes_table import ROUTES, THINGS, Route
from tests.web.world import Visitor, World
from web.security.access import Door, access_of
from web.security.boundary import BoundedApp

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
DATABASE_ROWS = [route for route in ROUTES if route.things]
GUARDED = [route for route in ROUTES if route.door is Door.PERMISSION]
REFUSED = (403, 404)


def test_every_route_is_listed_once(app: BoundedApp) -> None:
    """A page that nobody put into the table, or a row whose page is gone, fails."""
    served = sorted(
        f"{method} {rule.endpoint}" for rule in app.url_map.iter_rules() for method in (rule.methods or set()) & METHODS
    )
    assert sorted(str(route) for route in ROUTES) == sorted(set(served))


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_each_view_carries_the_mark_of_its_row(app: BoundedApp, route: Route) -> None:
    """What the view enforces is what the table says."""
    access = access_of(route.endpoint, app.view_functions[route.endpoint])
    assert access is not None
    assert (access.door, access.permission) == (route.door, route.permission)
    assert access.permission is not None or access.reason


def test_each_route_knows_its_path(app: BoundedApp) -> None:
    """Every variable of a path is given by its row, so that each request below reaches its view."""
    for route in ROUTES:
        wanted = {name for rule in app.url_map.iter_rules(route.endpoint) for name in rule.arguments}
        assert set(route.things) | set(route.plain) == wanted, str(route)
        assert set(route.things.values()) <= set(THINGS), str(route)


def _address(app: BoundedApp, route: Route, world: World) -> str:
    values = {name: THINGS[thing](world) for name, thing in route.things.items()} | dict(route.plain)
    with app.test_request_context():
        return app.url_for(route.endpoint, _method=route.method, **values) + route.query


def _ask(client: Visitor, route: Route, address: str) -> int:
    sent = dict(route.data) if route.method != "GET" else None
    return client.open(address, method=route.method, data=sent).status_code


def _actor_of(world: World, role: Role) -> Actor:
    return world.actor(role)


def _holds_for_whole_network(role: Role, route: Route) -> bool:
    return route.permission in NETWORK_WIDE.get(role, frozenset())


@pytest.mark.parametrize("route", GUARDED, ids=str)
def test_each_role_gets_what_the_domain_says(app: BoundedApp, world: World, route: Route) -> None:
    """Roles without the permission are refused; those with it for the whole network are not; the others see only their own.

    The things tried belong to no role's organisation or household, so an organisation's role finds nothing there.
    """
    for role in Role:
        client = world.enter(app, world.account_of(role))
        status = _ask(client, route, _address(app, route, world))
        told = f"{role.value} asked {route} and got {status}"
        if not _actor_of(world, role).may_somewhere(route.permission):  # type: ignore[arg-type]  # guarded rows have one
            assert status == 403, told
        elif _holds_for_whole_network(role, route) or not route.things:
            assert status not in (401, 403, 404, 500), told
        else:
            assert status in REFUSED, told


def _everything_of(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a network, in every table that has one."""
    held = {}
    with world.services.database.unscoped_reading() as session:
        for mapper in Base.registry.mappers:
            table = mapper.local_table
            if isinstance(table, Table) and "network_id" in table.c:
                rows = session.execute(select(table).where(table.c.network_id == world.network_id).order_by(table.c.id))
                held[table.name] = [tuple(row) for row in rows]
    return held


@pytest.mark.parametrize("route", DATABASE_ROWS, ids=str)
def test_ids_of_another_network_find_nothing(app: BoundedApp, world: World, elsewhere: World, route: Route) -> None:
    """Whoever may do it at home is refused with the id of another network's row, and not one row there changes."""
    address = _address(app, route, elsewhere)
    before = _everything_of(elsewhere)
    for role in Role:
        if route.door is Door.PERMISSION and not _actor_of(world, role).may_somewhere(route.permission):  # type: ignore[arg-type]
            continue
        client = world.enter(app, world.account_of(role))
        status = _ask(client, route, address)
        assert status in (401, *REFUSED), f"{role.value} of one network asked {route} of another and got {status}"
    assert _everything_of(elsewhere) == before


@pytest.mark.parametrize("route", [route for route in ROUTES if route.door is not Door.PUBLIC], ids=str)
def test_strangers_are_sent_away(app: BoundedApp, world: World, visitor: Visitor, route: Route) -> None:
    """Without signing in (or without a driver's link) no guarded route answers."""
    address = _address(app, route, world)
    response = visitor.open(address, method=route.method, data=dict(route.data) if route.method != "GET" else None)
    to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/sign-in")
    assert to_sign_in or response.status_code == 401


@pytest.mark.parametrize("route", [route for route in ROUTES if route.door is Door.DRIVER_LINK], ids=str)
def test_accounts_open_no_drivers_page(app: BoundedApp, world: World, route: Route) -> None:
    """A driver's page is opened by the link alone, by no role."""
    for role in Role:
        client = world.enter(app, world.account_of(role))
        assert _ask(client, route, _address(app, route, world)) == 401


def test_matrix_of_the_domain_has_no_role_that_may_everything() -> None:
    """Accounts and settings are apart from people: no role holds both, so no page can open both to one person."""
    for role in Role:
        held = NETWORK_WIDE.get(role, frozenset()) | IN_OWN_ORGANISATION.get(role, frozenset())
        held |= OWN_HOUSEHOLD.get(role, frozenset())
        assert not ({"manage_accounts"} <= set(held) and {"see_household"} & set(held)), role
