"""A plan says from what data its roads are, and how the times of each kind of vehicle were made.

Revision 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward. Plans made before it were all made with the estimate, which has no data."""
    op.add_column("plan_versions", sa.Column("roads_data", sa.String(length=60), nullable=True))
    op.add_column("plan_versions", sa.Column("roads_profiles", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
