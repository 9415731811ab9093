"""`rounds worker` looks after follow-ups and sends mail through the server that the setting names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from logistics.persistence.database import open_database
from logistics.persistence.schema import upgrade_schema
from logistics.settings import Settings
from tests.logistics.care_world import CareWorld
from tests.mail_server import smtp_server

ROOT = Path(__file__).parents[3]


def test_worker_passes_on_and_sends(tmp_path: Path) -> None:
    """An overdue follow-up and a running worker are enough: the mail comes from the address that is set, and links to our pages."""
    with smtp_server() as server:
        own = {
            "ROUNDS_HOME": str(tmp_path),
            "ROUNDS_MAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "ROUNDS_MAIL_FROM": "Southside Food <care@southside.example>",
            "ROUNDS_BASE_URL": "https://southside.example",
        }
        url = Settings.from_environment(own).database_url
        upgrade_schema(url)
        database = open_database(url)
        world = CareWorld(database, port=server.port)
        world.everybody()
        task_id = world.follow_up(due_at=datetime.now(UTC) - timedelta(minutes=1))
        database.close()
        said = tmp_path / "worker.log"
        with said.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "logistics.cli", "worker"], cwd=ROOT, env=os.environ | own, stderr=file
            )
        deadline = time.monotonic() + 90
        while process.poll() is None and time.monotonic() < deadline:
            if server.kept and "The planner is" in said.read_text():
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log = said.read_text()
        assert server.addresses == ["support_worker@example.org"], log
        assert server.mails[0]["From"] == "Southside Food <care@southside.example>"
        assert f"https://southside.example/follow-ups/{task_id}".encode() in server.kept[0]
        assert process.returncode == 0
        assert "support_worker@" not in log
        assert "The planner is" in log, "loaded beside it, or said that it cannot be"
