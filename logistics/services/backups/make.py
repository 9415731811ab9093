"""Making a backup: copy, pack, lock, try it out, and only then give it its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from logistics.persistence.copies.opening import copies_of
from logistics.persistence.copies.port import CopyFailed, DatabaseCopies
from logistics.persistence.copies.sqlite import sync_folder
from logistics.services.backups.field_keys import keys_left_out, marks_without_key
from logistics.services.backups.home_files import left_out, take_files
from logistics.services.backups.keys import BackupKey, passing_key
from logistics.services.backups.manifest import Manifest
from logistics.services.backups.packing import DATABASE, FILES, open_backup, pack
from logistics.services.backups.sealing import seal
from logistics.services.backups.workroom import workroom
from logistics.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeBackup:
    """A backup that was tried out: it was opened and loaded, and every table was the same."""

    manifest: Manifest
    size_bytes: int


def make_backup(settings: Settings, target: Path, key: BackupKey, *, now: datetime) -> MadeBackup:
    """Write everything into `target`, while people work. However it ends, `target` is what it was or a whole backup.

    Raises CopyFailed.
    """
    copies = copies_of(settings.database_url)
    try:
        with workroom(settings.home) as folder:
            manifest = _copy(copies, settings, folder, now)
            partial = target.with_name(f".{target.name}.partial")
            try:
                _seal_and_try(copies, settings, folder, manifest, partial, key=key)
                size = partial.stat().st_size
                partial.replace(target)
                sync_folder(target.absolute().parent)
            except OSError as error:
                raise CopyFailed(f"The backup cannot be written to {target}: {error.strerror or error}.") from error
            finally:
                partial.unlink(missing_ok=True)
            return MadeBackup(manifest=manifest, size_bytes=size)
    finally:
        copies.close()


def _copy(copies: DatabaseCopies, settings: Settings, folder: Path, now: datetime) -> Manifest:
    held = copies.write(folder / DATABASE)
    if held.revision is None:
        raise CopyFailed("The database holds no tables of Food Rounds yet: nothing to back up.")
    (folder / FILES).mkdir()
    return Manifest(
        made_at=now,
        made_by=f"food-rounds {version('food-rounds')}",
        kind=copies.kind,
        held=held,
        files=take_files(settings.home, folder / FILES),
        left_out=left_out(settings.home) | keys_left_out(settings),
    )


def _seal_and_try(
    copies: DatabaseCopies, settings: Settings, folder: Path, manifest: Manifest, partial: Path, *, key: BackupKey
) -> None:
    packed = pack(folder, manifest)
    (folder / DATABASE).unlink()
    partial.unlink(missing_ok=True)
    if key.opener is not None:
        opener = key
        seal(packed, partial, key)
    else:
        opener = passing_key()
        seal(packed, partial, key, opener)
    packed.unlink()
    tried = folder / "tried"
    tried.mkdir()
    opened = open_backup(partial, opener, tried)
    loaded = copies.load(opened.database)
    try:
        differing = loaded.held().differs_in(manifest.held)
        shut = marks_without_key(loaded, manifest, settings, opened.files)
    finally:
        loaded.discard()
    if differing or opened.manifest != manifest:
        raise CopyFailed(
            f"The backup was tried out and is not what was copied ({', '.join(differing) or 'its first page'}): it was "
            "thrown away. Check the disk, then try again."
        )
    if shut:
        raise CopyFailed(
            f"The backup would hold values sealed with the key {', '.join(sorted(shut))} and not the key: it was thrown away. "
            "If keys were changed at this moment, try again; else see “rounds keys check”."
        )
