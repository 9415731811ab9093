"""The import itself: read, check, find the places, store; all or nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import Conflict
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.database import Database
from logistics.persistence.tables import Network
from logistics.services.audit import note
from logistics.services.imports.checking import check_rows
from logistics.services.imports.places import Places, find_places
from logistics.services.imports.reading import read_files
from logistics.services.imports.report import ImportReport, Problems
from logistics.services.imports.store import store_network
from logistics.services.imports.store_people import has_needs
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import NetworkFiles, parse_files


def import_network(
    database: Database, path: Path, *, dry_run: bool = False, now: datetime, geocoder: Geocoder
) -> ImportReport:
    """Read the network at this path (a folder or an XLSX workbook) into the database, whole or not at all.

    Faults of the files are in the report's problems, every one of them, and nothing was saved then. A dry run does
    everything but saves nothing. Raises BadInput when own words that wait leave no room for new ones, Conflict when
    somebody else changes the same rows in the same moment.
    """
    problems = Problems()
    files = check_files(path, problems)
    if files is None or problems:
        return ImportReport(
            network_slug=files.slug if files else "",
            network_name=files.name if files else "",
            dry_run=dry_run,
            problems=problems.sorted(),
            notes=files.notes if files else (),
        )
    return store_files(database, files, dry_run=dry_run, now=now, geocoder=geocoder)


def check_files(path: Path, problems: Problems) -> NetworkFiles | None:
    """The network at this path as values; None when nothing could be read. Problems hold every fault."""
    files = parse_files(read_files(path, problems), problems)
    if files is not None:
        check_rows(files, problems)
    return files


def store_files(
    database: Database, files: NetworkFiles, *, dry_run: bool = False, now: datetime, geocoder: Geocoder
) -> ImportReport:
    """Store checked files in one transaction. See `import_network`."""
    places = find_places(files, geocoder)
    try:
        with database.unscoped_writing() as session:
            network, upsert = store_network(session, files, places, now=now)
            report = _report(files, network, upsert, places, dry_run=dry_run)
            if dry_run:
                session.flush()
                session.rollback()
            elif report.changed_anything:
                _leave_trail(session, network, report, now)
    except IntegrityError as error:
        raise Conflict("Somebody else changed this network in the same moment. Import it again.") from error
    return report


def _report(files: NetworkFiles, network: Network, upsert: Upsert, places: Places, *, dry_run: bool) -> ImportReport:
    notes = list(files.notes)
    households = files.tables["households"]
    silent = [row["ref"] for row in households if row["consent_on"] is None]
    if silent:
        needy = sum(1 for row in households if row["consent_on"] is None and has_needs(row))
        notes.append(
            f"No consent date: {_some(silent)} ({needy} of them with diet or allergy data). Ask and record it."
        )
    undeclared = sum(1 for row in files.tables["donation_slots"] if row["allergens"][0].value == "undeclared")
    if undeclared:
        notes.append(f"{undeclared} batches have no allergen declaration: nobody with an allergy gets them.")
    return ImportReport(
        network_slug=network.slug,
        network_name=network.name,
        saved=not dry_run,
        dry_run=dry_run,
        tables=upsert.counts,
        not_placed=tuple(places.not_placed),
        to_check=tuple(places.to_check),
        notes=tuple(notes),
    )


def _some(refs: list[str]) -> str:
    return ", ".join(refs[:5]) + (f" and {len(refs) - 5} more" if len(refs) > 5 else "")


def _leave_trail(session: Session, network: Network, report: ImportReport, now: datetime) -> None:
    counts = {table: [counts.created, counts.changed] for table, counts in report.tables.items()}
    note(session, Actor.system(network.id), "import_network", "network", network.id, now=now, **counts)
