"""Files locked by age (age-encryption.org/v1): in authenticated pieces of 64 KiB, so that size needs no memory."""

from __future__ import annotations

import os
from pathlib import Path

import pyrage

from logistics.domain.errors import FoodRoundsError
from logistics.services.backups.keys import BackupKey


class BackupUnreadable(FoodRoundsError):
    """A backup file cannot be opened. The sentence says whether it is the key or the file; nothing has changed."""


def seal(plain: Path, sealed: Path, *keys: BackupKey) -> None:
    """Lock a file for every one of these keys, into a new file of its owner's alone, and have it on the disk."""
    descriptor = os.open(sealed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target, plain.open("rb") as source:
        pyrage.encrypt_io(source, target, [key.lock for key in keys])
        target.flush()
        os.fsync(target.fileno())


def unseal(sealed: Path, plain: Path, key: BackupKey) -> None:
    """Open a locked file whole: what was cut off or changed anywhere is an error before any of it is used.

    Raises BackupUnreadable.
    """
    if key.opener is None:
        raise BackupUnreadable(
            "The key given is the public half, which only locks. Name the file with the secret half: --key FILE."
        )
    try:
        with sealed.open("rb") as source, plain.open("wb") as target:
            pyrage.decrypt_io(source, target, [key.opener])
    except FileNotFoundError:
        raise BackupUnreadable(f"There is no file {sealed}.") from None
    except pyrage.DecryptError as error:
        if "matching keys" in str(error):
            raise BackupUnreadable(
                f"{sealed} does not open with this key: it was locked for another one, or its first lines are damaged."
            ) from None
        raise BackupUnreadable(f"{sealed} is no whole backup: its beginning is damaged or cut off.") from None
    except OSError as error:
        # The library's own refusal has no number; a full disk has one.
        if error.errno is not None:
            raise BackupUnreadable(f"{sealed} cannot be opened here: {error.strerror}.") from error
        raise BackupUnreadable(
            f"{sealed} is damaged or cut off: take another copy of it, or an older backup."
        ) from None
