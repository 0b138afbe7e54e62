"""Since when something stands in the way, in the language of the page."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from deals import money, periods
from deals.models import Obstacle

register = template.Library()


@register.simple_tag
def since(obstacle: Obstacle, day_only: bool = False) -> str:
    """The day since when the obstacle stands in the way, no more precise than it is known."""
    day = periods.day_name(obstacle.since, language=get_language() or "vi", precision=obstacle.date_precision)
    return day if day_only else _("since %(day)s") % {"day": day}


@register.simple_tag
def days(count: int, words: bool = False) -> str:
    """So many days, as a figure or in words."""
    number = money.number(Decimal(count), language=get_language() or "vi", places=0)
    return ngettext("%(number)s day", "%(number)s days", count) % {"number": number} if words else number
