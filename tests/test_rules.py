"""A record looked at by itself, without asking the database, is refused where the database would refuse it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction

from deals.actions import rules
from deals.models import Deal, Delivery, Enterprise, Instrument, Partner, Record, Sector, Valuation
from tests import factories
from tests.refusals import EVERY, Given

pytestmark = pytest.mark.django_db
IMPORTED = (Deal, Delivery, Enterprise, Instrument, Partner, Sector, Valuation)
CONSTRAINTS = {each.name: kind for kind in IMPORTED for each in kind._meta.constraints}


@pytest.fixture(scope="module")
def given(django_db_setup: None, django_db_blocker: Any) -> Iterator[Given]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Given()
        transaction.set_rollback(True)


@pytest.mark.parametrize("case", [case for case in EVERY if case.database in CONSTRAINTS], ids=str)
def test_what_a_constraint_refuses_is_refused_in_memory(case, given):
    record: Any = case.build(given)
    (constraint,) = [each for each in record._meta.constraints if each.name == case.database]
    assert rules.holds(constraint.condition, record) is False
    if case.words:  # else it is put right before it is looked at
        with pytest.raises(ValidationError):
            rules.check(record)


def test_every_constraint_of_what_is_imported_can_be_told(given):
    """No lookup that `holds` does not know, and no record that stands is refused."""
    for kind in IMPORTED:
        for record in kind.objects.all():
            for constraint in kind._meta.constraints:
                if isinstance(constraint, models.CheckConstraint):
                    assert rules.holds(constraint.condition, record) is not False, (record, constraint.name)
            rules.check(record)


def test_what_is_not_stored_yet_counts_as_there(system):
    deal = factories.deal()
    above = Instrument(deal=deal, kind="mou", signed_on=factories.DAY)
    below = Instrument(
        deal=deal, kind="contract", signed_on=factories.DAY, under=above, discharges_usd=factories.money(1)
    )
    rules.check(below)
    alone = Instrument(deal=deal, kind="contract", signed_on=factories.DAY, discharges_usd=factories.money(1))
    with pytest.raises(ValidationError):
        rules.check(alone)
    assert isinstance(alone, Record)
