"""After erasing, nothing tells of the household in any file; totals, plans and trail are as they were. On both databases."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.data_register import REGISTER, OnErasure
from logistics.domain.erasure import ErasureReason, PersonKind
from logistics.domain.errors import BadInput, Forbidden, NotFound, RuleBroken
from logistics.domain.vocabulary import Role
from logistics.persistence.base import Base
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Account,
    AuditEvent,
    Erasure,
    FollowUp,
    Household,
    PlanVersion,
    Site,
    Stop,
    StopItem,
    UnservedOrder,
    Volunteer,
)
from logistics.queries.audit_trail import check_trail
from logistics.queries.person_rows import CLASSES, rows_of
from logistics.queries.plan_document import plan_document
from logistics.services.accounts import NewMembership, add_account
from logistics.services.check_plan import check_plan
from logistics.services.erase_person import erase_now, erase_person, why_not_yet
from logistics.services.erasure_ledger import ErasureLedger
from logistics.services.person_wiped import Wiped
from logistics.services.retention import keep_times
from tests.databases import conninfo, postgres_server
from tests.logistics.person.planted import AFTER, CANARIES, CASE, Planted, days, plant
from tests.logistics.plans import ROADS
from tests.logistics.running_monday import RunningMonday, at


@pytest.fixture
def planted(database: Database, tmp_path: Path) -> Planted:
    """The world of one household that much was told of."""
    return plant(database, tmp_path / "home")


def everything(planted: Planted, folder: Path) -> bytes:
    """All bytes of the database and of the home: SQLite's file and journal as they lie, a whole dump of PostgreSQL."""
    folder.mkdir(exist_ok=True)
    files = [file for file in planted.home.rglob("*") if file.is_file()]
    url = planted.database.engine.url
    if planted.database.is_sqlite:
        files += Path(str(url.database)).parent.glob("rounds.sqlite*")
    else:
        program = shutil.which("pg_dump")
        server = postgres_server().url
        assert program, "pg_dump is not installed"
        assert server is not None
        dump = folder / "dump.sql"
        subprocess.run(
            [program, "--inserts", "--file", str(dump), "--dbname", conninfo(server, url.database)], check=True
        )
        files.append(dump)
    return b"\n".join(file.read_bytes() for file in files)


def hits(planted: Planted, folder: Path, canaries: dict[str, str]) -> list[str]:
    """Which of these words stand anywhere, however written."""
    held = everything(planted, folder).lower()
    return [name for name, word in canaries.items() if word.lower().encode() in held]


def erase(planted: Planted) -> Wiped:
    """Erased by a coordinator on the Tuesday after, and the freed bytes overwritten."""
    with planted.database.writing(planted.network_id) as session:
        wiped = erase_person(
            session, planted.coordinator, PersonKind.HOUSEHOLD, planted.household_id,
            reason=ErasureReason.ASKED, typed=CANARIES["ref"], now=AFTER,
        )  # fmt: skip
    ledger = ErasureLedger(planted.database, planted.home)
    ledger.write()
    ledger.clear_outbox(wiped.addresses)
    assert ledger.wipe(now=AFTER)
    return wiped


def counts(planted: Planted) -> dict[str, object]:
    """What reports are made of: rows of each table that stays, quantities, and the plan's totals but for its sentences."""
    with planted.database.unscoped_reading() as session:
        found: dict[str, object] = {
            name: session.scalar(select(func.count()).select_from(CLASSES[name]))
            for name, table in REGISTER.items()
            if not table.goes_whole and name not in ("geocodes", "audit_events", "erasures", "follow_up_entries")
        }
        found["given"] = session.scalar(select(func.sum(StopItem.quantity)))
        found["people"] = session.scalar(select(func.sum(Household.adults + Household.children)))
        totals = session.get_one(PlanVersion, planted.monday.plan.plan_id).totals
        found["totals"] = {key: value for key, value in totals.items() if key != "notes"}
        return found


def test_nothing_is_left_in_any_file(planted: Planted, tmp_path: Path) -> None:
    """Every planted word was there; after erasing only the case is left, and when its time is over nothing at all."""
    with planted.database.reading(planted.network_id) as session:
        told = repr([
            {column.name: getattr(row, column.name) for column in REGISTER[name].columns}
            for name, rows in rows_of(session, PersonKind.HOUSEHOLD, planted.household_id).items()
            for row in rows
        ])  # fmt: skip
    assert [name for name, word in (CANARIES | CASE).items() if word not in told] == []
    assert {"name", "phone", "address", "email", "ref"} <= set(hits(planted, tmp_path / "before", CANARIES))

    wiped = erase(planted)
    assert wiped.cases_kept == 1
    in_the_case = {name: CANARIES[name] for name in ("name", "phone", "address", "postcode", "ref")}
    others = {name: word for name, word in CANARIES.items() if name not in in_the_case} | {"photo": "canarydoor"}
    assert hits(planted, tmp_path / "after", others) == []
    assert len(list((planted.home / "outbox").glob("*.eml"))) == 1, "the mail to somebody else stays"

    with planted.database.writing(planted.network_id) as session:
        keep_times(session, planted.monday.actor, now=AFTER + days(6 * 365 + 2))
    with planted.database.unscoped_writing() as session:
        session.scalars(select(Erasure)).one().wiped_at = None
    assert ErasureLedger(planted.database, planted.home).wipe(now=AFTER)
    assert hits(planted, tmp_path / "at_the_end", CANARIES | CASE) == []


def test_the_case_is_the_leads_alone_and_says_whom_it_was_about(planted: Planted) -> None:
    """A safeguarding case outlives the household, restricted, with the reference that it had."""
    erase(planted)
    with planted.database.reading(planted.network_id) as session:
        case = session.scalars(select(FollowUp)).one()
        rows = rows_of(session, PersonKind.HOUSEHOLD, planted.household_id)
        assert case.is_restricted
        assert any(CANARIES["ref"] in entry.note for entry in rows["follow_up_entries"])


def test_totals_stay_right(planted: Planted) -> None:
    """The same rows, portions, people and totals as before, and the sentence about the household without it."""
    before = counts(planted)
    erase(planted)
    assert counts(planted) == before
    with planted.database.reading(planted.network_id) as session:
        sentences = session.scalars(
            select(UnservedOrder.sentence).where(UnservedOrder.household_id == planted.household_id)
        ).all()
    new_ref = f"gone-{planted.household_id.hex[:12]}"
    assert list(sentences) == [f"Nobody can reach {new_ref} at (erased)."]


def test_the_plan_is_still_right_and_its_document_the_same(database: Database, tmp_path: Path) -> None:
    """A plan that was out breaks no rule before and none after; only the reference in its document differs."""
    monday = RunningMonday.begun(database)
    household_id, plan_id = monday.plan.ids["H0004"], monday.plan.plan_id
    with monday.reading() as session:
        assert check_plan(session, plan_id, roads=ROADS) == ()
        document = plan_document(session, plan_id)
    with monday.writing() as session:
        erase_now(session, monday.actor, PersonKind.HOUSEHOLD, household_id, reason=ErasureReason.ASKED, now=AFTER)
    with monday.reading() as session:
        assert check_plan(session, plan_id, roads=ROADS) == ()
        now = plan_document(session, plan_id)
    expected = json.loads(json.dumps(document).replace("H0004", f"gone-{household_id.hex[:12]}"))
    for each in (expected, now):  # they are sorted by reference
        each["orders"] = sorted(each["orders"], key=lambda order: str(order["order"]))
    assert now == expected


def test_a_wrong_time_is_still_found_on_the_other_doors(database: Database) -> None:
    """Only the ways to and from the erased door are taken as they are written."""
    monday = RunningMonday.begun(database)
    with monday.writing() as session:
        erase_now(
            session, monday.actor, PersonKind.HOUSEHOLD, monday.plan.ids["H0004"], reason=ErasureReason.ASKED, now=AFTER
        )
        session.get_one(Stop, monday.plan.ids["mon A 3"]).leg_s += 60
    with monday.reading() as session:
        faults = check_plan(session, monday.plan.plan_id, roads=ROADS)
    assert {fault.stop_id for fault in faults} == {monday.plan.ids["mon A 3"]}


def test_the_trail_is_whole_and_names_who_did_it(planted: Planted) -> None:
    """No entry had to change, and the last one says that somebody was erased, why, and how many cases were kept."""
    erase(planted)
    with planted.database.reading(planted.network_id) as session:
        assert check_trail(session, planted.network_id).broken is None
        entry = session.scalars(select(AuditEvent).where(AuditEvent.action == "person_erased")).one()
        assert (entry.subject, entry.subject_id) == ("household", planted.household_id)
        assert entry.details == {"reason": "asked", "cases": 1}


def test_the_sign_in_goes(planted: Planted) -> None:
    """The account that is the household's alone is closed, nameless, and opens nothing."""
    erase(planted)
    with planted.database.unscoped_reading() as session:
        account = session.get_one(Account, planted.account_id)
        assert (account.active, account.password, account.name) == (False, None, "Erased")


def test_a_sign_in_for_something_else_stays(planted: Planted) -> None:
    """Somebody who also works at the desk loses the household's role alone, and goes on signing in."""
    wanted = NewMembership(email=CANARIES["email"], role=Role.DISPATCHER)
    with planted.database.writing(planted.network_id) as session:
        add_account(session, planted.monday.actor, wanted, now=at(15))
    erase(planted)
    with planted.database.unscoped_reading() as session:
        account = session.get_one(Account, planted.account_id)
        assert (account.active, account.email) == (True, CANARIES["email"])
        assert [membership.role for membership in account.memberships] == [Role.DISPATCHER]


def test_nothing_is_left_of_a_volunteer(database: Database, tmp_path: Path) -> None:
    """Name, phone, mail, address and reference are in no file; who drove how far can still be counted."""
    monday = RunningMonday.begun(database)
    planted = Planted(monday=monday, household_id=uuid.uuid4(), account_id=uuid.uuid4(), home=tmp_path / "home")
    volunteer_id = monday.plan.ids["V002"]
    names = {name: CANARIES[name] for name in ("name", "phone", "email", "address", "postcode", "ref")}
    with monday.writing() as session:
        volunteer = session.get_one(Volunteer, volunteer_id)
        volunteer.name, volunteer.phone, volunteer.email = names["name"], names["phone"], names["email"]
        volunteer.site.address, volunteer.site.postcode, volunteer.ref = (
            names["address"],
            names["postcode"],
            names["ref"],
        )
    assert set(hits(planted, tmp_path / "before", names)) == set(names)
    before = counts(planted)
    with monday.writing() as session:
        with pytest.raises(RuleBroken, match="on a route on Monday 30 November"):
            erase_volunteer(session, planted, at(9))
        erase_volunteer(session, planted, AFTER)
    assert ErasureLedger(database, planted.home).wipe(now=AFTER)
    assert hits(planted, tmp_path / "after", names) == []
    assert counts(planted) == before


def erase_volunteer(session: Session, planted: Planted, now: datetime) -> None:
    """V002, by a coordinator."""
    erase_person(
        session, planted.coordinator, PersonKind.VOLUNTEER, planted.monday.plan.ids["V002"],
        reason=ErasureReason.WITHDREW, typed=CANARIES["ref"], now=now,
    )  # fmt: skip


def test_a_shared_address_stays_with_those_who_live_there(planted: Planted) -> None:
    """A volunteer who lives at the same place keeps it; the household and its visits stand at an empty one."""
    with planted.database.writing(planted.network_id) as session:
        household = session.get_one(Household, planted.household_id)
        site_id = household.site_id
        session.get_one(Volunteer, planted.monday.plan.ids["V002"]).site_id = site_id
    erase(planted)
    with planted.database.reading(planted.network_id) as session:
        assert session.get_one(Site, site_id).address == CANARIES["address"]
        household = session.get_one(Household, planted.household_id)
        assert session.get_one(Site, household.site_id).address == ""
        stops = rows_of(session, PersonKind.HOUSEHOLD, planted.household_id)["stops"]
        assert {stop.site_id for stop in stops} == {household.site_id}


def test_only_who_means_it_and_may(planted: Planted) -> None:
    """The wrong reference, no reason, another role, a second time: refused, and nothing changes."""
    database, network_id = planted.database, planted.network_id

    def attempt(
        actor: Actor,
        reason: ErasureReason | None = ErasureReason.ASKED,
        typed: str = CANARIES["ref"],
        now: datetime = AFTER,
    ) -> None:
        with database.writing(network_id) as session:
            erase_person(
                session, actor, PersonKind.HOUSEHOLD, planted.household_id, reason=reason, typed=typed, now=now
            )

    with pytest.raises(BadInput) as refused:
        attempt(planted.coordinator, reason=None, typed="H0004")
    assert set(refused.value.fields) == {"reason", "typed"}
    for role in set(Role) - {Role.COORDINATOR}:
        other = replace(planted.coordinator, grants=(Grant(role=role, household_id=planted.household_id),))
        with pytest.raises(Forbidden):
            attempt(other)
    with pytest.raises(RuleBroken, match="demand of the week"):
        attempt(planted.coordinator, now=at(18))
    attempt(planted.coordinator)
    with pytest.raises(NotFound):
        attempt(planted.coordinator)


def test_not_while_a_driver_is_to_go_there_or_a_case_is_open(planted: Planted) -> None:
    """H0006 gets a parcel on Tuesday; a case that is opened again holds the erasure up."""
    with planted.database.writing(planted.network_id) as session:
        kind = PersonKind.HOUSEHOLD
        tuesday = why_not_yet(session, kind, planted.monday.plan.ids["H0006"], now=at(18))
        assert tuesday.startswith("A driver is to go there on Tuesday 1 December.")
        case = session.scalars(select(FollowUp)).one()
        case.state, case.outcome = type(case.state).ASSIGNED, None
        session.flush()
        assert "follow-up" in why_not_yet(session, kind, planted.household_id, now=AFTER)


def test_everything_the_register_says_is_done(planted: Planted) -> None:
    """After erasing, no linked row is left where the register says that it goes, and no emptied field holds anything."""
    erase(planted)
    with planted.database.reading(planted.network_id) as session:
        rows = rows_of(session, PersonKind.HOUSEHOLD, planted.household_id)
        for name, found in rows.items():
            assert not REGISTER[name].goes_whole, name
            for column in REGISTER[name].columns:
                if column.erasure is OnErasure.BLANK:
                    default = Base.metadata.tables[name].columns[column.name].default
                    empty = {None, "", False, frozenset(), getattr(default, "arg", None) if default else None}
                    assert {getattr(row, column.name) for row in found} <= empty, (name, column.name)
