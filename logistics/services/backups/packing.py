"""The inside of a backup: a compressed tar of the manifest, the copy of the database and the files of ROUNDS_HOME."""

from __future__ import annotations

import tarfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from logistics.services.backups.home_files import file_held, is_taken
from logistics.services.backups.keys import BackupKey
from logistics.services.backups.manifest import Manifest
from logistics.services.backups.sealing import BackupUnreadable, unseal

DATABASE = "database"
FILES = "home"
_MANIFEST = "manifest.json"
_PACKED = "packed.tar.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A backup that was opened whole into a folder, and is what its manifest says."""

    manifest: Manifest
    database: Path
    files: Path


def pack(folder: Path, manifest: Manifest) -> Path:
    """Pack `database` and `home` of a folder behind the manifest; returns the packed file, in the same folder."""
    packed = folder / _PACKED
    page = folder / _MANIFEST
    page.write_text(manifest.to_json(), encoding="utf-8")
    with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
        tar.add(page, _MANIFEST)
        tar.add(folder / DATABASE, DATABASE)
        for path in sorted(manifest.files):
            tar.add(folder / FILES / path, f"{FILES}/{path}", recursive=False)
    return packed


def open_backup(sealed: Path, key: BackupKey, folder: Path) -> Opened:
    """Open a backup file into an empty folder. Raises BackupUnreadable, before anything outside the folder is touched.

    Whoever has the public half can lock a file, so that one which opens is still not believed: only files that a backup
    takes are unpacked, and each must be what the manifest says.
    """
    packed = folder / _PACKED
    unseal(sealed, packed, key)
    try:
        with tarfile.open(packed, "r:gz") as tar:
            for member in tar:
                if not _belongs(member):
                    raise BackupUnreadable(f"{sealed} holds what no backup of Food Rounds holds: do not use it.")
                tar.extract(member, folder, filter="data")
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise BackupUnreadable(f"{sealed} opens with the key, but it is no backup of Food Rounds.") from error
    packed.unlink()
    page = folder / _MANIFEST
    if not page.is_file() or not (folder / DATABASE).is_file():
        raise BackupUnreadable(f"{sealed} opens with the key, but it is no backup of Food Rounds.")
    manifest = Manifest.from_json(page.read_text(encoding="utf-8"))
    files = folder / FILES
    files.mkdir(exist_ok=True)
    found = {file.relative_to(files).as_posix(): file_held(file) for file in sorted(files.rglob("*")) if file.is_file()}
    if found != manifest.files:
        raise BackupUnreadable(f"{sealed} does not hold the files that it lists: take an older backup.")
    return Opened(manifest=manifest, database=folder / DATABASE, files=files)


def _belongs(member: tarfile.TarInfo) -> bool:
    if not member.isfile():
        return False
    inside = member.name.removeprefix(f"{FILES}/")
    return member.name in (_MANIFEST, DATABASE) or (inside != member.name and is_taken(inside))
