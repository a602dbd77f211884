"""What Alembic runs for each command: over the connection that `db.migrate` hands it, and no other."""

from __future__ import annotations

from alembic import context

from db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
