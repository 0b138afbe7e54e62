"""What cannot stand is refused twice: by the database, whoever writes, and by the actions, in words."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import translation

from deals.actions import records
from deals.models import User
from tests import behind
from tests.refusals import EVERY, Given

pytestmark = pytest.mark.django_db

VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "vi" / "LC_MESSAGES" / "django.mo"


@pytest.fixture(scope="module")
def given(django_db_setup: None, django_db_blocker: Any) -> Iterator[Given]:
    """The records every case starts from, entered once: each test goes back to them."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Given()
        transaction.set_rollback(True)


explained = [pytest.param(case, id=str(case)) for case in EVERY if case.words]


def refused_by_actions(record: models.Model) -> ValidationError:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        records.keep(record, by=User.objects.system())
    return refused.value


@pytest.mark.parametrize("case", [case for case in EVERY if case.database], ids=str)
def test_the_database_refuses(case, given):
    record = case.build(given)
    with pytest.raises(IntegrityError, match=case.database), transaction.atomic():
        if record.pk and type(record)._base_manager.filter(pk=record.pk).exists():
            fields = {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}
            behind.write(type(record), record.pk, **{name: value for name, value in fields.items() if name != "id"})
        else:
            behind.rows(type(record)).bulk_create([record])


@pytest.mark.parametrize("case", explained)
def test_the_actions_refuse_and_say_why(case, given):
    with translation.override("en"):
        assert re.search(case.words, " / ".join(refused_by_actions(case.build(given)).messages))


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the Vietnamese catalogue is not compiled")
@pytest.mark.parametrize("case", explained)
def test_the_refusal_is_said_in_vietnamese(case, given):
    with translation.override("vi"):
        for message in refused_by_actions(case.build(given)).messages:
            assert VIETNAMESE.search(message), message


def test_no_constraint_and_no_trigger_is_left_untried():
    tried = "|".join(case.database for case in EVERY)
    own = {
        constraint.name for model in apps.get_app_config("deals").get_models() for constraint in model._meta.constraints
    }
    elsewhere = {"posting_of_one_thing", "posting_band_known", "posting_not_zero"}  # tests/test_ledger.py
    assert {name for name in own - elsewhere if name not in tried} == set()
    rules = importlib.import_module("deals.migrations.0002_append_only_ledger").RULES
    messages = {message for _name, table, _moment, message, _condition in rules if table != "deals_posting"}
    assert [message for message in messages if not re.search(tried, message)] == []
