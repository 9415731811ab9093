"""The file that holds the site's secret key, where no key is configured: made once, however many processes start at once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_secret_key(path: Path) -> None:
    """Write a new key beside `path`, mode 600, and link it into place: of two processes one wins and both read it.

    Raises OSError where the folder cannot be written to.
    """
    draft = path.with_name(f"secret-key.{os.getpid()}.{secrets.token_hex(4)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
