"""Run by Alembic, inside the transaction that `newscrawl.storage.engine` hands over."""

from alembic import context

from newscrawl.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
