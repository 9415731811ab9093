"""The hash that ties each entry of a network's trail to the one before it.

Stored hashes depend on every byte here: a change needs a new form beside this one, never instead of it.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

START = "0" * 64
"""What stands before the first entry."""


def entry_hash(
    previous: str,
    *,
    number: int,
    network_id: uuid.UUID,
    entry_id: uuid.UUID,
    at: datetime,
    account_id: uuid.UUID | None,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    details: Mapping[str, Any],
) -> str:
    """SHA-256, as 64 hex digits, of everything that an entry says and of the hash before it. `at` without a zone is UTC."""
    instant = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    said = [
        previous,
        number,
        str(network_id),
        str(entry_id),
        instant.isoformat(timespec="microseconds"),
        _text(account_id),
        action,
        subject,
        _text(subject_id),
        # As a database gives it back: keys are texts.
        json.loads(json.dumps(details)),
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _text(key: uuid.UUID | None) -> str | None:
    return None if key is None else str(key)
