"""Rows inserted straight from their values are what the models would have written."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from deals.choices import Band, Cause
from deals.models import Deal, ImportBatch, ImportedRow, Posting, User, inserting
from tests import factories

pytestmark = pytest.mark.django_db
POSTED = ["deal_id", "band", "amount_usd", "effective_on", "recorded_at", "cause", "actor_id"]


def _posting(deal: Deal, by: User, usd: Decimal) -> list[object]:
    now = datetime(2025, 3, 2, 10, 30, 0, 123456, tzinfo=UTC)
    return [deal.pk, Band.OUTSIDE, usd, date(2025, 3, 1), now, Cause.CORRECTION, by.pk]


@pytest.mark.dirty_ledger
def test_each_value_comes_back_as_it_was_given(system):
    deal = factories.deal()
    rows = [_posting(deal, system, Decimal("-12.34"))] * (inserting.AT_ONCE + 1)
    inserting.insert(Posting, POSTED, rows)
    (found,) = {tuple(each) for each in Posting.objects.filter(band=Band.OUTSIDE).values_list(*POSTED)}
    assert list(found) == rows[0]
    last = Posting.objects.latest("pk")
    assert (last.reason, last.opening_balance_id) == ("", None)  # what was not named
    assert Posting.objects.filter(band=Band.OUTSIDE).count() == len(rows)


def test_texts_and_lists_come_back_as_they_were_given(system):
    known = {"kind": "csv", "file_name": "a.csv", "size": 1, "sha256": "0", "by": system, "language": "vi"}
    batch = ImportBatch.objects.create(**known)
    said = [["Tên\tthương vụ", "\\N", "một\nhai"]]
    names = ["batch_id", "row", "what", "outcome", "label", "changes", "record_key"]
    inserting.insert(ImportedRow, names, [(batch.pk, 7, "deals", "new", "\\.\t“Gạo”", said, None)])
    (row,) = batch.rows.all()
    assert (row.row, row.label, row.changes, row.record_key, row.before) == (7, "\\.\t“Gạo”", said, None, {})


def test_what_the_table_refuses_is_told_as_the_models_tell_it(system):
    deal = factories.deal()
    with pytest.raises(IntegrityError), transaction.atomic():
        inserting.insert(Posting, POSTED, [_posting(deal, system, Decimal("0.00"))])
    assert not Posting.objects.filter(band=Band.OUTSIDE).exists()


@pytest.mark.dirty_ledger  # deals alone, which nobody posts
def test_keys_given_out_are_nobody_elses(system):
    first = factories.deal()
    several = [Deal(code=f"X-{number}", title_vi="Gạo", enterprise=first.enterprise, sector=first.sector)
               for number in range(3)]  # fmt: skip
    before = timezone.now()
    Deal.objects.enter(several)
    later = factories.deal()
    keys = [first.pk, *(deal.pk for deal in several), later.pk]
    assert keys == sorted(set(keys))
    stored = Deal.objects.get(code="X-1")
    assert (stored, stored.recorded_at) == (several[1], several[1].recorded_at)
    assert stored.recorded_at >= before
    assert not several[1]._state.adding
