"""What `make bench` stands on: its portfolio and its yardsticks. No test measures time."""

import hashlib
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from deals import checking, ledger, series
from deals.choices import Reading
from deals.exporting import separated
from deals.forms import screens
from deals.ledger import Line
from deals.management import budgets, files_out, imported, portfolio, yardsticks
from deals.management.bare_dashboard import KEYS, Bare
from deals.management.budgets import Measured
from deals.models import Deal, Instrument, Posting, User, conversion, recorded
from deals.models.attention import FLAGS
from deals.models.happenings import Kind
from deals.periods import Moment
from deals.positions import Bands
from deals.reports import bridge, dashboard
from deals.reports import deals as reports
from deals.reports.conversion import Cases, Group

pytestmark = pytest.mark.django_db
MANY = 30
AFTER = portfolio.END + timedelta(days=60)


def test_ledger_says_what_the_facts_say() -> None:
    portfolio.build(MANY)
    assert Deal.objects.count() == MANY
    assert list(checking.check()) == []
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


@pytest.mark.parametrize(
    ("day", "known"), [(AFTER, None), (date(2023, 5, 8), None), (date(2023, 5, 8), screens.end_of(date(2023, 5, 8)))]
)
def test_bare_sql_of_the_dashboard_yields_its_figures(day: date, known: Any) -> None:
    portfolio.build(MANY)
    at, before = Moment(day, known), Moment(day - timedelta(days=30), screens.end_of(day - timedelta(days=30)))
    comparison = bridge.compared(at, since=before.as_of, then=before.known_at or timezone.now())
    assert comparison.before == before, "as shown: something had been recorded"
    deals = recorded.among(Deal.objects.active(), known)
    stood = Deal.objects.in_use_since(before.known_at)
    report = dashboard.dashboard(
        at,
        reading=Reading.FIRM,
        target=None,
        deals=deals,
        compared=dashboard.Compared(comparison, stood),
        is_today=day == AFTER,
    )
    bare = Bare(connection.vendor, day, before.as_of, screens.end_of(before.as_of), known, is_today=day == AFTER)
    with connection.cursor() as cursor:
        found = dict(zip(bare.statements(), yardsticks.ask(cursor, list(bare.statements().values())), strict=True))
    _assert_sums(report, found)
    _assert_steps(report, found)
    _assert_over_time(report, deals, found)
    _assert_conversion(report, found["conversion"])


def _assert_sums(report: Any, found: Any) -> None:
    keys = KEYS if report.attention else KEYS[:-1]
    lines = {"now": _lines(keys, found["now"]), "before": _lines(KEYS[:-1], found["before"])}
    openings = {name: _bands_of_openings(found[name]) for name in ("openings", "openings before")}
    assert lines["now"][""][None].bands + openings["openings"] == report.bands
    assert lines["before"][""][None].bands + openings["openings before"] == report.bridge.opening
    assert (lines["now"][""][None].deals, lines["now"][""][None].undisclosed) == (report.count, report.undisclosed)
    by_key = [*report.breakdowns, *report.sureness.scales]
    for key, breakdown in zip([*KEYS[:5], "evidence", "basis", "freshness"], by_key, strict=True):
        now, before = lines["now"][key], lines["before"][key]
        told = [(now.get(each, Line()), before.get(each, Line()).bands) for each in {*now, *before}]
        expected = Counter((row.bands, row.undisclosed, row.before) for row in breakdown.rows)
        assert Counter((n.bands, n.undisclosed, b) for n, b in told if n.bands or n.undisclosed or b) == expected, key
    for age in report.conversion.ages:
        least, most = conversion.QUARTERS[age.key]
        of_age = [line for key, line in lines["now"]["age"].items() if least <= key <= (most or key)]
        assert (sum(line.deals for line in of_age), sum(line.bands.memorandum for line in of_age)) == (
            age.deals,
            age.usd,
        )
    if report.attention:
        for reason, flag in FLAGS.items():
            with_it = [line for key, line in lines["now"]["attention"].items() if key & flag]
            concern = next((one for one in report.attention.concerns if one.reason == reason), None)
            assert sum(line.deals for line in with_it) == (concern.deals if concern else 0), reason
            assert ledger.add(*(line.bands for line in with_it)) == (concern.bands if concern else Bands()), reason


def _lines(keys: Any, rows: Any) -> dict[str, dict[Any, Line]]:
    found: dict[str, dict[Any, Line]] = {"": {}, **{key: {} for key in keys}}
    for row in rows:
        values, (deals, unknown, *cents) = row[: len(keys)], row[len(keys) :]
        name, value = next(
            ((name, value) for name, value in zip(keys, values, strict=True) if value is not None), ("", None)
        )
        found[name][value] = Line(int(deals), _bands(cents), int(unknown))
    return found


def _assert_steps(report: Any, found: Any) -> None:
    kinds = {Kind(*key): (count, Decimal(int(cents)).scaleb(-2)) for *key, count, cents in found["steps"]}
    expected = {step.key: step.bands for step in report.bridge.steps}
    assert {key: bands for key in bridge.STEPS if (bands := bridge._total(kinds, key))} == expected


def _assert_over_time(report: Any, deals: Any, found: Any) -> None:
    at = report.at
    changes = ledger.add(*(Bands(**{band: Decimal(int(cents)).scaleb(-2)}) for _month, band, cents in found["months"]))
    assert changes == report.over.now == report.bands
    months = {date.fromisoformat(f"{month}-01") for month, _band, _cents in found["months"]}
    standing = series.by_month(at, deals, openings=True)
    before = [Bands(), *(bands for _month, bands in standing)]
    assert months >= {month for was, (month, bands) in zip(before, standing, strict=False) if bands != was}
    expected = {series._day(row[0]): int(row[1]) for row in found["expected"]}
    assert expected == {day: line.deals for day, line in report.over.expected.items()}
    due = {
        (month, kind, bool(past)): tuple(int(n or 0) for n in more) for month, kind, past, *more in found["deliveries"]
    }
    assert due == {
        (f"{row.month:%Y-%m}", row.kind, row.is_past): (row.undisclosed, int(row.planned * 100), int(row.to_come * 100))
        for row in series.deliveries(at, deals, whole=True)
    }


def _assert_conversion(report: Any, rows: Any) -> None:
    together = Group("", "")
    for sector, outcome, *numbers in rows:
        together.add(Cases(sector, outcome, *(int(number or 0) for number in numbers)))
    together.days.sort()
    report.conversion.together.days.sort()
    assert together == report.conversion.together


def test_bare_sql_of_the_list_yields_its_totals() -> None:
    portfolio.build(MANY)
    with connection.cursor() as cursor:
        rows, [(count, *sums, unknown)], openings = yardsticks.ask(cursor, yardsticks.list_sql(AFTER, page=1))
    assert len(rows) == MANY == count
    assert _bands(sums) + _bands_of_openings(openings) == ledger.portfolio(Moment(AFTER))
    assert unknown == Instrument.objects.undisclosed(AFTER).count()


ROWS = 12


def test_bare_insertion_makes_the_rows_that_an_import_made(tmp_path: Path) -> None:
    portfolio.build(MANY)
    vendor, file = connection.vendor, tmp_path / "register.xlsx"
    with connection.cursor():
        cursor = connection.connection.cursor()

    def ask(statements: list[str]) -> Any:
        return yardsticks.ask(cursor, statements)

    lists = [[name for (name,) in names] for names in ask(imported.LISTS)]
    imported.write_register(file, ROWS, lists, seed=1)
    keys, before = imported.last_keys(ask), transaction.savepoint()
    by = User.objects.create_superuser("bench", password="x")
    steps = [set(step) for step in imported.enter(file, by=by)]
    assert steps == [{"preview", "import memory"}, {"apply", "import memory", "entered"}]
    made, stood = imported.rows_since(ask, keys, vendor), ledger.total(Moment(AFTER))
    assert Deal.objects.count() == MANY + ROWS
    transaction.savepoint_rollback(before)
    assert Deal.objects.count() == MANY
    by.save(force_insert=True)
    imported.insert(cursor, made, vendor)
    assert Deal.objects.count() == MANY + ROWS
    assert ledger.total(Moment(AFTER)) == stood
    assert list(checking.check()) == []


def test_cells_are_those_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    said = separated.rows([["# Deals"], [], ["Code", "Total"], ["'=1", "0012"], ["VNUS-2025-0001", "1234.50"]])
    file.write_bytes(separated.MARK.encode() + b"".join(said))
    cells = files_out._cells(file)
    assert cells == [["# Deals"], [], ["Code", "Total"], ["'=1", "0012"], ["VNUS-2025-0001", Decimal("1234.50")]]
    again = tmp_path / "again.csv"
    files_out._bare_csv(cells, again)
    assert separated.MARK.encode() + again.read_bytes() == file.read_bytes()


def _judged(**found: float) -> dict[str, bool]:
    run = Measured("postgres", 100, 500)
    for name, value in found.items():
        run.add(name, value)
    return {verdict.budget.name: verdict.is_met for verdict in budgets.judge([run])}


def test_budgets_are_limits_from_above_and_from_below() -> None:
    assert _judged(crowd=59.9, growth=2.1) == {"crowd": False, "growth": False}
    assert _judged(crowd=60, growth=-1) == {"crowd": True, "growth": True}
    assert _judged(B=100, preview=300, apply=401) == {"preview": True, "apply": False}


def test_every_budget_is_of_something_that_is_measured() -> None:
    assert {budget.name for budget in budgets.BUDGETS} <= set(budgets.NAMES)
    assert _judged(growth=0) == {"growth": True}, "what was not measured is not judged"


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
