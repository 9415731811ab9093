"""The network's page: whether people may ask for food themselves, and the number that anybody may ring, on both databases."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.domain.authority import Actor
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import AuditEvent, Network, Referral, SavedForm
from logistics.services.own_form import set_own_form
from logistics.settings import Settings
from tests.web.request.test_own_form import PATH, answer_all, send
from tests.web.request.test_saving_for_later import code_of
from tests.web.world import Visitor, World

ON_CALL = "07700 900999"
PUBLIC = "020 7946 0100"


@pytest.fixture
def settings(tmp_path: Path, upgraded_url: str) -> Settings:
    """The defaults, with a home of this test's own and a database of each kind."""
    return dataclasses.replace(Settings.from_environment({"ROUNDS_HOME": str(tmp_path)}), database_url=upgraded_url)


def save(client: Visitor, takes: str, phone: str) -> int:
    """Send the page; the status."""
    return client.post("/network", data={"takes_own_forms": takes, "public_phone": phone}).status_code


def stored(world: World) -> tuple[bool, str]:
    """What is set."""
    with world.session() as session:
        network = session.get(Network, world.network_id)
        return network.takes_own_forms, network.public_phone


def test_a_new_network_takes_no_forms(visitor: Visitor, world: World) -> None:
    """Until somebody says so, nobody can ask: the page says what else they can do, and no number of anybody."""
    with world.services.database.unscoped_writing() as session:
        session.add(Network(slug="new", name="New Network", on_call_phone=ON_CALL))
    page = visitor.get("/request/for-me/new")
    assert page.status_code == 403
    assert "You cannot ask New Network for food on this page just now" in page.text
    assert "tel:999" in page.text
    assert "tel:" not in page.text.replace("tel:999", "")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR])
def test_it_is_closed_and_opened(visitor: Visitor, world: World, signed_in: Callable[..., Visitor], role: Role) -> None:
    """On every page of the form at once, also for who stands at its last page; what was sent before is still answered."""
    sent = send(visitor, answer_all(visitor))
    code = code_of(sent)
    last_page = answer_all(visitor)
    desk = signed_in(role)
    assert save(desk, "no", PUBLIC) == 302
    for page in (
        visitor.get(PATH),
        send(visitor, last_page),
        visitor.get(f"{PATH}/back"),
        visitor.post(f"{PATH}/back", data={"code": code}),
    ):
        assert page.status_code == 403
        assert PUBLIC in page.text
        assert ON_CALL not in page.text
    with world.session() as session:
        assert session.query(Referral).count() == 1
        assert session.query(SavedForm).count() == 0
    assert "have not answered yet" in visitor.post(f"{PATH}/answer", data={"code": code}).text
    assert save(desk, "yes", "") == 302
    assert visitor.get(PATH).status_code == 200
    assert stored(world) == (True, "")
    with world.session() as session:
        entries = session.scalars(select(AuditEvent).where(AuditEvent.action == "own_form_set")).all()
        told = [(entry.details["was_open"], entry.details["is_open"]) for entry in entries]
    assert told == [(True, False), (False, True)]


def test_nobody_who_asks_reads_the_on_call_phone(visitor: Visitor, world: World) -> None:
    """Not on the page after sending, not with the answer: there stands the public number."""
    sent = send(visitor, answer_all(visitor))
    answer = visitor.post(f"{PATH}/answer", data={"code": code_of(sent)})
    for page in (sent, answer):
        assert PUBLIC in page.text
        assert ON_CALL not in page.text


@pytest.mark.parametrize("typed", ["0770 090 0999", "+44 7700 900999", "call us", "12"])
def test_on_call_and_odd_numbers_are_refused(world: World, signed_in: Callable[..., Visitor], typed: str) -> None:
    """However the on-call phone is written; and nothing is half-saved."""
    assert save(signed_in(Role.COORDINATOR), "no", typed) == 422
    assert stored(world) == (True, PUBLIC)


def test_a_public_number_that_became_the_on_call_one_is_not_shown(visitor: Visitor, world: World) -> None:
    """Whoever gives it to the people on the road takes it off the page."""
    with world.services.database.unscoped_writing() as session:
        session.get_one(Network, world.network_id).on_call_phone = PUBLIC
    assert PUBLIC not in send(visitor, answer_all(visitor)).text


def test_an_unanswered_question_is_asked_again(world: World, signed_in: Callable[..., Visitor]) -> None:
    """Neither yes nor no is a mistake, and the number that was typed stands there still."""
    page = signed_in(Role.ADMIN).post("/network", data={"public_phone": "020 7946 0155"})
    assert page.status_code == 422
    assert "Choose yes or no" in page.text
    assert "020 7946 0155" in page.text
    assert stored(world) == (True, PUBLIC)


def test_what_changes_nothing_leaves_no_entry(world: World) -> None:
    """The trail holds changes."""
    with world.services.database.writing(world.network_id) as session:
        set_own_form(
            session,
            Actor.system(world.network_id),
            is_open=True,
            public_phone=PUBLIC,
            now=datetime(2026, 11, 26, tzinfo=UTC),
        )
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="own_form_set").count() == 0
