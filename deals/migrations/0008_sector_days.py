"""Days that a sector allows without an update, in place of those of the stage."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('deals', '0007_accounts'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalsector',
            name='days_allowed',
            field=models.PositiveSmallIntegerField(blank=True, help_text='In place of the days that the stage of a deal allows; empty: those.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days allowed without an update'),
        ),
        migrations.AddField(
            model_name='sector',
            name='days_allowed',
            field=models.PositiveSmallIntegerField(blank=True, help_text='In place of the days that the stage of a deal allows; empty: those.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='days allowed without an update'),
        ),
    ]
