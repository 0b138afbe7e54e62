"""A briefing as HTML: of the page, and of the PDF, which is made from it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from deals.charts import value_bar
from deals.reports.briefings import Briefing

from .briefing_words import said
from .said import Part, Said


class Side(NamedTuple):
    """One language: its words, and its value bar."""

    said: Said
    bar: SafeString


class Row(NamedTuple):
    """The same part in each language, side by side."""

    key: str
    parts: list[tuple[str, Part]]


def article(report: Briefing, languages: Sequence[str], *, code: str = "", most: int = 15) -> SafeString:
    """The briefing in the languages, side by side where they are several; nothing around it."""
    sides = [
        Side(said(report, language=language, code=code, most=most), _bar(report, language)) for language in languages
    ]
    first = sides[0].said
    rows = [
        Row(part.key, [(side.said.language, side.said.parts[place]) for side in sides])
        for place, part in enumerate(first.parts)
    ]
    context = {"sides": sides, "rows": rows, "code": code, "is_double": len(sides) > 1}
    return render_to_string("deals/briefings/_briefing.html", context)


def _bar(report: Briefing, language: str) -> SafeString:
    if not report.bands.four and not report.target:
        return SafeString("")
    with translation.override(language):
        return value_bar.large(report.bands, target=report.target, language=language)
