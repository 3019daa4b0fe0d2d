"""The migrations give the tables the code works with, on both databases."""

from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from rarewatch.errors import Unavailable
from rarewatch.stores import schema
from rarewatch.stores.sql import SqlStore
from rarewatch.stores.tables import metadata


def settings(connection=None):
    found = Config()
    found.set_main_option("script_location", str(schema._FOLDER))
    found.attributes["connection"] = connection
    return found


@pytest.fixture
def empty(empty_database_url):
    with closing(SqlStore(empty_database_url)) as opened:
        yield opened


def tables(store):
    with store.begin() as connection:
        return set(inspect(connection).get_table_names())


def test_head_is_the_newest_migration_and_there_is_one_line_of_them():
    assert ScriptDirectory.from_config(settings()).get_heads() == [schema.HEAD]


def test_an_empty_database_has_no_version(empty):
    with empty.begin() as connection:
        assert schema.version(connection) == ""


def test_migrations_give_what_the_tables_say(empty):
    with empty.begin() as connection:
        command.upgrade(settings(connection), "head")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        assert schema.version(connection) == schema.HEAD


def test_an_empty_database_gets_at_once_what_the_migrations_give(empty):
    def shape():
        with empty.begin() as connection:
            looked = inspect(connection)
            return {
                name: (
                    # In whatever order: a migration can only add a column at the end.
                    sorted((column["name"], str(column["type"]), column["nullable"]) for column in looked.get_columns(name)),
                    looked.get_pk_constraint(name),
                    sorted(map(str, looked.get_indexes(name))),
                    sorted(map(str, looked.get_foreign_keys(name))),
                    sorted(map(str, looked.get_unique_constraints(name))),
                )
                for name in looked.get_table_names()
                if name != "alembic_version"
            }

    empty.migrate()
    made = shape()
    with empty.begin() as connection:
        command.downgrade(settings(connection), "base")
        command.upgrade(settings(connection), "head")
    assert made == shape()


def test_an_older_database_is_migrated(empty):
    with empty.begin() as connection:
        command.upgrade(settings(connection), "0001")
    empty.migrate()
    with empty.begin() as connection:
        assert schema.version(connection) == schema.HEAD
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_twice_changes_nothing(empty):
    empty.migrate()
    before = tables(empty)
    empty.migrate()
    with empty.begin() as connection:
        # Also when the shortcut for a database that is up to date is not taken.
        command.upgrade(settings(connection), "head")
    assert tables(empty) == before == {*metadata.tables, "alembic_version"}


def test_every_migration_can_be_taken_back_and_made_again(empty):
    empty.migrate()
    with empty.begin() as connection:
        command.downgrade(settings(connection), "base")
    assert tables(empty) == {"alembic_version"}
    empty.migrate()
    assert tables(empty) == {*metadata.tables, "alembic_version"}


def test_a_migration_that_fails_leaves_nothing_behind(empty):
    def power_cut():
        with empty.begin() as connection:
            schema.upgrade(connection)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        power_cut()
    assert tables(empty) == set()


def test_a_database_of_a_newer_rarewatch_is_refused_in_words(empty):
    empty.migrate()
    with empty.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="9999"):
        empty.migrate()
