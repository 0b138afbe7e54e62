"""What `make bench` stands on: its portfolio and its yardsticks. No test measures time."""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from deals import ledger
from deals.choices import Reading
from deals.management import portfolio, yardsticks
from deals.models import Deal, Instrument, Posting, User
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import dashboard
from deals.reports import deals as reports

pytestmark = pytest.mark.django_db
MANY = 30
AFTER = portfolio.END + timedelta(days=60)


def test_ledger_says_what_the_facts_say() -> None:
    portfolio.build(MANY)
    assert Deal.objects.count() == MANY
    assert list(ledger.check()) == []
    assert ledger.portfolio(Moment(AFTER)).four > 0


def test_the_same_seed_makes_the_same_rows() -> None:
    assert _made(seed=1) == _made(seed=1)
    assert _made(seed=1) != _made(seed=2)


def _made(seed: int) -> str:
    """The rows of a portfolio in digest, without the keys, which go on counting."""
    from django.db import transaction

    found = []
    with transaction.atomic():
        portfolio.build(MANY, seed=seed)
        for model in (Deal, Instrument, Posting, Deal.history.model):
            plain = [field.name for field in model._meta.concrete_fields if not field.primary_key]
            plain = [name for name in plain if not model._meta.get_field(name).remote_field and name != "id"]
            found += list(model._default_manager.order_by("pk").values_list(*plain))
        transaction.set_rollback(True)
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_the_first_deal_is_the_large_one() -> None:
    portfolio.build(1)
    report = reports.deal_report(Deal.objects.get(), Moment(AFTER))
    assert len(report.papers) == portfolio.LARGE_PAPERS
    happened = [entry for entry in report.timeline if entry.kind != "money"]
    assert len(happened) == portfolio.LARGE_ENTRIES


@pytest.mark.parametrize("is_past", [False, True])
def test_bare_sql_of_the_dashboard_yields_its_figures(is_past: bool) -> None:
    portfolio.build(MANY)
    day = date(2023, 5, 8) if is_past else AFTER
    report = dashboard.dashboard(Moment(day), reading=Reading.FIRM, target=None, deals=Deal.objects.active())
    with connection.cursor() as cursor:
        sums, unknown, openings = yardsticks.ask(
            cursor, yardsticks.dashboard_sql(connection.vendor, day, is_past=is_past)
        )
    (total,) = [_bands(row[5:]) for row in sums if all(key is None for key in row[:5])]
    assert total + _bands_of_openings(openings) == report.bands
    for place, breakdown in enumerate(report.breakdowns):
        expected = sorted(row.bands.four for row in breakdown.rows if row.bands)
        found = [_bands(row[5:]) for row in sums if row[place] is not None]
        assert sorted(bands.four for bands in found if bands) == expected, breakdown.by
    assert sum(row[5] for row in unknown if row[1] is not None) == report.undisclosed


def test_bare_sql_of_the_list_yields_its_totals() -> None:
    portfolio.build(MANY)
    with connection.cursor() as cursor:
        rows, totals, unknown, openings = yardsticks.ask(cursor, yardsticks.list_sql(AFTER, page=1))
    assert len(rows) == MANY == totals[0][0]
    assert _bands(totals[0][1:]) + _bands_of_openings(openings) == ledger.portfolio(Moment(AFTER))
    assert unknown[0][0] == Instrument.objects.undisclosed(AFTER).count()


def _bands(cents: Any) -> Bands:
    return Bands(*(Decimal(int(amount or 0)).scaleb(-2) for amount in cents))


def _bands_of_openings(rows: Any) -> Bands:
    return ledger.add(*(Bands(**{band: Decimal(int(cents)).scaleb(-2)}) for _key, band, cents in rows))


@pytest.mark.urls("deals.management.yardsticks")
def test_yardstick_pages_show_the_deals(client: Any) -> None:
    portfolio.build(MANY)
    assert client.get("/yardstick/bare/").status_code == 302
    client.force_login(User.objects.create_superuser("bench", password="x"))
    bare = client.get("/yardstick/bare/")
    assert bare.content.count(b"<tr>") == yardsticks.ROWS
    stage = Deal.objects.values_list("stage", flat=True)[0]
    asked = Deal.objects.filter(stage=stage)
    shown = client.get(f"/yardstick/admin/deals/deal/?stage__exact={stage}")
    assert shown.content.count(b'class="field-title_vi') == asked.count()
