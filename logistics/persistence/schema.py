"""The schema's version: which migration the database stands at, and bringing it to the newest one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect, select, table
from sqlalchemy.sql import column

from logistics import migrations
from logistics.domain.errors import FoodRoundsError
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.base import Base
from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import of_every_network, unguarded
from logistics.persistence.scope import scoped_tables
from logistics.persistence.sealed_columns import sealed_columns
from logistics.persistence.wiping import overwrite_freed

MIGRATIONS_FOLDER = Path(migrations.__file__).parent
_VERSION = table("alembic_version", column("version_num"))

SEALED_SINCE = "0018"
"""The migration that seals what tells of health, faith and concerns."""


class SchemaBehind(FoodRoundsError):
    """The database's tables are not those of this version. The sentence says which command puts it right."""


def newest_revision() -> str:
    """The number of the newest migration, from the names of the files (`0001_the_first_week.py` -> `0001`)."""
    return max(file.name[:4] for file in (MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py"))


def current_revision(engine: Engine) -> str | None:
    """The migration that the database stands at; None when it holds no tables of ours yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return None
        return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()


def require_current_schema(engine: Engine) -> None:
    """Raise SchemaBehind unless the database stands at the newest migration."""
    current, newest = current_revision(engine), newest_revision()
    if current == newest:
        return
    where = engine.url.render_as_string(hide_password=True)
    if current is None:
        raise SchemaBehind(f"The database {where} holds no tables yet. Run: rounds db upgrade")
    if current < newest:
        raise SchemaBehind(f"The database {where} is behind ({current}, needs {newest}). Run: rounds db upgrade")
    raise SchemaBehind(
        f"The database {where} was made by a newer version of Food Rounds ({current}, this one knows {newest}). "
        "Install the newer version, or restore the copy made before the upgrade."
    )


def upgrade_schema(url: str, *, keys: FieldKeys | None = None) -> tuple[str | None, str]:
    """Run every migration that is still to be run, in one transaction. Returns the revision before and after.

    `keys` seal what a migration seals; none: those of this process's settings.
    """
    from alembic import command

    engine = make_engine(url, keys=keys, for_schema_change=True)
    try:
        before = current_revision(engine)
        if before is not None and before > newest_revision():
            require_current_schema(engine)
        with of_every_network(engine).begin() as connection:
            command.upgrade(alembic_config(connection=connection), "head")
            if engine.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise SchemaBehind(f"The upgrade would leave {len(broken)} rows that refer to nothing: not done.")
        if before is not None and before < SEALED_SINCE:
            # Old versions of rows, and the gaps that SQLite's pages keep when they are put in order, hold in clear what is
            # sealed now: secure_delete does not reach the latter.
            overwrite_freed(engine, sorted({each.table.name for each in sealed_columns()}))
        elif engine.dialect.name == "sqlite":
            # The journal still holds pages as they were before, with what the migrations removed in clear.
            with closing(engine.raw_connection()) as raw:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, newest_revision()
    finally:
        engine.dispose()


def schema_differences(engine: Engine) -> list[Any]:
    """What the tables in the database lack, or have too much, against the classes. Empty: they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from logistics.persistence import tables

    assert tables.__all__, "every table is registered"
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        differences = list(compare_metadata(context, Base.metadata))
        if engine.dialect.name == "postgresql":
            differences += [("row_security_missing", name) for name in unguarded(connection, scoped_tables())]
        return differences


def alembic_config(**attributes: Any) -> Any:
    """Alembic's configuration without an ini file: where the migrations are, and the connection to use."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER).replace("%", "%%"))
    config.attributes.update(attributes)
    return config
