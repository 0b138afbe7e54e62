"""What changed between two moments: amounts with their sign, and the addresses of other comparisons."""

from datetime import date
from typing import NamedTuple

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from deals import periods, tables
from deals.charts import bridge
from deals.choices import Band
from deals.forms.screens import Screen
from deals.reports.bridge import STEPS, Bridge

register = template.Library()

PRESETS = (7, 30, 90, 365)


class Preset(NamedTuple):
    """A day to compare with, in words; `is_current` where it is the one compared with."""

    label: str
    day: date
    is_current: bool


def _language() -> str:
    return get_language() or "vi"


@register.simple_tag
def bridge_picture(report: Bridge, start: str, end: str) -> SafeString:
    """The picture of the bridge between two ends of these names."""
    return bridge.picture(report, start=start, end=end, language=_language())


@register.simple_tag
def bridge_bands(report: Bridge) -> list[Band]:
    """Those of the four bands that stand at either end or change in between, in the order of the value bar."""
    found = [report.opening, report.closing, *(step.bands for step in report.steps)]
    return [band for band in Band if band != Band.OUTSIDE and any(getattr(bands, band) for bands in found)]


@register.filter
def band_head(band: str) -> str:
    """The name of the band at the head of a column."""
    heads = {column.band: str(column.label) for column in tables.BANDS}
    return heads.get(band) or str(Band(band).label)


@register.simple_tag
def changes_page(screen: Screen, keep: dict[str, str], number: int) -> str:
    """Another page of the same entries."""
    return reverse("deals:changes") + screen.query(**keep, page=number)


@register.filter
def step_name(key: str) -> str:
    return str(STEPS[key])


@register.simple_tag
def presets(screen: Screen) -> list[Preset]:
    """The days one mostly compares with; none before which the calendar has no day."""
    day = screen.at.as_of
    found = [
        (ngettext("%(count)d day", "%(count)d days", count) % {"count": count}, periods.days_before(day, count))
        for count in PRESETS
    ]
    found.append((_("since 1 January"), date(day.year, 1, 1)))
    return [Preset(label, since, since == screen.since and not screen.briefing) for label, since in found]
