"""Taps on a phone, as its forms send them."""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug.test import TestResponse

from tests.web.world import Visitor


def tap(phone: Visitor, kind: str, stop_id: uuid.UUID | None = None, **fields: Any) -> TestResponse:
    """One form of the driver's page."""
    data = {"event_id": str(uuid.uuid4()), "happened_at": "", "kind": kind, **fields}
    if stop_id is not None:
        data["stop_id"] = str(stop_id)
    return phone.post("/d/event", data=data)
