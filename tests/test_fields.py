"""Records as the database keeps them: money to the cent, files as they came, texts tidied."""

import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ExpressionWrapper, F, Sum
from django.utils import timezone, translation

from deals.choices import Cause
from deals.models import (
    Announcement,
    Deal,
    Document,
    Instrument,
    OpeningBalance,
    Posting,
    Programme,
    Sector,
    Target,
)
from deals.models.money import UsdField
from deals.models.records import UntrackedWriteError
from tests import behind, factories

pytestmark = pytest.mark.django_db

DAY = factories.DAY


def test_an_option_is_entered_as_not_counting_whatever_was_ticked():
    option = factories.paper(factories.deal(), "option", 5, counts=True)
    assert option.counts is False


def test_a_paper_that_does_not_count_may_say_it_takes_over_more_for_it_takes_nothing():
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    factories.contract(deal, "1e9", under=mou, discharges="11e9", counts=False)


def test_amendments_of_the_paper_above_make_room_to_take_over():
    deal = factories.deal()
    mou = factories.mou(deal, "10e9")
    factories.amendment(mou, "2e9")
    assert factories.contract(deal, "1e9", under=mou, discharges="12e9").pk


def test_a_value_in_another_currency_keeps_amount_rate_and_day_beside_the_dollars():
    contract = factories.contract(factories.deal(), 11, currency="EUR", amount=10, rate=Decimal("1.1"), rate_on=DAY)
    contract.refresh_from_db()
    assert (contract.usd, contract.amount, contract.rate) == (
        Decimal("11.00"),
        Decimal("10.00"),
        Decimal("1.1"),
    )


# What is not written through the actions leaves no history, and is refused


@pytest.mark.parametrize(
    "write",
    [
        lambda: Sector.objects.update(position=9),
        lambda: Sector.objects.all().delete(),
        lambda: Sector.objects.bulk_create([]),
        lambda: Sector.objects.bulk_update([], ["position"]),
        lambda: Instrument.objects.filter(usd=None).update(usd=1),
        lambda: Target.objects.all().delete(),
        lambda: factories.sector().delete(),
        lambda: factories.deal().delete(),
    ],
)
def test_a_write_that_would_leave_no_history_is_refused(write):
    with pytest.raises(UntrackedWriteError):
        write()


# Money in the database


@pytest.mark.dirty_ledger
@pytest.mark.parametrize("text", ["0.01", "999999999999.99", "90300000000.00", "0.10", "-0.05"])
def test_an_amount_comes_back_to_the_cent(text, system):
    deal = factories.deal()
    words = {"cause": Cause.SIGNING, "actor": system, "recorded_at": timezone.now()}
    Posting.objects.create(deal=deal, band="outside", amount_usd=Decimal(text), effective_on=DAY, **words)
    assert str(Posting.objects.values_list("amount_usd", flat=True).get()) == text
    assert Posting.objects.filter(amount_usd=Decimal(text)).exists()
    assert not Posting.objects.filter(amount_usd__gt=Decimal(text)).exists()


def test_sums_are_exact_where_floats_would_not_be(system):
    amounts = [Decimal("999999999999.99")] * 40 + [Decimal("0.10")] * 3 + [Decimal("98400000000.07")]
    for amount in amounts:
        factories.announcement(None, amount)
    # F + F alone would come back in cents: what adds two columns names the field.
    twice = ExpressionWrapper(F("stated_usd") + F("stated_usd"), output_field=UsdField())
    found = Announcement.objects.aggregate(sum=Sum("stated_usd"), twice=Sum(twice))
    assert found == {"sum": sum(amounts), "twice": 2 * sum(amounts)}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (Decimal("0.001"), "fraction"),
        ("12.345", "fraction"),
        (Decimal("1000000000000"), "too_much"),
        (Decimal("-1000000000000"), "too_much"),
        ("1e99", "too_much"),
        ("NaN", "invalid"),
        ("Infinity", "invalid"),
        ("1.234,5", "invalid"),
        ("a lot", "invalid"),
    ],
)
def test_an_amount_that_is_none_is_refused_and_not_rounded(given, code):
    with pytest.raises(ValidationError) as refused:
        Announcement(title_vi="X", title_en="X", on=DAY, stated_usd=given).full_clean()
    assert [error.code for error in refused.value.error_dict["stated_usd"]] == [code]


def test_a_fraction_of_a_cent_is_not_written_past_validation_either():
    announcement = factories.announcement(None, 1)
    with pytest.raises(ValueError, match="whole number of cents"), transaction.atomic():
        behind.write(Announcement, announcement.pk, stated_usd=Decimal("0.005"))


# Documents


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html>", "no PDF, PNG or JPEG"),
        (b"%PDF-" + b"x" * 20 * 2**20, "has 21 MB; at most 20 MB"),
    ],
    ids=["empty", "another type", "too large"],
)
def test_a_file_that_cannot_be_kept_is_refused_with_its_reason(content, words):
    with translation.override("en"), pytest.raises(ValidationError, match=words), transaction.atomic():
        factories.document(factories.deal(), content=content)
    assert not Document.objects.exists()


def test_a_document_is_known_by_its_content_and_kept_under_a_name_of_our_own():
    document = factories.document(factories.deal(), content=factories.PDF, name="../../hợp đồng.exe")
    assert (document.content_type, document.size, document.file_name) == (
        "application/pdf",
        len(factories.PDF),
        "hợp đồng.exe.pdf",
    )
    assert document.sha256 == hashlib.sha256(factories.PDF).hexdigest()
    assert re.fullmatch(r"documents/\w{24}\.pdf", document.file.name)


# Texts


def test_names_are_tidied_as_they_come_in():
    partner = factories.partner(name="  Boeing\u00a0 Co\u200b. ")
    assert partner.name == "Boeing Co."
    decomposed = factories.enterprise(name_vi="Điện lực")
    assert decomposed.name_vi == "Điện lực"


def test_the_title_is_in_the_language_of_the_page_else_in_the_other():
    sector = factories.sector(name_vi="Hàng không", name_en="Aviation")
    only = Deal(title_vi="", title_en="Engines")
    with translation.override("vi"):
        assert (sector.name, only.title) == ("Hàng không", "Engines")
    with translation.override("en"):
        assert sector.name == "Aviation"


def test_the_target_in_force_is_the_latest_version_of_that_day():
    programme = factories.programme()
    first = factories.target(programme=programme, on=date(2025, 1, 1))
    second = factories.target(programme=programme, on=date(2025, 6, 1), version=2, usd="100e9")
    assert Target.objects.on(date(2024, 12, 31)) is None
    assert Target.objects.on(date(2025, 5, 31)) == first
    assert Target.objects.on(date(2025, 6, 1)) == second
    assert Programme.objects.get().targets.count() == 2


def test_undisclosed_papers_of_a_day_are_those_in_force_that_count_and_have_no_value():
    deal = factories.deal()
    unknown = factories.mou(deal, None)
    factories.mou(deal, 5)
    factories.financing(deal, None)
    factories.ended(factories.mou(deal, None), on=DAY)
    assert list(Instrument.objects.undisclosed(DAY)) == [unknown]
    assert not Instrument.objects.undisclosed(DAY - timedelta(1)).exists()
    assert OpeningBalance.objects.count() == 0
