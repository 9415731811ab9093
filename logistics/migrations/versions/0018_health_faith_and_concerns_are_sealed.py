"""Health, religion, concerns and how to get in are sealed, with keys that are not in the database.

Revision 0018, after 0017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op

from logistics.persistence.sealed import keys_of

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 500
PIECE = 64
TEXTS = {
    "concerns": {"note": 1000},
    "follow_up_entries": {"note": 2000},
    "household_extras": {"detail": 120},
    "household_members": {"who": 40},
    "household_needs": {"unmapped": 500},
    "pauses": {"reason": 200},
    "referral_changes": {"words": 500},
    "sites": {"access_notes": 1000},
    "stop_notes": {"text": 500},
    "welfare_calls": {"note": 1000},
}
"""An empty text stays empty."""
WORDS = {"household_members": ("allergens", "diets"), "household_needs": ("allergens", "diets")}
"""Filled up to whole pieces of 64 letters, and sealed when empty too."""


def upgrade() -> None:
    """Bring the tables forward, and seal what is in them, some rows at a time."""
    for name in sorted(TEXTS):
        with op.batch_alter_table(name) as batch:
            if name == "household_needs":
                batch.drop_constraint(op.f("ck_household_needs_texture_iddsi"), type_="check")
                batch.alter_column(
                    "texture_iddsi",
                    existing_type=sa.Integer(),
                    type_=sa.Text(),
                    existing_nullable=True,
                    postgresql_using="texture_iddsi::text",
                )
            for text, most in TEXTS[name].items():
                batch.alter_column(text, existing_type=sa.String(length=most), type_=sa.Text(), existing_nullable=False)
            for words in WORDS.get(name, ()):
                batch.alter_column(words, existing_type=sa.String(length=200), type_=sa.Text(), existing_nullable=False)
    connection = op.get_bind()
    keys = keys_of(connection.dialect)

    def text_of(value: str | None) -> str | None:
        return keys.seal(value) if value else value

    def piece_of(value: str | None) -> str:
        text = value or ""
        return keys.seal(text.ljust((len(text) // PIECE + 1) * PIECE))

    for name in sorted(TEXTS):
        how: dict[str, Callable[[str | None], str | None]] = dict.fromkeys(TEXTS[name], text_of)
        how |= dict.fromkeys(WORDS.get(name, ()), piece_of)
        if name == "household_needs":
            how["texture_iddsi"] = piece_of
        _seal(connection, name, how)
    if connection.dialect.name == "postgresql":
        # References are checked at the commit; a table with checks that wait cannot be altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.execute("SET CONSTRAINTS ALL DEFERRED")
    with op.batch_alter_table("household_needs") as batch:
        batch.alter_column("texture_iddsi", existing_type=sa.Text(), nullable=False)


def _seal(connection: sa.Connection, name: str, how: Mapping[str, Callable[[str | None], str | None]]) -> None:
    row_id = sa.column("id", sa.Uuid())
    columns = {each: sa.column(each, sa.Text()) for each in how}
    rows = sa.table(name, row_id, *columns.values())
    put = rows.update().where(row_id == sa.bindparam("row")).values({each: sa.bindparam(f"new_{each}") for each in how})
    after = None
    while True:
        query = sa.select(row_id, *columns.values()).order_by(row_id).limit(ROWS_AT_ONCE)
        found = connection.execute(query if after is None else query.where(row_id > after)).all()
        if not found:
            return
        after = found[-1].id
        sealed = [
            {f"new_{each}": seal(getattr(row, each)) for each, seal in how.items()} | {"row": row.id} for row in found
        ]
        connection.execute(put, sealed)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
