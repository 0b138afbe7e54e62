"""The pictures in templates, in the language of the page."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from deals.charts import deliveries, over_time, paths, tile_map, trade
from deals.reports.breakdowns import Breakdown
from deals.reports.over_time import OverTime
from deals.reports.trade import Reported
from deals.reports.what_if import WhatIf

from .scopes import deals_where

register = template.Library()


def _language() -> str:
    return get_language() or "vi"


@register.simple_tag
def over_time_picture(report: OverTime) -> SafeString:
    """Value by month, stacked by band, with the target and the path."""
    return over_time.over_time(report, language=_language())


@register.simple_tag
def line_key(name: str) -> SafeString:
    """The little line that stands for the `target`, for what is `signed` or `delivered` on the path."""
    return over_time.line_key(name)


@register.simple_tag
def paths_picture(report: WhatIf) -> SafeString:
    """What is signed by days to come, before and after what is supposed."""
    return paths.paths(report, language=_language())


@register.simple_tag
def path_key(name: str) -> SafeString:
    """The little line that stands for what is signed `before` or `after`, or for the `target`."""
    return paths.line_key(name)


@register.simple_tag
def deliveries_picture(report: OverTime) -> SafeString:
    """Deliveries by year, received and planned."""
    return deliveries.deliveries(report.years, language=_language())


@register.simple_tag
def delivery_key(name: str) -> SafeString:
    """The little square that stands for what was received (`actual`) or is `planned`."""
    return deliveries.key(name)


@register.simple_tag
def trade_picture(reported: Reported) -> SafeString:
    """Exports, imports and surplus by year, as one reporter counts them."""
    return trade.trade(reported, language=_language())


@register.simple_tag
def trade_key(name: str) -> SafeString:
    """The little square that stands for `exports`, `imports` or the `surplus`."""
    return trade.key(name)


@register.simple_tag(takes_context=True)
def states_picture(context: Context, breakdown: Breakdown) -> SafeString:
    """The tile map of the states; each tile opens its deals."""

    def href(state: str) -> str:
        return deals_where(context, state=state)

    return tile_map.tile_map(breakdown, href=href, language=_language())


@register.simple_tag
def states_legend(breakdown: Breakdown) -> list[tuple[SafeString, str]]:
    """The steps of the map's scale: a little square and its words."""
    return tile_map.legend(breakdown, language=_language())
