"""For whom deals and papers are released.

SQLite rebuilds both tables for it, and loses their triggers with them: they are set aside first and created again at
the end.
"""

import importlib

from django.db import migrations, models

ledger = importlib.import_module("deals.migrations.0002_append_only_ledger")


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0010_roles'),
    ]

    operations = [
        migrations.RunPython(ledger.drop, ledger.create),
        migrations.AddField(
            model_name='deal',
            name='release',
            field=models.CharField(choices=[('internal', 'Internal to the ministry'), ('government', 'Government'), ('partner', 'Shareable with the partner'), ('public', 'Public')], db_default='internal', default='internal', help_text='Briefings and exports made for a wider circle leave the deal out.', max_length=10, verbose_name='released to'),
        ),
        migrations.AddField(
            model_name='historicaldeal',
            name='release',
            field=models.CharField(choices=[('internal', 'Internal to the ministry'), ('government', 'Government'), ('partner', 'Shareable with the partner'), ('public', 'Public')], db_default='internal', default='internal', help_text='Briefings and exports made for a wider circle leave the deal out.', max_length=10, verbose_name='released to'),
        ),
        migrations.AddField(
            model_name='historicalinstrument',
            name='release',
            field=models.CharField(blank=True, choices=[('internal', 'Internal to the ministry'), ('government', 'Government'), ('partner', 'Shareable with the partner'), ('public', 'Public')], db_default='', default='', help_text='Leave empty where the paper is released as its deal is.', max_length=10, verbose_name='released to'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='release',
            field=models.CharField(blank=True, choices=[('internal', 'Internal to the ministry'), ('government', 'Government'), ('partner', 'Shareable with the partner'), ('public', 'Public')], db_default='', default='', help_text='Leave empty where the paper is released as its deal is.', max_length=10, verbose_name='released to'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(('release__in', ['internal', 'government', 'partner', 'public'])), name='deal_release_known'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('release__in', ['', 'internal', 'government', 'partner', 'public'])), name='instrument_release_known'),
        ),
        migrations.RunPython(ledger.create, ledger.drop),
    ]
