"""A briefing as a PDF of at most two pages, whatever the number of deals."""

from collections.abc import Sequence

from deals.charts import paper
from deals.reports.briefings import Briefing

from . import briefing_html, pdf
from .briefing_words import said

FONT = "Briefing Sans"
PAGES = 2
# How many rows a list may have: fewer are tried until the pages suffice.
ROWS, DOUBLE_ROWS = (15, 10, 7, 5, 3), (10, 7, 5, 3)
WIDTH, DOUBLE_WIDTH = 692, 498  # of the value bar, in CSS pixels


def briefing(report: Briefing, languages: Sequence[str], *, code: str) -> bytes:
    """The briefing in the languages (two of them side by side, on pages that lie on their side) with its check code, as
    a tagged PDF. NotInstalledError where Pango is missing. Half a second to lay out, once more for each time that it
    does not fit."""
    for most in DOUBLE_ROWS if len(languages) > 1 else ROWS:
        document = pdf.document(_html(report, languages, code, most), style=_style(languages))
        if len(document.pages) <= PAGES:
            break
    content: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return content


def _style(languages: Sequence[str]) -> str:
    return "css/briefing-pdf-double.css" if len(languages) > 1 else "css/briefing-pdf.css"


def _html(report: Briefing, languages: Sequence[str], code: str, most: int) -> str:
    words = [said(report, language=language, code=code, most=most) for language in languages]
    content = briefing_html.article(report, languages, code=code, most=most)
    return pdf.whole_page(
        paper.printed(content, width=DOUBLE_WIDTH if len(languages) > 1 else WIDTH, font=FONT),
        title=" / ".join(f"{side.kind}: {side.title}" for side in words),
        language=languages[0],
        author=words[0].ministry,
        sides=[(side.language, side.classification, side.foot) for side in words],
    )
