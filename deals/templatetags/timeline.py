"""What happened, in sentences: the facts come from the report, the words are chosen here."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money, periods
from deals.choices import AnnouncementKind
from deals.models.money import UsdField
from deals.reports.timelines import Change, Entry

register = template.Library()


@register.simple_tag
def sentence(entry: Entry) -> str:
    """What the entry says happened."""
    return _SENTENCES[entry.kind](entry.record)


@register.simple_tag
def change_in_words(change: Change) -> SafeString:
    """A field, from what to what."""
    return format_html(
        "{}: <del>{}</del> → <ins>{}</ins>",
        capfirst(str(change.field.verbose_name)),
        _value(change.field, change.old),
        _value(change.field, change.new),
    )


@register.filter
def precision_of(entry: Entry) -> str:
    """How precisely the day of the entry is known."""
    return getattr(entry.record, "date_precision", "day") if entry.kind not in ("ended", "edited") else "day"


def _amount(usd: Decimal | None) -> str:
    return _("value not disclosed") if usd is None else money.short(usd, language=get_language() or "vi")


def _signed(paper: Any) -> str:
    words = {"kind": paper.get_kind_display(), "paper": paper.title, "amount": _amount(paper.usd)}
    return (
        _("%(kind)s signed: %(paper)s (%(amount)s).") % words
        if paper.title
        else _("%(kind)s signed (%(amount)s).") % words
    )


def _ended(paper: Any) -> str:
    return _("“%(paper)s” ended: %(reason)s.") % {"paper": paper, "reason": paper.get_end_reason_display().lower()}


def _estimate(valuation: Any) -> str:
    return _("The whole deal was expected to be worth %(amount)s.") % {"amount": _amount(valuation.usd)}


def _planned(delivery: Any) -> str:
    return _("Delivery due: %(what)s.") % {"what": _goods(delivery)}


def _delivered(delivery: Any) -> str:
    return _("Received: %(what)s.") % {"what": _goods(delivery)}


def _goods(delivery: Any) -> str:
    if delivery.quantity is None:
        return _amount(delivery.usd)
    places = max(0, -int(delivery.quantity.normalize().as_tuple().exponent))
    count = money.number(delivery.quantity, language=get_language() or "vi", places=places)
    return f"{count} {delivery.unit}, {_amount(delivery.usd)}"


def _announcement(announcement: Any) -> str:
    words = {"title": announcement.title, "amount": _amount(announcement.stated_usd)}
    if announcement.kind == AnnouncementKind.REPEAT:
        return _("Announced again, no new money: %(title)s (%(amount)s).") % words
    return _("Announced: %(title)s (%(amount)s).") % words


def _document(document: Any) -> str:
    return _("Document held: %(title)s.") % {"title": document.title}


def _stage(change: Any) -> str:
    return _("Reached the stage “%(stage)s”.") % {"stage": change.get_stage_display()}


def _edited(record: Any) -> str:
    return _("%(kind)s changed: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


def _archived(record: Any) -> str:
    return _("%(kind)s archived: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


def _restored(record: Any) -> str:
    return _("%(kind)s restored: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


_SENTENCES = {
    "signed": _signed,
    "ended": _ended,
    "estimate": _estimate,
    "planned": _planned,
    "delivered": _delivered,
    "announcement": _announcement,
    "document": _document,
    "stage": _stage,
    "edited": _edited,
    "archived": _archived,
    "restored": _restored,
}


def _value(field: models.Field, value: Any) -> str:
    language = get_language() or "vi"
    if value is None or value == "":
        return _("empty")
    if isinstance(field, UsdField):
        return money.full(value, language=language)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return periods.day_name(value, language=language)
    if isinstance(value, Decimal):
        return money.number(value, language=language, places=max(0, -int(value.normalize().as_tuple().exponent)))
    return str(dict(field.flatchoices).get(value, value))
