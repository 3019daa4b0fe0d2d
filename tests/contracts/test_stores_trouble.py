"""Two at once, a second process, a full disk, a damaged file: nothing is lost, and everything is said in words."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from making import NOW, at_once, item, open_delivery, source
from rarewatch.errors import Conflict, Unavailable
from rarewatch.stores.sql import SqlStore

HOLDER = """
import sys
from rarewatch.stores.sql import SqlStore
with SqlStore(sys.argv[1]).alone():
    print("held", flush=True)
    sys.stdin.read()
"""


class TestAlone:
    def test_a_second_handle_is_told_so_until_the_first_lets_go(self, database_url):
        with closing(SqlStore(database_url)) as first, closing(SqlStore(database_url)) as second:
            with first.alone(), pytest.raises(Conflict, match="another rarewatch"), second.alone():
                pytest.fail("two held the database at once")
            with second.alone():
                pass

    def test_the_lock_ends_with_its_process_however_that_ends(self, database_url):
        command = [sys.executable, "-c", HOLDER, database_url]
        with (
            closing(SqlStore(database_url)) as mine,
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other,
        ):
            assert other.stdout.readline() == "held\n"
            with pytest.raises(Conflict), mine.alone():
                pytest.fail("two processes held the database at once")
            other.kill()
            other.wait(30)
            if not mine.is_sqlite:
                wait_until_gone(mine)
            with mine.alone():
                pass

    def test_looking_and_small_changes_go_on_beside_it(self, database_url):
        with closing(SqlStore(database_url)) as service, closing(SqlStore(database_url)) as command, service.alone():
            open_delivery(service)
            command.ping()
            assert not command.replay("1", NOW)

    def test_a_lock_file_that_cannot_be_opened_is_said(self, tmp_path):
        (tmp_path / "a.db.lock").mkdir()
        with (
            closing(SqlStore(f"sqlite:///{tmp_path / 'a.db'}")) as store,
            pytest.raises(Unavailable, match=r"a\.db\.lock"),
            store.alone(),
        ):
            pytest.fail("held a folder")

    def test_a_database_in_memory_needs_no_lock(self):
        with closing(SqlStore("sqlite://")) as store, store.alone(), store.alone():
            store.migrate()
            store.ping()


def wait_until_gone(store):
    """The server notices a killed client by itself; ask it to wait for the lock rather than guess how long that takes."""
    with store.begin() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({0x7261_7266})")


class TestTwoWriters:
    def test_no_increment_is_lost(self, database_url):
        """Read, then write, from four threads with a store each: what deferred transactions lose half of."""
        with closing(SqlStore(database_url)) as store:
            store.enrol([source()], at_once)

        def count(_):
            with closing(SqlStore(database_url)) as mine:
                for _ in range(150):
                    with mine.begin() as connection:
                        # What stands for the desk's lock on PostgreSQL; SQLite is held by its BEGIN IMMEDIATE.
                        lock = "" if mine.is_sqlite else " FOR UPDATE"
                        polls = connection.exec_driver_sql(f"SELECT polls FROM source_state{lock}").scalar_one()
                        connection.exec_driver_sql(f"UPDATE source_state SET polls = {polls + 1}")

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(count, range(4)))
        with closing(SqlStore(database_url)) as store, store.look() as connection:
            assert connection.exec_driver_sql("SELECT polls FROM source_state").scalar_one() == 600

    def test_desks_take_turns_so_that_numbers_are_never_given_twice(self, database_url):
        def announce(desk):
            with closing(SqlStore(database_url)) as mine:
                for number in range(10):
                    name = f"{desk}-{number}"
                    open_delivery(mine, thing=item(f"公告{name}", url=f"https://s1.example.com/{name}.html"))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(announce, range(4)))
        with closing(SqlStore(database_url)) as store, store.look() as connection:
            for table in ("item", "story", "alert", "delivery", "decision"):
                assert connection.exec_driver_sql(f"SELECT count(*), max(id) FROM {table}").one() == (40, 40)

    def test_looking_waits_for_nobody(self, database_url):
        with closing(SqlStore(database_url)) as desk, closing(SqlStore(database_url)) as reader, desk.desk():
            reader.ping()


class TestTrouble:
    def test_a_full_disk_is_said_and_when_there_is_room_again_all_goes_on(self, sqlite_url):
        with closing(SqlStore(sqlite_url)) as store:
            with store.look() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(Unavailable, match="full"):
                open_delivery(store, thing=item(text="稀土" * 100_000))
            with store.look() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM item").scalar_one() == 0
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
            kept, _ = open_delivery(store, thing=item(text="稀土" * 100_000))
            assert kept.id == "1"

    @pytest.mark.parametrize(
        "content", [b"this is a text file, not a database\n" * 50, b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 8000]
    )
    def test_a_file_that_is_no_database_is_said_and_left_alone(self, tmp_path, content):
        path = tmp_path / "notes.txt"
        path.write_bytes(content)
        with closing(SqlStore(f"sqlite:///{path}")) as store:
            with pytest.raises(Unavailable, match=r"the database does not serve: \w+"):
                store.migrate()
            with pytest.raises(Unavailable, match=r"the database does not serve: \w+"):
                store.ping()
        assert path.read_bytes() == content

    def test_a_damaged_database_is_said(self, sqlite_url):
        with closing(SqlStore(sqlite_url)) as store:
            path = store.url.database
            for number in range(20):
                open_delivery(store, thing=item(f"公告{number}", url=f"https://s1.example.com/{number}.html"))
        with Path(path).open("r+b") as file:
            size = file.seek(0, 2)
            for page in range(4096, size, 4096):
                file.seek(page)
                file.write(b"\xa5" * 64)
        with closing(SqlStore(sqlite_url)) as store, pytest.raises(Unavailable, match="malformed"):
            store.claim_deliveries(NOW, 100, NOW - NOW)

    def test_a_database_without_tables_is_said(self, empty_database_url):
        with closing(SqlStore(empty_database_url)) as store, pytest.raises(Unavailable), store.look() as connection:
            connection.exec_driver_sql("SELECT * FROM item")

    def test_a_server_that_is_not_there_is_said_without_the_password(self, tmp_path):
        url = f"postgresql://someone:hunter2secret@/x?host={tmp_path}"
        for work in (SqlStore.migrate, SqlStore.ping, lambda store: store.alone().__enter__()):
            with closing(SqlStore(url)) as store, pytest.raises(Unavailable) as told:
                work(store)
            assert "hunter2secret" not in json.dumps([str(told.value), repr(told.value)])

    @pytest.mark.parametrize("url", ["", "nonsense", "mysql+nothing://x/y", "sqlite:////proc/no/such/folder/a.db"])
    def test_an_address_that_cannot_be_used_is_said(self, url):
        with pytest.raises(Unavailable, match="cannot be used"):
            SqlStore(url)

    def test_a_folder_that_is_missing_is_made(self, tmp_path):
        with closing(SqlStore(f"sqlite:///{tmp_path}/a/b/c.db")) as store:
            store.migrate()
            store.ping()
        assert (tmp_path / "a" / "b" / "c.db").exists()

    def test_closing_twice_is_no_harm(self, store):
        store.close()
        store.close()
