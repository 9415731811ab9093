"""Whoever asks gets all of it: every field of the register that is handed out, of every row, and nobody else's."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.authority import Actor, Grant
from logistics.domain.data_register import REGISTER
from logistics.domain.erasure import PersonKind
from logistics.domain.errors import Forbidden
from logistics.domain.vocabulary import Role
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Concern, FollowUp
from logistics.queries.person_rows import rows_of
from logistics.services.person_export import JSON_NAME, PAGE_NAME, export_person
from tests.logistics.person.planted import AFTER, CANARIES, CASE, PHOTO, Planted, plant


@pytest.fixture
def planted(database: Database, tmp_path: Path) -> Planted:
    """The world of one household that much was told of."""
    return plant(database, tmp_path / "home")


def taken(planted: Planted, kind: PersonKind = PersonKind.HOUSEHOLD, name: str = "H0004") -> tuple[dict[str, Any], str]:
    """The two files of the ZIP."""
    with planted.database.writing(planted.network_id) as session:
        made = export_person(session, planted.coordinator, kind, planted.monday.plan.ids[name], now=AFTER)
    with zipfile.ZipFile(io.BytesIO(made.content)) as packed:
        assert packed.testzip() is None
        return json.loads(packed.read(JSON_NAME)), packed.read(PAGE_NAME).decode()


def test_every_column_that_is_handed_out_is_in_it(planted: Planted) -> None:
    """Table by table and column by column of the register, with as many rows as the database has."""
    document, _ = taken(planted)
    with planted.database.reading(planted.network_id) as session:
        rows = rows_of(session, PersonKind.HOUSEHOLD, planted.household_id)
        counts = {name: len(found) for name, found in rows.items()}
    held = {table["table"]: table for table in document["tables"]}
    for name, table in REGISTER.items():
        wanted = [column.name for column in table.handed_to(PersonKind.HOUSEHOLD.whose)]
        if not wanted:
            assert not held.get(name, {}).get("columns"), name
            continue
        assert held[name]["columns"] == wanted
        assert all(list(row) == wanted for row in held[name]["rows"])
        if name != "audit_events":  # the export itself is the newest entry
            assert len(held[name]["rows"]) == counts.get(name, 0), name
    empty = {name for name, table in held.items() if not table["rows"]}
    assert empty <= {"second_factors", "recovery_codes", "door_steps_taken", "round_visits", "follow_up_escalations"}, (
        empty
    )


def test_every_word_that_was_told_is_in_both_files(planted: Planted) -> None:
    """What was written down by anybody is there to be read, by a program and by a person."""
    document, page = taken(planted)
    text = json.dumps(document, ensure_ascii=False)
    for word in (CANARIES | CASE).values():
        assert word in text
        assert word in page
    assert "until the household was closed for 183 days" in page
    assert "_days" not in page


def test_a_photo_of_the_door_lies_beside_the_pages(planted: Planted) -> None:
    """As a file of its own, named where it is told of."""
    with planted.database.writing(planted.network_id) as session:
        made = export_person(session, planted.coordinator, PersonKind.HOUSEHOLD, planted.household_id, now=AFTER)
    with zipfile.ZipFile(io.BytesIO(made.content)) as packed:
        (name,) = [each for each in packed.namelist() if each.endswith(".jpg")]
        assert packed.read(name) == PHOTO
        assert name in packed.read(PAGE_NAME).decode()


def test_nobody_else_is_in_it(planted: Planted) -> None:
    """No volunteer, no other household, no account of ours, no secret."""
    document, page = taken(planted)
    text = json.dumps(document) + page
    for word in ("H0001", "Resident H", "Volunteer V", "V001", "V003", "07700 900222", "x" * 60, "e" * 64):
        assert word not in text
    assert str(planted.monday.plan.ids["V003"]) not in text


def test_a_restricted_case_is_not_told(planted: Planted) -> None:
    """Neither its words nor that there is one."""
    with planted.database.writing(planted.network_id) as session:
        session.scalars(select(FollowUp)).one().is_restricted = True
    document, page = taken(planted)
    held = {table["table"]: table["rows"] for table in document["tables"]}
    assert (held["concerns"], held["follow_ups"], held["follow_up_entries"]) == ([], [], [])
    assert CASE["concern"] not in page


def test_a_volunteer_gets_what_is_theirs(planted: Planted) -> None:
    """Name, checks, shifts and routes; of a concern that they raised not what it says of somebody else."""
    document, page = taken(planted, PersonKind.VOLUNTEER, "V003")
    held = {table["table"]: table["rows"] for table in document["tables"]}
    assert held["volunteers"][0]["name"] == "Volunteer V003"
    assert [len(held[name]) for name in ("credentials", "shifts", "concerns")] == [1, 2, 1]
    assert "note" not in held["concerns"][0]
    with planted.database.reading(planted.network_id) as session:
        assert session.scalars(select(Concern.note)).one() == CASE["concern"]
    for word in (*CANARIES.values(), *CASE.values()):
        assert word not in page


def test_it_is_written_down_and_only_a_coordinator_may(planted: Planted) -> None:
    """An entry of the trail with the household's id; anybody else is refused."""
    taken(planted)
    with planted.database.reading(planted.network_id) as session:
        entry = session.scalars(select(AuditEvent).where(AuditEvent.action == "person_exported")).one()
        assert (entry.subject, entry.subject_id) == ("household", planted.household_id)
        assert entry.account_id is not None
    for role in set(Role) - {Role.COORDINATOR}:
        actor = Actor(network_id=planted.network_id, grants=(Grant(role=role, household_id=planted.household_id),))
        with planted.database.writing(planted.network_id) as session, pytest.raises(Forbidden):
            export_person(session, actor, PersonKind.HOUSEHOLD, planted.household_id, now=AFTER)
