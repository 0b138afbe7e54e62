"""Addresses of the deals and ledger entries behind a figure, within the scope that a page tells of."""

from django import template
from django.template import Context
from django.urls import reverse

from deals.reports.bridge import Bridge

register = template.Library()


def within(context: Context) -> dict[str, str]:
    """The filters of the scope that the page tells of."""
    scope = context.get("scope")
    return scope.filters if scope else {}


@register.simple_tag(takes_context=True)
def deals_where(context: Context, **filters: object) -> str:
    """The deals of the page's scope, at its day and in its reading, to which the filters apply."""
    return reverse("deals:deal-list") + context["screen"].query(**{**within(context), **filters})


@register.simple_tag(takes_context=True)
def entries_where(context: Context, **filters: object) -> str:
    """The ledger entries between the two moments of the page, of the deals of its scope."""
    return reverse("deals:changes") + context["screen"].query(**{**within(context), **filters})


@register.simple_tag(takes_context=True)
def briefing_href(context: Context) -> str:
    """The briefing of the page's scope, of its moment and in its reading."""
    return reverse("deals:briefing") + context["screen"].query(of=context["scope"].address)


@register.simple_tag(takes_context=True)
def behind(context: Context, by: str, key: str, **filters: object) -> str:
    """The deals behind a figure of a breakdown: those of one row, within the scope of the page."""
    of_row = {**within(context), by: key}
    if by == "enterprise":
        of_row.pop("group", None)
    return reverse("deals:deal-list") + context["screen"].query(**of_row, **filters)


@register.simple_tag(takes_context=True)
def opening_href(context: Context, report: Bridge, **filters: object) -> str:
    """The deals list as of the day compared with, known when the bridge has it known; of a briefing, which was made at
    a moment of its day, the briefing itself."""
    screen = context["screen"]
    if screen.briefing:
        return "" if within(context) else screen.briefing.get_absolute_url()
    known = screen.known
    if report.comparison.is_as_shown:
        known = min(screen.since, known or screen.since)
    moment = {"as_of": screen.since.isoformat(), "known": known.isoformat() if known else ""}
    return deals_where(context, **{**moment, "since": "", "compare": "", **filters})
