"""Which sets of rules came into force or were refused, and which rules an item missed by one clause."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_set",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
    )
    op.create_table(
        "near_miss",
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("rule_digest", sa.String(length=64), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_near_miss_item")),
        sa.PrimaryKeyConstraint("item", "rule", name=op.f("pk_near_miss")),
    )
    op.create_index(op.f("ix_near_miss_at"), "near_miss", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_near_miss_at"), table_name="near_miss")
    op.drop_table("near_miss")
    op.drop_table("rule_set")
