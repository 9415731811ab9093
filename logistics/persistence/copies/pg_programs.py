"""Running PostgreSQL's own programs; a password is handed over in the environment, where no list of processes shows it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from logistics.persistence.copies.port import CopyFailed
from logistics.persistence.row_security import EVERY_NETWORK, SETTING


def run_program(program: str, url: URL, database: str, *words: str) -> None:
    """Run `pg_dump` or `pg_restore` on a database of this URL's server, with the rows of every network.

    Raises CopyFailed: not installed, or what it said.
    """
    found = shutil.which(program)
    if found is None:
        raise CopyFailed(
            f"{program} is not installed: “apt install postgresql-client” brings it. It must be of the server's version "
            "or newer."
        )
    environment = dict(os.environ)
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    options = [os.environ.get("PGOPTIONS", ""), _words(url.query.get("options", "")), f"-c {SETTING}={EVERY_NETWORK}"]
    environment["PGOPTIONS"] = " ".join(filter(None, options))
    query = {name: value for name, value in url.query.items() if name != "options"}
    open_to_all = URL.create("postgresql", url.username, None, url.host, url.port, database, query)
    command = [found, "--no-password", f"--dbname={open_to_all.render_as_string()}", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - a program by its full path
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), f"it ended with {done.returncode}")
        raise CopyFailed(f"{Path(found).name} could not do its work: {said.strip()}")


def _words(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)
