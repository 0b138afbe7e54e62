"""The audit's entries; like the ledger's, they are never changed and never deleted: the database refuses it.

Words anywhere in an entry are found through a trigram index on PostgreSQL, as those of a deal are.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLE = "deals_auditentry"
RULES = [
    ("audit_entry_never_changes", "UPDATE", "an audit entry is never changed"),
    ("audit_entry_never_goes", "DELETE", "an audit entry is never deleted"),
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
    if not is_sqlite:
        schema_editor.execute(f"CREATE INDEX audit_search ON {TABLE} USING gin (search_text gin_trgm_ops)")


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
        ('deals', '0008_sector_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='at')),
                ('kind', models.CharField(choices=[('signed_in', 'Signed in'), ('signed_out', 'Signed out'), ('sign_in_failed', 'Signing in failed'), ('waits', 'Made to wait after failures'), ('password_changed', 'Password changed'), ('email_changed', 'E-mail address changed'), ('second_factor_added', 'Second factor added'), ('second_factor_removed', 'Second factor removed'), ('document_downloaded', 'Document downloaded'), ('exported', 'Exported'), ('permission_changed', 'Rights changed'), ('invitation_sent', 'Invitation sent'), ('invitation_withdrawn', 'Invitation withdrawn'), ('invitation_accepted', 'Invitation accepted'), ('account_made', 'Account made'), ('account_closed', 'Account closed'), ('account_opened', 'Account opened again'), ('override', 'Emergency override')], max_length=24, verbose_name='what')),
                ('thing', models.CharField(blank=True, max_length=300, verbose_name='with what')),
                ('thing_key', models.CharField(blank=True, max_length=64, verbose_name='number or code')),
                ('address', models.GenericIPAddressField(null=True, verbose_name='network address')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('search_text', models.TextField(editable=False)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account concerned')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit entries',
                'ordering': ['-at', '-id'],
                'default_permissions': ['view'],
                'indexes': [models.Index(fields=['-at', '-id'], name='audit_newest'), models.Index(fields=['kind', '-at'], name='audit_of_kind')],
            },
        ),
        migrations.RunPython(create, drop),
    ]
