"""What the reader of a page may do with what stands on it."""

from typing import Any

from django import template

from deals import permissions
from deals.models import Record

register = template.Library()


@register.simple_tag(takes_context=True)
def may_change(context: Any, record: Record) -> bool:
    return permissions.may_change(context["request"].user, record)
