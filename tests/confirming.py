"""A second person, for tests of what needs one."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile

from deals.actions import confirmations, documents, instruments
from deals.actions.proposals import ConfirmationNeededError
from deals.models import ChangeRequest, Deal, Document, Instrument, User
from tests import factories


def asked(do: Callable[[], Any], by: User) -> ChangeRequest:
    """The request that comes of what a second person must confirm."""
    with pytest.raises(ConfirmationNeededError) as refused:
        do()
    return confirmations.ask(refused.value, by=by)


def request_of(deal: Deal, by: User, amount: str = "100000000.00") -> ChangeRequest:
    """A request to sign a contract, with the file that evidences it."""
    day = factories.DAY
    contract = Instrument(deal=deal, kind="contract", signed_on=day, usd=Decimal(amount), evidence="document_held")
    file = ContentFile(factories.PDF + uuid4().bytes, name="hợp đồng.pdf")
    told = {"kind": "instrument", "title": "HĐ 1", "dated_on": day, "language": "vi"}
    document = Document(deal=deal, file=file, **told)

    def sign() -> Any:
        with documents.taking_back_file(document):
            instruments.conclude(contract, by=by, document=document)

    return asked(sign, by)


def link(request: ChangeRequest) -> str:
    return f"https://purchases.example{request.get_absolute_url()}"


def reviewer(**fields: Any) -> User:
    return factories.person(f"reviewer{uuid4().hex[:8]}", role="reviewers", **fields)


def confirm(request: ChangeRequest) -> ChangeRequest:
    return confirmations.confirm(request, by=reviewer(), link=link)


def confirmed(answer: Any) -> None:
    """What was sent is recorded: at once, or, where it asked for a second person, once one has confirmed it."""
    assert answer.status_code == 302, answer.content[:500]
    for request in ChangeRequest.objects.filter(state="waiting"):
        assert answer.url == request.get_absolute_url()
        confirm(request)
