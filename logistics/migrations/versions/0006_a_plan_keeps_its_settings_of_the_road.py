"""A plan keeps the settings that its times on the road followed, so that a later change does not make it false.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward. Plans made before it are checked with the network's settings, as they were."""
    op.add_column("plan_versions", sa.Column("made_with", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
