"""The log as JSON: one object a line, the request's id in it, and no words of an exception."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from logistics.gateways.logs import REQUEST_ID, start_logging
from logistics.settings import Settings

PERSONAL = "Amina Diallo, 4 Rowan House"


def settings_with(tmp_path: Path, **values: str) -> Settings:
    """The defaults in a home of this test's own, but for these."""
    return Settings.from_environment({"ROUNDS_HOME": str(tmp_path), **values})


@pytest.mark.parametrize("kind", ["json", "text"])
def test_an_exception_is_logged_by_kind_and_place(tmp_path: Path, kind: str) -> None:
    """In a process of its own, as a server has it: what the exception says of a person is nowhere, its kind and place are."""
    program = (
        "import logging\n"
        "from logistics.gateways.logs import REQUEST_ID, start_logging\n"
        "from logistics.settings import Settings\n"
        "start_logging(Settings.from_environment())\n"
        "REQUEST_ID.set('0123456789abcdef')\n"
        "try:\n"
        f"    raise ValueError({PERSONAL!r})\n"
        "except ValueError:\n"
        "    logging.getLogger('rounds.trial').exception('run %s failed', 7)\n"
    )
    environment = {**os.environ, "ROUNDS_HOME": str(tmp_path), "ROUNDS_LOG_FORMAT": kind}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert "ValueError" in done.stderr
    assert 'File "<string>", line 7' in done.stderr.replace('\\"', '"')
    assert "0123456789abcdef" in done.stderr
    for word in PERSONAL.replace(",", "").split():
        assert word == "4" or word not in done.stderr
    if kind == "json":
        (line,) = done.stderr.splitlines()
        told = json.loads(line)
        assert told["message"] == "run 7 failed"
        assert (told["level"], told["logger"], told["request_id"]) == ("ERROR", "rounds.trial", "0123456789abcdef")
        assert told["time"][:2] == "20"
        assert told["process"] > 0


def test_quiet_libraries_tell_warnings_alone(tmp_path: Path) -> None:
    """What a library says at work would bury what we say."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    try:
        start_logging(settings_with(tmp_path, ROUNDS_LOG_LEVEL="debug"))
        assert not logging.getLogger("alembic").isEnabledFor(logging.INFO)
        assert logging.getLogger("web").isEnabledFor(logging.DEBUG)
        assert REQUEST_ID.get() == ""
    finally:
        logging.getLogger().handlers[:], level = before
        logging.getLogger().setLevel(level)
