"""The sample data: 97 reported papers, fewer deals, and totals that reproduce the announced ones."""

from collections import Counter
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils.translation import override

from deals import ledger
from deals.importing import reported
from deals.models import Announcement, Deal, Enterprise, Instrument, OpeningBalance, Posting, User
from deals.periods import Moment
from tests import factories

SESSION = Moment(date(2025, 5, 7))
BEFORE = Moment(date(2025, 3, 12))
BILLION = Decimal(10) ** 9


pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(sample_loaded, db):
    return sample_loaded


def counts():
    return {model: model._base_manager.count() for model in apps.get_app_config("deals").get_models()}


def deal_of(paper_id):
    row = next(row for row in reported.rows("chains.csv") if row["id"] == paper_id)
    text = next(text for text in reported.rows("deals.csv") if text["id"] == row["deal"])
    return Deal.objects.get(title_en=text["title_en"])


def bands_of(deal, day):
    return ledger.total(Moment(day), Deal.objects.filter(pk=deal.pk))


def test_the_announced_totals_come_out_to_the_cent(loaded):
    bands = ledger.portfolio(SESSION)
    assert bands.four == Decimal("90300000000.00")
    assert bands.signed("announced") + bands.pending("announced") == Decimal("90300000000.00")
    assert bands.signed("firm") + bands.pending("firm") == Decimal("90300000000.00")
    assert bands.contracted + bands.delivered == Decimal("50150000000.00") == bands.signed("firm")

    assert ledger.openings(BEFORE) == []
    assert ledger.portfolio(BEFORE) == ledger.total(BEFORE)
    assert len(ledger.openings(Moment(date(2025, 3, 13)))) == 3

    # What is not itemised and what deals itemise together are the three announced sums.
    for opening in OpeningBalance.objects.all():
        itemised = sum(opening.itemisations.values_list("amount_usd", flat=True), Decimal(0))
        left = {found: bands.four for found, bands in ledger.openings(SESSION)}[opening]
        assert itemised + left == opening.amount_usd


def test_loading_twice_changes_nothing(loaded):
    before = counts()
    out = StringIO()
    call_command("load_sample", stdout=out)
    assert counts() == before
    assert "không có gì thay đổi" in out.getvalue() or "nothing was changed" in out.getvalue()


def test_every_reported_paper_is_a_paper_an_announcement_or_left_out_with_a_reason(loaded):
    chains = reported.rows("chains.csv")
    assert len(reported.rows("reported/deals.csv")) == len(chains) == 97
    kinds = Counter(row["as"] for row in chains)
    assert Instrument.objects.count() == kinds["paper"]
    told = kinds["announcement"] + kinds["talks"] + kinds["left_out"]
    assert Announcement.objects.exclude(deal=None).count() == told
    assert Deal.objects.count() == len({row["deal"] for row in chains}) < 97
    assert any(line.startswith("pvep-murphy-ldv") for line in loaded.left_out)
    assert all(row["why_vi"] and row["why_en"] for row in chains)


def test_no_value_is_other_than_reported(loaded):
    published = {row["id"]: row["value_usd"] for row in reported.rows("reported/deals.csv")}
    papers = [row["id"] for row in reported.rows("chains.csv") if row["as"] == "paper"]
    values = sorted(Decimal(published[paper]) for paper in papers if published[paper])
    held = sorted(Instrument.objects.exclude(usd=None).values_list("usd", flat=True))
    # One paper's value stands in the estimate of its deal, left in talks.
    values.remove(Decimal("3000000000"))
    assert held == values
    assert deal_of("baclieu-doe-teaming-2020").valuations.get().usd == 3 * BILLION


def test_fifty_aircraft_count_once_from_memorandum_to_contract(loaded):
    deal = deal_of("hvn-boeing-737-2026")
    assert bands_of(deal, date(2023, 9, 10)).four == 0
    assert bands_of(deal, date(2025, 5, 7)).memorandum == 10 * BILLION
    after = bands_of(deal, date(2026, 2, 18))
    assert (after.contracted, after.memorandum, after.negotiating) == (Decimal("8.1") * BILLION, 0, 0)
    # The bank's financing stands beside it, outside.
    assert after.outside == Decimal("0.56") * BILLION


def test_three_announcements_of_the_same_engines_are_one_deal(loaded):
    deal = deal_of("vjc-cfm-leap-2019")
    assert [bands_of(deal, date(year, 12, 31)).contracted / BILLION for year in (2016, 2017, 2019)] == [
        3,
        Decimal("3.58"),
        Decimal("5.3"),
    ]


def test_a_buyer_that_left_takes_its_contracts_with_it(loaded):
    deal = deal_of("bav-boeing-787-2019")
    assert bands_of(deal, date(2023, 10, 30)).contracted == 3 * BILLION
    assert bands_of(deal, date(2023, 10, 31)).four == 0
    assert deal.outcome == "cancelled"


def test_unknown_values_stay_unknown(loaded):
    assert Instrument.objects.undisclosed(SESSION.as_of).count() > 10
    assert not Instrument.objects.filter(usd=0).exists()


def test_every_text_a_person_reads_is_in_both_languages(loaded):
    for model in apps.get_app_config("deals").get_models():
        names = [field.name for field in model._meta.fields]
        pairs = [name[:-3] for name in names if name.endswith("_vi") and f"{name[:-3]}_en" in names]
        if model.__name__.startswith("Historical"):
            continue
        for record in model._base_manager.all():
            for pair in pairs:
                vi, en = getattr(record, f"{pair}_vi"), getattr(record, f"{pair}_en")
                assert bool(vi) == bool(en), (model, record.pk, pair, vi, en)


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("MOIT", "Bộ Công Thương", "MoIT"),
        ("TAMANH", "Bệnh viện Tâm Anh", "Tam Anh"),
        ("HVN", "Vietnam Airlines", "Vietnam Airlines"),
        ("EVN", "EVN", "EVN"),
    ],
)
def test_enterprises_are_called_as_readers_of_each_language_know_them(loaded, code, vi, en):
    enterprise = Enterprise.objects.get(code=code)
    for language, name in (("vi", vi), ("en", en)):
        with override(language):
            assert enterprise.short_name == name


def test_who_is_known_by_a_vietnamese_name_alone_has_the_full_name_in_english(system):
    enterprise = factories.enterprise(name_vi="Công ty Thiên Bút", name_en="Thien But Company", aliases=["Thiên Bút"])
    with override("en"):
        assert enterprise.short_name == "Thien But Company"


def test_each_entry_says_who_and_why(loaded):
    assert not Posting.objects.exclude(actor=User.objects.system()).exists()
    assert all(row.history.count() >= 1 for row in Instrument.objects.all())


def test_the_reported_files_are_those_published():
    folder = Path(reported.FOLDER, "reported")
    names = {path.name for path in folder.glob("*.csv")}
    assert names == {f"{name}.csv" for name in (
        "aggregates", "deals", "enterprises", "events", "obstacles", "partners", "trade_stats"
    )}  # fmt: skip


def test_sample_accounts_open_only_on_trial(db, settings, client):
    settings.TRIAL = True
    call_command("load_sample", stdout=StringIO())
    people = {user.username: user for user in User.objects.filter(is_sample=True)}
    assert people["canbo"].is_staff and not people["quanly"].is_staff
    assert client.login(username="canbo", password="canbo-thu-nghiem")
    assert client.get("/").status_code == 200

    settings.TRIAL = False
    assert client.get("/").status_code == 302
    assert not client.login(username="canbo", password="canbo-thu-nghiem")


def test_but_on_trial_no_sample_account_is_made(db, settings):
    settings.TRIAL = False
    call_command("load_sample", stdout=StringIO())
    assert not User.objects.filter(is_sample=True).exists()
