"""Bringing a backup back: open it whole, load it beside what is there, compare, and only then switch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from logistics.persistence.copies.opening import copies_of
from logistics.persistence.copies.port import CopyFailed, DatabaseCopies, LoadedCopy
from logistics.persistence.schema import newest_revision
from logistics.services.backups.erased_since import erase_again, keep_list
from logistics.services.backups.field_keys import marks_without_key
from logistics.services.backups.home_files import put_back_files
from logistics.services.backups.keys import BackupKey
from logistics.services.backups.manifest import Manifest
from logistics.services.backups.packing import Opened, open_backup
from logistics.services.backups.sealing import BackupUnreadable
from logistics.services.backups.workroom import workroom
from logistics.services.erasure_ledger import LEDGER, read_ledger
from logistics.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was brought back. `kept`: where the database and the files are that it replaced; `is_behind`: needs an upgrade.

    `erased`: how many people who were erased since the backup were erased again; after an upgrade, the upgrade does it.
    """

    manifest: Manifest
    kept: tuple[str, ...]
    is_behind: bool
    erased: int = 0


def restore_backup(
    settings: Settings,
    source: Path,
    key: BackupKey,
    *,
    replace: bool,
    dry_run: bool,
    erasures: Path | None = None,
    now: datetime,
) -> Restored:
    """Bring a backup back. However it ends, the database in use is the old one or the one of the backup, whole.

    A database that holds rows is replaced only with `replace`, and kept under another name. `dry_run`: all of it but the
    switch. Whoever was erased since is erased again, by the list in ROUNDS_HOME and by `erasures`, a copy of it kept elsewhere.
    Raises BackupUnreadable, CopyFailed, and LedgerUnreadable before anything is changed.
    """
    _read_lists(settings, erasures)
    copies = copies_of(settings.database_url)
    try:
        if not replace and not dry_run and copies.in_use().has_data:
            raise CopyFailed(
                "The database holds data. To put the backup in its place, run it again with --replace: what is there now "
                "is kept beside it."
            )
        with workroom(settings.home) as folder:
            opened = open_backup(source, key, folder)
            loaded = _load(copies, opened)
            try:
                _compare(loaded, opened)
                _require_keys(loaded, opened, settings)
                if dry_run:
                    return _restored(opened, ())
                if copies.in_use().has_data:
                    keep_list(settings)
                done = _switch(settings, loaded, opened, f"{now:%Y%m%d-%H%M%S}")
            finally:
                loaded.discard()
    finally:
        copies.close()
    return dataclasses.replace(done, erased=erase_again(settings, also=erasures, now=now))


def _read_lists(settings: Settings, erasures: Path | None) -> None:
    """A list that cannot be read stops the restore before it begins, not half-way."""
    read_ledger(settings.home / LEDGER)
    if erasures is not None:
        read_ledger(erasures, must_exist=True)


def _load(copies: DatabaseCopies, opened: Opened) -> LoadedCopy:
    manifest = opened.manifest
    if manifest.kind is not copies.kind:
        raise BackupUnreadable(
            f"This backup is of a {manifest.kind.value} database, and ROUNDS_DATABASE_URL names a {copies.kind.value} one: "
            "restore it where the same kind is set."
        )
    if (manifest.held.revision or "") > newest_revision():
        raise BackupUnreadable("This backup was made by a newer version of Food Rounds: install that one first.")
    return copies.load(opened.database)


def _compare(loaded: LoadedCopy, opened: Opened) -> None:
    if differing := loaded.held().differs_in(opened.manifest.held):
        raise BackupUnreadable(f"This backup does not hold what it lists ({', '.join(differing)}): take an older one.")


def _require_keys(loaded: LoadedCopy, opened: Opened, settings: Settings) -> None:
    if shut := marks_without_key(loaded, opened.manifest, settings, opened.files):
        raise BackupUnreadable(
            f"This backup holds values sealed with the key {', '.join(sorted(shut))}, and the key is neither in it nor here: set "
            "ROUNDS_FIELD_KEYS to the keys that were in use when it was made, then restore again. Nothing has changed."
        )


def _switch(settings: Settings, loaded: LoadedCopy, opened: Opened, stamp: str) -> Restored:
    kept = []
    if database := loaded.put_in_use(stamp):
        kept.append(database)
    aside = settings.home / f"before-{stamp}"
    put_back_files(opened.files, settings.home, aside)
    if aside.is_dir():
        kept.append(str(aside))
    return _restored(opened, tuple(kept))


def _restored(opened: Opened, kept: tuple[str, ...]) -> Restored:
    behind = (opened.manifest.held.revision or "") < newest_revision()
    return Restored(manifest=opened.manifest, kept=kept, is_behind=behind)
