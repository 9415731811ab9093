"""A form that waits: for its code and its account alone, for seven days, and then for nobody; on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound, RuleBroken
from logistics.jobs.forms_forgotten import FormsForgotten
from logistics.persistence.database import Database
from logistics.persistence.tables import Account, Network, SavedForm
from logistics.services import saved_forms
from logistics.services.saved_forms import drop_form, open_form, save_form

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NETWORK, OTHER = uuid.uuid4(), uuid.uuid4()
ANN, BEN = uuid.uuid4(), uuid.uuid4()
ANSWERS = {"contact_name": ["Amina Diallo"], "allergens": ["milk", "nuts"], "diets": []}


@pytest.fixture
def network(database: Database) -> Database:
    """A database with two networks and two accounts."""
    with database.unscoped_writing() as made:
        made.add_all(Network(id=each, slug=f"n{each.hex[:6]}", name="A network") for each in (NETWORK, OTHER))
        made.add_all(
            Account(id=each, email=f"{each.hex}@example.org", password="x", fs_uniquifier=each.hex, made_at=NOW)
            for each in (ANN, BEN)
        )
    return database


@pytest.fixture
def session(network: Database) -> Iterator[Session]:
    """A writing session of the first."""
    with network.writing(NETWORK) as session:
        yield session


def test_its_code_brings_everything_back(session: Session) -> None:
    """The answers, empty ones too, and the page on which somebody stopped."""
    made = save_form(session, ANSWERS, step="allergy", account_id=ANN, now=NOW)
    waiting = open_form(session, made.code.lower(), account_id=ANN, now=NOW + timedelta(days=6, hours=23))
    assert (waiting.form_id, waiting.answers, waiting.step) == (made.form_id, ANSWERS, "allergy")


def test_nobody_reads_it_in_the_database(session: Session) -> None:
    """Neither a name nor an allergy nor the code stands in any column."""
    made = save_form(session, ANSWERS, step="allergy", account_id=ANN, now=NOW)
    row = session.scalars(select(SavedForm)).one()
    kept = " ".join(str(getattr(row, column.key)) for column in SavedForm.__table__.columns)
    for private in ("Amina", "milk", "allergy", made.code, made.code.replace("-", "")):
        assert private not in kept


@pytest.mark.parametrize("whose", [BEN, None])
def test_another_account_is_told_nothing(session: Session, whose: uuid.UUID | None) -> None:
    """The same words as for a code that never was, with the right code too."""
    made = save_form(session, ANSWERS, step="who", account_id=ANN, now=NOW)
    told = []
    for code in (made.code, "7H2K0-04MX1-9TZB3-W5EYN", "", "x" * 300):
        with pytest.raises(NotFound) as refused:
            open_form(session, code, account_id=whose, now=NOW)
        told.append(str(refused.value))
    assert len(set(told)) == 1


def test_another_network_does_not_find_it(network: Database) -> None:
    """The code is right and the network is not."""
    with network.writing(NETWORK) as session:
        made = save_form(session, ANSWERS, step="who", account_id=None, now=NOW)
    with network.writing(OTHER) as session, pytest.raises(NotFound):
        open_form(session, made.code, account_id=None, now=NOW)


def test_saved_again_the_code_before_ends(session: Session) -> None:
    """One form has one code; a stranger's id ends nothing."""
    first = save_form(session, ANSWERS, step="who", account_id=ANN, now=NOW)
    second = save_form(session, ANSWERS, step="people", account_id=ANN, replaces=first.form_id, now=NOW)
    with pytest.raises(NotFound):
        open_form(session, first.code, account_id=ANN, now=NOW)
    drop_form(session, second.form_id, account_id=BEN)
    assert open_form(session, second.code, account_id=ANN, now=NOW).step == "people"
    drop_form(session, second.form_id, account_id=ANN)
    with pytest.raises(NotFound):
        open_form(session, second.code, account_id=ANN, now=NOW)


def test_after_seven_days_it_is_gone(network: Database) -> None:
    """At once for whoever has the code, and from the database when the worker has looked."""
    with network.writing(NETWORK) as session:
        old = save_form(session, ANSWERS, step="who", account_id=ANN, now=NOW)
        save_form(session, ANSWERS, step="who", account_id=ANN, now=NOW + timedelta(days=1))
    late = NOW + timedelta(days=7)
    with network.writing(NETWORK) as session, pytest.raises(NotFound):
        open_form(session, old.code, account_id=ANN, now=late)
    forgotten = FormsForgotten(network)
    forgotten.look_round(late - timedelta(seconds=1))
    with network.unscoped_reading() as session:
        assert len(session.scalars(select(SavedForm)).all()) == 2
    forgotten.look_round(late)
    forgotten.look_round(late + timedelta(minutes=10))
    with network.unscoped_reading() as session:
        assert [row.saved_at for row in session.scalars(select(SavedForm))] == [NOW + timedelta(days=1)]


def test_a_network_is_not_filled_up(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many at once are refused, with what to do."""
    monkeypatch.setattr(saved_forms, "MOST_WAITING", 1)
    save_form(session, ANSWERS, step="who", account_id=None, now=NOW)
    with pytest.raises(RuleBroken, match="Send this one now"):
        save_form(session, ANSWERS, step="who", account_id=None, now=NOW)


def test_nobody_fills_the_room_of_somebody_else(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public page that is full leaves those who are signed in theirs; and one form is never a book."""
    monkeypatch.setattr(saved_forms, "MOST_WAITING", 1)
    save_form(session, ANSWERS, step="who", account_id=None, now=NOW)
    save_form(session, ANSWERS, step="who", account_id=ANN, now=NOW)
    with pytest.raises(RuleBroken, match="too long"):
        save_form(session, {"contact_name": ["x" * 30_000]}, step="who", account_id=BEN, now=NOW)
