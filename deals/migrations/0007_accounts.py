"""Invitations, failed attempts to sign in, and the table of the cache that all workers share."""

import django.db.models.deletion
from django.conf import settings
from django.core.management import call_command
from django.db import migrations, models


def make_cache(apps, schema_editor):
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


def drop_cache(apps, schema_editor):
    schema_editor.execute("DROP TABLE IF EXISTS cache")


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('deals', '0006_obstacles_and_trade'),
    ]

    operations = [
        migrations.CreateModel(
            name='Guesses',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='key')),
                ('failures', models.PositiveIntegerField(default=0, verbose_name='failures')),
                ('last_at', models.DateTimeField(db_index=True, verbose_name='last at')),
                ('succeeded_at', models.DateTimeField(null=True, verbose_name='succeeded at')),
            ],
            options={
                'verbose_name': 'failed attempts to sign in',
                'verbose_name_plural': 'failed attempts to sign in',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('last_name', models.CharField(max_length=150, verbose_name='family name')),
                ('first_name', models.CharField(max_length=150, verbose_name='given name')),
                ('language', models.CharField(choices=[('vi', 'Vietnamese'), ('en', 'English')], default='vi', max_length=2, verbose_name='language of the invitation')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may open the administration')),
                ('token_hash', models.CharField(editable=False, max_length=64, unique=True, verbose_name='hash of the link')),
                ('sent_at', models.DateTimeField(verbose_name='sent at')),
                ('expires_at', models.DateTimeField(verbose_name='works until')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='accepted at')),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='invited by')),
                ('groups', models.ManyToManyField(blank=True, to='auth.group', verbose_name='groups')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'ordering': ['-sent_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('account', None)), models.Q(('accepted_at__isnull', False), ('account__isnull', False)), _connector='OR'), name='invitation_accepted_makes_account')],
            },
        ),
        migrations.RunPython(make_cache, drop_cache),
    ]
