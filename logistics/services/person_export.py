"""All that is kept of one person, for themselves: a ZIP with JSON for programs and one page for people."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.data_register import ELSEWHERE, REGISTER, Column, Table
from logistics.domain.erasure import PersonKind
from logistics.domain.errors import NotFound
from logistics.domain.looks import Look
from logistics.domain.retention import RetentionTimes
from logistics.persistence.tables import Concern, FollowUp, FollowUpEntry, FollowUpEscalation, Network
from logistics.queries.person_rows import RowsOf, rows_of
from logistics.services.audit import note
from logistics.services.person_wiped import OF_A_SIGN_IN

FORMAT = "food-rounds-person"
FORMAT_VERSION = 1
JSON_NAME, PAGE_NAME = "your-data.json", "your-data.html"
_WITHHELD = (
    "What somebody told us about another person, cases that only the safeguarding lead may tell of, and sign-ins where "
    "several people of a household have one, are not in this file. Ask us about them."
)

type Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonExport:
    """The file, and the name it should be saved under."""

    name: str
    content: bytes


def export_person(
    session: Session, actor: Actor, kind: PersonKind, person_id: uuid.UUID, *, now: datetime
) -> PersonExport:
    """Every field of the register that is handed out, of every row about this person. It is written into the trail.

    Nobody else's data is in it, nor whether there is a restricted case. Raises Forbidden, NotFound.
    """
    actor.require(Permission.EXPORT_PERSON)
    rows = rows_of(session, kind, person_id)
    if not rows or rows[kind.table][0].erased_at is not None:
        raise NotFound("There is no such household or volunteer here. They may have been erased already.")
    network = session.get_one(Network, actor.network_id)
    ref: str = rows[kind.table][0].ref
    document = _document(kind, ref, network, _told(rows), now)
    note(session, actor, Look.PERSON_EXPORT.value, kind.value, person_id, now=now)
    held, pictures = io.BytesIO(), _pictures(kind, rows)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(JSON_NAME, json.dumps(document, ensure_ascii=False, indent=2))
        packed.writestr(PAGE_NAME, _page(document))
        for name, picture in pictures.items():
            packed.writestr(name, picture)
    return PersonExport(name=f"data-{kind.value}-{now:%Y%m%d}.zip", content=held.getvalue())


def _told(rows: RowsOf) -> RowsOf:
    """The rows without restricted cases, without concerns that are about somebody else, and, where more than one person of a
    household signs in, without what is kept of each of them: one would read the other's address and browsers."""
    if len(rows.get("accounts", ())) > 1:
        rows = {name: [] if name in OF_A_SIGN_IN else found for name, found in rows.items()}
    hidden = {case.id for case in rows.get("follow_ups", ()) if case.is_restricted}
    concerns = {case.concern_id for case in rows.get("follow_ups", ()) if case.is_restricted}
    return {name: [row for row in found if not _is_hidden(row, hidden, concerns)] for name, found in rows.items()}


def _is_hidden(row: Any, cases: set[uuid.UUID], concerns: set[uuid.UUID | None]) -> bool:
    if isinstance(row, FollowUp):
        return row.id in cases
    if isinstance(row, FollowUpEntry | FollowUpEscalation):
        return row.follow_up_id in cases
    return isinstance(row, Concern) and (row.about.is_restricted or row.id in concerns)


def _document(kind: PersonKind, ref: str, network: Network, rows: RowsOf, now: datetime) -> Record:
    zone, times = ZoneInfo(network.timezone), RetentionTimes.from_settings(network.settings)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "network": network.name,
        "about": {"kind": kind.value, "reference": ref},
        "made_at": now.astimezone(zone).isoformat(timespec="seconds"),
        "not_in_it": _WITHHELD,
        "tables": [
            _table(table, list(table.handed_to(kind.whose)), rows.get(name, []), zone)
            | {"kept": _in_days(table.keeping.value, times)}
            for name, table in REGISTER.items()
            if table.links_of(kind.whose) or name == kind.table
        ],
        "elsewhere": [
            {"place": each.place, "holds": each.holds, "kept": _in_days(each.keeping, times)} for each in ELSEWHERE
        ],
    }


def _table(table: Table, columns: list[Column], rows: Iterable[Any], zone: ZoneInfo) -> Record:
    return {
        "table": table.name,
        "title": table.title,
        "purpose": table.purpose,
        "basis": table.basis.value,
        "readers": table.readers,
        "columns": [column.name for column in columns],
        "withheld": {
            column.name: column.withheld for column in table.columns if column.is_personal and column.withheld
        },
        "rows": [
            {
                column.name: _picture_name(table, row)
                if isinstance(value := getattr(row, column.name), bytes)
                else _plain(value, zone)
                for column in columns
            }
            for row in rows
        ],
    }


def _pictures(kind: PersonKind, rows: RowsOf) -> dict[str, bytes]:
    """What lies as bytes, by the name of its file."""
    return {
        _picture_name(table, row): getattr(row, column.name)
        for name, table in REGISTER.items()
        for column in table.handed_to(kind.whose)
        for row in rows.get(name, ())
        if isinstance(getattr(row, column.name), bytes)
    }


def _picture_name(table: Table, row: Any) -> str:
    return f"{table.name}/{row.id}.jpg"


def _in_days(words: str, times: RetentionTimes) -> str:
    """The register's words with the network's own numbers in them."""
    for name, days in times.to_settings().items():
        words = words.replace(name, f"{days} days")
    return words


def _plain(value: Any, zone: ZoneInfo) -> Any:
    """As JSON holds it: instants in the network's time, words of closed lists as they are stored, sets as sorted lists."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(_plain(each, zone) for each in value)
    if isinstance(value, uuid.UUID):
        return str(value)
    return value


def _page(document: Record) -> str:
    about = document["about"]
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>What {escape(document['network'])} keeps about you</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        f"<h1>What {escape(document['network'])} keeps about you</h1>",
        f"<p>Reference {escape(about['reference'])}. Made on {escape(document['made_at'][:10])}.</p>",
        f"<p>{escape(document['not_in_it'])}</p>",
    ]
    for table in document["tables"]:
        if table["rows"]:
            parts += _section(table)
    nothing = "; ".join(escape(table["title"]) for table in document["tables"] if not table["rows"])
    if nothing:
        parts.append(f"<h2>Where we keep nothing about you</h2><p>{nothing}.</p>")
    parts.append("<h2>Other places</h2><ul>")
    parts += [
        f"<li><b>{escape(each['place'])}</b>: {escape(each['holds'])}. Kept: {escape(each['kept'])}.</li>"
        for each in document["elsewhere"]
    ]
    return "\n".join([*parts, "</ul></main></body></html>"]) + "\n"


def _section(table: Mapping[str, Any]) -> Iterable[str]:
    yield f"<h2>{escape(table['title'])}</h2>"
    yield (
        f"<p>Why: {escape(table['purpose'])}. Basis: {escape(table['basis'])}. Who reads it: {escape(table['readers'])}. "
        f"Kept: {escape(table['kept'])}.</p>"
    )
    for row in table["rows"]:
        yield "<dl>"
        for name, value in row.items():
            yield f"<dt>{escape(_words(name))}</dt><dd>{escape(_said(value))}</dd>"
        yield "</dl>"
    if table["withheld"]:
        yield "<p>Not shown:</p><ul>"
        for name, reason in table["withheld"].items():
            yield f"<li>{escape(_words(name))}: {escape(reason)}</li>"
        yield "</ul>"


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _said(value: Any) -> str:
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else str(value)


_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#fff}"
    "main{max-width:44rem;margin:auto;padding:1rem}"
    "dl{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.2rem 1rem;border-top:1px solid #767676;padding-top:.5rem}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}"
    "@media (prefers-color-scheme:dark){body{color:#f2f2f2;background:#161616}}"
    "@media (max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}"
)
