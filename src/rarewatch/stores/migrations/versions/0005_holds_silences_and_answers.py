"""Alerts may be held and told together; people silence, acknowledge, judge, subscribe and opt out."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_WATCHED = ("escalate_at", "repeat_at")


def upgrade() -> None:
    op.add_column("decision", sa.Column("detail", sa.Text()))
    op.add_column("decision", sa.Column("held_until", sa.Float()))
    op.add_column("alert", sa.Column("facts", sa.Text()))
    op.add_column("alert", sa.Column("repeats", sa.Integer()))
    for name in _WATCHED:
        op.add_column("alert", sa.Column(name, sa.Float()))
        op.create_index(f"ix_alert_{name}", "alert", [name])
    _delivery()
    _answers()


def _delivery() -> None:
    op.create_table(
        "held",
        sa.Column("id", _ID, autoincrement=False),
        sa.Column("item", _ID, sa.ForeignKey("item.id", name="fk_held_item"), nullable=False),
        sa.Column("story", _ID, sa.ForeignKey("story.id", name="fk_held_story"), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_held"),
        sa.UniqueConstraint("story", "subscription", name="uq_held_story_subscription"),
    )
    op.create_index("ix_held_until", "held", ["until"])
    op.create_table(
        "alert_part",
        sa.Column("alert", _ID, sa.ForeignKey("alert.id", name="fk_alert_part_alert"), autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", _ID, sa.ForeignKey("item.id", name="fk_alert_part_item"), nullable=False),
        sa.Column("story", _ID, sa.ForeignKey("story.id", name="fk_alert_part_story"), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("matches", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "place", name="pk_alert_part"),
    )
    op.create_index("ix_alert_part_story", "alert_part", ["story"])


def _answers() -> None:
    op.create_table(
        "silence",
        sa.Column("id", _ID, autoincrement=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.Float(), nullable=False),
        sa.Column("ends_at", sa.Float(), nullable=False),
        sa.Column("lifted_at", sa.Float()),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silence"),
    )
    op.create_index("ix_silence_ends_at", "silence", ["ends_at"])
    op.create_table(
        "ack",
        sa.Column("alert", _ID, sa.ForeignKey("alert.id", name="fk_ack_alert"), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("alert", name="pk_ack"),
    )
    op.create_table(
        "feedback",
        sa.Column("item", _ID, sa.ForeignKey("item.id", name="fk_feedback_item"), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(200), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("label", sa.String(20), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("item", "rule", "by", name="pk_feedback"),
    )
    op.create_table(
        "own_subscription",
        sa.Column("id", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("wants", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(100), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_own_subscription"),
    )
    op.create_index("ix_own_subscription_owner", "own_subscription", ["owner"])
    op.create_table(
        "suppressed",
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("subscription", sa.String(200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("address", "subscription", name="pk_suppressed"),
    )
    op.create_table(
        "bounced",
        sa.Column("address", sa.String(400), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("address", "day", name="pk_bounced"),
    )


def downgrade() -> None:
    for table in ("bounced", "suppressed", "own_subscription", "feedback", "ack", "silence", "alert_part", "held"):
        op.drop_table(table)
    for name in _WATCHED:
        op.drop_index(f"ix_alert_{name}", "alert")
    for table, names in (("alert", ("facts", "repeats", *_WATCHED)), ("decision", ("detail", "held_until"))):
        for name in names:
            op.drop_column(table, name)
