"""Changes that a second person must confirm, from which value on, and who reads them in the admin."""

from decimal import Decimal

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import deals.models.money
from deals.management import roles


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0011_release'),
    ]

    operations = [
        migrations.CreateModel(
            name='ChangeRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('waiting', 'Awaiting confirmation'), ('confirmed', 'Confirmed'), ('returned', 'Returned'), ('withdrawn', 'Withdrawn'), ('overridden', 'Emergency override')], default='waiting', editable=False, max_length=12, verbose_name='state')),
                ('grounds', models.JSONField(default=list, verbose_name='grounds')),
                ('proposal', models.JSONField(default=dict, verbose_name='change')),
                ('reason', models.CharField(blank=True, max_length=400, verbose_name='reason')),
                ('form', models.CharField(blank=True, max_length=300, verbose_name='form')),
                ('typed', models.JSONField(blank=True, default=dict, verbose_name='typed')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('comment', models.CharField(blank=True, max_length=1000, verbose_name='comment')),
                ('kept', models.JSONField(blank=True, default=list, verbose_name='records that came of it')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('deal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='deals.deal', verbose_name='deal')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'request for confirmation',
                'verbose_name_plural': 'requests for confirmation',
                'ordering': ['-asked_at', '-id'],
                'permissions': [('override_confirmation', 'Emergency: let a change count without a second person')],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='ConfirmationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived at')),
                ('archive_reason', models.CharField(blank=True, editable=False, max_length=400, verbose_name='reason for archiving')),
                ('only', models.PositiveSmallIntegerField(default=1, editable=False, unique=True, verbose_name='the only one')),
                ('threshold_usd', deals.models.money.UsdField(default=Decimal('100000000.00'), help_text='A contract of this value or more counts only once a second person has confirmed it.', verbose_name='threshold, US$')),
            ],
            options={
                'verbose_name': 'threshold for confirmation',
                'verbose_name_plural': 'threshold for confirmation',
                'constraints': [models.CheckConstraint(condition=models.Q(('only', 1)), name='confirmation_rule_once'), models.CheckConstraint(condition=models.Q(('threshold_usd__gt', 0)), name='confirmation_rule_above_zero', violation_error_message='The threshold is above zero.')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalConfirmationRule',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version')),
                ('recorded_at', models.DateTimeField(blank=True, editable=False, verbose_name='recorded at')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived at')),
                ('archive_reason', models.CharField(blank=True, editable=False, max_length=400, verbose_name='reason for archiving')),
                ('only', models.PositiveSmallIntegerField(db_index=True, default=1, editable=False, verbose_name='the only one')),
                ('threshold_usd', deals.models.money.UsdField(default=Decimal('100000000.00'), help_text='A contract of this value or more counts only once a second person has confirmed it.', verbose_name='threshold, US$')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change to the threshold',
                'verbose_name_plural': 'changes to the threshold',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='RequestedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(verbose_name='place')),
                ('file', models.FileField(max_length=200, upload_to='requests/', verbose_name='file')),
                ('name', models.CharField(max_length=200, verbose_name='name of the file')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='deals.changerequest', verbose_name='request')),
            ],
            options={
                'verbose_name': 'file of a request',
                'verbose_name_plural': 'files of requests',
            },
        ),
        migrations.AddIndex(
            model_name='changerequest',
            index=models.Index(fields=['state', '-asked_at'], name='request_of_state'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'confirmed', 'returned', 'withdrawn', 'overridden'])), name='request_state_known'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='request_decided_by_somebody', violation_error_message='A request waits, or somebody has decided on it at some moment.'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['confirmed', 'returned']), _negated=True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='request_confirmed_by_another', violation_error_message='Nobody confirms or returns their own request.'),
        ),
        migrations.AddConstraint(
            model_name='changerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['returned', 'overridden']), _negated=True), models.Q(('comment', ''), _negated=True), _connector='OR'), name='request_returned_with_comment', violation_error_message='A request is returned with a comment, and overridden with a reason.'),
        ),
        migrations.AddConstraint(
            model_name='requestedfile',
            constraint=models.UniqueConstraint(fields=('request', 'place'), name='requested_file_once_a_place'),
        ),
        migrations.RunPython(roles.remake, migrations.RunPython.noop),
    ]
