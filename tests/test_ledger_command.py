"""`manage.py ledger`: what it prints, and how it ends."""

import json
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from deals.choices import Reading
from deals.models import Balance, Instrument
from deals.positions import BAND_NAMES
from tests import behind, factories, vectors

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, APR = (date(2025, month, 1) for month in range(1, 5))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def run(*arguments):
    """What the command printed, and the code it ended with."""
    out = StringIO()
    try:
        call_command("ledger", *map(str, arguments), stdout=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


@pytest.mark.dirty_ledger
def test_a_deal_that_is_not_found_by_all_its_names_is_told_and_indexed_anew():
    deal = factories.deal(title_en="Turbines")
    behind.write(Balance, deal.pk, search_text="something else")
    said, code = run("check")
    assert (f"{deal.code}: not found by all its names" in said, code) == (True, 1)
    assert run("index")[1] == 0
    assert run("check")[1] == 0
    assert "turbines" in Balance.objects.get(pk=deal.pk).search_text.split()


def answer(*arguments):
    text, code = run(*arguments, "--json")
    assert code == 0
    return json.loads(text)


def counts():
    return {model: behind.rows(model).count() for model in apps.get_app_config("deals").get_models()}


@pytest.fixture(scope="module")
def portfolio(django_db_setup, django_db_blocker):
    """Entered once: each test goes back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield enter_portfolio()
        transaction.set_rollback(True)


def enter_portfolio():
    """Two groups, two sectors, a partner without a state, a deal without any, and a sum not itemised."""
    group = factories.enterprise(code="PVN")
    below = factories.enterprise(code="PVGAS", parent=group)
    lng, air = factories.sector(code="lng"), factories.sector(code="air")
    texas, nowhere = factories.partner(state="TX"), factories.partner(state="")
    first = factories.deal(enterprise=below, sector=lng, partner=texas, on=JAN)
    mou = factories.mou(first, "10e9", on=JAN)
    contract = factories.contract(first, "3.3e9", under=mou, discharges="4e9", on=FEB)
    factories.delivery(contract, "0.30", on=MAR)
    factories.contract(factories.deal(enterprise=group, sector=air, partner=nowhere, on=FEB), "0.01", on=FEB)
    other = factories.deal(enterprise=factories.enterprise(code="VNA"), sector=air, partner=None, on=FEB)
    factories.valuation(other, "999999999999.99", on=FEB)
    factories.financing(other, 7, on=FEB)
    factories.itemisation(factories.opening("50e9", on=MAR), first, "20e9")
    factories.target(usd="90.3e9", on=FEB, default_reading=Reading.FIRM)
    return first


# check


def test_check_of_a_clean_ledger_ends_with_0(portfolio):
    assert run("check") == ("No difference.\n", 0)


@pytest.mark.dirty_ledger
def test_check_lists_each_difference_and_ends_with_1(portfolio):
    behind.write(Balance, portfolio.pk, outside=Decimal("0.05"))
    behind.rows(Instrument).filter(deal=portfolio, kind="contract").update(signed_on=MAR)
    text, code = run("check")
    assert code == 1
    assert f"{portfolio.code} roll-up outside: facts say 0.00, ledger says 0.05" in text
    assert f"{portfolio.code} 2025-02-01 contracted: facts say 0.00, ledger says 3300000000.00" in text
    assert "differences" in text.splitlines()[-1]


@pytest.mark.dirty_ledger
def test_check_names_the_deal_whose_facts_contradict_each_other(portfolio):
    behind.rows(Instrument).filter(deal=portfolio, kind="mou").update(usd=1)
    text, code = run("check")
    assert (code, text.splitlines()[0]) == (1, f"{portfolio.code}: its facts contradict each other")


# show


def test_show_lists_entries_and_bands_of_a_deal_as_of_a_day(portfolio):
    found = answer("show", portfolio.code, "--as-of", "2025-02-01")
    assert (found["code"], found["as_of"], found["known_at"]) == (portfolio.code, "2025-02-01", None)
    assert found["bands"] == dict.fromkeys(BAND_NAMES, "0.00") | {
        "contracted": "3300000000.00",
        "memorandum": "6000000000.00",
    }
    assert [
        (row["effective_on"], row["band"], row["amount_usd"], row["cause"], row["by"]) for row in found["entries"]
    ] == [
        ("2025-01-01", "memorandum", "10000000000.00", "signing", "system"),
        ("2025-02-01", "contracted", "3300000000.00", "signing", "system"),
        ("2025-02-01", "memorandum", "-4000000000.00", "signing", "system"),
    ]


def test_show_for_people_names_the_deal_and_every_band(portfolio):
    text, code = run("show", portfolio.code)
    assert code == 0
    assert portfolio.title_en in text.splitlines()[0]
    assert "6,000,000,000.00" in text
    assert "Remaining under memoranda" in text


def test_show_as_known_before_anything_was_entered_is_empty(portfolio):
    yesterday = timezone.localdate() - timedelta(1)
    assert answer("show", portfolio.code, "--known-at", yesterday)["entries"] == []
    assert answer("show", portfolio.code, "--known-at", timezone.localdate())["entries"] != []


# total


def test_total_gives_exact_strings_the_target_and_both_sides_of_the_reading(portfolio):
    found = answer("total", "--as-of", "2025-03-01")
    assert found["bands"] == {
        "delivered": "0.30",
        "contracted": "33299999999.71",
        "memorandum": "6000000000.00",
        "negotiating": "999999999999.99",
        "outside": "7.00",
    }
    assert (found["reading"], found["target"]) == ("firm", "90300000000.00")
    assert (found["signed"], found["pending"]) == ("33300000000.01", "1005999999999.99")
    found = answer("total", "--as-of", "2025-03-01", "--reading", "announced")
    assert (found["reading"], found["signed"], found["pending"]) == (
        "announced",
        "39300000000.01",
        "999999999999.99",
    )


def test_before_the_first_target_there_is_none_and_the_reading_is_announced(portfolio):
    found = answer("total", "--as-of", "2025-01-31")
    assert (found["target"], found["reading"]) == (None, "announced")
    assert found["bands"]["memorandum"] == "10000000000.00"


@pytest.mark.parametrize("by", ["enterprise", "sector", "stage", "state"])
@pytest.mark.parametrize("day", ["2025-01-15", "2025-02-01", "2025-03-01", "2026-01-01"])
def test_the_rows_of_every_dimension_add_up_to_the_total(portfolio, by, day):
    found = answer("total", "--as-of", day, "--by", by)
    assert found["by"] == by
    for name in BAND_NAMES:
        assert sum(Decimal(row["bands"][name]) for row in found["rows"]) == Decimal(found["bands"][name])
    for side in ("signed", "pending"):
        assert sum(Decimal(row[side]) for row in found["rows"]) == Decimal(found[side])


def test_the_rows_are_named_by_code_and_what_is_not_itemised_has_a_row_of_its_own(portfolio):
    keys = {by: [row["key"] for row in answer("total", "--by", by)["rows"]] for by in ("enterprise", "sector", "state")}
    assert keys["enterprise"] == ["PVGAS", "PVN", "VNA", "not_itemised"]
    assert keys["sector"] == ["air", "lng", "not_itemised"]
    assert keys["state"] == ["", "TX", "not_itemised"]


def test_total_for_people_names_day_reading_and_target(portfolio):
    text, code = run("total", "--by", "sector", "--as-of", "1/3/2025")
    assert code == 0
    for words in ("as of 2025-03-01", "Firm reading", "Signed", "Target", "90,300,000,000.00", "lng"):
        assert words in text


def test_before_anything_happened_the_total_is_nothing(portfolio):
    found = answer("total", "--by", "stage", "--as-of", "2024-12-31")
    assert (set(found["bands"].values()), found["target"], found["rows"]) == ({"0.00"}, None, [])


# replay


@pytest.mark.parametrize("name", list(vectors.FILES))
def test_replay_enters_every_scenario_finds_its_answers_and_leaves_nothing_behind(portfolio, name):
    before = counts()
    text, code = run("replay", vectors.FILES[name])
    assert code == 0, text
    rows = sum(len(case["expect"]) for case in vectors.cases(name))
    assert len([line for line in text.splitlines() if line.endswith("  ok")]) == rows
    assert all(case["name"] in text for case in vectors.cases(name))
    assert counts() == before


def test_replay_of_a_wrong_expectation_says_which_band_and_ends_with_1(tmp_path):
    good, wrong = vectors.cases("positions")[:2]
    wrong["expect"][1]["memorandum"] = "7800000000.01"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps([good, wrong]))
    before = counts()
    text, code = run("replay", file)
    assert code == 1
    assert "memorandum 7800000000.00 ≠ 7800000000.01" in text
    assert text.count("  ok") == len(good["expect"]) + 1
    assert counts() == before


def test_replay_of_facts_that_are_refused_says_why_and_ends_with_1(tmp_path):
    case = vectors.cases("positions")[1]
    case["facts"]["instruments"][0]["usd"] = "-5"
    file = tmp_path / "refused.json"
    file.write_text(json.dumps([case]))
    before = counts()
    text, code = run("replay", file)
    assert code == 1
    assert "refused: A value is not below zero" in text
    assert counts() == before


def test_replay_of_nothing_is_fine(tmp_path):
    file = tmp_path / "empty.json"
    file.write_text("[]")
    assert run("replay", file) == ("", 0)


# Bad arguments


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "VNUS-2025-9999"], "There is no deal VNUS-2025-9999"),
        (["total", "--as-of", "31/2/2025"], "is no day"),
        (["total", "--as-of", "yesterday"], "“yesterday” is no day"),
        (["total", "--known-at", "then"], "“then” is no day"),
        (["total", "--known-at", "2025-13-01T10:00"], "is no day"),
        (["total", "--by", "colour"], "invalid choice"),
        (["total", "--reading", "official"], "invalid choice"),
        (["replay", "nowhere.json"], "nowhere.json cannot be read"),
        (["audit"], "invalid choice"),
        ([], "required"),
        (["show"], "required"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_arguments_are_named(db, arguments, words):
    with pytest.raises(CommandError, match=words):
        run(*arguments)


@pytest.mark.parametrize("content", ["{", "", "[1]", '{"name": "x"}', '[{"name": "x"}]', "\x00"])
def test_a_file_that_holds_no_scenarios_is_named(db, tmp_path, content):
    file = tmp_path / "odd.json"
    file.write_text(content)
    with pytest.raises(CommandError, match=r"odd\.json"):
        run("replay", file)
