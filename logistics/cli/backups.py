"""`rounds backup`, `rounds restore` and `rounds backup-key`: everything in one locked file, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from logistics.services.backups.keys import key_from, make_key
from logistics.services.backups.make import make_backup
from logistics.services.backups.manifest import Manifest
from logistics.services.backups.restore import restore_backup
from logistics.settings import Settings

_FILE = click.Path(path_type=Path, dir_okay=False)
_KEY = click.option("--key", "key_file", type=_FILE, help="The file with the age key. Else: ROUNDS_BACKUP_KEY.")


@click.command()
@click.argument("file", type=_FILE)
@_KEY
def backup(file: Path, key_file: Path | None) -> None:
    """Copy everything into FILE, locked, while people work; then try it out: open it, load it, compare every table.

    A FILE that is there is replaced, once the new one was tried out. Road maps are not in it: they are built again.
    """
    settings = Settings.from_environment()
    made = make_backup(settings, file, key_from(settings, key_file), now=datetime.now(UTC))
    click.echo(f"Backed up to {file}: {_holds(made.manifest)}, {_megabytes(made.size_bytes)}. Tried out: all the same.")
    for name, reason in made.manifest.left_out.items():
        click.echo(f"  not in it: {name} ({reason})")


@click.command()
@click.argument("file", type=_FILE)
@_KEY
@click.option("--replace", is_flag=True, help="Replace a database that holds data; it is kept under another name.")
@click.option("--erasures", type=_FILE, help="A copy of erasures.jsonl kept elsewhere: who was erased since.")
@click.option("--dry-run", is_flag=True, help="Open it, load it and compare, and change nothing.")
def restore(file: Path, key_file: Path | None, *, replace: bool, erasures: Path | None, dry_run: bool) -> None:
    """Bring back what FILE holds. Stop Food Rounds first.

    The backup is loaded beside what is there and compared before it takes its place, in one step. Whoever was erased since it
    was made is erased again.
    """
    settings = Settings.from_environment()
    key = key_from(settings, key_file)
    now = datetime.now(UTC)
    done = restore_backup(settings, file, key, replace=replace, dry_run=dry_run, erasures=erasures, now=now)
    made = f"{done.manifest.made_at:%d %B %Y %H:%M} UTC"
    if dry_run:
        click.echo(f"This backup of {made} can be restored: {_holds(done.manifest)}. Nothing has changed.")
        return
    click.echo(f"Restored the backup of {made}: {_holds(done.manifest)}.")
    for kept in done.kept:
        click.echo(f"  what was there before is kept as {kept}: remove it when you are sure")
    if done.erased:
        click.echo(f"Erased again: {done.erased}, who had been erased since.")
    if done.is_behind:
        click.echo("It is of an older version. Run: rounds db upgrade")


@click.command(name="backup-key")
@click.argument("file", type=_FILE)
def backup_key(file: Path) -> None:
    """Make a key for backups and write it into FILE, which must be new.

    Keep a copy of it on paper or on another machine: without it no backup can be opened.
    """
    public = make_key(file)
    click.echo(f"The key is in {file}. Keep a copy away from this machine: without it no backup can be opened.")
    click.echo(f"Its public half, which locks and does not open: {public}")


def _holds(manifest: Manifest) -> str:
    rows = sum(table.rows for table in manifest.held.tables.values())
    return f"{rows:,} rows in {len(manifest.held.tables)} tables and {len(manifest.files)} files"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB"
