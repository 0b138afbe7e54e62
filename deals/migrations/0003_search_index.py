"""On PostgreSQL, words anywhere in a deal's search text are found through a trigram index."""

from django.db import migrations


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute("CREATE INDEX deal_search ON deals_deal USING gin (search_text gin_trgm_ops)")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS deal_search")


class Migration(migrations.Migration):
    dependencies = [("deals", "0002_append_only_ledger")]
    operations = [migrations.RunPython(create, drop)]
