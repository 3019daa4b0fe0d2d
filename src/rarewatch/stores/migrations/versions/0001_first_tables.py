"""The first tables: sources due, items and their marks, stories, decisions, alerts, deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("published_at", sa.Float(), nullable=True),
        sa.Column("precision", sa.String(length=8), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title_only", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_index(op.f("ix_item_seen_at"), "item", ["seen_at"], unique=False)
    op.create_index("ix_item_source_seen_at", "item", ["source", "seen_at"], unique=False)
    op.create_index(op.f("ix_item_url"), "item", ["url"], unique=False)
    op.create_table(
        "item_mark",
        sa.Column("mark", sa.LargeBinary(length=12), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_item_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_state",
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("baselined_at", sa.Float(), nullable=True),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("last_poll_at", sa.Float(), nullable=True),
        sa.Column("last_ok_at", sa.Float(), nullable=True),
        sa.Column("last_new_at", sa.Float(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=40), nullable=False),
        sa.Column("fault_detail", sa.Text(), nullable=False),
        sa.Column("fault_since", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_index(op.f("ix_source_state_due_at"), "source_state", ["due_at"], unique=False)
    op.create_table(
        "story",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("moved_at", sa.Float(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("story", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscription", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_alert_item")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_alert_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_key")),
    )
    op.create_index(op.f("ix_alert_item"), "alert", ["item"], unique=False)
    op.create_index(op.f("ix_alert_opened_at"), "alert", ["opened_at"], unique=False)
    op.create_index(op.f("ix_alert_story"), "alert", ["story"], unique=False)
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("story", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subscription", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_decision_item")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_decision_story")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_item"), "decision", ["item"], unique=False)
    op.create_table(
        "match",
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=False),
        sa.Column("rule_digest", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_match_item")),
        sa.PrimaryKeyConstraint("item", "rule", "rule_digest", name=op.f("pk_match")),
    )
    op.create_table(
        "story_item",
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("story", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_story_item_item")),
        sa.ForeignKeyConstraint(["story"], ["story.id"], name=op.f("fk_story_item_story")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_story_item")),
    )
    op.create_index(op.f("ix_story_item_story"), "story_item", ["story"], unique=False)
    op.create_table(
        "story_print",
        sa.Column("print", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_story_print_item")),
        sa.PrimaryKeyConstraint("print", "item", name=op.f("pk_story_print")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("alert", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("via", sa.String(length=100), nullable=False),
        sa.Column("to", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("first_due", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("fault_reason", sa.String(length=20), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_delivery_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("alert", "via", "to", name=op.f("uq_delivery_alert_via_to")),
        sa.UniqueConstraint("token", name=op.f("uq_delivery_token")),
    )
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_delivery_state_due_at", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("story_print")
    op.drop_index(op.f("ix_story_item_story"), table_name="story_item")
    op.drop_table("story_item")
    op.drop_table("match")
    op.drop_index(op.f("ix_decision_item"), table_name="decision")
    op.drop_table("decision")
    op.drop_index(op.f("ix_alert_story"), table_name="alert")
    op.drop_index(op.f("ix_alert_opened_at"), table_name="alert")
    op.drop_index(op.f("ix_alert_item"), table_name="alert")
    op.drop_table("alert")
    op.drop_table("story")
    op.drop_index(op.f("ix_source_state_due_at"), table_name="source_state")
    op.drop_table("source_state")
    op.drop_table("item_mark")
    op.drop_index(op.f("ix_item_url"), table_name="item")
    op.drop_index("ix_item_source_seen_at", table_name="item")
    op.drop_index(op.f("ix_item_seen_at"), table_name="item")
    op.drop_table("item")
