"""The keys of sealed columns in a backup: in it with the other files, or, where they are a setting, named as not in it."""

from __future__ import annotations

from pathlib import Path

from logistics.gateways.sealing import FILE_NAME, FieldKeys
from logistics.persistence.copies.port import LoadedCopy
from logistics.services.backups.manifest import Manifest
from logistics.settings import Settings

SEALED_SINCE = "0018"
"""The migration that sealed the columns: a copy from before it needs no key."""


def keys_left_out(settings: Settings) -> dict[str, str]:
    """What a backup must say where the keys are a setting: it cannot take them with it."""
    if not settings.field_keys:
        return {}
    marks = ", ".join(FieldKeys.of(settings).marks)
    return {
        "ROUNDS_FIELD_KEYS": f"the keys {marks} are a setting: keep a copy of them apart from this backup, for without them "
        "health, religion, concerns and door codes in it cannot be read"
    }


def marks_without_key(loaded: LoadedCopy, manifest: Manifest, settings: Settings, files: Path) -> set[str]:
    """The marks of keys that the copy's values are under, and that would be missing once it is in use with these files."""
    if (manifest.held.revision or "") < SEALED_SINCE:
        return set()
    brought = files / FILE_NAME
    keys = FieldKeys(settings.field_keys, file=brought if brought.is_file() else settings.home / FILE_NAME)
    return loaded.marks() - set(keys.marks)
