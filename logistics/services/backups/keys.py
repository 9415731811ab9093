"""The age key that backups are locked with: its public half locks, only its secret half opens."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage

from logistics.domain.errors import BadInput
from logistics.setting_values import backup_key
from logistics.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupKey:
    """What locks a backup, and what opens it, which is None where only the public half is here."""

    lock: Any
    opener: Any | None


def key_from(settings: Settings, file: Path | None) -> BackupKey:
    """The key in this file, else the one of ROUNDS_BACKUP_KEY. Raises BadInput."""
    if file is None:
        if not settings.backup_key:
            raise BadInput(
                "There is no key for backups: make one with “rounds backup-key FILE”, then set ROUNDS_BACKUP_KEY_FILE to "
                "that file, or name it with --key FILE."
            )
        return _parsed(settings.backup_key, "ROUNDS_BACKUP_KEY")
    try:
        return _parsed(backup_key(file.read_text(encoding="utf-8")), str(file))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise BadInput(f"The key file {file} cannot be read: {reason}.") from error
    except ValueError as error:
        raise BadInput(f"The key file {file} {error}.") from None


def make_key(file: Path) -> str:
    """Write a new key into a new file, readable by its owner alone, as age's own programs do. Returns the public half."""
    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(
            f"{file} is there already: a key is never written over, its backups could not be opened."
        ) from None
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(
            f"# The key of this network's backups. Whoever has it can read them; without it nobody can.\n# public key: {public}\n{made}\n"
        )
        opened.flush()
        os.fsync(opened.fileno())
    return public


def passing_key() -> BackupKey:
    """A key for the length of one backup: with the public half alone, nobody could try out what was written."""
    made = pyrage.x25519.Identity.generate()
    return BackupKey(lock=made.to_public(), opener=made)


def _parsed(text: str, where: str) -> BackupKey:
    try:
        if text.startswith("age1"):
            return BackupKey(lock=pyrage.x25519.Recipient.from_str(text), opener=None)
        opener = pyrage.x25519.Identity.from_str(text)
    except (pyrage.RecipientError, pyrage.IdentityError):
        raise BadInput(f"{where} holds no whole age key: a letter is wrong or missing.") from None
    return BackupKey(lock=opener.to_public(), opener=opener)
