"""What a briefing's pages write: sentences with what is bold in them."""

from decimal import Decimal

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deals import money
from deals.choices import Band
from deals.models.sureness import LABELS
from deals.reports.bridge import STEPS

register = template.Library()


@register.filter
def bold(sentence: str) -> SafeString:
    """The sentence, in which nothing but <b> is more than text."""
    return mark_safe(escape(sentence).replace("&lt;b&gt;", "<b>").replace("&lt;/b&gt;", "</b>"))


@register.filter
def figure_name(name: str) -> str:
    """The figure of a briefing in words: what it is of, and its band."""
    first, _dot, rest = name.partition(".")
    plain = {"deals": _("Deals"), "undisclosed": _("Papers of undisclosed value"), "signed": _("Signed"),
             "pending": _("Pending"), "total": _("All four"), "target": _("Target"), "held": _("Held up by obstacles"),
             "not_itemised": _("Not itemised"), "opening": _("Compared with"), "deal": _("Deal"),
             "evidence": _("Evidence")}  # fmt: skip
    bands = {str(band): str(band.label) for band in Band}
    if not rest:
        return plain.get(name) or bands.get(name, name)
    of = plain.get(first) if first in plain and first != "signed" else str(STEPS.get(first, first))
    return f"{of}: {bands.get(rest) or LABELS['evidence'].get(rest) or rest}"


@register.filter
def figure(text: str, name: str) -> str:
    """The figure as it is written: a count, or US$ to the cent; a dash where there is none."""
    if not text or name in ("deals", "undisclosed"):
        return text or "–"
    return money.full(Decimal(text), language=get_language() or "vi")
