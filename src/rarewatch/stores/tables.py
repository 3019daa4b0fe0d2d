"""The tables, once, for SQLite and PostgreSQL. Moments are seconds since 1970 in UTC; the migrations must give the same."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite's row id only serves a column declared INTEGER; PostgreSQL wants the wide one.
Id = BigInteger().with_variant(Integer, "sqlite")

source_state = Table(
    "source_state",
    metadata,
    Column("source", String(200), primary_key=True),
    Column("url", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("due_at", Float, nullable=False, index=True),
    Column("lease_until", Float),
    Column("etag", Text, nullable=False, default=""),
    Column("last_modified", Text, nullable=False, default=""),
    Column("body", String(64), nullable=False, default=""),
    Column("marks", Text, nullable=False, default=""),
    Column("baselined_at", Float),
    Column("polls", Integer, nullable=False, default=0),
    Column("last_poll_at", Float),
    Column("last_ok_at", Float),
    Column("last_new_at", Float),
    Column("failures", Integer, nullable=False, default=0),
    Column("fault", String(40), nullable=False, default=""),
    Column("fault_detail", Text, nullable=False, default=""),
    Column("fault_since", Float),
    Column("condition", String(12), nullable=False, default="unproven", server_default="unproven"),
    Column("condition_since", Float),
    # What came with a later version may be empty in rows that were written before it.
    Column("condition_detail", Text, default=""),
    Column("vitals", Text, default=""),
)

source_condition = Table(
    "source_condition",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source", String(200), nullable=False),
    Column("condition", String(12), nullable=False),
    Column("at", Float, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Index("ix_source_condition_source_at", "source", "at"),
)

item = Table(
    "item",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("source", String(200), nullable=False),
    Column("key", Text, nullable=False),
    Column("url", Text, nullable=False, index=True),
    Column("link", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(16), nullable=False),
    Column("published_at", Float),
    Column("published_offset", Integer),
    Column("precision", String(8), nullable=False, default=""),
    Column("seen_at", Float, nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("author", Text, nullable=False, default=""),
    Column("origin", Text, nullable=False, default=""),
    Column("status", String(10), nullable=False),
    Column("why", Text, nullable=False),
    Column("revision", Integer, nullable=False, default=0),
    Column("title_only", Boolean, nullable=False, default=False),
    Column("attachment", Text, default=""),
    Column("pages", Text, default=""),
    Column("paper_note", Text, default=""),
    Index("ix_item_source_seen_at", "source", "seen_at"),
)

item_mark = Table(
    "item_mark",
    metadata,
    Column("mark", LargeBinary(12), primary_key=True),
    Column("item", Id, nullable=False),
    sqlite_with_rowid=False,
)

match = Table(
    "match",
    metadata,
    Column("item", Id, ForeignKey("item.id"), primary_key=True),
    Column("rule", String(200), primary_key=True),
    Column("rule_digest", String(64), primary_key=True),
    Column("severity", Integer, nullable=False),
    Column("spans", Text, nullable=False),
)

story = Table(
    "story",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("opened_at", Float, nullable=False),
    Column("moved_at", Float, nullable=False),
    Column("headline", Text, nullable=False),
)

story_item = Table(
    "story_item",
    metadata,
    Column("item", Id, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("story", Id, ForeignKey("story.id"), nullable=False, index=True),
    Column("why", Text, nullable=False),
)

story_print = Table(
    "story_print",
    metadata,
    Column("print", BigInteger, primary_key=True),
    Column("item", Id, ForeignKey("item.id"), primary_key=True),
    Column("seen_at", Float, nullable=False),
    sqlite_with_rowid=False,
)

decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("item", Id, ForeignKey("item.id"), nullable=False, index=True),
    Column("story", Id, ForeignKey("story.id"), nullable=False),
    Column("subscription", String(200), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("at", Float, nullable=False),
    Column("detail", Text, default=""),
    Column("held_until", Float),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    # The key is de-duplication itself: one alert for a story, a subscription and a reason, whatever runs twice.
    Column("key", String(64), nullable=False, unique=True),
    Column("story", Id, ForeignKey("story.id"), nullable=False, index=True),
    Column("item", Id, ForeignKey("item.id"), nullable=False, index=True),
    Column("subscription", String(200), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("matches", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("opened_at", Float, nullable=False, index=True),
    Column("facts", Text, default=""),
    # When somebody else is told, and when it is told again, unless somebody acknowledged it until then.
    Column("escalate_at", Float, index=True),
    Column("repeat_at", Float, index=True),
    Column("repeats", Integer, default=0),
)

# What an alert that tells several stories together is made of; its own item is the first of them.
alert_part = Table(
    "alert_part",
    metadata,
    Column("alert", Id, ForeignKey("alert.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("item", Id, ForeignKey("item.id"), nullable=False),
    Column("story", Id, ForeignKey("story.id"), nullable=False, index=True),
    Column("reason", String(20), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("matches", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("at", Float, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("item", Id, ForeignKey("item.id"), nullable=False),
    Column("story", Id, ForeignKey("story.id"), nullable=False),
    Column("subscription", String(200), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("until", Float, nullable=False, index=True),
    Column("matches", Text, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("at", Float, nullable=False),
    # A story is held once for a subscription, whatever runs twice.
    UniqueConstraint("story", "subscription"),
)

silence = Table(
    "silence",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("wants", Text, nullable=False),
    Column("subscription", String(200), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False, index=True),
    Column("lifted_at", Float),
    Column("lifted_by", Text, nullable=False, default=""),
)

ack = Table(
    "ack",
    metadata,
    Column("alert", Id, ForeignKey("alert.id"), primary_key=True, autoincrement=False),
    Column("by", Text, nullable=False),
    Column("at", Float, nullable=False),
)

feedback = Table(
    "feedback",
    metadata,
    Column("item", Id, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("rule", String(200), primary_key=True),
    Column("by", String(200), primary_key=True),
    Column("label", String(20), nullable=False),
    Column("at", Float, nullable=False),
)

own_subscription = Table(
    "own_subscription",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("owner", String(200), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("targets", Text, nullable=False),
    Column("wants", Text, nullable=False),
    Column("time_zone", String(100), nullable=False),
    Column("at", Float, nullable=False),
)

# `subscription` is "" for an address that is told nothing at all any more.
suppressed = Table(
    "suppressed",
    metadata,
    Column("address", String(400), primary_key=True),
    Column("subscription", String(200), primary_key=True),
    Column("why", Text, nullable=False),
    Column("by", String(20), nullable=False),
    Column("at", Float, nullable=False),
    Column("told", Boolean, nullable=False, default=False),
)

# The days on which an address was refused that may not exist.
bounced = Table(
    "bounced",
    metadata,
    Column("address", String(400), primary_key=True),
    Column("day", String(10), primary_key=True),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("token", String(40), nullable=False, unique=True),
    Column("alert", Id, ForeignKey("alert.id"), nullable=False),
    Column("via", String(100), nullable=False),
    Column("to", String(400), nullable=False),
    Column("state", String(10), nullable=False),
    Column("created_at", Float, nullable=False),
    Column("first_due", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("lease_until", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("in_doubt", Boolean, nullable=False, default=False),
    Column("fault", Text, nullable=False, default=""),
    Column("fault_reason", String(20), nullable=False, default=""),
    Column("receipt", Text, nullable=False, default=""),
    Column("sent_at", Float),
    UniqueConstraint("alert", "via", "to"),
    Index("ix_delivery_state_due_at", "state", "due_at"),
)

rule_set = Table(
    "rule_set",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False),
    Column("state", String(10), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rules", Text, nullable=False, default=""),
    Column("words", Text, nullable=False, default=""),
)

near_miss = Table(
    "near_miss",
    metadata,
    Column("item", Id, ForeignKey("item.id"), primary_key=True, autoincrement=False),
    Column("rule", String(200), primary_key=True),
    Column("rule_digest", String(64), nullable=False),
    Column("clause", Text, nullable=False),
    Column("at", Float, nullable=False, index=True),
)

numbered = Table(
    "numbered",
    metadata,
    Column("series", String(200), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("item", Id, ForeignKey("item.id"), nullable=False),
    Column("seen_at", Float, nullable=False),
)

expectation = Table(
    "expectation",
    metadata,
    Column("expected", String(200), primary_key=True),
    Column("period", String(100), primary_key=True),
    Column("state", String(12), nullable=False),
    Column("item", Id, ForeignKey("item.id")),
    Column("at", Float, nullable=False, index=True),
    Column("detail", Text, nullable=False, default=""),
)

robots = Table(
    "robots",
    metadata,
    Column("origin", String(300), primary_key=True),
    Column("at", Float, nullable=False),
    Column("status", Integer, nullable=False),
    Column("text", Text, nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
)
