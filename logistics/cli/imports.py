"""`rounds import PATH`: a network's spreadsheets into the database, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from logistics.bootstrap import build_services
from logistics.cli.chosen_network import remember_import
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.engine import make_engine
from logistics.persistence.schema import current_revision, upgrade_schema
from logistics.services.imports import ImportReport, import_network
from logistics.settings import Settings


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and count everything, save nothing.")
def import_(path: Path, *, dry_run: bool) -> None:
    """Read the network in the folder PATH (or the workbook PATH.xlsx) into the database.

    Exit code 2, with every fault by file, line and column, when anything cannot be taken; nothing is saved then.
    """
    settings = Settings.from_environment()
    _make_tables_on_first_use(settings)
    services = build_services(settings)
    try:
        report = import_network(
            services.database, path, dry_run=dry_run, now=services.clock.now(), geocoder=services.geocoder
        )
        if report.saved:
            services.save_geocodes()
            remember_import(settings, report.network_slug)
    finally:
        services.database.close()
    if not report.is_good:
        _print_problems(report)
        raise SystemExit(2)
    _print_summary(report)


def _make_tables_on_first_use(settings: Settings) -> None:
    """A database with no tables yet gets them: there is nothing in it to lose. One that is behind is never touched here."""
    engine = make_engine(settings.database_url)
    try:
        is_empty = current_revision(engine) is None
    finally:
        engine.dispose()
    if is_empty:
        upgrade_schema(settings.database_url, keys=FieldKeys.of(settings))


def _print_problems(report: ImportReport) -> None:
    for problem in report.problems:
        click.echo(str(problem), err=True)
    lines = len(report.problems)
    click.echo(f"\n{lines} {'thing needs' if lines == 1 else 'things need'} mending. Nothing was saved.", err=True)


def _print_summary(report: ImportReport) -> None:
    console = Console(highlight=False)
    heading = "Would import" if report.dry_run else "Imported"
    table = Table(title=f"{heading} {report.network_name} ({report.network_slug})", title_justify="left")
    table.add_column("table")
    for name in ("created", "changed", "unchanged", "only in the database"):
        table.add_column(name, justify="right")
    for name, counts in report.tables.items():
        numbers = (counts.created, counts.changed, counts.unchanged, counts.elsewhere)
        table.add_row(name, *(str(number) if number else "·" for number in numbers))
    console.print(table)
    for note in report.notes:
        console.print(f"Note: {note}", markup=False)
    if any(counts.elsewhere for counts in report.tables.values()):
        console.print("Rows that are only in the database were kept. End or remove on the pages what no longer holds.")
    if report.not_placed:
        console.print(
            f"Not placed ({len(report.not_placed)}): their postcode is not known, so no route can reach them yet."
        )
        for who in report.not_placed:
            console.print(f"  {who}", markup=False)
        console.print("Place them by hand on the page “Places”.")
    if report.to_check:
        console.print(f"Places to check ({len(report.to_check)}): on the page “Places”, say which place is right.")
        for who in report.to_check:
            console.print(f"  {who}", markup=False)
    if report.dry_run:
        console.print("Nothing was saved.")
    elif not report.changed_anything:
        console.print("Everything was as it should be: nothing changed.")
