"""What erasing does to rows: by the register, table by table, until nothing tells of the person and every count stands."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import false

from logistics.domain.care import MOST_ENTRY_LETTERS
from logistics.domain.data_register import REGISTER, OnErasure
from logistics.domain.erasure import PersonKind, Striker
from logistics.persistence.base import Base
from logistics.persistence.tables import (
    Account,
    FollowUp,
    FollowUpEntry,
    GeocodeEntry,
    Household,
    Invitation,
    Membership,
    Organisation,
    Site,
    Stop,
    Volunteer,
)
from logistics.queries.person_rows import CLASSES, RowsOf, rows_of
from logistics.services.van_places import forget_van_places_of

GONE = "Erased"
OF_A_SIGN_IN = ("accounts", "account_sessions", "second_factors", "passkeys", "recovery_codes", "saved_forms")
_TOLD_ELSEWHERE = {
    "households": ("contact_name", "phone"),
    "volunteers": ("name", "phone", "email"),
    "sites": ("address",),
    "accounts": ("name", "email"),
}
"""What of a person could stand in a text about something else: never a word of the program, such as where a place was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiped:
    """What was done. `addresses`: the person's mail addresses, for mail that lies on disk; never to be kept or logged."""

    deleted: int
    emptied: int
    struck: int
    cases_kept: int
    addresses: frozenset[str]


def wipe_person(session: Session, kind: PersonKind, person_id: uuid.UUID, *, now: datetime) -> Wiped:
    """Delete, empty and strike out everything that tells of this person. The caller has asked whether it may be done."""
    rows = rows_of(session, kind, person_id)
    person: Household | Volunteer = rows[kind.table][0]
    forget_van_places_of(session, person)
    _leave_shared_sites(session, person, rows)
    _leave_other_sign_ins(session, rows)
    values = _values(rows)
    ref, new_ref = person.ref, f"gone-{person_id.hex[:12]}"
    kept = _keep_cases(session, person, rows, now=now)
    session.execute(delete(GeocodeEntry).where(_is_remembered(rows.get("sites", []))))
    addresses = _addresses(rows)
    session.execute(delete(Invitation).where(func.lower(Invitation.email).in_(sorted(addresses))))
    deleted = emptied = 0
    for name, found in rows.items():
        if REGISTER[name].goes_whole:
            deleted += len(found)
            for row in found:
                session.delete(row)
        else:
            emptied += len(found)
            _empty(name, found)
    person.ref, person.is_active, person.erased_at = new_ref, False, now
    session.flush()
    struck = _strike(session, Striker(values, ref=ref, new_ref=new_ref))
    return Wiped(deleted=deleted, emptied=emptied, struck=struck, cases_kept=kept, addresses=addresses)


def _empty(name: str, rows: Iterable[Any]) -> None:
    table = Base.metadata.tables[name]
    for column in REGISTER[name].columns:
        for row in rows:
            if column.erasure is OnErasure.BLANK:
                setattr(row, column.name, _nothing(table.columns[column.name]))
            elif column.erasure is OnErasure.NEW:
                setattr(row, column.name, _new_word(column.name, row))
    if name == "accounts":
        for account in rows:
            account.active = False


def _nothing(column: Any) -> Any:
    """What the column holds of somebody of whom nothing is known: none, else its default, else no letters."""
    if column.nullable:
        return None
    if column.default is None:
        return ""
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def _new_word(name: str, row: Any) -> str | None:
    if name == "password":
        return None
    if name == "email":
        return f"{row.id.hex}@erased.invalid"
    if name == "fs_uniquifier":
        return uuid.uuid4().hex
    return f"gone-{row.id.hex[:12]}" if name == "ref" else GONE


def _values(rows: RowsOf) -> frozenset[str]:
    """Names, numbers and addresses of the person that could stand in a text elsewhere."""
    return frozenset(
        str(getattr(row, column) or "")
        for name, columns in _TOLD_ELSEWHERE.items()
        for row in rows.get(name, ())
        for column in columns
    )


def _addresses(rows: RowsOf) -> frozenset[str]:
    """The person's mail addresses, in small letters."""
    held = (getattr(row, "email", "") for name in ("accounts", "volunteers") for row in rows.get(name, ()))
    return frozenset(str(address).lower() for address in held if address)


def _leave_shared_sites(session: Session, person: Household | Volunteer, rows: RowsOf) -> None:
    """A place where others live or work stays theirs: this person, and visits to them, get an empty one of their own."""
    old_id = person.site_id
    others = [
        session.scalar(select(func.count()).select_from(kind).where(kind.site_id == old_id, kind.id != person.id))
        for kind in (Household, Volunteer, Organisation)
    ]
    if not any(others):
        return
    empty = Site(id=uuid.uuid4())
    session.add(empty)
    session.flush()
    person.site_id = empty.id
    if isinstance(person, Household):
        session.execute(update(Stop).where(Stop.household_id == person.id).values(site_id=empty.id))
    rows.pop("sites", None)
    rows.pop("place_questions", None)


def _leave_other_sign_ins(session: Session, rows: RowsOf) -> None:
    """Somebody who also has another role, here or in another network, signs in with the same account: that stays theirs."""
    own = {membership.id for membership in rows.get("memberships", ())}
    table = Membership.__table__
    # By the connection, since the session sees this network alone.
    held = session.connection().execute(
        select(table.c.id, table.c.account_id).where(
            table.c.account_id.in_([account.id for account in rows.get("accounts", ())])
        )
    )
    shared = {account_id for membership_id, account_id in held if membership_id not in own}
    for name in OF_A_SIGN_IN:
        rows[name] = [
            row for row in rows.get(name, ()) if (row.id if isinstance(row, Account) else row.account_id) not in shared
        ]


def _keep_cases(session: Session, person: Household | Volunteer, rows: RowsOf, *, now: datetime) -> int:
    """Safeguarding cases stay until their own time is over: for the lead alone, and saying whom they were about."""
    cases: list[FollowUp] = rows.get("follow_ups", [])
    if not isinstance(person, Household):
        return 0
    for case in cases:
        case.is_restricted = True
        about = f"{person.ref}, {person.contact_name}, {person.phone}, {person.site.address}, {person.site.postcode}"
        words = f"The household was erased. This case was about: {about}"
        session.add(
            FollowUpEntry(
                id=uuid.uuid4(), follow_up_id=case.id, at=now, state=case.state, note=words[:MOST_ENTRY_LETTERS]
            )
        )
    return len(cases)


def _is_remembered(sites: Iterable[Site]) -> Any:
    """Entries of the memory of places that hold this address, or exactly this point."""
    held = [
        or_(
            and_(GeocodeEntry.latitude == site.latitude, GeocodeEntry.longitude == site.longitude),
            GeocodeEntry.query == site.postcode,
            GeocodeEntry.query == site.address,
        )
        for site in sites
    ]
    return or_(false(), *held)


def _strike(session: Session, striker: Striker) -> int:
    """Strike the values out of every text and document of the network that could hold them; returns how many rows changed."""
    changed = 0
    for name, table in REGISTER.items():
        names = [column.name for column in table.columns if column.erasure is OnErasure.STRUCK]
        if not names:
            continue
        cls = CLASSES[name]
        query = select(cls.id, *(getattr(cls, column) for column in names)).execution_options(yield_per=500)
        new: list[tuple[uuid.UUID, dict[str, Any]]] = []
        for row_id, *held in session.execute(query):
            struck = {
                column: after
                for column, before in zip(names, held, strict=True)
                if (after := striker.of(before)) != before
            }
            if struck:
                new.append((row_id, struck))
        for row_id, struck in new:
            session.execute(update(cls).where(cls.id == row_id).values(**struck))
        changed += len(new)
    return changed
