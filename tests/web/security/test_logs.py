"""The server's log says what broke and where, and nothing about anybody."""

from __future__ import annotations

import logging
import re
import uuid

import pytest
from sqlalchemy.exc import IntegrityError

from logistics.domain.authority import Permission
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Site
from tests.web.world import Visitor, World
from web.context import db
from web.security.access import allow
from web.security.boundary import BoundedApp

PERSONAL = ("Amina Diallo", "Rowan House")


def test_fault_is_logged_without_what_it_was_about(
    app: BoundedApp, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """A statement that the database refuses leaves the places and kinds of fault in the log, and no value of it."""

    @app.post("/breaks")
    @allow(Permission.SEE_WEEK)
    def breaks() -> str:
        db().add_all(Site(id=uuid.UUID(int=1), address=name) for name in PERSONAL)
        try:
            db().flush()
        except IntegrityError as error:
            raise ValueError(PERSONAL) from error
        return "whole"

    client = app.test_client()
    assert isinstance(client, Visitor)
    client.sign_in(world.account(Role.COORDINATOR))
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/breaks?q=Carlos", data={"name": "Brook"})
    assert answer.status_code == 500
    log = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    reference = re.search(r"\b[0-9a-f]{8}\b", answer.text)
    assert reference is not None
    assert reference[0] in log
    assert "ValueError" in log
    assert "IntegrityError" in log
    assert "test_logs.py" in log
    for personal in (*PERSONAL, "Brook", "Carlos"):
        assert personal not in log
        assert personal not in answer.text
