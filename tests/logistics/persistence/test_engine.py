"""The engine's errors end in logs, so they name no values."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from logistics.persistence.engine import make_engine


@pytest.mark.parametrize("for_schema_change", [False, True])
def test_refused_statement_tells_no_parameters(tmp_path: Path, for_schema_change: bool) -> None:
    """The message of a failed statement holds its text and not what was sent with it."""
    engine = make_engine(f"sqlite:///{tmp_path / 'a.sqlite'}", for_schema_change=for_schema_change)
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("insert into nowhere values (:name)"), {"name": "Amina Diallo"})
    assert "Amina" not in str(caught.value)
    engine.dispose()
