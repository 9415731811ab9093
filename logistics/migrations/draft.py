"""Write the next migration from the difference between the classes and the newest migration.

    python -m logistics.migrations.draft "What it does"

Until the first release there is one migration only, which is written again after every change of a table:

    python -m logistics.migrations.draft --first

Read what it wrote: renamed columns, CHECK constraints of existing tables and data are not seen by the comparison.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from logistics.persistence.engine import make_engine
from logistics.persistence.schema import MIGRATIONS_FOLDER, alembic_config, newest_revision, upgrade_schema

FIRST = "The first week"


def draft(message: str, *, first: bool) -> Path:
    """Write the migration file and return its path."""
    versions = MIGRATIONS_FOLDER / "versions"
    if first:
        for old in versions.glob("[0-9]*.py"):
            old.unlink()
    number = "0001" if first else f"{int(newest_revision()) + 1:04d}"
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.sqlite"
        if not first:
            upgrade_schema(url)
        engine = make_engine(url, for_schema_change=True)
        with engine.begin() as connection:
            config = alembic_config(connection=connection, batch=not first)
            config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(config, message, autogenerate=True, rev_id=number)
        engine.dispose()
    written = next(versions.glob(f"{number}_*.py"))
    text = written.read_text(encoding="utf-8")
    text = re.sub(r"\n *# (### commands|### end)[^\n]*", "", text)
    written.write_text(text, encoding="utf-8")
    return written


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments == ["--first"]:
        path = draft(FIRST, first=True)
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        path = draft(arguments[0], first=False)
    else:
        sys.exit(__doc__)
    sys.stdout.write(f"Wrote {path}. Read it, then run: ruff format {path}\n")
