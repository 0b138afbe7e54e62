"""What the reader of a page may do with what stands on it."""

from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import permissions
from deals.models import Record

register = template.Library()


@register.simple_tag(takes_context=True)
def may_change(context: Any, record: Record) -> bool:
    return permissions.may_change(context["request"].user, record)


@register.simple_tag(takes_context=True)
def record_actions(context: Any, record: Record, kind: str, correct: bool = True) -> SafeString:
    """The links by which the record of the deal is corrected, where it can be, and taken back, where the page shows
    today. Written here and not in a template: the page of a deal has dozens of them."""
    if not (context["may_edit"] and context["screen"].is_today):
        return SafeString("")
    return SafeString(_actions(context["deal"].code, kind, record.pk, str(record), correct, get_language()))


@lru_cache(maxsize=1000)
def _actions(code: str, kind: str, key: int, name: str, correct: bool, _language: str | None) -> str:
    links = [_link("withdraw", [code, kind, key], _("Take back"), _("Take back: %(record)s") % {"record": name})]
    if correct:
        links.insert(0, _link("correct", [code, kind, key], _("Correct"), _("Correct: %(record)s") % {"record": name}))
    return f'<span class="record-actions">{" ".join(links)}</span>'


def _link(page: str, args: list[Any], text: str, label: str) -> str:
    href = reverse(f"deals:{page}", args=args)
    return f'<a href="{href}" aria-label="{escape(label)}">{escape(text)}</a>'
