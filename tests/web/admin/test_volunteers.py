"""The coordinator's volunteers: credentials, shifts, and what a group lead may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.vocabulary import CredentialKind, Role
from logistics.persistence.tables import Credential, Route, Shift, Volunteer
from tests.web.dispatch.planned import published_week
from tests.web.world import Visitor, World
from web.formatting import day
from web.security.boundary import BoundedApp


def typed(**changes: Any) -> dict[str, Any]:
    """A form filled in as most are."""
    form: dict[str, Any] = {
        "name": "Dan",
        "phone": "07700 901456",
        "postcode": "SE15 6FW",
        "vehicle": "cargo_bike",
        "capacity_portions": "20",
        "capacity_parcels": "4",
        "hot_litres": "36",
        "cold_litres": "0",
        "languages": "en, so",
        "max_stops": "10",
        "max_week_hours": "6",
        "until_dbs_basic": "2027-06-30",
    }
    return {**form, **changes}


def test_new_volunteer_is_stored_with_what_they_hold(signed_in: Callable[..., Visitor], world: World) -> None:
    """Capacities are kept in millilitres and seconds, credentials with their last day."""
    response = signed_in(Role.COORDINATOR).post("/volunteers/new", data=typed())
    assert response.status_code == 302, response.text
    with world.session() as session:
        row = session.scalars(select(Volunteer)).one()
        held = {credential.kind: credential.expires_on for credential in row.credentials}
    assert (row.ref, row.hot_ml, row.max_week_s, row.languages) == ("V001", 36_000, 21_600, "en|so")
    assert held == {CredentialKind.DBS_BASIC: date(2027, 6, 30)}


def test_credential_left_out_is_no_longer_held(signed_in: Callable[..., Visitor], world: World) -> None:
    """Emptying the last day of a check takes it away; a new one is kept."""
    volunteer_id = world.volunteer()
    client = signed_in(Role.COORDINATOR)
    client.post(f"/volunteers/{volunteer_id}/edit", data=typed())
    client.post(f"/volunteers/{volunteer_id}/edit", data=typed(until_dbs_basic="", until_food_hygiene_2="2027-01-31"))
    with world.session() as session:
        assert [credential.kind for credential in session.scalars(select(Credential))] == [
            CredentialKind.FOOD_HYGIENE_2
        ]


def test_lapsed_check_is_shown_as_lapsed(signed_in: Callable[..., Visitor], world: World) -> None:
    """The list and the page say when a check is over, in words."""
    volunteer_id = world.volunteer()
    client = signed_in(Role.COORDINATOR)
    client.post(f"/volunteers/{volunteer_id}/edit", data=typed(until_dbs_basic="2026-11-25"))
    assert "DBS basic lapsed" in client.get("/volunteers").text
    client.post(f"/volunteers/{volunteer_id}/edit", data=typed(until_dbs_basic="2026-11-26"))
    assert "lapsed" not in client.get("/volunteers").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vehicle": ""}, "Choose how they travel"),
        ({"phone": ""}, "Enter a phone number: it opens their route"),
        ({"postcode": ""}, "Enter the postcode where they start"),
        ({"max_week_hours": "0"}, "Hours a week must be a whole number from 1 to 60"),
        ({"capacity_portions": "0", "capacity_parcels": "0"}, "Enter how many portions or parcels"),
        ({"until_dbs_basic": "next year"}, "Enter a real date"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_volunteer_that_cannot_be_planned_is_refused(
    signed_in: Callable[..., Visitor], world: World, changes: dict[str, Any], words: str
) -> None:
    """What planning needs must be there, and is asked for in words."""
    response = signed_in(Role.COORDINATOR).post("/volunteers/new", data=typed(**changes))
    assert response.status_code == 422
    assert words in response.text
    with world.session() as session:
        assert session.scalars(select(Volunteer)).all() == []


def test_shifts_of_one_volunteer_never_overlap(signed_in: Callable[..., Visitor], world: World) -> None:
    """A second shift may begin when the first ends, not before."""
    volunteer_id = world.volunteer()
    world.shift(volunteer_id, date(2026, 12, 2))
    client = signed_in(Role.COORDINATOR)
    sent = {"on": "2026-12-02", "starts_at": "14:30", "ends_at": "18:00"}
    response = client.post(f"/volunteers/{volunteer_id}/shifts", data=sent)
    assert response.status_code == 422
    assert "They already have a shift from 11:00 to 15:00" in response.text
    assert client.post(f"/volunteers/{volunteer_id}/shifts", data={**sent, "starts_at": "15:00"}).status_code == 302
    with world.session() as session:
        assert len(session.scalars(select(Shift)).all()) == 2


def test_the_same_shift_every_week_is_made_at_once(signed_in: Callable[..., Visitor], world: World) -> None:
    """Tuesdays and Thursdays up to Christmas, each a shift of its own; a day that has one at that time already is left, and named."""
    volunteer_id = world.volunteer()
    world.shift(volunteer_id, date(2026, 12, 10))
    client = signed_in(Role.COORDINATOR)
    sent = {
        "on": "2026-12-01", "starts_at": "12:00", "ends_at": "15:00", "days": ["tue", "thu"], "until": "2026-12-24"
    }  # fmt: skip
    page = client.post(f"/volunteers/{volunteer_id}/shifts", data=sent, follow_redirects=True).text
    assert "7 shifts added." in page
    assert "at that time already on Thu 10 Dec" in page
    with world.session() as session:
        days = session.scalars(select(Shift.service_date).order_by(Shift.service_date)).all()
    assert days == [date(2026, 12, each) for each in (1, 3, 8, 10, 15, 17, 22, 24)]
    again = client.post(f"/volunteers/{volunteer_id}/shifts", data=sent)
    assert again.status_code == 422
    assert "on each of these days" in again.text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"days": ["tue"]}, "Enter the last day, or tick no days"),
        ({"until": "2026-11-30"}, "The last day cannot be before the first"),
        ({"until": "2028-12-01"}, "a year from the first at most"),
        ({"days": ["sun"], "until": "2026-12-04"}, "None of the days ticked lies between"),
        ({"days": ["someday"], "until": "2026-12-24"}, "Choose from the list"),
        ({"until": "31/02/2027"}, "Enter a real date"),
        ({"ends_at": "11:00", "until": "2026-12-24"}, "The end must be after the start"),
    ],
)
def test_a_repetition_that_makes_no_sense_is_refused_whole(
    signed_in: Callable[..., Visitor], world: World, sent: dict[str, Any], words: str
) -> None:
    """One clear sentence, and no shift is stored."""
    form = {"on": "2026-12-01", "starts_at": "12:00", "ends_at": "15:00", **sent}
    response = signed_in(Role.COORDINATOR).post(f"/volunteers/{world.volunteer()}/shifts", data=form)
    assert response.status_code == 422
    assert words in response.text
    with world.session() as session:
        assert session.scalars(select(Shift)).all() == []


def test_days_away_take_shifts_with_them_but_never_one_of_a_plan(
    signed_in: Callable[..., Visitor], world: World
) -> None:
    """The shift that a route is planned in stays and is named; others of those days go; those outside of them stay."""
    plan = published_week(world)
    volunteer_id = plan.ids["V003"]
    with world.session() as session:
        planned = session.scalars(select(Shift).where(Shift.volunteer_id == volunteer_id)).all()
        days = {shift.service_date for shift in planned if session.query(Route).filter_by(shift_id=shift.id).count()}
    assert days
    world.shift(volunteer_id, date(2026, 12, 20))
    world.shift(volunteer_id, date(2026, 12, 27))
    client = signed_in(Role.COORDINATOR)
    sent = {"away_from": min(days).isoformat(), "away_until": "2026-12-20"}
    page = client.post(f"/volunteers/{volunteer_id}/away", data=sent, follow_redirects=True).text
    assert "Sun 20 Dec." in page
    assert f"A plan counts on them on {day(min(days))}" in page
    with world.session() as session:
        left = set(session.scalars(select(Shift.service_date).where(Shift.volunteer_id == volunteer_id)))
    assert left == days | {date(2026, 12, 27)}
    again = client.post(
        f"/volunteers/{volunteer_id}/away", data={"away_from": "2026-12-20", "away_until": "2026-12-20"},
        follow_redirects=True,
    ).text  # fmt: skip
    assert "They had no shift there that could be taken away." in again


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"away_from": "", "away_until": "2026-12-20"}, "Enter the first day away"),
        ({"away_from": "2026-12-20", "away_until": ""}, "Enter the last day away"),
        ({"away_from": "2026-12-20", "away_until": "2026-12-19"}, "cannot be before the first"),
    ],
)
def test_days_away_that_make_no_sense_are_refused(
    signed_in: Callable[..., Visitor], world: World, sent: dict[str, str], words: str
) -> None:
    """And the shift is there still."""
    volunteer_id = world.volunteer()
    world.shift(volunteer_id, date(2026, 12, 20))
    response = signed_in(Role.COORDINATOR).post(f"/volunteers/{volunteer_id}/away", data=sent)
    assert response.status_code == 422
    assert words in response.text
    with world.session() as session:
        assert len(session.scalars(select(Shift)).all()) == 1


def test_removed_shift_is_gone(signed_in: Callable[..., Visitor], world: World) -> None:
    """Taking a shift away leaves none, and once gone it is not found."""
    shift_id = world.shift(world.volunteer())
    client = signed_in(Role.COORDINATOR)
    assert client.post(f"/shifts/{shift_id}/remove").status_code == 302
    assert client.post(f"/shifts/{shift_id}/remove").status_code == 404


def test_group_lead_keeps_own_volunteers_only(app: BoundedApp, world: World) -> None:
    """A lead changes volunteers of the own group, cannot give them away, and does not see the others."""
    own, other = world.organisation("GRP1"), world.organisation("GRP2")
    mine, theirs = world.volunteer("V001", group_id=own), world.volunteer("V002", group_id=other)
    client = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=own))
    assert client.get(f"/volunteers/{theirs}").status_code == 404
    assert client.post(f"/volunteers/{theirs}/edit", data=typed()).status_code == 404
    assert client.post(f"/volunteers/{mine}/edit", data=typed(group_id=str(other))).status_code == 302
    with world.session() as session:
        assert session.get(Volunteer, mine).group_id == own
