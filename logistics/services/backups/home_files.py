"""Which files of ROUNDS_HOME a backup takes with it, and why the others stay."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from logistics.gateways.sealing import FILE_NAME
from logistics.services.backups.manifest import FileHeld

TAKEN = ("secret-key", FILE_NAME, "last-imported-network", "places", "outbox")
"""The key of sessions and links, the keys of sealed columns, the network chosen last, postcode files that somebody brought, mail that waits."""

LEFT_OUT: Mapping[str, str] = {
    "roads": "road maps are built again from the same extract: rounds roads build",
    "base-map": "the map of the ground is built again with the road map",
    "jobs.sqlite": "the planner's queue is filled again from the runs in the database",
    "workers": "names of workers that are running",
    "compiled": "the planner is compiled again at the first start",
    "demo": "the demo is made up",
    "erasures.jsonl": "who was erased is in the database too, and an older list must never replace a newer one",
}
_NEVER = frozenset({"address-service-pace"})
_PIECE_BYTES = 1 << 20


def is_taken(path: str) -> bool:
    """Whether a file of this path in ROUNDS_HOME belongs into a backup, and may be written from one."""
    parts = PurePosixPath(path).parts
    return bool(parts) and parts[0] in TAKEN and ".." not in parts and parts[-1] not in _NEVER


def take_files(home: Path, into: Path) -> dict[str, FileHeld]:
    """Copy the files that matter; returns what each copy is. One that goes away meanwhile is not part of the backup."""
    taken: dict[str, FileHeld] = {}
    for file in _files(home):
        path = file.relative_to(home).as_posix()
        copy = into / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(file, copy)
        except FileNotFoundError:
            continue
        taken[path] = file_held(copy)
    return taken


def left_out(home: Path) -> dict[str, str]:
    """What is in ROUNDS_HOME and stays there, with the reason."""
    return {name: reason for name, reason in LEFT_OUT.items() if (home / name).exists()}


def file_held(file: Path) -> FileHeld:
    """The size and hash of a file, read in pieces."""
    digest = hashlib.sha256()
    size = 0
    with file.open("rb") as opened:
        while piece := opened.read(_PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return FileHeld(size_bytes=size, sha256=digest.hexdigest())


def put_back_files(taken: Path, home: Path, aside: Path) -> None:
    """Write files of a backup into ROUNDS_HOME, each in one step; those that differ are kept in `aside` first."""
    for file in _files(taken):
        path = file.relative_to(taken)
        there = home / path
        if there.is_file():
            if file_held(there) == file_held(file):
                continue
            kept = aside / path
            aside.mkdir(parents=True, exist_ok=True, mode=0o700)
            aside.chmod(0o700)
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(there, kept)
        there.parent.mkdir(parents=True, exist_ok=True)
        draft = there.with_name(there.name + ".restoring")
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # before there is anything to be read
        shutil.copy2(file, draft)
        draft.replace(there)


def _files(folder: Path) -> Iterator[Path]:
    for name in TAKEN:
        start = folder / name
        found = [start] if start.is_file() else sorted(start.rglob("*"))
        for file in found:
            if file.is_file() and not file.is_symlink() and is_taken(file.relative_to(folder).as_posix()):
                yield file
