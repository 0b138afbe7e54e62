"""What a timeline says happened, in sentences, and what fields say, in words: written late, in the language of the
page."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money, periods
from deals.choices import AnnouncementKind, Band, Cause
from deals.models.money import UsdField

from .timelines import Entry


def sentence(entry: Entry) -> str:
    """What the entry says happened."""
    return _money(entry) if entry.kind == "money" else _SENTENCES[entry.kind](entry.record)


def _amount(usd: Decimal | None) -> str:
    return _("value not disclosed") if usd is None else money.short(usd, language=get_language() or "vi")


def _stopped(text: str) -> str:
    """The sentence with its full stop, whoever wrote it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _money(entry: Entry) -> str:
    found = [
        # The sign of what is below zero is part of the amount.
        _("%(band)s %(amount)s") % {"band": Band(band).label, "amount": ("+" if usd > 0 else "") + _amount(usd)}
        for band, usd in entry.moves
    ]
    changes = "; ".join([*found[:1], *(text[:1].lower() + text[1:] for text in found[1:])])
    return _("%(changes)s (%(cause)s).") % {"changes": changes, "cause": str(Cause(entry.cause).label).lower()}


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


def _obstacle(obstacle: Any) -> str:
    words = {"title": obstacle.title.rstrip("."), "body": obstacle.body}
    return _("Obstacle: %(title)s. Must act: %(body)s.") % words


def _resolved(obstacle: Any) -> str:
    words = {"title": obstacle.title.rstrip("."), "how": obstacle.resolution}
    return _stopped(_("Obstacle resolved: %(title)s. %(how)s") % words)


def _update(update: Any) -> str:
    news = _stopped(
        _("%(condition)s: %(sentence)s") % {"condition": update.get_condition_display(), "sentence": update.sentence}
    )
    if update.obstacle:
        news += " " + _("Blocked by: %(obstacle)s.") % {"obstacle": update.obstacle.title.rstrip(".")}
    return _with_next_step(news, update)


def _unchanged(update: Any) -> str:
    words = {"condition": update.get_condition_display(), "sentence": update.sentence}
    if update.sentence:
        return _with_next_step(_stopped(_("Nothing has changed (%(condition)s): %(sentence)s") % words), update)
    return _with_next_step(_("Nothing has changed (%(condition)s).") % words, update)


def _note(update: Any) -> str:
    return _with_next_step(_stopped(_("Note: %(sentence)s") % {"sentence": update.sentence}), update)


def _with_next_step(text: str, update: Any) -> str:
    if not update.next_step:
        return text
    known = [update.next_step_owner] if update.next_step_owner else []
    if update.next_step_by:
        day = periods.day_name(update.next_step_by, language=get_language() or "vi")
        known.append(_("by %(day)s") % {"day": day})
    words = {"step": update.next_step.rstrip("."), "known": ", ".join(known)}
    step = _("Next step: %(step)s (%(known)s).") if known else _("Next step: %(step)s.")
    return f"{text} {step % words}"


def _announcement(announcement: Any) -> str:
    words = {"title": announcement.title, "amount": _amount(announcement.stated_usd)}
    if announcement.kind == AnnouncementKind.REPEAT:
        return _("Announced again, no new money: %(title)s (%(amount)s).") % words
    if announcement.kind == AnnouncementKind.CONFIRMS:
        return _("Confirmed in public: %(title)s (%(amount)s).") % words
    if announcement.kind == AnnouncementKind.REPLACES:
        return _("Announced in place of what was said before: %(title)s (%(amount)s).") % words
    return _("Announced: %(title)s (%(amount)s).") % words


def _document(document: Any) -> str:
    if document.file:
        return _("Document held: %(title)s.") % {"title": document.title}
    return _("Document seen, not held: %(title)s (%(where)s).") % {"title": document.title, "where": document.seen_at}


def _stage(change: Any) -> str:
    return _("Reached the stage “%(stage)s”.") % {"stage": change.get_stage_display()}


def _edited(record: Any) -> str:
    return _("%(kind)s changed: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


def _archived(record: Any) -> str:
    return _("%(kind)s archived: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


def _restored(record: Any) -> str:
    return _("%(kind)s restored: %(record)s.") % {"kind": capfirst(str(record._meta.verbose_name)), "record": record}


def _asked(request: Any) -> str:
    return _("A second person was asked to confirm: %(what)s.") % {"what": request}


def _decided(request: Any) -> str:
    return _("%(state)s: %(what)s.") % {"state": request.get_state_display(), "what": request}


_SENTENCES = {
    "signed": _signed,
    "ended": _ended,
    "estimate": _estimate,
    "planned": _planned,
    "delivered": _delivered,
    "update": _update,
    "unchanged": _unchanged,
    "note": _note,
    "obstacle": _obstacle,
    "resolved": _resolved,
    "announcement": _announcement,
    "document": _document,
    "stage": _stage,
    "edited": _edited,
    "archived": _archived,
    "restored": _restored,
    "asked": _asked,
    "decided": _decided,
}


def value(field: models.Field, found: Any) -> str:
    """What the field says, in words."""
    language = get_language() or "vi"
    if found is None or found == "":
        return _("empty")
    if isinstance(field, UsdField):
        return money.full(found, language=language)
    if isinstance(found, bool):
        return _("yes") if found else _("no")
    if isinstance(found, date):
        return periods.day_name(found, language=language)
    if isinstance(found, Decimal):
        return money.number(found, language=language, places=max(0, -int(found.normalize().as_tuple().exponent)))
    return str(dict(field.flatchoices).get(found, found))
