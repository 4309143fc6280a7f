"""Run by alembic. The connection is given by ptm_participation.core.schema."""

from alembic import context

from ptm_participation.models import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="",  # our column types are imported by name
)
with context.begin_transaction():
    context.run_migrations()
