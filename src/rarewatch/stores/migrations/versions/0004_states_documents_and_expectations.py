"""Sources have named states and a history of them; items have documents; numbers, expected events and robots.txt are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TEXTS = (
    ("source_state", "condition_detail"),
    ("source_state", "vitals"),
    ("item", "attachment"),
    ("item", "pages"),
    ("item", "paper_note"),
)
_NEW = {
    "source_state": ("condition", "condition_since", "condition_detail", "vitals"),
    "item": ("attachment", "pages", "paper_note"),
}


def upgrade() -> None:
    op.add_column("source_state", sa.Column("condition", sa.String(12), nullable=False, server_default="unproven"))
    op.add_column("source_state", sa.Column("condition_since", sa.Float()))
    for table, name in _TEXTS:
        op.add_column(table, sa.Column(name, sa.Text()))
    op.create_table(
        "source_condition",
        sa.Column("id", _ID, autoincrement=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("condition", sa.String(12), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_condition"),
    )
    op.create_index("ix_source_condition_source_at", "source_condition", ["source", "at"])
    op.create_table(
        "numbered",
        sa.Column("series", sa.String(200), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", _ID, sa.ForeignKey("item.id", name="fk_numbered_item"), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", "number", name="pk_numbered"),
    )
    op.create_table(
        "expectation",
        sa.Column("expected", sa.String(200), nullable=False),
        sa.Column("period", sa.String(100), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("item", _ID, sa.ForeignKey("item.id", name="fk_expectation_item")),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("expected", "period", name="pk_expectation"),
    )
    op.create_index("ix_expectation_at", "expectation", ["at"])
    op.create_table(
        "robots",
        sa.Column("origin", sa.String(300), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_robots"),
    )


def downgrade() -> None:
    for table in ("robots", "expectation", "numbered", "source_condition"):
        op.drop_table(table)
    for table, names in _NEW.items():
        for name in names:
            op.drop_column(table, name)
