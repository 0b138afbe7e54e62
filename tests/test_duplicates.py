"""Whether a deal that is being entered is there already."""

import csv
import random
import unicodedata
from collections import defaultdict
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from deals import names
from deals.actions import records
from deals.importing import sample
from deals.importing.likeness import Likeness
from deals.models import Deal, Enterprise, Partner
from deals.reports import duplicates
from tests import factories

SAMPLE = Path(sample.__file__).resolve().parent.parent / "sample"


def likely(title, enterprise=None, partner=None, quantity=None, deals=None):
    found = Deal.objects.active() if deals is None else deals
    quantity = None if quantity is None else Decimal(quantity)
    return duplicates.likely(found, title=title, enterprise=enterprise, partner=partner, quantity=quantity)


def reasons(title, *asked, **more):
    return {found.deal.title_en: found.reasons for found in likely(title, *asked, **more)}


@pytest.fixture
def airlines(system):
    return factories.enterprise(
        name_vi="Tổng công ty Hàng không Việt Nam - CTCP",
        name_en="Vietnam Airlines",
        aliases=["Vietnam Airlines"],
        by=system,
    )


@pytest.fixture
def boeing(system):
    return factories.partner(name="Boeing", aliases=["The Boeing Company"], by=system)


@pytest.fixture
def aircraft(airlines, boeing, system):
    """Fifty aircraft that are entered already."""
    return factories.deal(
        title_vi="50 máy bay Boeing 737-8 cho Vietnam Airlines",
        title_en="50 Boeing 737-8 aircraft for Vietnam Airlines",
        enterprise=airlines,
        partner=boeing,
        by=system,
    )


ALL = ("enterprise", "partner", "goods", "quantity")


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("50 máy bay Boeing 737-8 cho Vietnam Airlines", ALL),
        ("50 may bay boeing 737-8 cho vietnam airlines", ALL),
        ("VIETNAM AIRLINES MUA 50 MÁY BAY BOEING 737 MAX", ALL),
        (unicodedata.normalize("NFD", "50 máy bay Boeing 737-8 cho Vietnam Airlines"), ALL),
        ("Purchase of 50 Boeing 737 aircraft by Vietnam Airlines", ALL),
        ("Hợp đồng mua 50 tàu bay 737 (Boeing – Vietnam Airlines, tháng 2/2026)", ALL),
        ("Boeing 737-8 cho Vietnam Airlines: 50 máy bay", ("enterprise", "partner", "goods")),
        ("Máy bay Boeing 737", ("enterprise", "partner", "goods")),
        ("100 Boeing 737-8 aircraft", ("enterprise", "partner", "goods")),
        ("Biên bản ghi nhớ Vietnam Airlines - Boeing", ("enterprise", "partner")),
        ("Bảo dưỡng máy bay Boeing 737 cho Vietnam Airlines", None),
        ("MRO for the Boeing 737 fleet", None),
        ("Financing of 50 Boeing 737 aircraft", None),
        ("30 Boeing 787-9 cho Vietnam Airlines", None),
        ("Phần mềm điều hành bay", None),
        ("", None),
        ("   ", None),
    ],
)
def test_a_deal_typed_again_is_found_and_another_one_is_not(aircraft, airlines, boeing, title, why):
    assert reasons(title, airlines, boeing) == ({aircraft.title_en: why} if why else {})


def test_a_deal_that_is_there_in_the_other_language_alone_is_found(aircraft, airlines, boeing, system):
    factories.kept(aircraft, by=system)
    aircraft.title_en = ""
    factories.kept(aircraft, by=system)
    assert reasons("50 narrow-body aircraft 737 of Boeing", airlines, boeing) == {"": ALL}
    aircraft.title_vi, aircraft.title_en = "", "50 Boeing 737-8 aircraft for Vietnam Airlines"
    factories.kept(aircraft, by=system)
    assert list(reasons("50 máy bay thân hẹp Boeing 737", airlines, boeing).values()) == [ALL]


def test_the_partner_may_be_unknown_on_either_side_and_another_one_tells_deals_apart(
    aircraft, airlines, boeing, system
):
    without = factories.deal(
        title_en="Boeing 737-8 aircraft, third batch", enterprise=airlines, partner=None, by=system
    )
    airbus = factories.partner(name="Airbus America", by=system)
    title = "Boeing 737-8 aircraft"
    assert reasons(title, airlines)[aircraft.title_en] == ("enterprise", "goods")
    assert without not in [found.deal for found in likely("Boeing 787-9 aircraft", airlines, boeing)]
    assert aircraft.title_en not in reasons(title, airlines, airbus)
    assert reasons("Boeing 737-8 aircraft, third batch", airlines, airbus) == {
        without.title_en: ("enterprise", "goods")
    }


def test_a_deal_of_the_same_group_may_be_the_same(aircraft, airlines, boeing, system):
    branch = factories.enterprise(parent=airlines, by=system)
    assert reasons("50 Boeing 737-8 aircraft", branch, boeing) == {
        aircraft.title_en: ("group", "partner", "goods", "quantity")
    }


def test_the_other_enterprises_and_partners_count(aircraft, boeing, system):
    joining, lessor = factories.enterprise(by=system), factories.partner(by=system)
    beside = {"other_enterprises": [joining], "other_partners": [lessor]}
    records.keep(aircraft, by=system, beside=beside)
    assert reasons("Boeing 737-8 aircraft", joining, lessor) == {aircraft.title_en: ("enterprise", "partner", "goods")}


def test_who_stands_on_a_paper_alone_counts(aircraft, airlines, system):
    bank = factories.partner(name="Citibank", by=system)
    factories.financing(aircraft, "5e8", partner=bank, goods_en="Funding of 737 aircraft", by=system)
    assert reasons("Citibank financing of 737 aircraft", airlines, bank) == {
        aircraft.title_en: ("enterprise", "partner", "goods")
    }


def test_the_same_goods_and_quantity_are_enough_whoever_buys(aircraft, boeing, system):
    other = factories.enterprise(by=system)
    assert reasons("50 Boeing 737-8 aircraft", other, boeing) == {aircraft.title_en: ("partner", "goods", "quantity")}
    assert reasons("50 máy bay Boeing 737") == {aircraft.title_en: ("goods", "quantity")}
    assert reasons("máy bay Boeing 737", quantity=50) == {aircraft.title_en: ("goods", "quantity")}
    assert reasons("40 máy bay Boeing 737") == {}
    assert reasons("50 Mercedes cars") == {}


def test_a_quantity_is_looked_for_in_the_papers_too(system):
    deal = factories.deal(title_vi="Ngô cho ethanol", title_en="Corn for ethanol", by=system)
    factories.mou(deal, "1e8", quantity=Decimal("1250000"), unit_en="tonnes", by=system)
    assert reasons("1,25 triệu tấn ngô sản xuất ethanol") == {}
    assert reasons("1,25 triệu tấn ngô, ethanol") == {deal.title_en: ("goods", "quantity")}
    assert reasons("1.25 million tonnes of corn for ethanol") == {deal.title_en: ("goods", "quantity")}


def test_only_the_deals_passed_in_are_looked_at(aircraft, airlines, boeing, system):
    title = aircraft.title_en
    assert likely(title, airlines, boeing, deals=Deal.objects.exclude(pk=aircraft.pk)) == []
    factories.archive(aircraft, by=system)
    assert likely(title, airlines, boeing) == []


def test_at_most_five_and_the_likeliest_first(aircraft, airlines, boeing, system):
    for number in range(8):
        factories.deal(title_en=f"Boeing 737-8 aircraft, lot {number}", enterprise=airlines, partner=boeing, by=system)
    found = likely("50 Boeing 737-8 aircraft", airlines, boeing)
    assert len(found) == 5
    assert found[0].deal == aircraft
    assert likely("Boeing 737-8 aircraft, lot 3", airlines, boeing)[0].deal.title_en.endswith("lot 3")


def test_four_queries_however_many_deals(aircraft, airlines, boeing, system):
    def asked():
        with CaptureQueriesContext(connection) as found:
            likely("50 Boeing 737-8 aircraft for Vietnam Airlines", airlines, boeing, 50)
        return len(found)

    assert asked() == 4
    for _ in range(20):
        deal = factories.deal(title_en="50 Boeing 737-8 aircraft", enterprise=airlines, partner=boeing, by=system)
        deal.other_enterprises.add(factories.enterprise(by=system))
        factories.mou(deal, "1e9", goods_en="737-8 aircraft", quantity=50, by=system)
    assert asked() == 4


def test_nothing_is_asked_for_without_a_title_or_without_anything_to_compare_with(db, airlines):
    with CaptureQueriesContext(connection) as found:
        assert likely("", airlines) == []
        assert likely("Boeing 737-8 aircraft") == []
    assert len(found) == 0


# What the reader sees


def shown(found, language="en"):
    with translation.override(language):
        return unescape(render_to_string("deals/deals/_likely.html", {"likely": found}))


def test_nothing_is_said_where_nothing_is_likely(db):
    assert shown([]).strip() == ""


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_warning_names_the_deal_why_it_is_alike_and_what_to_do_instead(aircraft, airlines, boeing, language):
    text = shown(likely("50 Boeing 737-8 aircraft", airlines, boeing), language)
    assert 'role="status"' in text
    assert f'href="/deals/{aircraft.code}/"' in text
    assert f'href="/deals/{aircraft.code}/log/announcement/"' in text
    for words in (aircraft.code, "Vietnam Airlines", "Boeing"):
        assert words in text
    if language == "en":
        assert "the enterprise, the US partner, the goods, the quantity." in text
        assert "In talks" in text or "Need identified" in text


def test_what_was_typed_is_shown_in_the_warning_and_never_run(airlines, boeing, system):
    nasty = "<script>alert(1)</script> aircraft"
    factories.deal(title_en=nasty, title_vi=nasty, enterprise=airlines, partner=boeing, by=system)
    with translation.override("en"):
        text = render_to_string("deals/deals/_likely.html", {"likely": likely(nasty, airlines, boeing)})
    assert "&lt;script&gt;" in text
    assert "<script" not in text


# The sample: last, since what is loaded stays until the tests of the module have run


@pytest.fixture(scope="module")
def reported(sample_loaded, django_db_blocker):
    """Each paper reported in the press as somebody would type it, with the deal that it became part of."""
    with django_db_blocker.unblock():
        deals = {deal.title_en: deal for deal in Deal.objects.select_related("enterprise__group", "partner")}
        enterprises = {enterprise.code: enterprise for enterprise in Enterprise.objects.all()}
        partners = {partner.name: partner for partner in Partner.objects.all()}
    heads = {row["id"]: deals[row["title_en"]] for row in rows("deals.csv")}
    chains = {row["id"]: heads[row["deal"]] for row in rows("chains.csv")}
    found = []
    for row in rows("reported/deals.csv"):
        if row["id"] in chains:
            buyer = enterprises[row["enterprise_codes"].split(";")[0]]
            seller = partners.get(row["partner_names"].split(";")[0])
            found += [(chains[row["id"]], row[title], buyer, seller, row["quantity"]) for title in TITLES]
    return found


TITLES = ("title_en", "title_vi")


def rows(name):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
def test_each_deal_of_the_sample_is_found_when_its_title_is_typed_again(sample_loaded):
    missed = []
    for deal in Deal.objects.select_related("enterprise__group", "partner"):
        for title in {deal.title_vi, deal.title_en}:
            for typed in (title, f"hop dong mua {names.fold(title)}"):
                if deal not in [found.deal for found in likely(typed, deal.enterprise, deal.partner)]:
                    missed.append(typed)
    assert missed == []


@pytest.mark.django_db
def test_of_what_the_press_wrote_most_is_known_again_and_little_else_is(reported):
    """How many headlines lead to their own deal, and how many warnings name it and not a lookalike."""
    right = wrong = 0
    for deal, title, buyer, seller, quantity in reported:
        found = [one.deal for one in likely(title, buyer, seller, quantity or None)]
        right += deal in found
        wrong += len([other for other in found if other != deal])
    assert right / len(reported) > 0.85
    assert right / (right + wrong) > 0.8


@pytest.mark.django_db
def test_the_deals_of_the_sample_that_look_like_one_another(sample_loaded):
    alike = defaultdict(set)
    for deal in Deal.objects.select_related("enterprise__group", "partner"):
        for title in {deal.title_vi, deal.title_en}:
            others = Deal.objects.exclude(pk=deal.pk)
            for found in likely(title, deal.enterprise, deal.partner, deals=others):
                alike[deal.title_en].add(found.deal.title_en)
    pairs = {tuple(sorted((one, other))) for one, others in alike.items() for other in others}
    assert pairs == {tuple(sorted(pair)) for pair in LOOKALIKES}


@pytest.mark.django_db
def test_a_file_leaves_out_no_deal_that_the_search_finds(reported):
    """Whatever is asked: titles as they stand, as the press wrote them, cut short, without goods, put together of two;
    of the deal's own parties and of others."""
    dice = random.Random(7)
    deals = list(Deal.objects.select_related("enterprise__group", "partner"))
    enterprises, partners = list(Enterprise.objects.all()), list(Partner.objects.all())
    asked = [(title, buyer, seller) for _deal, title, buyer, seller, _quantity in reported]
    for deal in deals:
        title, other = deal.title_vi, dice.choice(deals)
        cut = " ".join(dice.sample(names.words(title), 3))
        joined = f"{cut} {other.title_en}"
        for said in (title, f"{title}s", cut, joined, deal.enterprise.name_vi, f"{deal.title_en} 50 {other.title_vi}"):
            asked.append((said, deal.enterprise, deal.partner))
            asked.append((said, dice.choice(enterprises), None))
            asked.append((said, deal.enterprise, dice.choice(partners)))
    quick = Likeness(Deal.objects.active(), asked)
    found = 0
    for each in asked:
        searched = likely(*each)
        assert [one.deal for one in quick.likely(*each)][: len(searched)] == [one.deal for one in searched], each
        found += len(searched)
    assert found > 200


# The same buyer (or group), seller and goods: whoever enters one should see the other.
GTF = "Pratt & Whitney GTF engines for "
TEN, FORTY_FOUR, SIXTY_THREE = (f"{GTF}{n} of Vietjet" for n in ("10 A321neo", "44 A321neo/XLR", "63 A320neo/A321neo"))
NOVEMBER, JANUARY = "WTI crude cargo for BSR (November 2025)", "WTI crude cargo for BSR (January 2026)"
NVIDIA = "Nvidia AI partnerships with FPT, Viettel and Vingroup"
LOOKALIKES = [
    (TEN, FORTY_FOUR),
    (TEN, SIXTY_THREE),
    (FORTY_FOUR, SIXTY_THREE),
    (NOVEMBER, JANUARY),
    (NOVEMBER, "Three WTI crude cargoes for BSR (2019)"),
    (JANUARY, "Three WTI crude cargoes for BSR (2019)"),
    (NVIDIA, "Nvidia systems for the AI factory of FPT"),
    (NVIDIA, "Nvidia systems for the AI data centre of Viettel"),
    ("LNG cooperation of PTSC and Excelerate", "Long-term US LNG of Excelerate for PV GAS"),
    (
        "100 Boeing 737 MAX 200 aircraft for Vietjet (2016 order)",
        "100 more Boeing 737 MAX aircraft for Vietjet (2019 order)",
    ),
    (
        "GE 9HA equipment for the Nhon Trach 3 and 4 plants of PV Power",
        "GE Vernova equipment and services for gas plants of PV Power",
    ),
]
