"""Progress updates, drafts, forms sent once; a version on every record; documents that were seen and are not held.

SQLite rebuilds the tables that gain a constraint, and loses their triggers with them: they are set aside first and
created again at the end.
"""

import importlib

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

import deals.models.documents

ledger = importlib.import_module("deals.migrations.0002_append_only_ledger")


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0004_indexes_for_speed'),
    ]

    operations = [
        migrations.RunPython(ledger.drop, ledger.create),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', models.CharField(max_length=200, verbose_name='form')),
                ('typed', models.JSONField(default=dict, verbose_name='typed')),
                ('attachment', models.FileField(blank=True, max_length=200, upload_to='drafts/', verbose_name='file')),
                ('attachment_name', models.CharField(blank=True, max_length=200, verbose_name='name of the file')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='saved at')),
            ],
            options={
                'verbose_name': 'draft',
                'verbose_name_plural': 'drafts',
                'ordering': ['-saved_at'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalProgressUpdate',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version')),
                ('recorded_at', models.DateTimeField(blank=True, editable=False, verbose_name='recorded at')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived at')),
                ('archive_reason', models.CharField(blank=True, editable=False, max_length=400, verbose_name='reason for archiving')),
                ('kind', models.CharField(choices=[('news', 'Update'), ('unchanged', 'Nothing has changed'), ('note', 'Note')], default='news', max_length=10, verbose_name='kind')),
                ('on', models.DateField(verbose_name='day')),
                ('condition', models.CharField(blank=True, choices=[('on_track', 'On track'), ('at_risk', 'At risk'), ('blocked', 'Blocked'), ('on_hold', 'On hold')], max_length=10, verbose_name='condition')),
                ('sentence_vi', models.CharField(blank=True, max_length=400, verbose_name='what is new, in Vietnamese')),
                ('sentence_en', models.CharField(blank=True, max_length=400, verbose_name='what is new, in English')),
                ('next_step_vi', models.CharField(blank=True, max_length=300, verbose_name='next step, in Vietnamese')),
                ('next_step_en', models.CharField(blank=True, max_length=300, verbose_name='next step, in English')),
                ('next_step_owner', models.CharField(blank=True, max_length=120, verbose_name='who takes the next step')),
                ('next_step_by', models.DateField(blank=True, null=True, verbose_name='next step due by')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'change to a progress update',
                'verbose_name_plural': 'changes to progress updates',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ProgressUpdate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='recorded at')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='archived at')),
                ('archive_reason', models.CharField(blank=True, editable=False, max_length=400, verbose_name='reason for archiving')),
                ('kind', models.CharField(choices=[('news', 'Update'), ('unchanged', 'Nothing has changed'), ('note', 'Note')], default='news', max_length=10, verbose_name='kind')),
                ('on', models.DateField(verbose_name='day')),
                ('condition', models.CharField(blank=True, choices=[('on_track', 'On track'), ('at_risk', 'At risk'), ('blocked', 'Blocked'), ('on_hold', 'On hold')], max_length=10, verbose_name='condition')),
                ('sentence_vi', models.CharField(blank=True, max_length=400, verbose_name='what is new, in Vietnamese')),
                ('sentence_en', models.CharField(blank=True, max_length=400, verbose_name='what is new, in English')),
                ('next_step_vi', models.CharField(blank=True, max_length=300, verbose_name='next step, in Vietnamese')),
                ('next_step_en', models.CharField(blank=True, max_length=300, verbose_name='next step, in English')),
                ('next_step_owner', models.CharField(blank=True, max_length=120, verbose_name='who takes the next step')),
                ('next_step_by', models.DateField(blank=True, null=True, verbose_name='next step due by')),
            ],
            options={
                'verbose_name': 'progress update',
                'verbose_name_plural': 'progress updates',
                'ordering': ['on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('token', models.UUIDField(primary_key=True, serialize=False, verbose_name='token')),
                ('at', models.DateTimeField(auto_now_add=True, db_index=True, verbose_name='at')),
                ('led_to', models.CharField(blank=True, max_length=300, verbose_name='led to')),
            ],
            options={
                'verbose_name': 'form sent',
                'verbose_name_plural': 'forms sent',
                'ordering': ['-at'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='document',
            name='document_size_in_limits',
        ),
        migrations.RemoveConstraint(
            model_name='document',
            name='document_type_accepted',
        ),
        migrations.RemoveConstraint(
            model_name='document',
            name='document_once_a_deal',
        ),
        migrations.AddField(
            model_name='announcement',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='deal',
            name='expected_on',
            field=models.DateField(blank=True, null=True, verbose_name='contract expected by'),
        ),
        migrations.AddField(
            model_name='deal',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='document',
            name='seen_at',
            field=models.CharField(blank=True, help_text='Where no file is held: who showed it and where it is kept.', max_length=300, verbose_name='seen, not held: where the original is'),
        ),
        migrations.AddField(
            model_name='document',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='event',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalannouncement',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicaldeal',
            name='expected_on',
            field=models.DateField(blank=True, null=True, verbose_name='contract expected by'),
        ),
        migrations.AddField(
            model_name='historicaldeal',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicaldelivery',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='historicaldelivery',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='historicaldelivery',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='seen_at',
            field=models.CharField(blank=True, help_text='Where no file is held: who showed it and where it is kept.', max_length=300, verbose_name='seen, not held: where the original is'),
        ),
        migrations.AddField(
            model_name='historicaldocument',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalenterprise',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalevent',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalinstrument',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='historicalinstrument',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='historicalinstrument',
            name='completes',
            field=models.BooleanField(db_default=False, default=False, help_text='The paper above ended as fulfilled when this one was signed.', verbose_name='completes the paper above'),
        ),
        migrations.AddField(
            model_name='historicalinstrument',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalitemisation',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalopeningbalance',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalpartner',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalprogramme',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalsector',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='historicalvaluation',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='historicalvaluation',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='historicalvaluation',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='completes',
            field=models.BooleanField(db_default=False, default=False, help_text='The paper above ended as fulfilled when this one was signed.', verbose_name='completes the paper above'),
        ),
        migrations.AddField(
            model_name='instrument',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='itemisation',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='openingbalance',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='partner',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='programme',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='sector',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='awaited_by',
            field=models.DateField(blank=True, null=True, verbose_name='value awaited by'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='awaited_from',
            field=models.CharField(blank=True, help_text='Where the value is not known yet.', max_length=200, verbose_name='who is to supply the value'),
        ),
        migrations.AddField(
            model_name='valuation',
            name='version',
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='announcement',
            name='title_en',
            field=models.CharField(blank=True, max_length=300, verbose_name='title in English'),
        ),
        migrations.AlterField(
            model_name='announcement',
            name='title_vi',
            field=models.CharField(blank=True, max_length=300, verbose_name='title in Vietnamese'),
        ),
        migrations.AlterField(
            model_name='deal',
            name='title_en',
            field=models.CharField(blank=True, max_length=200, verbose_name='title in English'),
        ),
        migrations.AlterField(
            model_name='deal',
            name='title_vi',
            field=models.CharField(blank=True, max_length=200, verbose_name='title in Vietnamese'),
        ),
        migrations.AlterField(
            model_name='document',
            name='content_type',
            field=models.CharField(blank=True, editable=False, max_length=100, verbose_name='type of file'),
        ),
        migrations.AlterField(
            model_name='document',
            name='file',
            field=models.FileField(blank=True, help_text='PDF, PNG, JPEG, Word, Excel or PowerPoint, at most 20 MB.', max_length=200, upload_to=deals.models.documents.storage_name, verbose_name='file'),
        ),
        migrations.AlterField(
            model_name='document',
            name='file_name',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='name of the file'),
        ),
        migrations.AlterField(
            model_name='document',
            name='sha256',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='document',
            name='size',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='size in bytes'),
        ),
        migrations.AlterField(
            model_name='historicalannouncement',
            name='title_en',
            field=models.CharField(blank=True, max_length=300, verbose_name='title in English'),
        ),
        migrations.AlterField(
            model_name='historicalannouncement',
            name='title_vi',
            field=models.CharField(blank=True, max_length=300, verbose_name='title in Vietnamese'),
        ),
        migrations.AlterField(
            model_name='historicaldeal',
            name='title_en',
            field=models.CharField(blank=True, max_length=200, verbose_name='title in English'),
        ),
        migrations.AlterField(
            model_name='historicaldeal',
            name='title_vi',
            field=models.CharField(blank=True, max_length=200, verbose_name='title in Vietnamese'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='content_type',
            field=models.CharField(blank=True, editable=False, max_length=100, verbose_name='type of file'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='file',
            field=models.TextField(blank=True, help_text='PDF, PNG, JPEG, Word, Excel or PowerPoint, at most 20 MB.', max_length=200, verbose_name='file'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='file_name',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='name of the file'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='sha256',
            field=models.CharField(blank=True, editable=False, max_length=64, verbose_name='SHA-256'),
        ),
        migrations.AlterField(
            model_name='historicaldocument',
            name='size',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='size in bytes'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title_vi', ''), _negated=True), models.Q(('title_en', ''), _negated=True), _connector='OR'), name='announcement_titled', violation_error_message='An announcement needs a title, in Vietnamese or in English.'),
        ),
        migrations.AddConstraint(
            model_name='deal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('title_vi', ''), _negated=True), models.Q(('title_en', ''), _negated=True), _connector='OR'), name='deal_titled', violation_error_message='A deal needs a title, in Vietnamese or in English.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seen_at', ''), models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), models.Q(('content_type', ''), ('file', ''), ('sha256', ''), ('size', 0), models.Q(('seen_at', ''), _negated=True)), _connector='OR'), name='document_held_or_seen', violation_error_message='A document needs its file; one seen and not held, where the original is.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('file', ''), models.Q(('size__gt', 0), ('size__lte', 20971520)), _connector='OR'), name='document_size_in_limits', violation_error_message='A document is at most 20 MB, and not empty.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('file', ''), ('content_type__in', ['application/pdf', 'image/png', 'image/jpeg', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'application/vnd.openxmlformats-officedocument.presentationml.presentation']), _connector='OR'), name='document_type_accepted', violation_error_message='A document is a PDF, PNG, JPEG, Word, Excel or PowerPoint file.'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('archived_at', None), models.Q(('sha256', ''), _negated=True)), fields=('deal', 'sha256'), name='document_once_a_deal', violation_error_message='The deal already holds this very file.'),
        ),
        migrations.AddConstraint(
            model_name='instrument',
            constraint=models.CheckConstraint(condition=models.Q(('completes', False), ('under__isnull', False), _connector='OR'), name='instrument_completes_a_paper', violation_error_message='A paper completes the one it stands under: name that.'),
        ),
        migrations.AddField(
            model_name='draft',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='historicalprogressupdate',
            name='deal',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='deals.deal', verbose_name='deal'),
        ),
        migrations.AddField(
            model_name='historicalprogressupdate',
            name='history_user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='progressupdate',
            name='deal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='deals.deal', verbose_name='deal'),
        ),
        migrations.AddField(
            model_name='submission',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('by', 'form'), name='draft_once_a_form'),
        ),
        migrations.AddIndex(
            model_name='progressupdate',
            index=models.Index(fields=['deal', '-on', '-id'], name='update_latest'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['news', 'unchanged', 'note'])), name='update_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('condition', ''), ('kind', 'note')), models.Q(models.Q(('kind', 'note'), _negated=True), ('condition__in', ['on_track', 'at_risk', 'blocked', 'on_hold'])), _connector='OR'), name='update_says_how_it_goes', violation_error_message='An update says how the deal goes; a note does not.'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'unchanged'), models.Q(('sentence_vi', ''), _negated=True), models.Q(('sentence_en', ''), _negated=True), _connector='OR'), name='update_in_words', violation_error_message='Say in one sentence what is new.'),
        ),
        migrations.AddConstraint(
            model_name='progressupdate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_step_by', None), ('next_step_owner', '')), models.Q(('next_step_vi', ''), _negated=True), models.Q(('next_step_en', ''), _negated=True), _connector='OR'), name='update_next_step_named', violation_error_message='Name the next step, or leave out who takes it and by when.'),
        ),
        migrations.RunPython(ledger.create, ledger.drop),
    ]
