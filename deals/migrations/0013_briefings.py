"""The briefings that were made; like the ledger's entries, they are never changed and never deleted: the database refuses
it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from deals.management import roles

TABLE = "deals_keptbriefing"
RULES = [
    ("briefing_never_changes", "UPDATE", "a briefing that was made is never changed"),
    ("briefing_never_goes", "DELETE", "a briefing that was made is never deleted"),
]


def create(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, moment, message in RULES:
        if is_sqlite:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {moment} ON {TABLE} FOR EACH ROW"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {moment} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def drop(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, *_rest in RULES:
        if is_sqlite:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0012_confirmations'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptBriefing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(editable=False, max_length=10, unique=True, verbose_name='check code')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
                ('language', models.CharField(max_length=4, verbose_name='language')),
                ('audience', models.CharField(choices=[('internal', 'Internal to the ministry'), ('government', 'Government'), ('partner', 'Shareable with the partner'), ('public', 'Public')], max_length=10, verbose_name='made for')),
                ('scope_by', models.CharField(blank=True, max_length=10, verbose_name='kind of scope')),
                ('scope_key', models.CharField(blank=True, max_length=80, verbose_name='scope')),
                ('everything', models.BooleanField(verbose_name='of all deals')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('known_at', models.DateTimeField(verbose_name='as known at')),
                ('reading', models.CharField(choices=[('announced', 'Announced'), ('firm', 'Firm')], max_length=10, verbose_name='reading')),
                ('since', models.DateField(verbose_name='compared with')),
                ('since_known_at', models.DateTimeField(null=True, verbose_name='compared with, as known at')),
                ('told', models.JSONField(verbose_name='told of')),
                ('figures', models.JSONField(verbose_name='figures')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
            ],
            options={
                'verbose_name': 'briefing kept',
                'verbose_name_plural': 'briefings kept',
                'ordering': ['-made_at', '-id'],
                'default_permissions': ['view'],
            },
        ),
        migrations.RunPython(create, drop),
        migrations.RunPython(roles.remake, migrations.RunPython.noop),
    ]
