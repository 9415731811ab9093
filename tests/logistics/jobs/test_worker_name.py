"""Names of workers: nobody's while borne, and found again after any kind of end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from logistics.jobs.worker_name import worker_name

BEARER = """
import sys, time
from pathlib import Path
from logistics.jobs.worker_name import worker_name
with worker_name(Path(sys.argv[1])) as name:
    print(name, flush=True)
    time.sleep(60)
"""


def _bearer(home: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that bears a name, and the name."""
    process = subprocess.Popen([sys.executable, "-c", BEARER, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_killed_workers_name_is_found_again(tmp_path: Path) -> None:
    """Two live workers bear different names; after kill -9 of the first, the next one bears its name."""
    first, name = _bearer(tmp_path)
    try:
        with worker_name(tmp_path) as second_name:
            assert second_name != name
            first.kill()
            first.wait(timeout=10)
            third, third_name = _bearer(tmp_path)
            third.kill()
            third.wait(timeout=10)
            assert third_name == name
    finally:
        first.kill()


def test_homes_that_share_a_queue_share_no_name(tmp_path: Path) -> None:
    """The first worker of one home is not the first worker of another."""
    with worker_name(tmp_path / "one") as one, worker_name(tmp_path / "two") as two:
        assert one != two
    with worker_name(tmp_path / "one") as again:
        assert again == one
