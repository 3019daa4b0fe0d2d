"""The store on SQLAlchemy Core, for SQLite and PostgreSQL; one thread at a time, every method one transaction.

SQLite transactions begin IMMEDIATE: a deferred one that reads and then writes loses updates or fails as locked. On PostgreSQL the
desk takes an advisory lock, claims skip locked rows.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, and_, create_engine, event, exc, func, insert, make_url, or_, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from rarewatch.errors import DeliveryFault, Unavailable
from rarewatch.nouns.alert import Parcel, Receipt
from rarewatch.nouns.health import Condition
from rarewatch.nouns.item import Item
from rarewatch.nouns.memory import Archived, RulesNote
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.source import Claim, Remembered, Source, Validators
from rarewatch.nouns.turns import Turns
from rarewatch.stores import Book, conditions, couriers, locks, robots, rows, rulesets, schema, views
from rarewatch.stores.answering import SqlAnswers
from rarewatch.stores.book import SqlBook
from rarewatch.stores.tables import source_state
from rarewatch.text.urls import canonical

_DESK_LOCK = 0x7261_7265
"""The advisory lock that makes the desk serial on PostgreSQL."""
_BUSY_SECONDS = 15
_SERVER = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A PostgreSQL server that falls silent is given up after so many seconds (the last one: milliseconds), not after hours."""
_SET_BACK = timedelta(minutes=5)
"""A last poll that lies so far in the future shows that the clock was set back."""


class SqlStore(SqlAnswers):
    """See `stores.Store`."""

    def __init__(self, url: str) -> None:
        """`url` is a SQLAlchemy URL; a SQLite file's folder is made when it is missing.

        Raises `Unavailable` when the URL cannot be used.
        """
        try:
            self.url = _with_driver(make_url(url))
            self.engine = _engine(self.url)
        except (exc.ArgumentError, exc.NoSuchModuleError, ImportError, OSError) as error:
            raise Unavailable(f"the database URL cannot be used: {_plain(error)}") from error

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an embedded file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction; database trouble comes out as `Unavailable`."""
        with _in_words(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """A connection for reading only, outside any transaction, so that nobody waits for it; raises `Unavailable`."""
        with _in_words(exc.ProgrammingError), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def migrate(self) -> None:
        with self.begin() as connection:
            schema.upgrade(connection)

    def ping(self) -> None:
        with self.look() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with locks.file_lock(self.url) if self.is_sqlite else locks.session_lock(self.engine):
            yield

    def recover(self, now: datetime) -> int:
        with self.begin() as connection:
            connection.execute(update(source_state).where(source_state.c.lease_until.is_not(None)).values(lease_until=None))
            return couriers.recover(connection, now)

    def enrol(self, sources: Sequence[Source], first_due: Callable[[int], datetime]) -> None:
        with self.begin() as connection:
            columns = (source_state.c.source, source_state.c.url, source_state.c.enabled, source_state.c.condition)
            found = connection.execute(select(*columns))
            there = {row.source: row for row in found}
            wanted = {source.id: source for source in sources if source.enabled}
            fresh = [source for id_, source in wanted.items() if id_ not in there]
            for id_, row in there.items():
                changed = id_ in wanted and row.url != wanted[id_].url
                if changed and row.condition != Condition.UNPROVEN.value:
                    conditions.append(connection, id_, Condition.UNPROVEN, first_due(0), f"a new address: {wanted[id_].url}")
                if changed or row.enabled != (id_ in wanted):
                    values = _afresh(wanted[id_], first_due(0)) if changed else {"enabled": id_ in wanted}
                    connection.execute(update(source_state).where(source_state.c.source == id_).values(**values))
            if fresh:
                connection.execute(
                    insert(source_state),
                    [{"source": source.id, **_afresh(source, first_due(place)), "polls": 0} for place, source in enumerate(fresh)],
                )

    def claim_sources(self, now: datetime, limit: int, lease: timedelta, only: Collection[str] | None = None) -> Sequence[Claim]:
        s = source_state.c
        late = (now + _SET_BACK).timestamp()
        free = or_(s.lease_until.is_(None), s.lease_until < now.timestamp(), s.lease_until > late + lease.total_seconds())
        due = or_(s.due_at <= now.timestamp(), func.coalesce(s.last_poll_at, s.due_at) > late)
        wanted = due if only is None else s.source.in_(only)
        columns = (s.source, s.url, s.etag, s.last_modified, s.body, s.marks, s.baselined_at, s.failures, s.vitals)
        chosen = select(*columns).where(and_(s.enabled, wanted, free)).order_by(s.due_at, s.source).limit(limit)
        with self.begin() as connection:
            # First locked, then changed: as the subquery of one statement PostgreSQL may choose anew for every row it changes.
            found = connection.execute(chosen.with_for_update(skip_locked=True)).all()
            if found:
                mine = s.source.in_([row.source for row in found])
                connection.execute(update(source_state).where(mine).values(lease_until=(now + lease).timestamp()))
        return [
            Claim(
                source=row.source,
                seen=Remembered(Validators(row.etag, row.last_modified, row.body), frozenset(row.marks.split("\n")) - {""}),
                baselined=row.baselined_at is not None,
                failures=row.failures,
                url=row.url,
                vitals=rows.vitals_of(row.vitals),
            )
            for row in found
        ]

    def note_rules(self, note: RulesNote, now: datetime) -> None:
        with self.begin() as connection:
            rulesets.note(connection, note, now)

    def note_robots(self, note: RobotsNote) -> None:
        with self.begin() as connection:
            robots.note(connection, note)

    def robots_of(self, origin: str) -> RobotsNote | None:
        with self.look() as connection:
            return robots.robots_of(connection, origin)

    def newest(self, limit: int) -> Sequence[Archived]:
        with self.look() as connection:
            return views.newest(connection, limit)

    def stored(self, number: str, url: str) -> Item | None:
        with self.look() as connection:
            found = views.find(connection, number, canonical(url) if url else "", url)
        return found[0][0] if found else None

    def release_sources(self, claims: Iterable[Claim], due_at: datetime) -> None:
        mine = source_state.c.source.in_([claim.source for claim in claims])
        with self.begin() as connection:
            connection.execute(update(source_state).where(mine).values(lease_until=None, due_at=due_at.timestamp()))

    def desk(self) -> AbstractContextManager[Book]:
        return self._desk()

    @contextmanager
    def _desk(self) -> Iterator[Book]:
        with self.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _DESK_LOCK})
            book = SqlBook(connection)
            yield book
            book.flush()

    def claim_deliveries(
        self, now: datetime, limit: int, lease: timedelta, carried: Collection[str] = (), turns: Turns | None = None
    ) -> Sequence[Parcel]:
        with self.begin() as connection:
            return couriers.claim(connection, now, limit, lease, carried, turns=turns)

    def release_deliveries(self, parcels: Iterable[Parcel]) -> None:
        with self.begin() as connection:
            couriers.release(connection, parcels)

    def record_receipt(self, parcel: Parcel, receipt: Receipt) -> None:
        with self.begin() as connection:
            couriers.sent(connection, parcel, receipt)

    def record_failure(self, parcel: Parcel, fault: DeliveryFault, due_at: datetime | None, now: datetime) -> None:
        with self.begin() as connection:
            couriers.failed(connection, parcel, fault, due_at, now)

    def replay(self, delivery: str, now: datetime) -> bool:
        with self.begin() as connection:
            return couriers.replay(connection, delivery, now)


def _afresh(source: Source, due_at: datetime) -> dict[str, object]:
    """The state of a source nothing is known of."""
    return {
        "url": source.url,
        "enabled": True,
        "due_at": due_at.timestamp(),
        "lease_until": None,
        "etag": "",
        "last_modified": "",
        "body": "",
        "marks": "",
        "baselined_at": None,
        "failures": 0,
        "fault": "",
        "fault_detail": "",
        "fault_since": None,
        "condition": Condition.UNPROVEN.value,
        "condition_since": None,
        "condition_detail": "",
        "vitals": "",
    }


def _with_driver(url: URL) -> URL:
    """The URL with the driver we ship for its database."""
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        asked = {name: value for name, value in _SERVER.items() if name not in url.query}
        return create_engine(url, pool_pre_ping=True, pool_size=4, connect_args=asked)
    if url.database and url.database != ":memory:":
        Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not open transactions of its own: they are deferred, and deferred ones lose updates.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _in_words(*also: type[exc.DatabaseError]) -> Iterator[None]:
    """Database trouble, and the kinds of error in `also`, come out as `Unavailable`; a broken constraint is a bug of ours."""
    try:
        yield
    except exc.DatabaseError as error:
        trouble = isinstance(error, (exc.OperationalError, exc.InternalError, *also))
        # A file that is no database, or a damaged one, arrives as the base class.
        if not trouble and type(error) is not exc.DatabaseError:
            raise
        raise Unavailable(f"the database does not serve: {_plain(error)}") from error
    except exc.InterfaceError as error:
        raise Unavailable(f"the database does not serve: {_plain(error)}") from error


def _plain(error: Exception) -> str:
    """A database error in its own words, without statement, parameters or the URL's password."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())[:300] or type(error).__name__
