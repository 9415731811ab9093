"""`rounds export PATH`: a network's rows as the spreadsheets that `rounds import` reads."""

from __future__ import annotations

from pathlib import Path

import click

from logistics.bootstrap import build_services
from logistics.cli.chosen_network import chosen_network
from logistics.cli.new_files import write_new, write_new_folder
from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput
from logistics.services.exports import ExportForm, NetworkExport, as_files, as_workbook, as_zip, export_network
from logistics.settings import Settings


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--network", "slug", help="The network, by its short name; not needed when there is only one.")
@click.option("--with-confidential", is_flag=True, help="Also addresses that are confidential, as those of refuges.")
def export(path: Path, slug: str | None, *, with_confidential: bool) -> None:
    """Write the network into PATH: one file for .zip or .xlsx, else a folder of CSV files.

    The files are readable by you alone. Nothing is written over: PATH must be new.
    """
    form = _form_of(path)
    settings = Settings.from_environment()
    services = build_services(settings)
    try:
        with services.database.unscoped_reading() as session:
            network = chosen_network(session, settings, slug)
        actor, now = Actor.system(network.id), services.clock.now()
        with services.database.writing(network.id) as session:
            made = export_network(session, actor, with_confidential=with_confidential, to=form.value, now=now)
            _write(path, form, made)
    finally:
        services.close()
    rows = ", ".join(f"{name} {len(lines)}" for name, lines in made.tables.items() if lines)
    click.echo(f"Exported {network.name} ({network.slug}) to {path}: {rows or 'no rows'}.")
    for note in made.notes:
        click.echo(f"Note: {note}")
    click.echo("It holds people’s data. Keep it where only you can read it, and delete it when it has served.")


def _form_of(path: Path) -> ExportForm:
    """Raises BadInput for a name of one table's file: the network is many."""
    if path.suffix.lower() in (".csv", ".xls", ".ods", ".json"):
        raise BadInput(f"{path} names one file of another kind: name a folder, or a file that ends in .zip or .xlsx.")
    return {".zip": ExportForm.ZIP, ".xlsx": ExportForm.XLSX}.get(path.suffix.lower(), ExportForm.FOLDER)


def _write(path: Path, form: ExportForm, made: NetworkExport) -> None:
    match form:
        case ExportForm.ZIP:
            write_new(path, as_zip(made))
        case ExportForm.XLSX:
            write_new(path, as_workbook(made))
        case ExportForm.FOLDER:
            write_new_folder(path, as_files(made))
