"""Every row that tells something of one person, found by the links of the register."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.data_register import REGISTER
from logistics.domain.erasure import PersonKind
from logistics.persistence.base import Base
from logistics.persistence.tables import __all__ as every_table

assert every_table, "the register names tables of this package"

CLASSES: Mapping[str, type[Any]] = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}  # type: ignore[attr-defined]  # every mapped class of ours has one table
"""The class of each table."""

type RowsOf = dict[str, list[Any]]


def rows_of(session: Session, kind: PersonKind, person_id: uuid.UUID) -> RowsOf:
    """By table, in the register's order: the person's own row, and each that a link of the register leads to.

    Takes a session of the person's network. Empty where there is no such person.
    """
    person = session.get(CLASSES[kind.table], person_id)
    if person is None:
        return {}
    found: RowsOf = {kind.table: [person]}
    for name in REGISTER:
        _find(session, kind, name, found)
    return {name: found[name] for name in REGISTER if found.get(name)}


def _find(session: Session, kind: PersonKind, name: str, found: RowsOf) -> list[Any]:
    if name in found:
        return found[name]
    rows: dict[uuid.UUID, Any] = {}
    cls = CLASSES[name]
    for link in REGISTER[name].links_of(kind.whose):
        theirs = {getattr(row, link.their) for row in _find(session, kind, link.table, found)} - {None}
        for some in _pieces(sorted(theirs, key=str)):
            for row in session.scalars(select(cls).where(getattr(cls, link.own).in_(some))):
                rows[row.id] = row
    found[name] = sorted(rows.values(), key=lambda row: str(row.id))
    return found[name]


def _pieces(ids: list[uuid.UUID], most: int = 500) -> list[list[uuid.UUID]]:
    """SQLite takes a limited number of values in one statement."""
    return [ids[start : start + most] for start in range(0, len(ids), most)]
