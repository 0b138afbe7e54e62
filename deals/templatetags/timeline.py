"""What happened, in sentences: the facts come from the report, the words are chosen here."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.db import models
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from deals.forms.screens import Screen
from deals.forms.timelines import Shown, Topic
from deals.reports import sentences
from deals.reports.timelines import Entry, Part

from .figures import day, moment

register = template.Library()


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic to choose or to leave, with the address of the page with it or without it."""

    label: str
    count: int
    href: str
    is_chosen: bool


@register.simple_tag
def topics(screen: Screen, shown: Shown, part: Part) -> list[Choice]:
    """The topics that have entries or are chosen; first, all of them."""
    found = [Choice(_("All"), sum(part.counts.values()), _address(screen), not shown.topics)]
    for topic in Topic:
        count, is_chosen = part.counts.get(topic, 0), topic in shown.topics
        if count or is_chosen:
            # The one that is clicked is taken in or left out.
            wanted = [other for other in Topic if (other in shown.topics) != (other == topic)]
            found.append(Choice(str(topic.label), count, _address(screen, show=wanted), is_chosen))
    return found


@register.simple_tag
def everything(screen: Screen, shown: Shown) -> str:
    """The address of the page with all entries of the topics."""
    return _address(screen, show=shown.topics, all="1")


def _address(screen: Screen, *, show: Iterable[str] = (), **parameters: str) -> str:
    return (screen.query(show=",".join(show), **parameters) or "?") + "#timeline"


@register.simple_tag
def entries_in_words(entries: Iterable[Entry]) -> SafeString:
    """The entries as the items of a list: the day, what happened, what was changed, why, and when and by whom it was
    recorded. Written here and not in a template: a page has up to hundreds of them."""
    return mark_safe("\n".join(_item(entry) for entry in entries))


def _item(entry: Entry) -> str:
    changes = [f"<li>{field_change(change.field, change.old, change.new)}</li>" for change in entry.changes]
    reason = _("Reason: %(reason)s") % {"reason": entry.reason}
    what = [
        f"<p>{escape(sentences.sentence(entry))}</p>\n",
        f"<ul>{''.join(changes)}</ul>\n" if changes else "",
        f"<small>{escape(reason)}</small>\n" if entry.reason else "",
        f"<small>{escape(_recorded(entry))}</small>",
    ]
    on = escape(day(entry.on, entry.precision))
    return f'<li class="entry entry-{entry.kind}"><b class="day">{on}</b><div class="what">{"".join(what)}</div></li>'


def _recorded(entry: Entry) -> str:
    """When the entry was recorded, and by whom where that is known."""
    at = moment(entry.at)
    if not entry.by:
        return _("recorded %(at)s") % {"at": at}
    return _("recorded by %(by)s, %(at)s") % {"by": entry.by, "at": at}


@register.simple_tag
def field_value(field: models.Field, value: Any) -> str:
    """The value of a field of a record."""
    return sentences.value(field, value)


@register.simple_tag
def field_change(field: models.Field, old: Any, new: Any) -> SafeString:
    """A field of a record, from what to what."""
    name = capfirst(str(field.verbose_name))
    was, now = sentences.value(field, old), sentences.value(field, new)
    return format_html("{}: <del>{}</del> → <ins>{}</ins>", name, was, now)
