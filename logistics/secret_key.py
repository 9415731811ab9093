"""The file that holds the key of sessions and links, where no setting gives one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_key_file(path: Path) -> None:
    """Writes a new key beside `path` and links it into place, so that of two processes one wins and both read it.

    Its owner alone may read it. Raises OSError where no file can be written.
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
