"""Alembic runs its migrations on the connection the store hands over."""

from alembic import context

from rarewatch.stores.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
