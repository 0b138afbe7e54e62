"""A stage of a sector, the list most asked for, is put in order and added up from the roll-ups alone."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

STAGES = [
    ("identified", "Need identified"),
    ("talks", "In talks"),
    ("mou_signed", "MoU signed"),
    ("contract_talks", "Contract talks"),
    ("contract_signed", "Contract signed"),
    ("delivering", "Delivering"),
    ("closed", "Closed"),
]


def fill(apps, schema_editor):
    deals = apps.get_model("deals", "Deal").objects.filter(pk=OuterRef("pk"))
    apps.get_model("deals", "Balance").objects.update(
        stage=Subquery(deals.values("stage")), sector=Subquery(deals.values("sector"))
    )


def settle(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what rows written twice left to be looked at


def sector(**named):
    return models.ForeignKey(
        "deals.sector",
        django.db.models.deletion.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="sector",
        **named,
    )


class Migration(migrations.Migration):
    dependencies = [("deals", "0018_found_by_balance")]
    operations = [
        migrations.AddField("balance", "sector", sector(null=True)),
        migrations.AddField(
            "balance",
            "stage",
            models.CharField("stage", max_length=20, choices=STAGES, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(settle, migrations.RunPython.noop),
        migrations.AlterField("balance", "sector", sector()),
        migrations.AddIndex(
            "balance",
            models.Index(
                fields=["stage", "sector", "-four", "deal"],
                include=["delivered", "contracted", "memorandum", "negotiating", "outside", "undisclosed", "in_use"],
                name="balance_by_stage_and_sector",
            ),
        ),
    ]
