"""How far the publisher's clock is from UTC: without it a printed day, kept as a moment, may come back as the day before."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item", sa.Column("published_offset", sa.Integer(), nullable=True))
    # Of what was kept without it, the days that began at midnight in Beijing are days there.
    op.execute("UPDATE item SET published_offset = 28800 WHERE CAST(published_at + 28800 AS BIGINT) % 86400 = 0")


def downgrade() -> None:
    op.drop_column("item", "published_offset")
