"""What lists add up and search by stands in one short row a deal: the text by which a deal is found moves there, with
whether the deal is in use and how many of its papers have no known value."""

from django.db import migrations, models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

AT_ONCE = 5000


def fill(apps, schema_editor):
    balances, deals = apps.get_model("deals", "Balance").objects, apps.get_model("deals", "Deal").objects
    papers = apps.get_model("deals", "Instrument").objects.filter(
        deal=OuterRef("pk"), deal__archived_at=None, archived_at=None, ended_on=None, counts=True, usd=None
    )
    balances.update(
        in_use=Exists(deals.filter(pk=OuterRef("pk"), archived_at=None)),
        undisclosed=Coalesce(papers.order_by().values("deal").annotate(found=Count("*")).values("found"), 0),
    )
    known = balances.order_by("pk").values_list("pk", "deal__search_text")
    while several := list(known[:AT_ONCE]):
        # Every word once: half as long.
        rows = [balances.model(pk=pk, search_text=" ".join(dict.fromkeys(text.split()))) for pk, text in several]
        balances.bulk_update(rows, ["search_text"], batch_size=500)
        known = known.filter(pk__gt=several[-1][0])


def give_back(apps, schema_editor):
    balances, deals = apps.get_model("deals", "Balance").objects, apps.get_model("deals", "Deal").objects
    deals.filter(Q(balance__isnull=False)).update(
        search_text=Subquery(balances.filter(pk=OuterRef("pk")).values("search_text"))
    )


def index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what rows written twice left to be looked at
        schema_editor.execute("DROP INDEX IF EXISTS deal_search")
        schema_editor.execute("CREATE INDEX balance_search ON deals_balance USING gin (search_text gin_trgm_ops)")


def index_as_before(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS balance_search")
        schema_editor.execute("CREATE INDEX deal_search ON deals_deal USING gin (search_text gin_trgm_ops)")


class Migration(migrations.Migration):
    dependencies = [("deals", "0017_asks")]
    operations = [
        migrations.AddField("balance", "in_use", models.BooleanField("in use", default=True)),
        migrations.AddField(
            "balance", "undisclosed", models.PositiveIntegerField("papers of undisclosed value", default=0)
        ),
        migrations.AddField(
            "balance", "search_text", models.TextField(default="", editable=False), preserve_default=False
        ),
        migrations.RunPython(fill, give_back),
        migrations.RunPython(index, index_as_before),
        # So that the way back has something to begin with.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("deal", "search_text", models.TextField(default="", editable=False))
            ]
        ),
        migrations.RemoveField("deal", "search_text"),
    ]
