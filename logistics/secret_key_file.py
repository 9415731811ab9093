"""Files that hold keys, where none is configured: made once, however many processes start at once, and changed whole."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_secret_key(path: Path) -> None:
    """Write a new key for sessions and links into `path`, unless there is one. Raises OSError where nothing can be written."""
    write_once(path, secrets.token_urlsafe(48) + "\n")


def write_once(path: Path, text: str) -> None:
    """Write a new file beside `path`, mode 600, and link it into place: of two processes one wins and both read it.

    Raises OSError where the folder cannot be written to.
    """
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def write_anew(path: Path, text: str) -> None:
    """Put a new file, mode 600, in the place of `path` in one step: whoever reads it finds the old text or the new one.

    It is on the disk when this returns. Raises OSError where the folder cannot be written to.
    """
    _draft(path, text).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft
