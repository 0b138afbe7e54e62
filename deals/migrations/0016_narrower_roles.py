"""Officers do not change what moves the whole; accounts are for administrators and auditors."""

from django.db import migrations

from deals.management import roles


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0015_returns'),
    ]

    operations = [
        migrations.RunPython(roles.remake, migrations.RunPython.noop),
    ]
