"""A second person, for tests of what needs one."""

from typing import Any
from uuid import uuid4

from deals.actions import confirmations
from deals.models import ChangeRequest, User
from tests import factories


def link(request: ChangeRequest) -> str:
    return f"https://purchases.example{request.get_absolute_url()}"


def reviewer(**fields: Any) -> User:
    return factories.person(f"reviewer{uuid4().hex[:8]}", role="reviewers", **fields)


def confirm(request: ChangeRequest) -> ChangeRequest:
    return confirmations.confirm(request, by=reviewer(), link=link)


def confirmed(answer: Any) -> ChangeRequest:
    """The form that was sent asked for a second person, and one confirms it."""
    assert answer.status_code == 302, answer.content[:500]
    request = ChangeRequest.objects.get(state="waiting")
    assert answer.url == request.get_absolute_url()
    return confirm(request)
